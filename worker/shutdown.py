"""SIGTERM, heard once: finish the current step, hand the job back, let the process end.

A platform signals every process of a group, and Dramatiq's main process passes the signal on, so a
worker process gets it twice. Dramatiq takes the second one for "now": that would cut a step in two,
which is safe, but leaves the job waiting for its lease to end.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

from dramatiq import Broker
from dramatiq.middleware import Middleware


class HandBack(Middleware):
    """Sets `stopping` at the first SIGTERM and keeps the repeated ones from Dramatiq."""

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def after_process_boot(self, broker: Broker) -> None:  # noqa: ARG002
        stop_process = signal.getsignal(signal.SIGTERM)

        def once(number: int, frame: FrameType | None) -> None:
            if self.stopping.is_set():
                return
            self.stopping.set()
            if callable(stop_process):
                stop_process(number, frame)

        signal.signal(signal.SIGTERM, once)
