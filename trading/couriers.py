"""Several calls to the exchange at once: the first on this thread, the others beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from core import tracing

_THREADS = 16


class Couriers:
    """One per process; its threads start when first needed. What they carry must not use them
    again, or all could wait for each other."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="courier")

    def all(self, acts: Sequence[Callable[[], Any]]) -> list[Any]:
        """The results in the order given. Raises what the first of them that failed raised, once
        all have come to their end."""
        if not acts:
            return []
        others: list[Future[Any]] = [self._pool.submit(tracing.carried(act)) for act in acts[1:]]
        try:
            try:
                first = acts[0]()
            finally:
                wait(others)
            return [first, *map(Future.result, others)]
        finally:
            # A future holds its error, the error this frame: together they would stay, with the
            # key that was worked with, until the garbage collector comes by.
            others.clear()
