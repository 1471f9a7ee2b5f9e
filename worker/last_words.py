"""Before a worker process ends, spans and errors that wait are sent."""

from __future__ import annotations

from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware

from core import telemetry


class LastWords(Middleware):
    """After the last turn was given back."""

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        telemetry.end()
