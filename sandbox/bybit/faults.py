"""Faults on order: what goes wrong, for which requests, how often."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.bybit.errors import bad_request

KINDS = {
    "accept_then_drop": "execute, then close the connection without an answer",
    "drop_before": "close the connection, execute nothing",
    "delay": "wait `ms`, then execute",
    "delay_after": "execute, wait `ms`, then answer",
    "http_status": "answer HTTP `code` (503), execute nothing",
    "ban": "answer HTTP `code` (403, or 429) to this and to every call of its address for `ms`",
    "accept_then_5xx": "execute, then answer HTTP `code` (502)",
    "ret_code": "answer retCode `code` (10016), execute nothing; 10006 resets in `ms` (200)",
    "accept_then_ret_code": "execute, then answer retCode `code` (10016)",
    "partial_fill": "fill `ratio` of an order at once; the rest stays or goes as its kind says",
    "cancel_remainder": "fill `ratio` of an order at once, cancel the rest whatever its kind",
    "cancel_all": "fill nothing of an order, cancel it",
    "reject": "refuse an order with `code` (110007)",
    "stale_reads": "look-ups of orders and executions leave out what is younger than `ms`",
    "disconnect_stream": "cut the account's open streams now, or its next one at sign-in",
}


@dataclass(slots=True)
class Fault:
    """`match`: path, address, api_key, category, symbol, order_link_id (prefix); all that are given
    must fit. `count` -1 is for ever; the first `skip` matches pass; of the others each is struck
    with probability `chance` (0 to 1), drawn from dice of the fault's own `seed`."""

    id: int
    kind: str
    match: Mapping[str, str]
    count: int = 1
    skip: int = 0
    ms: int = 0
    code: int = 0
    ratio: Decimal = Decimal("0.5")
    chance: Decimal = Decimal(1)
    dice: random.Random = field(default_factory=lambda: random.Random(1))
    hits: int = 0

    def describe(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "match": dict(self.match),
            "count": self.count,
            "skip": self.skip,
            "chance": str(self.chance),
            "hits": self.hits,
        }


@dataclass(slots=True)
class Faults:
    """The faults in force."""

    _faults: list[Fault] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, body: Mapping[str, Any]) -> Fault:
        kind = body.get("kind")
        if kind not in KINDS:
            raise bad_request(f"kind must be one of {', '.join(sorted(KINDS))}")
        chance = Decimal(str(body.get("chance", "1")))
        if not 0 <= chance <= 1:
            raise bad_request("chance must be between 0 and 1")
        fault = Fault(
            id=next(self._ids),
            kind=kind,
            match={str(k): str(v) for k, v in (body.get("match") or {}).items()},
            count=int(body.get("count", 1)),
            skip=int(body.get("skip", 0)),
            ms=int(body.get("ms", 0)),
            code=int(body.get("code", 0)),
            ratio=Decimal(str(body.get("ratio", "0.5"))),
            chance=chance,
            dice=random.Random(int(body.get("seed", 1))),
        )
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def lift(self, number: int) -> None:
        """One alone; those of other callers stay."""
        self._faults = [fault for fault in self._faults if fault.id != number]

    def describe(self) -> list[dict[str, Any]]:
        return [fault.describe() for fault in self._faults]

    def take(self, facts: Mapping[str, str], *kinds: str) -> Fault | None:
        """The first fault of these kinds that fits, used up by one."""
        for fault in self._faults:
            if fault.kind not in kinds or fault.count == 0 or not _fits(fault, facts):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.chance < 1 and fault.dice.random() >= fault.chance:
                continue
            if fault.count > 0:
                fault.count -= 1
            fault.hits += 1
            return fault
        return None

    @property
    def any(self) -> bool:
        return bool(self._faults)


def _fits(fault: Fault, facts: Mapping[str, str]) -> bool:
    for name, wanted in fault.match.items():
        have = facts.get(name, "")
        if name == "order_link_id":
            if not have.startswith(wanted):
                return False
        elif have != wanted:
            return False
    return True
