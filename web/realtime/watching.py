"""Operators who watch the workers: one look a tick for all of them, and none while nobody does."""

from __future__ import annotations

import uuid

from core.problems import Problem
from web.realtime.client import Client
from web.realtime.loop import Loop
from web.realtime.messages import text_frame
from web.realtime.records import Records
from web.realtime.room import Room


class Watching:
    """All in the loop's thread."""

    def __init__(self, loop: Loop, room: Room, records: Records) -> None:
        self._loop = loop
        self._room = room
        self._records = records

    async def begin(self, client: Client) -> None:
        """Tell it how things stand, now and from now on. Raises Problem (403) `forbidden`."""
        client.watches = True
        if client.visitor.user_id not in await self._tell([client]):
            raise Problem("forbidden", 403)

    async def send(self) -> None:
        """To everybody who watches; whoever may no longer is told nothing more."""
        watchers = [client for client in self._room if client.watches]
        if watchers:
            await self._tell(watchers)

    async def _tell(self, watchers: list[Client]) -> set[uuid.UUID]:
        """Those of their people who may know."""
        people = {client.visitor.user_id for client in watchers}
        operators, picture = await self._loop.ask(self._records.picture, people)
        frame = text_frame(b'{"type":"workers","data":%b}' % picture)
        for client in watchers:
            # It may have looked away meanwhile.
            client.watches = client.watches and client.visitor.user_id in operators
            if client.watches:
                client.send_frame(frame)
        return operators
