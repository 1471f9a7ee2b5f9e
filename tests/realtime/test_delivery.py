"""Each event reaches each client once and in order, whatever happens around it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import func, update
from sqlalchemy.orm import Session, sessionmaker

from models import events, jobs
from models.events import Event, EventStream
from models.jobs import Job
from models.states import JobState
from models.users import User
from tests.models.test_database import make_account_row, make_job
from tests.realtime.conftest import Person, Socket

Telling = sessionmaker[Session]
MANY = 30


def tell(telling: Telling, user_id: uuid.UUID | None, number: int, **more: Any) -> int:
    with telling.begin() as session:
        return events.tell(session, user_id, "toast", {"title": str(number), **more})


def test_two_processes_tell_each_event_once_and_in_order(
    urls: tuple[str, str],
    person: Person,
    make_person: Callable[..., Person],
    telling: Telling,
) -> None:
    stranger = make_person()
    theirs = [person.open(url) for url in urls]
    others = [stranger.open(url) for url in urls]
    told = [
        (tell(telling, None if n % 3 else person.id, n), None if n % 3 else person.id)
        for n in range(MANY)
    ]
    everybodys = [event_id for event_id, whose in told if whose is None]
    for one in theirs:
        assert [one.next("toast")["id"] for _ in told] == [event_id for event_id, _ in told]
    for one in others:
        assert [one.next("toast")["id"] for _ in everybodys] == everybodys


def test_concurrent_tellers_lose_nothing(
    urls: tuple[str, str], person: Person, telling: Telling
) -> None:
    """One that tells early and commits late would be overtaken, and then never seen."""
    sockets = [person.open(url) for url in urls]
    with telling() as early:
        first = events.tell(early, person.id, "toast", {"title": "early"})
        early.commit()
        second = tell(telling, person.id, 2)
    for one in sockets:
        assert [one.next("toast")["id"], one.next("toast")["id"]] == [first, second]


def test_whoever_was_away_gets_what_was_told_meanwhile(
    urls: tuple[str, str], person: Person, telling: Telling
) -> None:
    before = person.open(urls[0])
    seen = tell(telling, person.id, 0)
    assert before.next("toast")["id"] == seen
    before.connection.close()
    missed = [tell(telling, person.id, n) for n in range(120)]
    query = f"&after={seen}&epoch={before.hello['epoch']}"
    again = person.open(urls[1], query)
    assert again.hello["resumed"] is True
    assert [again.next("toast")["id"] for _ in missed] == missed
    again.say({"type": "resume", "after": missed[-3], "epoch": before.hello["epoch"]})
    assert again.next("hello")["resumed"] is True
    assert [again.next("toast")["id"] for _ in range(2)] == missed[-2:]


def test_whoever_can_open_no_socket_waits_for_events(
    url: str, person: Person, telling: Telling
) -> None:
    before = tell(telling, person.id, 0)

    def heard(after: int) -> dict[str, Any]:
        query = {"after": after, "wait": 8}
        told: dict[str, Any] = person.call("GET", f"{url}/api/events", params=query).json()
        return told

    began = time.monotonic()
    with ThreadPoolExecutor(1) as waiting:
        answer = waiting.submit(heard, before)
        told = tell(telling, person.id, 1)
        assert [one["id"] for one in answer.result()["items"]] == [told]
    # Of a stream that is not this one: told at once that it ends before.
    assert heard(told + 1000)["last"] == told
    assert time.monotonic() - began < 4


def test_what_is_gone_cannot_be_resumed(url: str, person: Person, telling: Telling) -> None:
    first, last = tell(telling, person.id, 1), tell(telling, person.id, 2)
    epoch = person.open(url).hello["epoch"]
    with telling.begin() as session:
        old = func.now() - timedelta(days=8)
        session.execute(update(Event).where(Event.id <= first).values(created_at=old))
        events.trim(session, days=7)
        assert session.query(EventStream).one().trimmed_to == first
    for query in (f"&after={first - 1}", f"&after={last}&epoch=x", f"&after={last + 1000}"):
        socket = person.open(url, query)
        assert socket.hello["resumed"] is False
        assert socket.next("reload", "toast") == {"type": "reload"}
    assert person.open(url, f"&after={first}&epoch={epoch}").next("toast")["id"] == last


def test_without_redis_s_announcements_events_still_arrive(
    urls: tuple[str, str],
    person: Person,
    telling: Telling,
    monkeypatch: pytest.MonkeyPatch,
    realtime_redis: Redis,
) -> None:
    sockets = [person.open(url) for url in urls]
    # Nobody hears any more, and nobody tells.
    monkeypatch.setattr("models.events.announce", lambda *_: None)
    realtime_redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    began = time.monotonic()
    told = tell(telling, person.id, 1)
    for one in sockets:
        assert one.next("toast")["id"] == told
    assert time.monotonic() - began < 2


# -- jobs -----------------------------------------------------------------------------------------


@pytest.fixture
def job(person: Person, telling: Telling) -> uuid.UUID:
    with telling.begin() as session:
        account = make_account_row(session.get_one(User, person.id))
        session.add(account)
        session.flush()
        made = make_job(session.get_one(User, person.id), account)
        session.add(made)
        session.flush()
        return made.id


def move(telling: Telling, job_id: uuid.UUID, **values: Any) -> int:
    with telling.begin() as session:
        row = session.get_one(Job, job_id)
        row.version += 1
        for name, value in values.items():
            setattr(row, name, value)
        return row.version


def versions(one: Socket, until: int) -> list[int]:
    found = []
    while not found or found[-1] < until:
        found.append(one.next("job")["data"]["version"])
    return found


def test_a_job_is_told_as_it_goes_on(
    urls: tuple[str, str], person: Person, job: uuid.UUID, telling: Telling
) -> None:
    sockets = [person.open(url) for url in urls]
    for one in sockets:
        assert one.next("job")["data"]["version"] == 1
    for _ in range(4):
        newest = move(telling, job)
    newest = move(telling, job, state=JobState.CANCELLED, finished_at=func.now())
    shown = person.call("GET", f"{urls[0]}/api/jobs/{job}").json()
    for one in sockets:
        seen = versions(one, newest)
        assert seen == sorted(set(seen))
    late = person.open(urls[0])
    assert late.next("job") == {"type": "job", "data": shown}


def test_a_job_that_nobody_rang_for_is_told_within_a_second_or_so(
    url: str, person: Person, job: uuid.UUID, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = person.open(url)
    assert socket.next("job")["data"]["version"] == 1
    monkeypatch.setattr(jobs, "announce", lambda *_: None)
    move(telling, job, state=JobState.CANCELLED, finished_at=func.now())
    told = socket.next("job", seconds=2.5)["data"]
    assert (told["version"], told["state"]) == (2, "cancelled")
