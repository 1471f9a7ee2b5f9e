"""Order ids: the same for everyone who sends the same attempt, and for nothing else."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import ORDER_LINK_PREFIX, new_id, order_link_id

attempts = st.integers(1, 99_999)


@given(st.uuids(), attempts)
def test_an_order_id_fits_what_the_exchange_takes(leg: uuid.UUID, attempt: int) -> None:
    link = order_link_id(leg, attempt)
    assert re.fullmatch(r"[a-z0-9-]{1,36}", link)
    assert link.startswith(ORDER_LINK_PREFIX)


@given(st.tuples(st.uuids(), attempts), st.tuples(st.uuids(), attempts))
def test_two_attempts_share_an_id_only_if_they_are_one(
    one: tuple[uuid.UUID, int], other: tuple[uuid.UUID, int]
) -> None:
    # Compared without case: an exchange may take "A" and "a" for the same id.
    same = order_link_id(*one).lower() == order_link_id(*other).lower()
    assert same == (one == other)


def test_an_order_id_never_changes_between_releases() -> None:
    leg = uuid.UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
    assert order_link_id(leg, 1) == "ebb-agikdmwd2r7f7cu3bqos4p2klm-1"


@pytest.mark.parametrize("attempt", [0, -1, 100_000])
def test_an_attempt_out_of_range_has_no_id(attempt: int) -> None:
    with pytest.raises(ValueError, match="attempt"):
        order_link_id(new_id(), attempt)


def test_new_ids_are_of_version_seven_unique_and_in_order() -> None:
    made = [new_id() for _ in range(500)]
    assert {identifier.version for identifier in made} == {7}
    assert len(set(made)) == len(made)
    assert made == sorted(made)
