"""Who is here: the open sockets of this process, by person and by address."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator

from web.realtime.client import Client


class Room:
    """Changed in the loop's thread only; the counts may be read in any."""

    def __init__(self) -> None:
        self.people: dict[uuid.UUID, dict[Client, None]] = {}
        self.households: Counter[str] = Counter()
        self.size = 0

    def __iter__(self) -> Iterator[Client]:
        """Everybody, as of now."""
        return iter([client for theirs in self.people.values() for client in theirs])

    def of(self, user_id: uuid.UUID) -> list[Client]:
        """The person's sockets, the oldest first."""
        return list(self.people.get(user_id, ()))

    def counts(self) -> dict[uuid.UUID, int]:
        """How many sockets each person has."""
        return {user_id: len(theirs) for user_id, theirs in self.people.copy().items()}

    def add(self, client: Client) -> None:
        self.people.setdefault(client.visitor.user_id, {})[client] = None
        self.households[client.visitor.household] += 1
        self.size += 1

    def remove(self, client: Client) -> bool:
        """Whether it was here."""
        visitor = client.visitor
        theirs = self.people.get(visitor.user_id, {})
        if client not in theirs:
            return False
        del theirs[client]
        if not theirs:
            del self.people[visitor.user_id]
        self.households[visitor.household] -= 1
        if not self.households[visitor.household]:
            del self.households[visitor.household]
        self.size -= 1
        return True
