"""What is owed, and what is struck when: pure functions of the seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop_before"},
    {"kind": "accept_then_drop"},
    {"kind": "http_status", "code": 502},
    {"kind": "accept_then_5xx", "code": 502},
    {"kind": "too_many", "retry_after": 1},
    {"kind": "too_many", "retry_after": 1},
)
_EDITED = _PINNED = 10


@dataclass(frozen=True, slots=True)
class Storm:
    """How much and how hard. `strikes`: how many at most; `between`: seconds from one to the next;
    `latency_ms`: how long Telegram takes for each call; `redis_each`: every so many-th strike Redis
    is killed too; `fault_chance`: of a strike, that a call goes wrong too. `lost_seconds`,
    `timeout_seconds`: other ones than the worker's own."""

    seed: int
    messages: int = 500
    chats: int = 50
    workers: int = 2
    strikes: int | None = None
    between: float = 1.0
    latency_ms: int = 100
    redis_each: int = 5
    fault_chance: float = 0.25
    lost_seconds: float | None = None
    timeout_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """One message; a few are edited, and a few pinned, once they stand."""

    number: int
    chat: int
    edited: bool
    pinned: bool

    @property
    def text(self) -> str:
        return f"message {self.number}"

    @property
    def new_text(self) -> str:
        return f"message {self.number}, edited"


@dataclass(frozen=True, slots=True)
class Strike:
    """One blow: `worker` is killed, perhaps Redis too; `fault` befalls the next message."""

    worker: int
    redis: bool
    emptied: bool
    fault: dict[str, Any] | None


def wishes(storm: Storm) -> list[Wish]:
    """By turns to each chat (from 0)."""
    return [
        Wish(
            number,
            number % storm.chats,
            edited=number % _EDITED == 3,
            pinned=number % _PINNED == 7,
        )
        for number in range(storm.messages)
    ]


def strikes(storm: Storm) -> Iterator[Strike]:
    """Without end."""
    dice = random.Random(f"sends {storm.seed}")
    number = 0
    while True:
        number += 1
        yield Strike(
            dice.randrange(storm.workers),
            number % storm.redis_each == 0,
            dice.random() < 0.5,
            dice.choice(_FAULTS) if dice.random() < storm.fault_chance else None,
        )
