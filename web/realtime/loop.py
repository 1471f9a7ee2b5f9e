"""The sockets' loop: one asyncio loop in a thread of its own, and a few threads for its questions
to the database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.logs import get_logger

log = get_logger(__name__)
Found = TypeVar("Found")
AWAY = (SQLAlchemyError, RedisError, OSError)
"""Postgres or Redis is away, or was while it was asked."""
_ASKERS = 2


class Loop:
    """Begins with `start`, in whatever process that is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._askers: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, begin: Callable[[], None]) -> asyncio.AbstractEventLoop:
        """The running loop; `begin` is called in it at its start."""
        with self._lock:
            if self._loop is None:
                loop = asyncio.new_event_loop()
                self._askers = ThreadPoolExecutor(_ASKERS, thread_name_prefix="realtime-asks")
                self._thread = threading.Thread(
                    target=self._run, args=(loop,), name="realtime", daemon=True
                )
                self._thread.start()
                loop.call_soon_threadsafe(begin)
                self._loop = loop
            return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_forever()
        for task in list(self._tasks):
            task.cancel()
        loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        loop.close()

    def stop(self, seconds: float) -> None:
        """The end: what is under way is given up. Waits so long at most."""
        if self._loop is not None and self._thread is not None and self._askers is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._askers.shutdown(wait=False, cancel_futures=True)
            self._thread.join(seconds)

    @property
    def is_started(self) -> bool:
        return self._loop is not None

    async def ask(self, question: Callable[..., Found], *about: object) -> Found:
        """What a blocking question finds, asked in another thread."""
        return await asyncio.get_running_loop().run_in_executor(self._askers, question, *about)

    def spawn(self, deed: Coroutine[Any, Any, object]) -> None:
        """Do it beside everything else; its failure is told to the log."""
        task = asyncio.get_running_loop().create_task(_logged(deed))
        # A loop keeps only weak hold of its tasks.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def every(self, seconds: float, deed: Callable[[], Awaitable[object]]) -> None:
        """Do it again and again, each time so long after the former began, whatever becomes of
        it."""
        self.spawn(_again(seconds, deed))


async def _again(seconds: float, deed: Callable[[], Awaitable[object]]) -> None:
    while True:
        began = clock.monotonic()
        await _logged(deed())
        await asyncio.sleep(max(0.01, seconds - (clock.monotonic() - began)))


async def _logged(deed: Awaitable[object]) -> None:
    try:
        await deed
    except AWAY as error:
        log.warning("realtime.away", error=type(error).__name__)
    except Exception:
        log.exception("realtime.failed")
