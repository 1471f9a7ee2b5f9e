"""Faults on order: what goes wrong, for which calls, how often."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = {
    "drop_before": "close the connection, do nothing",
    "accept_then_drop": "do it, then close the connection without an answer",
    "http_status": "answer HTTP `code` (502) without JSON, do nothing",
    "accept_then_5xx": "do it, then answer HTTP `code` (502)",
    "too_many": "answer 429 with `retry_after` (1), do nothing",
    "refuse": "answer `code` (400) with `description`, do nothing",
    "delay": "wait `ms`, then do it",
    "deliver_twice": "hand the bot's next update out once more after it was confirmed",
}


@dataclass(slots=True)
class Fault:
    """`match`: bot_id, method, chat_id; all that are given must fit. `count` -1 is for ever."""

    id: int
    kind: str
    match: Mapping[str, str]
    count: int = 1
    ms: int = 0
    code: int = 0
    retry_after: int = 1
    description: str = "Bad Request: fault"
    hits: int = 0


@dataclass(slots=True)
class Faults:
    """The faults in force."""

    _faults: list[Fault] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, body: Mapping[str, Any]) -> Fault:
        kind = body.get("kind")
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
        given = {
            name: body[name]
            for name in ("count", "ms", "code", "retry_after", "description")
            if name in body
        }
        match = {str(name): str(value) for name, value in (body.get("match") or {}).items()}
        fault = Fault(next(self._ids), str(kind), match, **given)
        self._faults.append(fault)
        return fault

    def clear(self, bot_id: int | None = None) -> None:
        """All, or those that are bound to one bot."""
        self._faults = [
            fault
            for fault in self._faults
            if bot_id is not None and fault.match.get("bot_id") != str(bot_id)
        ]

    def describe(self) -> list[dict[str, Any]]:
        return [
            {"id": fault.id, "kind": fault.kind, "count": fault.count, "hits": fault.hits}
            for fault in self._faults
        ]

    def take(self, facts: Mapping[str, str], *kinds: str) -> Fault | None:
        """The first fault of these kinds that fits, used up by one."""
        for fault in self._faults:
            if fault.kind not in kinds or fault.count == 0:
                continue
            if any(facts.get(name, "") != wanted for name, wanted in fault.match.items()):
                continue
            if fault.count > 0:
                fault.count -= 1
            fault.hits += 1
            return fault
        return None
