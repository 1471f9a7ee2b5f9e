"""Ring for jobs that nobody works on: abandoned by a dead worker, parked and due, never rung.

Runs in every worker process, in its own thread; running it twice at once only rings twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware
from sqlalchemy import func, update
from sqlalchemy.orm import Session, sessionmaker

from core.logs import get_logger
from models.outbox import OutboxRow
from trading.due import due_jobs

log = get_logger(__name__)


class Sweeper(Middleware):
    """Starts with the worker process and ends with it."""

    def __init__(
        self, sessions: sessionmaker[Session], ring: Callable[[str], object], seconds: float
    ) -> None:
        self._sessions = sessions
        self._ring = ring
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._thread.start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self.sweep()
            except Exception:
                # Postgres or Redis is away: the next round tries again, for as long as it takes.
                log.exception("sweep.failed")

    def sweep(self) -> int:
        """One round; how many jobs were rung for."""
        with self._sessions.begin() as session:
            jobs = due_jobs(session)
            for job_id in jobs:
                self._ring(str(job_id))
            if jobs:
                session.execute(
                    update(OutboxRow)
                    .where(OutboxRow.job_id.in_(jobs), OutboxRow.published_at.is_(None))
                    .values(published_at=func.now())
                )
        return len(jobs)
