"""The heartbeat: one thread of a process renews the leases of the turns under way in it.

A frozen or killed process renews nothing, so its jobs are free after one lease. A turn that made
no step of its own for long is not renewed either: it hangs, and another worker does better.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.logs import get_logger
from trading.lease import Lease, renew_all

log = get_logger(__name__)

_HUNG_SECONDS = 60.0


class Heartbeat:
    """`with heartbeat.of(lease)` around a turn; the thread runs while there are any."""

    def __init__(self, sessions: sessionmaker[Session], lease_seconds: float) -> None:
        self._sessions = sessions
        self._pause = lease_seconds / 3
        self._leases: set[Lease] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def of(self, lease: Lease) -> Iterator[None]:
        with self._changed:
            self._leases.add(lease)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._leases.discard(lease)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._leases:
                    self._changed.wait()
            clock.pause(self._pause)
            with self._changed:
                now = clock.monotonic()
                alive = [item for item in self._leases if now - item.touched < _HUNG_SECONDS]
            if not alive:
                continue
            try:
                renew_all(self._sessions, alive)
            except SQLAlchemyError as error:
                # Postgres is away: the turns find out by themselves, and the leases run out.
                log.warning("heartbeat.failed", error=type(error).__name__)
