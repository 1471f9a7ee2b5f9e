"""Look after what is due by the clock of a table, in a thread of each worker process.

Whoever looks tells in how many seconds the next look is due, and sleeps until then. Postgres wakes
it when there is something new (LISTEN/NOTIFY), its own process when it knows better; behind both
stands a slow poll.
"""

from __future__ import annotations

import math
import threading
from abc import ABC, abstractmethod

from dramatiq import Broker, Worker
from dramatiq.errors import BrokerConnectionError
from dramatiq.middleware import Middleware
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.logs import get_logger
from worker.listening import Listener

log = get_logger(__name__)

_AFTER_FAILURE = 0.5


class Looker(Middleware, ABC):
    """Starts with the worker process and ends with it."""

    def __init__(
        self, name: str, engine: Engine, channel: str, *, poll_seconds: float, heard_after: float
    ) -> None:
        """It looks at least every `poll_seconds`, and `heard_after` seconds after something was
        notified on `channel`."""
        self._name = name
        self._engine = engine
        self._channel = channel
        self._poll = poll_seconds
        self._heard_after = heard_after
        self._stop = threading.Event()
        self._wake = threading.Condition()
        self._next_look = 0.0
        self.threads: list[threading.Thread] = []

    @abstractmethod
    def pass_once(self) -> float:
        """One look; the seconds until the next."""

    def turn(self) -> float:
        """What is done while awake, a look at least; the seconds until the next."""
        return self.pass_once()

    def nudge(self, seconds: float) -> None:
        """Look again in so many seconds, if not sooner."""
        with self._wake:
            moment = clock.monotonic() + seconds
            if moment < self._next_look:
                self._next_look = moment
                self._wake.notify()

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        listener = Listener(
            self._engine,
            self._channel,
            lambda: self.nudge(self._heard_after),
            retry_seconds=self._poll,
        )
        targets = (("", self._run), ("-listen", lambda: listener.run(self._stop)))
        for suffix, target in targets:
            thread = threading.Thread(target=target, name=self._name + suffix, daemon=True)
            thread.start()
            self.threads.append(thread)

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._stop.set()
        self.nudge(0)

    def leave(self) -> None:
        """What its thread does last."""

    def _run(self) -> None:
        while not self._stop.is_set():
            pause = _AFTER_FAILURE
            # What is notified during the look shortens the sleep after it.
            with self._wake:
                self._next_look = math.inf
            try:
                pause = self.turn()
            except (SQLAlchemyError, RedisError, BrokerConnectionError, OSError) as error:
                # Postgres or the queue is away: again, for as long as it takes.
                log.warning("look.failed", by=self._name, error=type(error).__name__)
            except Exception:
                log.exception("look.failed", by=self._name)
            self._sleep(pause)
        self.leave()

    def _sleep(self, seconds: float) -> None:
        with self._wake:
            self._next_look = min(self._next_look, clock.monotonic() + seconds)
            while not self._stop.is_set():
                left = self._next_look - clock.monotonic()
                if left <= 0:
                    return
                self._wake.wait(left)
