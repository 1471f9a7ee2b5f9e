"""How everything stands: what waits and moves, who works, what is left of the limits."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from flask_openapi3 import OpenAPI
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from core.queue_names import REDIS_NAMESPACE
from models import bot_updates, worker_processes
from models.worker_processes import WorkerProcess
from tests.web.conftest import Person, problem
from web.admin.picture import Kept
from worker.roster import process_name

OVERVIEW = "/api/admin/overview"
REDUCE = {"market_type": "futures", "percent": "25"}


@pytest.fixture
def look(
    app: OpenAPI, operator: Person, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], dict[str, Any]]:
    """The overview as of now, nothing of it from before."""

    def looked() -> dict[str, Any]:
        monkeypatch.setattr(app.extensions["picture"], "_kept", Kept())
        answer = operator.get(OVERVIEW)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found

    return looked


@pytest.fixture
def worker(session: Session) -> Iterator[uuid.UUID]:
    """A process that lives, and holds the lease of nothing yet."""
    made = uuid.uuid4()
    worker_processes.beat(session, made, f"host:{made.int % 30_000}", 8)
    session.commit()
    yield made
    session.execute(delete(WorkerProcess).where(WorkerProcess.id == made))
    session.commit()


def queue(overview: dict[str, Any], name: str) -> dict[str, int]:
    return next(one for one in overview["queues"] if one["name"] == name)


def test_a_job_waits_then_counts_among_what_a_minute_brought(
    look: Callable[[], dict[str, Any]], trader: Person, work: Callable[[str], None]
) -> None:
    before = look()
    job = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    waiting = look()
    assert queue(waiting, "jobs")["ready"] == queue(before, "jobs")["ready"] + 1
    assert waiting["outbox"]["owed"] == before["outbox"]["owed"] + 1
    assert sum(waiting["rates"]["accepted"]) == sum(before["rates"]["accepted"]) + 1
    work(job)
    after = look()
    assert queue(after, "jobs")["ready"] == queue(before, "jobs")["ready"]
    assert sum(after["rates"]["ended"]) == sum(before["rates"]["ended"]) + 1
    assert after["exchange"]["sent"] == before["exchange"]["sent"] + 1
    assert after["exchange"]["p99_ms"] >= after["exchange"]["p50_ms"] > 0
    assert sum(one["sent"] for one in after["exchange"]["minutes"]) == after["exchange"]["sent"]
    assert queue(after, "redis")["ready"] >= 0


def test_what_nobody_can_try_anew_does_not_count_as_dead(
    look: Callable[[], dict[str, Any]], session: Session
) -> None:
    before = look()
    update = bot_updates.store(session, 1, {"update_id": uuid.uuid4().int % 2**40})
    assert update is not None
    bot_updates.note_failure(session, update, most=1)
    session.commit()
    assert queue(look(), "updates") == queue(before, "updates")


def test_a_job_that_no_worker_takes_up_is_overdue_however_often_it_is_rung_for(
    look: Callable[[], dict[str, Any]],
    trader: Person,
    session: Session,
    work: Callable[[str], None],
) -> None:
    job = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    for later in (
        "update jobs set created_at = now() - interval '9 days' where id = :id",
        "update outbox set ring_at = now() + interval '30 seconds' where job_id = :id",
    ):
        session.execute(text(later), {"id": job})
    session.commit()
    nearly = 9 * 86_400 - 60
    found = look()["outbox"]
    assert found["overdue"] >= 1
    assert found["oldest"] > nearly
    work(job)
    assert look()["outbox"]["oldest"] < nearly


def test_limits_tell_whose_they_are_and_no_key(
    look: Callable[[], dict[str, Any]], trader: Person, work: Callable[[str], None]
) -> None:
    work(trader.order("/api/positions/reduce", REDUCE).get_json()["id"])
    account = trader.get("/api/auth/me").get_json()["accounts"][0]["id"]
    buckets = [one for one in look()["limits"]["buckets"] if one["account_id"] == account]
    assert any(one["endpoint"].startswith("order/") for one in buckets)
    assert all(one["used"] > 0 or one["blocked_ms"] > 0 for one in buckets)


def test_who_looks_often_does_not_ask_redis_for_limits_each_time(
    look: Callable[[], dict[str, Any]], operator: Person, redis_url: str
) -> None:
    shown = look()["limits"]
    with redis.Redis.from_url(redis_url) as client:
        client.zadd(f"{REDIS_NAMESPACE}:addresses", {uuid.uuid4().hex: time.time() * 1000})
    assert operator.get(OVERVIEW).get_json()["limits"] == shown
    assert look()["limits"] != shown


def test_a_worker_shows_its_leases_is_drained_and_takes_work_again(
    look: Callable[[], dict[str, Any]],
    operator: Person,
    trader: Person,
    worker: uuid.UUID,
    session: Session,
) -> None:
    def shown() -> dict[str, Any]:
        return next(one for one in look()["workers"]["items"] if one["id"] == str(worker))

    job = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    name = shown()["name"]
    assert (shown()["state"], shown()["leases"]) == ("running", 0)
    session.execute(
        text(
            "update jobs set lease_owner = :o, lease_until = now() + interval '1 minute',"
            " lease_epoch = 1 where id = :id"
        ),
        {"o": f"{name}:77", "id": job},
    )
    session.commit()
    assert shown()["leases"] == 1
    drain = f"/api/admin/workers/{worker}/drain"
    assert operator.post(drain, {"drained": True}).status_code == 204
    assert shown()["state"] == "draining"
    assert worker_processes.beat(session, worker, name, 8) is True
    session.execute(text("update jobs set lease_until = now() where id = :id"), {"id": job})
    session.commit()
    assert shown()["state"] == "drained"
    assert operator.post(drain, {"drained": False}).status_code == 204
    assert worker_processes.beat(session, worker, name, 8) is False
    session.execute(text("update worker_processes set beat_at = now() - interval '1 minute'"))
    session.commit()
    assert (shown()["state"], shown()["leases"]) == ("silent", 0)
    me = operator.get("/api/auth/me").get_json()["id"]
    log = operator.get(f"/api/admin/audit?user_id={me}&limit=2").get_json()["items"]
    assert [entry["action"] for entry in log] == ["worker.undrained", "worker.drained"]
    assert log[0]["subject"] == f"worker:{worker}"


def test_leases_are_shown_with_the_process_that_holds_them_not_with_its_dead_namesake(
    look: Callable[[], dict[str, Any]], trader: Person, session: Session
) -> None:
    """A container that was started again in its place: the same host, the same process number."""
    dead, lives = uuid.uuid4(), uuid.uuid4()
    for one in (dead, lives):
        worker_processes.beat(session, one, process_name(one), 8)
        session.commit()
    job = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    session.execute(
        text(
            "update jobs set lease_owner = :o, lease_until = now() + interval '1 minute',"
            " lease_epoch = 1 where id = :id"
        ),
        {"o": f"{process_name(lives)}:77", "id": job},
    )
    session.commit()
    leases = {one["id"]: one["leases"] for one in look()["workers"]["items"]}
    assert (leases[str(dead)], leases[str(lives)]) == (0, 1)
    session.execute(delete(WorkerProcess).where(WorkerProcess.id.in_([dead, lives])))
    session.execute(text("update jobs set lease_until = now() where id = :id"), {"id": job})
    session.commit()


def test_a_worker_that_there_is_not_cannot_be_drained(operator: Person) -> None:
    path = f"/api/admin/workers/{uuid.uuid4()}/drain"
    problem(operator.post(path, {"drained": True}), 404, "not_found")


def test_nobody_else_sees_any_of_it(trader: Person) -> None:
    for path in (OVERVIEW, "/api/admin/jobs", "/api/admin/dead-letters"):
        problem(trader.get(path), 403, "forbidden")
    problem(
        trader.post(f"/api/admin/workers/{uuid.uuid4()}/drain", {"drained": True}), 403, "forbidden"
    )
