"""Keep the exchange's rules at hand: the first tap after a start, or after a quiet hour, must not
wait for thousands of instruments to be read."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware

from core.logs import get_logger
from exchange.outcomes import ExchangeError

log = get_logger(__name__)


class KeepWarm(Middleware):
    """Calls `refresh` when the worker process starts, and every so many seconds."""

    def __init__(self, refresh: Callable[[], object], every_seconds: float) -> None:
        self._refresh = refresh
        self._every = every_seconds
        self._stop = threading.Event()

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        threading.Thread(target=self._run, name="keep-warm", daemon=True).start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._refresh()
            except ExchangeError as error:
                # A job that needs the rules reads them itself, and tells what is wrong.
                log.warning("instruments.not_warm", error=type(error).__name__)
            except Exception:
                log.exception("instruments.not_warm")
            self._stop.wait(self._every)
