"""A worker process ends in time, whatever hangs beside its turns."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from dramatiq import Worker
from sqlalchemy import Engine

from core.settings import Settings
from models.sessions import make_engine, make_sessions
from tests.stack import wait_for
from worker.broker import make_broker
from worker.last_words import BESIDE_SECONDS, LastWords
from worker.looking import Looker
from worker.roster import Roster


class Hung(Looker):
    """Its look lasts until the test's end, as where the database does not answer."""

    def __init__(self, engine: Engine, over: threading.Event) -> None:
        super().__init__("hung", engine, "nothing", poll_seconds=60, heard_after=0)
        self.looks = threading.Event()
        self._over = over

    def pass_once(self) -> float:
        self.looks.set()
        self._over.wait(60)
        return 60


@pytest.fixture
def narrow(database_url: str) -> Iterator[Engine]:
    """An engine whose pool is used up at once: one connection, and two more."""
    made = make_engine(database_url, pool_size=1)
    yield made
    made.dispose()


@pytest.fixture
def over() -> Iterator[threading.Event]:
    made = threading.Event()
    yield made
    made.set()


def test_threads_that_hang_and_a_used_up_pool_hold_nobody_up(
    settings: Settings, engine: Engine, narrow: Engine, over: threading.Event
) -> None:
    roster = Roster(make_sessions(narrow), threading.Event(), seconds=60)
    hung = [Hung(engine, over) for _ in range(3)]
    broker = make_broker(settings, *hung, roster, LastWords(*hung, roster))
    worker = Worker(broker, worker_threads=1)
    worker.start()
    try:
        wait_for(lambda: all(one.looks.is_set() for one in hung))
        wait_for(lambda: narrow.pool.status().count("in pool: 1") == 1)
        with ExitStack() as turns:
            for _ in range(3):
                turns.enter_context(narrow.connect())
            begun = time.monotonic()
            broker.emit_before("worker_shutdown", worker)
            assert time.monotonic() - begun < 1, "what hangs keeps others from hearing of it"
            broker.emit_after("worker_shutdown", worker)
            assert time.monotonic() - begun < BESIDE_SECONDS + 2
    finally:
        over.set()
        worker.stop(timeout=5000)
        broker.client.close()
