"""The bot's bell: tells workers of updates to handle and messages to send.

Redis may lose a ring: what is still open is rung for again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from core.logs import get_logger
from core.queue_names import BOT_CHANNEL
from models import bot_delivery, bot_updates
from worker.looking import Looker

log = get_logger(__name__)

_IN_OTHER_HANDS = 0.02
Ring = Callable[[uuid.UUID], object]


@dataclass(frozen=True, slots=True)
class Rings:
    """Whom to ring for an update, and for a send."""

    update: Ring
    send: Ring


class BotBell(Looker):
    """Safe to run in several processes: each row is rung for by one, until it is due again."""

    def __init__(
        self,
        engine: Engine,
        sessions: sessionmaker[Session],
        rings: Rings,
        *,
        poll_seconds: float,
        again_seconds: float,
        also: Callable[[], float | None] = lambda: None,
    ) -> None:
        """`also` is called at each look: what is due by the clock and owes sends; it tells in how
        many seconds it wants to look again, if it does."""
        super().__init__("bot-bell", engine, BOT_CHANNEL, poll_seconds=poll_seconds, heard_after=0)
        self._sessions = sessions
        self._rings = rings
        self._again = again_seconds
        self._also = also

    def pass_once(self) -> float:
        """One look; the seconds until the next, at most one poll away."""
        waits = [self._look_also()]
        with self._sessions.begin() as session:
            updates = bot_updates.due(session, self._again)
            sends = bot_delivery.due(session, self._again)
            for row_id in updates:
                self._rings.update(row_id)
            for send_id in sends:
                self._rings.send(send_id)
            waits += [bot_updates.next_due(session), bot_delivery.next_due(session)]
        if len(sends) >= bot_delivery.BOT_SECOND:
            # More than that a bot may not send before: rings would only pile up.
            waits[-1] = 1.0
        soonest = min((wait for wait in waits if wait is not None), default=self._poll)
        # What is due and was not rung for is in other hands just now.
        return min(max(soonest + 0.001, _IN_OTHER_HANDS), self._poll)

    def _look_also(self) -> float | None:
        try:
            return self._also()
        except (OperationalError, PoolTimeout):
            raise
        except Exception:
            # Approvals do not wait for a defect of broadcasts.
            log.exception("bot.also_failed")
            return None
