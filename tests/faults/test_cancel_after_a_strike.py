"""The worker dies or freezes at its sending, and the person cancels: what left is told, and what
had not left never leaves, not even from the worker that wakes up long after."""

from __future__ import annotations

import pytest

from tests.faults.boundaries.lane import Lane, Trial

pytestmark = pytest.mark.timeout(120)

STRIKES = {
    "killed after the first call": Trial(
        "kill", 1, "after", restore=False, deed="exchange /v5/order/create", cancel=True
    ),
    # The first commit is the claim's, the second the plan's: nothing is signed yet.
    "frozen after the intent": Trial(
        "freeze", 2, "after", restore=False, deed="commit", cancel=True
    ),
}


@pytest.mark.parametrize("trial", STRIKES.values(), ids=STRIKES)
def test_a_cancel_after_a_strike_at_the_sending_leaves_no_order_untold(
    lanes: list[Lane], trial: Trial
) -> None:
    assert lanes[0].run(trial).struck
