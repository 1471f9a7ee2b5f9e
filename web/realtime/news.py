"""Durable events: each client gets each of its events once and in order, or is told to reload."""

from __future__ import annotations

import asyncio
import uuid

from core.logs import get_logger
from models.events import Ack, Event
from web.realtime.client import Client
from web.realtime.closing import Code
from web.realtime.loop import AWAY, Loop
from web.realtime.messages import encoded, event_message, text_frame
from web.realtime.records import Records
from web.realtime.room import Room

log = get_logger(__name__)
_BATCH = 500
_MISSED = 50
_ENOUGH_UNSENT = 64 * 1024
_PAUSE = 0.05
_RELOAD = encoded({"type": "reload"})


class News:
    """One look at the table serves everybody here. All in the loop's thread."""

    def __init__(self, loop: Loop, room: Room, records: Records) -> None:
        self._loop = loop
        self._room = room
        self._records = records
        self._looking = asyncio.Lock()
        self._rung = False
        self._epoch: str | None = None
        self._last = 0
        self._acks: dict[uuid.UUID, Ack] = {}

    def ring(self) -> None:
        """Look soon; however often it rings meanwhile, once."""
        if not self._rung:
            self._rung = True
            self._loop.spawn(self.look())

    async def look(self) -> None:
        """Send what is new since the last look. While nobody is here nothing is asked, and the
        next comer begins with the newest."""
        async with self._looking:
            self._rung = False
            if self._room.size:
                await self._look()
            else:
                self._epoch = None

    async def _look(self) -> None:
        if self._epoch is None:
            found = await self._loop.ask(self._records.stream)
            self._epoch, self._last = found.epoch, found.last
            return
        while True:
            new = await self._loop.ask(self._records.events_after, self._last, _BATCH)
            for event in new:
                self._last = event.id
                self._send(event)
            if len(new) < _BATCH:
                return

    async def compare(self) -> None:
        """Whether it is still the same stream: not after an older state of the database came
        back. Then everybody loads anew."""
        async with self._looking:
            if self._epoch is None:
                return
            found = await self._loop.ask(self._records.stream)
            if found.epoch == self._epoch and found.last >= self._last:
                return
            self._epoch, self._last = found.epoch, found.last
            for client in self._room:
                client.position = client.began_after = self._last
                client.send(_RELOAD)

    def _send(self, event: Event) -> None:
        frame = text_frame(_payload(event))
        for client in self._room if event.user_id is None else self._room.of(event.user_id):
            # One that is catching up comes to it by itself.
            if not client.catching_up and client.position < event.id:
                client.position = event.id
                client.send_frame(frame)

    async def resume(self, client: Client, after: int | None, epoch: str | None) -> None:
        """Say hello; and send all after that event, or `reload` where some of it is not there any
        more, or never was. Without an event it goes on with what comes."""
        async with client.turn:
            client.catching_up = True
            try:
                await self._begin(client, after, epoch)
                while client.is_open and client.position < self._last:
                    await self._catch_up(client)
            except AWAY as error:
                # It would miss what is between: it comes again, and says where it was.
                log.warning("realtime.away", error=type(error).__name__)
                client.close(Code.TRY_LATER)
                return
            client.catching_up = False

    async def _begin(self, client: Client, after: int | None, epoch: str | None) -> None:
        if self._epoch is None or (after is not None and after > self._last):
            # Another process may have sent what this one has not seen yet.
            async with self._looking:
                await self._look()
        resumed = after is not None and await self._is_there(after, epoch)
        client.position = self._last if after is None or not resumed else after
        client.began_after = client.position
        hello = {
            "type": "hello",
            "epoch": self._epoch,
            "last": self._last,
            "resumed": resumed,
        }
        client.greeted = True
        client.send(encoded(hello))
        if after is not None and not resumed:
            client.send(_RELOAD)

    async def _is_there(self, after: int, epoch: str | None) -> bool:
        """Whether all of this stream after that event is still kept."""
        found = await self._loop.ask(self._records.stream)
        return epoch in (None, found.epoch) and found.trimmed_to <= after <= self._last

    async def _catch_up(self, client: Client) -> None:
        """One batch, once the former has been read."""
        if client.unsent > _ENOUGH_UNSENT:
            await asyncio.sleep(_PAUSE)
            return
        upto = self._last
        missed = await self._loop.ask(
            self._records.missed, client.visitor.user_id, client.position, upto, _MISSED
        )
        for event in missed:
            client.position = event.id
            client.send(_payload(event))
        if len(missed) < _MISSED:
            client.position = upto

    # -- what has arrived -------------------------------------------------------------------------

    def acked(self, client: Client, event_id: int) -> None:
        """The client has all up to this event; an id that was not sent to it yet is cut down."""
        user_id, upto = client.visitor.user_id, min(event_id, client.position)
        if upto <= client.began_after:
            return
        known = self._acks.get(user_id)
        if known is None or known.acked < upto:
            since = client.began_after
            if known is not None and since <= known.acked:
                since = min(since, known.since)
            self._acks[user_id] = Ack(since, upto)

    async def keep_acks(self) -> None:
        """Write down what arrived since the last time."""
        acks, self._acks = self._acks, {}
        if acks:
            await self._loop.ask(self._records.keep_acks, acks)


def _payload(event: Event) -> bytes:
    return encoded(event_message(event.id, event.kind, event.data))
