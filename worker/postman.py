"""The postman: sends the mails that are owed, in every worker process, in its own thread.

No actor does it: a mail server that hangs would hold up threads that jobs need.
"""

from __future__ import annotations

import threading

from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware
from sqlalchemy.exc import SQLAlchemyError

from core.logs import get_logger
from identity.post import Post

log = get_logger(__name__)

_EVERY = 1.0


class Postman(Middleware):
    """Starts with the worker process and ends with it. Safe to run in several processes: they share
    the mails, row by row."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._stop = threading.Event()
        self.threads = [threading.Thread(target=self._run, name="postman", daemon=True)]

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        self.threads[0].start()

    def before_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        # A mail that is under way for long is not waited for: it is sent again.
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if self._post.send_next():
                    continue
            except SQLAlchemyError as error:
                log.warning("postman.failed", error=type(error).__name__)
            except Exception:
                log.exception("postman.failed")
            self._stop.wait(_EVERY)
