"""This worker process among the others: it says that it lives, and hears when it is drained."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import uuid

from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from core.logs import get_logger
from models import worker_processes

log = get_logger(__name__)


def process_name() -> str:
    """Host and process number: what the owners of its leases begin with."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}"


class Roster(Middleware):
    """`drained` is set while the process shall take nothing new; what it works on it ends. While
    the database is away it stays as it was."""

    def __init__(
        self, sessions: sessionmaker[Session], drained: threading.Event, *, seconds: float
    ) -> None:
        self._sessions = sessions
        self._drained = drained
        self._seconds = seconds
        self._process = uuid.uuid4()
        self._threads = 0
        self._stop = threading.Event()
        self.threads: list[threading.Thread] = []

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._threads = worker.worker_threads
        thread = threading.Thread(target=self._run, name="roster", daemon=True)
        thread.start()
        self.threads.append(thread)

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.beat()
            except SQLAlchemyError as error:
                log.warning("roster.failed", error=type(error).__name__)
            self._stop.wait(self._seconds)
        # Here, where nobody waits for it: turns under way may have all connections of the pool.
        with contextlib.suppress(SQLAlchemyError), self._sessions.begin() as session:
            worker_processes.leave(session, self._process)

    def beat(self) -> None:
        """One heartbeat, and what it brings. Raises SQLAlchemyError."""
        with self._sessions.begin() as session:
            drained = worker_processes.beat(session, self._process, process_name(), self._threads)
        if drained != self._drained.is_set():
            log.info("worker.drained" if drained else "worker.takes_work")
            if drained:
                self._drained.set()
            else:
                self._drained.clear()
