"""How a worker process ends.

Dramatiq asks each middleware in turn, before it waits for the turns under way, and after. What runs
beside the turns only hears before that it shall stop, so it ends while they do; after them all of
it together is waited for, shortly. Then spans and errors that wait are sent.

From SIGTERM on: a second until Dramatiq's process looks, half of one for the metrics' port, twice
`--worker-shutdown-timeout` at most (for turns, then for consumers), and what is named here.
Platforms kill after 30 s.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

from dramatiq import Broker, Worker
from dramatiq.middleware import Middleware

from core import clock, telemetry

BESIDE_SECONDS = 2.0
"""For all threads beside the turns; one that hangs ends with the process."""


class Beside(Protocol):
    """What runs beside the turns, and ends soon after it was told to."""

    @property
    def threads(self) -> Sequence[threading.Thread]: ...


class LastWords(Middleware):
    """After the last turn was given back."""

    def __init__(self, *beside: Beside) -> None:
        self._beside = beside

    def after_worker_shutdown(self, broker: Broker, worker: Worker) -> None:  # noqa: ARG002
        until = clock.monotonic() + BESIDE_SECONDS
        for one in self._beside:
            for thread in one.threads:
                thread.join(max(0.0, until - clock.monotonic()))
        telemetry.end()
