"""How things stand, told to everybody each second: the same for all, but for the person's own
day."""

from __future__ import annotations

import json
import uuid
from datetime import date

from redis.exceptions import RedisError

from core import clock
from core.logs import get_logger
from trading.today import Today
from web.realtime.loop import Loop
from web.realtime.messages import text_frame
from web.realtime.presence import BEAT_SECONDS, Crowd, Roll
from web.realtime.records import Figures, Records
from web.realtime.room import Room

log = get_logger(__name__)
_NOTHING = Today()
_SENT_EVER_SECONDS = 60.0
_AT_ONCE = 500


class Status:
    """Made of what is asked at most every few seconds. All in the loop's thread."""

    def __init__(self, loop: Loop, room: Room, records: Records, roll: Roll) -> None:
        self._loop = loop
        self._room = room
        self._records = records
        self._roll = roll
        self._figures = Figures(running=False, queue_depth=0, sent_today=0)
        self._sent_ever = 0
        self._counted_at = float("-inf")
        self._crowd = Crowd()
        self._called: dict[uuid.UUID, int] = {}
        self._called_at = float("-inf")
        self._days: dict[uuid.UUID, bytes] = {}
        self._stale: set[uuid.UUID] = set()
        self._day: date | None = None

    async def send(self) -> None:
        """One status to each."""
        if not self._room.size:
            return
        common = _inside(self._common())
        frames: dict[bytes, bytes] = {}
        for user_id, clients in list(self._room.people.items()):
            own = self._days.get(user_id, _OF_NOTHING)
            if own not in frames:
                frames[own] = text_frame(b'{"type":"status","data":{%b,%b}}' % (common, own))
            for client in list(clients):
                if client.greeted:
                    client.send_frame(frames[own])

    def _common(self) -> dict[str, object]:
        began = min(self._crowd.began_ms or self._roll.began_ms, self._roll.began_ms)
        return {
            "running": self._figures.running,
            "uptime": max(0, clock.now_ms() - began) // 1000,
            "activeUsers": len(self._crowd.people | self._room.people.keys()),
            "messagesProcessed": self._sent_ever,
            "alertsSent": self._figures.sent_today,
            "queueDepth": self._figures.queue_depth,
            "workers": self._crowd.workers,
        }

    def changed(self, user_id: uuid.UUID) -> None:
        """The person's day has to be asked for anew."""
        self._stale.add(user_id)

    # -- asking -----------------------------------------------------------------------------------

    async def ask_figures(self) -> None:
        if not self._room.size:
            return
        try:
            self._figures = await self._loop.ask(self._records.figures)
        except Exception:
            # Nothing is sent to the exchange without the database.
            self._figures = Figures(
                running=False,
                queue_depth=self._figures.queue_depth,
                sent_today=self._figures.sent_today,
            )
            raise
        if clock.monotonic() - self._counted_at >= _SENT_EVER_SECONDS:
            self._sent_ever = await self._loop.ask(self._records.sent_ever)
            self._counted_at = clock.monotonic()

    async def ask_days(self) -> None:
        """Of those whose jobs changed, or who came; of all when a new day has begun."""
        today = clock.utcnow().date()
        if today != self._day:
            self._day = today
            self._stale.update(self._room.people)
        here = [user_id for user_id in self._stale if user_id in self._room.people][:_AT_ONCE]
        if len(here) < _AT_ONCE:
            self._stale.clear()
        else:
            self._stale.difference_update(here)
        self._days = {
            user_id: told for user_id, told in self._days.items() if user_id in self._room.people
        }
        if here:
            found = await self._loop.ask(self._records.days, here)
            self._days |= {user_id: _told(found.get(user_id, _NOTHING)) for user_id in here}

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


_OF_NOTHING = _told(_NOTHING)
