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
from models.worker_processes import BEAT_SECONDS

log = get_logger(__name__)


def process_name(process: uuid.UUID) -> str:
    """Host, process number, and what tells it from one that had both before: in a container that
    was started again they are the same. Of a long host name the end, which is what differs."""
    return f"{socket.gethostname()[-30:]}:{os.getpid()}:{process.hex[:8]}"


class Roster(Middleware):
    """`drained` is set while the process shall take nothing new; what it works on it ends. While
    the database is away it stays as it was. `name` is what the owners of its leases begin with."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        drained: threading.Event,
        *,
        seconds: float = BEAT_SECONDS,
    ) -> None:
        self._sessions = sessions
        self._drained = drained
        self._seconds = seconds
        self._process = uuid.uuid4()
        self.name = process_name(self._process)
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
            drained = worker_processes.beat(session, self._process, self.name, self._threads)
        if drained != self._drained.is_set():
            log.info("worker.drained" if drained else "worker.takes_work")
            if drained:
                self._drained.set()
            else:
                self._drained.clear()
