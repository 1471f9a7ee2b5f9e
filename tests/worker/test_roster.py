"""A worker process says that it lives, and takes nothing new while it is drained."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import dramatiq
import pytest
from dramatiq import Worker
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from core.settings import Settings
from models import worker_processes
from models.jobs import Job
from models.sessions import make_engine, make_sessions
from models.worker_processes import BEAT_SECONDS, SILENT_SECONDS, WorkerProcess
from tests.stack import wait_for
from worker.broker import make_broker
from worker.last_words import LastWords
from worker.roster import Roster, process_name
from worker.wake import PromptBroker

QUEUE = "roster-test"


@pytest.fixture
def drained() -> threading.Event:
    return threading.Event()


@pytest.fixture
def roster(sessions: sessionmaker[Session], drained: threading.Event) -> Roster:
    return Roster(sessions, drained, seconds=0.05)


@pytest.fixture
def broker(settings: Settings, roster: Roster, drained: threading.Event) -> Iterator[PromptBroker]:
    old = dramatiq.broker.global_broker
    made = make_broker(settings, roster, LastWords(roster), drained=drained)
    yield made
    made.flush(QUEUE)
    made.client.close()
    dramatiq.broker.global_broker = old


def row_of(roster: Roster, session: Session) -> WorkerProcess | None:
    session.expire_all()
    return session.query(WorkerProcess).filter_by(name=roster.name).one_or_none()


def test_a_drained_worker_leaves_messages_in_the_queue_and_takes_them_afterwards(
    broker: PromptBroker, roster: Roster, session: Session, drained: threading.Event
) -> None:
    seen: list[int] = []

    @dramatiq.actor(broker=broker, queue_name=QUEUE)
    def note(number: int) -> None:
        seen.append(number)

    worker = Worker(broker, worker_threads=2)
    worker.start()
    try:
        wait_for(lambda: row_of(roster, session) is not None)
        row = row_of(roster, session)
        assert row is not None
        assert row.threads == 2
        worker_processes.drain(session, row.id, drained=True)
        session.commit()
        wait_for(drained.is_set)
        for number in range(5):
            note.send(number)
        assert broker.client.llen(f"{broker.namespace}:{QUEUE}") == 5
        assert seen == []
        worker_processes.drain(session, row.id, drained=False)
        session.commit()
        wait_for(lambda: sorted(seen) == list(range(5)))
    finally:
        worker.stop(timeout=5000)
    assert row_of(roster, session) is None, "who ends by itself is no dead worker"


def test_it_beats_by_itself_often_enough_never_to_be_silent(
    sessions: sessionmaker[Session], session: Session, drained: threading.Event
) -> None:
    """However seldom the relay looks (EBB_RELAY_SECONDS)."""
    assert BEAT_SECONDS * 5 <= SILENT_SECONDS
    made = Roster(sessions, drained)
    thread = threading.Thread(target=made._run, daemon=True)
    thread.start()
    try:
        wait_for(lambda: row_of(made, session) is not None)
        row = row_of(made, session)
        assert row is not None
        first = row.beat_at
        wait_for(lambda: (again := row_of(made, session)) is not None and again.beat_at > first)
    finally:
        made._stop.set()
        thread.join()
        worker_processes.leave(session, made._process)
        session.commit()


def test_one_that_is_started_again_in_its_place_has_a_name_of_its_own() -> None:
    assert process_name(uuid.uuid4()) != process_name(uuid.uuid4())


def test_of_a_long_host_name_the_end_tells_pods_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    pod = "a-release-with-a-rather-long-name-ebb-worker-7d9c5b8f6d-x2k4q"
    monkeypatch.setattr("socket.gethostname", lambda: pod)
    name = process_name(uuid.uuid4())
    assert name.partition(":")[0].endswith("-worker-7d9c5b8f6d-x2k4q")
    # With a thread behind it, it is the owner of a lease.
    assert len(f"{name}:999999") <= Job.lease_owner.type.length


def test_while_the_database_is_away_it_stays_as_it_was(drained: threading.Event) -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:9/none")
    drained.set()
    with pytest.raises(OperationalError):
        Roster(make_sessions(engine), drained, seconds=1).beat()
    assert drained.is_set()
    engine.dispose()


def test_who_died_is_forgotten_after_a_day(session: Session) -> None:
    gone = uuid.uuid4()
    worker_processes.beat(session, gone, "gone:1", 8)
    session.execute(update(WorkerProcess).values(beat_at="2026-01-01T00:00Z"))
    assert [row.id for row, _ in worker_processes.known(session)] == []
    worker_processes.forget_old(session)
    session.flush()
    assert session.get(WorkerProcess, gone, populate_existing=True) is None
    session.rollback()
