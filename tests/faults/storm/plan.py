"""What a storm consists of: pure functions of the seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

MARKETS = ("futures", "spot")
_PERCENTS = ("5", "7.25", "12.5", "20", "33.33", "50")
_RESTORED = ("50", "100", "100")
# Jobs come in the first part, so that the weather also strikes while they are worked on.
_ASKING = 0.8
_RESTORES = 0.4
_TWICE = 0.3
_CANCELLED = 0.1
_SLOWEST_CANCEL = 1.5


@dataclass(frozen=True, slots=True)
class Storm:
    """How long and how strong. `fault_chance`: of each exchange call to go wrong, 0 to 1."""

    seed: int
    seconds: float = 60
    jobs: int = 200
    accounts: int = 40
    workers: int = 4
    webs: int = 2
    fault_chance: Decimal = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Wish:
    """One job that a person wants. `at`: seconds from the start; `twice`: posted to two webs at
    once; `cancel_after`: seconds from its acceptance, None to let it be."""

    key: str
    at: float
    path: str
    body: dict[str, Any]
    twice: bool
    cancel_after: float | None


class Part(StrEnum):
    """What can die."""

    WEB = "web"
    WORKER = "worker"
    REDIS = "redis"
    POSTGRES = "postgres"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Strike:
    """One blow. `which` draws among the processes of a part, `how` among its ways to die (both
    0 to 1); `seconds` is how long a network stays away."""

    part: Part
    which: float
    how: float
    seconds: float


def wishes(storm: Storm) -> list[list[Wish]]:
    """Each person's jobs in the order of their time; the first is a reduce, so that there is
    something to restore."""
    dice = random.Random(f"wishes {storm.seed}")
    shares: list[int] = [
        storm.jobs // storm.accounts + (number < storm.jobs % storm.accounts)
        for number in range(storm.accounts)
    ]
    return [_of_one(storm, dice, number, share) for number, share in enumerate(shares)]


def _of_one(storm: Storm, dice: random.Random, number: int, share: int) -> list[Wish]:
    moments = sorted(dice.uniform(0, storm.seconds * _ASKING) for _ in range(share))
    made: list[Wish] = []
    reduced: list[str] = []
    for index, at in enumerate(moments):
        restores = bool(reduced) and dice.random() < _RESTORES
        market = dice.choice(reduced if restores else MARKETS)
        if not restores:
            reduced.append(market)
        made.append(
            Wish(
                key=f"storm-{storm.seed}-{number}-{index}",
                at=at,
                path="/api/snapshots/restore" if restores else "/api/positions/reduce",
                body={
                    "market_type": market,
                    "percent": dice.choice(_RESTORED if restores else _PERCENTS),
                },
                twice=dice.random() < _TWICE,
                cancel_after=dice.uniform(0, _SLOWEST_CANCEL)
                if dice.random() < _CANCELLED
                else None,
            )
        )
    return made


def strikes(seed: int) -> Iterator[Strike]:
    """Without end. Dealt from a shuffled deck, so that even a short storm strikes every part;
    workers, which do the work, are in it twice."""
    dice = random.Random(f"strikes {seed}")
    deck = [*Part, Part.WORKER]
    while True:
        dice.shuffle(deck)
        for part in deck:
            yield Strike(part, dice.random(), dice.random(), dice.uniform(0.5, 3.0))
