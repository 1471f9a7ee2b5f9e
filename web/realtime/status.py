"""How things stand, told to everybody each second: the same for all, but for the person's own
day."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import date

from redis.exceptions import RedisError

from core import clock
from core.logs import get_logger
from trading.today import Today
from web.realtime.loop import AWAY, Loop
from web.realtime.messages import text_frame
from web.realtime.presence import BEAT_SECONDS, Crowd, Roll
from web.realtime.records import Figures, Records
from web.realtime.room import Room

log = get_logger(__name__)
_NOTHING = Today()
_SENT_EVER_SECONDS = 60.0
_DAYS_SECONDS = 5.0
_AT_ONCE = 500


class Status:
    """Made of what is asked at most every few seconds. All in the loop's thread."""

    def __init__(self, loop: Loop, room: Room, records: Records, roll: Roll) -> None:
        self._loop = loop
        self._room = room
        self._records = records
        self._roll = roll
        self._figures: Figures | None = None
        self._sent_ever = 0
        self._counted_at = float("-inf")
        self._crowd = Crowd()
        self._called: dict[uuid.UUID, int] = {}
        self._called_at = float("-inf")
        self._days: dict[uuid.UUID, bytes] = {}
        self._stale: set[uuid.UUID] = set()
        self._asked_at = float("-inf")
        self._day: date | None = None

    async def send(self) -> None:
        """One status to each of whom all is known."""
        if self._figures is None:
            return
        common = _inside(self._common(self._figures))
        frames: dict[bytes, bytes] = {}
        for user_id, clients in list(self._room.people.items()):
            own = self._days.get(user_id)
            if own is None:
                continue
            if own not in frames:
                frames[own] = text_frame(b'{"type":"status","data":{%b,%b}}' % (common, own))
            for client in list(clients):
                if client.greeted:
                    client.send_frame(frames[own])

    def _common(self, figures: Figures) -> dict[str, object]:
        began = min(self._crowd.began_ms or self._roll.began_ms, self._roll.began_ms)
        return {
            "running": figures.running,
            "uptime": max(0, clock.now_ms() - began) // 1000,
            "activeUsers": len(self._crowd.people | self._room.people.keys()),
            "messagesProcessed": self._sent_ever,
            "alertsSent": figures.sent_today,
            "queueDepth": figures.queue_depth,
            "workers": self._crowd.workers,
        }

    def changed(self, user_id: uuid.UUID) -> None:
        """The person's day has to be asked for anew."""
        self._stale.add(user_id)

    # -- asking -----------------------------------------------------------------------------------

    async def ask_figures(self) -> None:
        if not self._room.size:
            self._figures = None
            return
        try:
            if clock.monotonic() - self._counted_at >= _SENT_EVER_SECONDS:
                self._sent_ever = await self._loop.ask(self._records.sent_ever)
                self._counted_at = clock.monotonic()
            self._figures = await self._loop.ask(self._records.figures)
        except AWAY:
            # Nothing is sent to the exchange without the database.
            if self._figures is not None:
                self._figures = replace(self._figures, running=False)
            raise

    async def ask_days(self) -> None:
        """Of those who came, at once; every few seconds of those whose jobs changed, and of all
        when a new day has begun."""
        people, now = self._room.people, clock.monotonic()
        self._days = {one: told for one, told in self._days.items() if one in people}
        wanted = [one for one in people if one not in self._days]
        if now - self._asked_at >= _DAYS_SECONDS:
            self._asked_at = now
            today = clock.utcnow().date()
            wanted += people if today != self._day else self._stale & self._days.keys()
            self._day, self._stale = today, set()
        for first in range(0, len(wanted), _AT_ONCE):
            some = wanted[first : first + _AT_ONCE]
            try:
                found = await self._loop.ask(self._records.days, some)
            except AWAY:
                self._stale.update(wanted[first:])
                raise
            self._days |= {one: _told(found.get(one, _NOTHING)) for one in some}

    async def call_the_roll(self) -> None:
        """Every few seconds, and when somebody came or went here."""
        here, now = self._room.counts(), clock.monotonic()
        if here == self._called and now - self._called_at < BEAT_SECONDS:
            return
        self._called, self._called_at = here, now
        try:
            self._crowd = await self._loop.ask(self._roll.call, here)
        except (RedisError, OSError) as error:
            log.warning("realtime.alone", error=type(error).__name__)
            self._crowd = Crowd()


def _told(day: Today) -> bytes:
    """The seed's fields; money is a JSON number there."""
    last = day.last_trade
    return _inside(
        {
            "sessionPnL": float(day.pnl),
            "sessionTrades": day.trades,
            "lastTrade": None if last is None else clock.to_ms(last),
        }
    )


def _inside(fields: dict[str, object]) -> bytes:
    """The fields without the braces around them."""
    return json.dumps(fields, separators=(",", ":"))[1:-1].encode()
