"""The storm's own dice: what the seed promises."""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import Decimal

import pytest

from sandbox.bybit.errors import Refusal
from sandbox.bybit.faults import Faults
from tests.faults.storm.plan import Part, Storm, strikes, wishes

STORM = Storm(seed=7, seconds=10, jobs=25, accounts=6)


def test_the_same_seed_wants_and_strikes_the_same() -> None:
    assert wishes(STORM) == wishes(STORM)
    first, second = (list(itertools.islice(strikes(7), 50)) for _ in range(2))
    assert first == second
    assert first != list(itertools.islice(strikes(8), 50))


def test_every_person_wants_their_share_and_begins_with_a_reduce() -> None:
    wanted = wishes(STORM)
    assert sorted(map(len, wanted)) == [4, 4, 4, 4, 4, 5]
    assert {person[0].path for person in wanted} == {"/api/positions/reduce"}
    assert len({wish.key for person in wanted for wish in person}) == STORM.jobs


def test_each_deck_strikes_every_part_and_workers_twice() -> None:
    dealt = Counter(strike.part for strike in itertools.islice(strikes(3), len(Part) + 1))
    assert dealt == Counter([*Part, Part.WORKER])


def test_a_fault_with_a_chance_strikes_about_that_share_of_calls() -> None:
    faults = Faults()
    fault = faults.add({"kind": "ret_code", "count": -1, "chance": "0.05", "seed": 3})
    struck = sum(faults.take({}, "ret_code") is not None for _ in range(10_000))
    assert struck == fault.hits
    assert 400 < struck < 600


@pytest.mark.parametrize(("chance", "expected"), [("0", 0), ("1", 5), (Decimal(1), 5)])
def test_a_chance_of_none_or_all_needs_no_dice(chance: str, expected: int) -> None:
    faults = Faults()
    faults.add({"kind": "ret_code", "count": -1, "chance": chance})
    assert sum(faults.take({}, "ret_code") is not None for _ in range(5)) == expected


def test_a_chance_beyond_its_range_is_refused() -> None:
    with pytest.raises(Refusal, match="chance"):
        Faults().add({"kind": "ret_code", "chance": "1.1"})
