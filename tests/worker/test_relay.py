"""The relay rings for what nobody works on, and only for that."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from dramatiq import Worker
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.queue_names import WORKERS_KEY
from core.redis_patience import quick_redis
from models.jobs import Job
from models.operations import Switch
from models.outbox import OutboxRow
from models.states import MarketType
from tests.trading.conftest import Trader, make_trader
from trading.cancel import cancel_job
from trading.execute import execute
from trading.lease import claim
from trading.outbox import all_owed_now, look, ring_from
from trading.pause import set_paused
from worker.broker import make_broker
from worker.last_words import LastWords
from worker.relay import Relay

__all__ = ["make_trader"]
BOOK = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]


@pytest.fixture
def trader(clean_database: None, make_trader: Callable[..., Trader]) -> Trader:
    return make_trader(balances={"USDT": "90000"}, positions=BOOK)


def rings(trader: Trader, again: float = 60) -> set[uuid.UUID]:
    rung: list[uuid.UUID] = []
    look(trader.sessions, rung.append, again_seconds=again)
    return set(rung)


def owe_now(trader: Trader) -> None:
    with trader.sessions.begin() as session:
        session.execute(update(OutboxRow).values(ring_at=func.now()))


def change(trader: Trader, job: uuid.UUID, **values: object) -> None:
    with trader.sessions.begin() as session:
        session.execute(update(Job).where(Job.id == job).values(**values))


def accept(trader: Trader) -> uuid.UUID:
    return trader.accept_reduce(MarketType.FUTURES, "50")


def test_whoever_accepted_has_a_moment_to_ring_itself(
    trader: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A moment that a busy machine doesn't outlast.
    monkeypatch.setattr("trading.outbox.GRACE_SECONDS", 60.0)
    job = accept(trader)
    assert rings(trader) == set()
    owe_now(trader)
    assert rings(trader) == {job}
    assert rings(trader) == set(), "once, until it is time to repeat it"


def test_a_job_is_rung_for_while_it_is_free_and_due(trader: Trader) -> None:
    job = accept(trader)
    claim(trader.sessions, job, "busy", 30)
    owe_now(trader)
    assert rings(trader) == set()
    change(trader, job, lease_until=func.now() - timedelta(seconds=1))
    owe_now(trader)
    assert rings(trader) == {job}
    change(trader, job, not_before=func.now() + timedelta(hours=1))
    owe_now(trader)
    assert rings(trader) == set()
    change(trader, job, not_before=None)
    trader.run(job)
    with trader.sessions() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0


@pytest.fixture
def kept_back(trader: Trader) -> Iterator[uuid.UUID]:
    """A job that has met the pause of all sending, and whose next look is due."""
    job = accept(trader)
    with trader.sessions() as session:
        set_paused(session, True, by="test")
    execute(trader.desk, trader.sessions, job, owner="test")
    change(trader, job, not_before=func.now())
    owe_now(trader)
    yield job
    with trader.sessions() as session:
        set_paused(session, False, by="test")


def test_a_job_that_met_the_pause_is_left_alone_until_sending_goes_on(
    trader: Trader, kept_back: uuid.UUID
) -> None:
    found = look(trader.sessions, lambda _: None, again_seconds=60)
    assert found.rung == ()
    assert found.next_in is not None
    assert 5 < found.next_in <= 10
    with trader.sessions() as session:
        set_paused(session, False, by="test")
    assert rings(trader) == {kept_back}


def test_a_cancel_does_not_wait_for_the_end_of_a_pause(
    trader: Trader, kept_back: uuid.UUID
) -> None:
    with trader.sessions() as session:
        cancel_job(session, trader.account.user_id, kept_back)
    assert rings(trader) == {kept_back}


def test_a_resumption_that_went_unheard_is_made_up_for(
    trader: Trader, kept_back: uuid.UUID
) -> None:
    with trader.sessions.begin() as session:
        session.execute(update(Switch).values(is_on=False))
    assert rings(trader) == {kept_back}


def test_a_held_job_is_looked_at_when_its_lease_ends(trader: Trader) -> None:
    job = accept(trader)
    claim(trader.sessions, job, "busy", 30)
    owe_now(trader)
    found = look(trader.sessions, lambda _: None, again_seconds=60)
    assert found.next_in is not None
    assert 25 < found.next_in <= 30


def test_the_next_job_of_an_account_waits_and_is_due_at_once_afterwards(trader: Trader) -> None:
    first, second = accept(trader), accept(trader)
    owe_now(trader)
    assert rings(trader) == {first}
    trader.run(first)
    assert rings(trader) == {second}
    with trader.sessions() as session:
        third = accept(trader)
        cancel_job(session, trader.account.user_id, second)
    assert rings(trader) == {third}


def test_a_ring_that_fails_is_still_owed(trader: Trader) -> None:
    job = accept(trader)
    owe_now(trader)

    def away(_: uuid.UUID) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        look(trader.sessions, away, again_seconds=60)
    assert rings(trader) == {job}


def test_a_ring_that_led_to_nothing_is_repeated_ever_more_seldom(trader: Trader) -> None:
    accept(trader)
    waits = []
    for _ in range(7):
        owe_now(trader)
        found = look(trader.sessions, lambda _: None, again_seconds=2)
        assert found.next_in is not None
        waits.append(round(found.next_in))
    assert waits == [2, 4, 8, 16, 30, 30, 30]


def test_what_redis_forgot_is_owed_at_once(trader: Trader) -> None:
    job = accept(trader)
    owe_now(trader)
    assert rings(trader) == {job}
    with trader.sessions.begin() as session:
        all_owed_now(session)
    assert rings(trader) == {job}


def test_relays_side_by_side_share_the_rings(
    trader: Trader, sessions: sessionmaker[Session]
) -> None:
    job = accept(trader)
    owe_now(trader)
    rung: list[uuid.UUID] = []
    together = threading.Barrier(4)

    def one() -> None:
        together.wait()
        look(sessions, rung.append, again_seconds=60)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rung == [job]


def test_a_redis_that_lost_its_memory_is_noticed(trader: Trader) -> None:
    redis = quick_redis(trader.desk.settings.redis_address)
    # Another run's process may count as running for some minutes.
    redis.flushdb()
    rung: list[uuid.UUID] = []
    engine = trader.sessions.kw["bind"]
    drained = threading.Event()
    relay = Relay(
        engine,
        trader.sessions,
        rung.append,
        poll_seconds=60,
        again_seconds=60,
        redis=redis,
        drained=drained,
    )
    job = accept(trader)
    owe_now(trader)
    relay._ask_redis()
    relay.pass_once()
    relay._ask_redis()
    relay.pass_once()
    assert rung == [job], "Redis remembers: the ring is not owed again yet"
    assert redis.zcount(WORKERS_KEY, clock.now_ms(), "+inf") == 1
    redis.flushdb()
    relay._ask_redis()
    relay.pass_once()
    assert rung == [job, job]
    # It rings for the others, and is none of those that take work.
    drained.set()
    relay._ask_redis()
    assert redis.zcount(WORKERS_KEY, clock.now_ms(), "+inf") == 0
    redis.close()


def test_a_process_s_relay_rings_by_itself(trader: Trader) -> None:
    rung: list[uuid.UUID] = []
    engine = trader.sessions.kw["bind"]
    relay = Relay(engine, trader.sessions, rung.append, poll_seconds=60, again_seconds=60)
    broker = make_broker(trader.desk.settings)
    worker = Worker(broker, worker_threads=1)
    relay.after_worker_boot(broker, worker)
    try:
        # It has looked once and now sleeps for a minute: the accept wakes it.
        time.sleep(0.3)
        job = accept(trader)
        until = time.monotonic() + 10
        while rung != [job] and time.monotonic() < until:
            time.sleep(0.02)
        assert rung == [job]
        # A parked job's time is told by its own process.
        with trader.sessions.begin() as session:
            ring_from(session, job, func.now() + timedelta(seconds=0.2))
        relay.nudge(0.2)
        while rung != [job, job] and time.monotonic() < until:
            time.sleep(0.02)
        assert rung == [job, job]
    finally:
        relay.before_worker_shutdown(broker, worker)
        LastWords(relay).after_worker_shutdown(broker, worker)
        broker.client.close()
