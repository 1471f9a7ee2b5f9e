"""What a process loads at its start stays for as long as it lives."""

from __future__ import annotations

import gc

from dramatiq import Broker
from dramatiq.middleware import Middleware


class Loaded(Middleware):
    """Lets the garbage collector look past it: some 200,000 objects, over which a full collection
    holds up every thread for a tenth of a second (the same in web: gunicorn.conf.py)."""

    def after_process_boot(self, broker: Broker) -> None:  # noqa: ARG002
        gc.freeze()
