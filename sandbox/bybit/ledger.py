"""The append-only ledger: what really happened, for whoever wants to check a client's books."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

Entry = dict[str, Any]


class Ledger:
    """Entries numbered from 1."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

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
        return entry

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
