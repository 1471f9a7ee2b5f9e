"""The bot's bell: tells workers of updates to handle and messages to send, in every worker process,
in its own thread. Postgres wakes it when there is something new; behind that stands a slow poll.

Redis may lose a ring: what is still open is rung for again.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.logs import get_logger
from core.queue_names import BOT_CHANNEL
from models import bot_delivery, bot_updates
from worker.listening import Listener

log = get_logger(__name__)

_AFTER_FAILURE = 0.5
_IN_OTHER_HANDS = 0.02
Ring = Callable[[uuid.UUID], object]


@dataclass(frozen=True, slots=True)
class Rings:
    """Whom to ring for an update, and for a send."""

    update: Ring
    send: Ring


class BotBell(Middleware):
    """Starts and ends with the worker process. Safe to run in several: each row is rung for by
    one, until it is due again."""

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
        self._engine = engine
        self._sessions = sessions
        self._rings = rings
        self._poll = poll_seconds
        self._again = again_seconds
        self._also = also
        self._stop = threading.Event()
        self._wake = threading.Condition()
        self._next_look = 0.0
        self._threads: list[threading.Thread] = []

    def nudge(self, seconds: float) -> None:
        """Look again in so many seconds, if not sooner."""
        with self._wake:
            moment = clock.monotonic() + seconds
            if moment < self._next_look:
                self._next_look = moment
                self._wake.notify()

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        listener = Listener(
            self._engine, BOT_CHANNEL, lambda: self.nudge(0), retry_seconds=self._poll
        )
        targets = (("bot-bell", self._run), ("bot-listen", lambda: listener.run(self._stop)))
        for name, target in targets:
            thread = threading.Thread(target=target, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._stop.set()
        self.nudge(0)
        for thread in self._threads:
            thread.join(timeout=3)

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

    def _run(self) -> None:
        while not self._stop.is_set():
            pause = _AFTER_FAILURE
            # What is notified during the look shortens the sleep after it.
            with self._wake:
                self._next_look = clock.monotonic() + self._poll
            try:
                pause = self.pass_once()
            except (SQLAlchemyError, RedisError, OSError) as error:
                log.warning("bot.bell_failed", error=type(error).__name__)
            except Exception:
                log.exception("bot.bell_failed")
            self._sleep(pause)

    def _sleep(self, seconds: float) -> None:
        with self._wake:
            self._next_look = min(self._next_look, clock.monotonic() + seconds)
            while not self._stop.is_set():
                left = self._next_look - clock.monotonic()
                if left <= 0:
                    return
                self._wake.wait(left)
