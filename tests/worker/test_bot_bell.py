"""The bell rings at once for what is new, and again for what a lost ring left open. One process
of all asks Telegram for updates."""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Callable, Iterator

import pytest
from dramatiq import Worker
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from bot.handling import handle
from core import clock
from core.redis_patience import quick_redis
from core.settings import Settings
from core.tallies import Tallies
from models import bot_sends, bot_updates
from models.bot_updates import BotUpdate
from tests.bots import BotUnderTest
from trading.desk import Desk
from worker.bot_bell import BotBell, Rings
from worker.bot_polling import BotPolling, poll_once
from worker.broker import make_broker
from worker.last_words import LastWords


class Heard:
    """Notes the rings; waits for the next."""

    def __init__(self) -> None:
        self.ids: list[uuid.UUID] = []
        self._came = threading.Semaphore(0)

    def __call__(self, row_id: uuid.UUID) -> None:
        self.ids.append(row_id)
        self._came.release()

    def wait(self) -> uuid.UUID:
        assert self._came.acquire(timeout=10)
        return self.ids[-1]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def make_bell(
    engine: Engine, sessions: sessionmaker[Session], heard: Heard, clean_database: None
) -> Callable[[], BotBell]:
    rings = Rings(update=heard, send=heard)
    return lambda: BotBell(engine, sessions, rings, poll_seconds=60, again_seconds=0.05)


@pytest.fixture
def idle(settings: Settings) -> Iterator[Worker]:
    """A worker that is not started: what starts with it is."""
    broker = make_broker(settings)
    yield Worker(broker, worker_threads=1)
    broker.client.close()


def owe(sessions: sessionmaker[Session], chat_id: int = 1) -> uuid.UUID:
    with sessions.begin() as session:
        return bot_sends.owe(
            session, bot_id=1, chat_id=chat_id, text="x", kind="test", key=uuid.uuid4().hex
        )


def receive(sessions: sessionmaker[Session], number: int) -> uuid.UUID:
    with sessions.begin() as session:
        stored = bot_updates.store(session, 1, {"update_id": number})
    assert stored is not None
    return stored


def test_what_is_new_is_rung_for_at_its_commit_and_again_if_the_ring_was_lost(
    make_bell: Callable[[], BotBell], sessions: sessionmaker[Session], heard: Heard, idle: Worker
) -> None:
    bell = make_bell()
    bell.after_worker_boot(idle.broker, idle)
    try:
        first = owe(sessions)
        assert heard.wait() == first
        assert heard.wait() == first, "nobody sent it"
        update = receive(sessions, 1)
        while heard.wait() != update:
            pass
    finally:
        bell.before_worker_shutdown(idle.broker, idle)
        LastWords(bell).after_worker_shutdown(idle.broker, idle)


def test_a_ring_may_be_faster_than_the_bell_s_own_commit(
    sessions: sessionmaker[Session], desk: Desk, engine: Engine, clean_database: None
) -> None:
    handlers: list[threading.Thread] = []
    tallies = Tallies(quick_redis(desk.settings.redis_address))

    def at_once(row_id: uuid.UUID) -> None:
        handler = threading.Thread(target=handle, args=(sessions, desk, {}, tallies, row_id))
        handlers.append(handler)
        handler.start()
        handler.join(timeout=0.1)

    update = receive(sessions, 1)
    rings = Rings(update=at_once, send=at_once)
    BotBell(engine, sessions, rings, poll_seconds=60, again_seconds=60).pass_once()
    for handler in handlers:
        handler.join(timeout=10)
    with sessions() as session:
        handled = session.scalars(select(BotUpdate).where(BotUpdate.id == update)).one()
    assert handled.handled_at is not None


def test_two_bells_share_the_rings(
    make_bell: Callable[[], BotBell], sessions: sessionmaker[Session], heard: Heard
) -> None:
    made = {owe(sessions, chat_id=1), owe(sessions, chat_id=2), receive(sessions, 1)}
    bells = [make_bell(), make_bell()]
    for bell in bells:
        bell.pass_once()
    assert sorted(heard.ids) == sorted(made)


def test_what_the_clock_does_is_looked_at_too_and_its_defect_holds_nothing_up(
    engine: Engine, sessions: sessionmaker[Session], heard: Heard, clean_database: None
) -> None:
    def bell(also: Callable[[], float | None]) -> BotBell:
        rings = Rings(update=heard, send=heard)
        return BotBell(engine, sessions, rings, poll_seconds=60, again_seconds=60, also=also)

    def fails() -> float | None:
        raise ZeroDivisionError

    assert bell(lambda: 7.5).pass_once() == pytest.approx(7.501)
    owed = owe(sessions)
    bell(fails).pass_once()
    assert heard.ids == [owed]


def test_a_ring_that_fails_is_still_owed(
    make_bell: Callable[[], BotBell], sessions: sessionmaker[Session], heard: Heard, engine: Engine
) -> None:
    def away(_: uuid.UUID) -> None:
        raise ConnectionError

    owed = owe(sessions)
    deaf = BotBell(
        engine, sessions, Rings(update=away, send=away), poll_seconds=60, again_seconds=60
    )
    with pytest.raises(ConnectionError):
        deaf.pass_once()
    make_bell().pass_once()
    assert heard.ids == [owed]


def test_of_two_processes_one_polls_and_the_other_takes_over(
    make_bot: Callable[..., BotUnderTest],
    engine: Engine,
    sessions: sessionmaker[Session],
    idle: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: queue.SimpleQueue[int] = queue.SimpleQueue()

    def ask(*_: object, wait_seconds: int) -> None:
        asked.put(threading.get_ident())
        clock.pause(0.01)

    monkeypatch.setattr("worker.bot_polling._LOOK_SECONDS", 0.01)
    monkeypatch.setattr("worker.bot_polling.poll_once", ask)
    bot = make_bot()
    first, second = (BotPolling(engine, sessions, {bot.id: bot.api}) for _ in range(2))
    try:
        first.after_worker_boot(idle.broker, idle)
        holder = asked.get(timeout=10)
        second.after_worker_boot(idle.broker, idle)
        assert {asked.get(timeout=10) for _ in range(10)} == {holder}
        first.before_worker_shutdown(idle.broker, idle)
        while asked.get(timeout=10) == holder:
            pass
    finally:
        for poll in (first, second):
            poll.before_worker_shutdown(idle.broker, idle)


def test_what_was_stored_is_confirmed_with_the_next_question(
    make_bot: Callable[..., BotUnderTest], sessions: sessionmaker[Session], clean_database: None
) -> None:
    bot = make_bot()
    bot.person().write("/start")
    offset = poll_once(sessions, bot.api, None, wait_seconds=0)
    assert poll_once(sessions, bot.api, offset, wait_seconds=0) == offset
    assert bot.api.get_webhook_info().pending_updates == 0
    with sessions() as session:
        assert len(session.scalars(select(BotUpdate)).all()) == 1
