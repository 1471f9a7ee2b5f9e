"""The worker dies or freezes at its sending, and the person cancels: what left is told, and what
had not left never leaves, not even from the worker that wakes up long after."""

from __future__ import annotations

import pytest

from tests.faults.boundaries.lane import Lane, Trial

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(120)]

SENDING = "exchange /v5/order/create"


@pytest.mark.parametrize(("kind", "when"), [("kill", "after"), ("freeze", "before")])
def test_a_cancel_after_a_strike_at_the_sending_leaves_no_order_untold(
    lanes: list[Lane], kind: str, when: str
) -> None:
    trial = Trial(kind, 1, when, restore=False, deed=SENDING, cancel=True)
    assert lanes[0].run(trial).struck
