"""The append-only ledger: what really happened, for whoever wants to check a client's books."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

Entry = dict[str, Any]


class Ledger:
    """Entries numbered from 1. Subscribers see each entry as it is written (streams to come)."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._subscribers: list[Callable[[Entry], None]] = []

    def append(self, kind: str, uid: int, **fields: Any) -> Entry:
        entry: Entry = {
            "seq": len(self._entries) + 1,
            "time": int(time.time() * 1000),
            "uid": uid,
            "type": kind,
            **{
                name: str(value) if isinstance(value, Decimal) else value
                for name, value in fields.items()
            },
        }
        self._entries.append(entry)
        for subscriber in self._subscribers:
            subscriber(entry)
        return entry

    def subscribe(self, subscriber: Callable[[Entry], None]) -> None:
        self._subscribers.append(subscriber)

    def read(self, uid: int | None, after: int, limit: int) -> list[Entry]:
        """Entries after a number, of one account or of all."""
        found = []
        for entry in self._entries[max(0, after) :]:
            if uid is None or entry["uid"] == uid:
                found.append(entry)
                if len(found) >= limit:
                    break
        return found

    def dump(self) -> list[Entry]:
        return self._entries

    def load(self, entries: list[Entry]) -> None:
        self._entries = entries
