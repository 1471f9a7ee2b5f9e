"""The switch on the dashboard is for everybody's jobs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from models.jobs import Job
from tests.web.conftest import Person
from trading.desk import Desk
from trading.execute import execute
from trading.outbox import look
from trading.pause import set_paused

SENDING = "/api/admin/sending"
REDUCE = {"market_type": "futures", "percent": "25"}


@pytest.fixture(autouse=True)
def _resumed(sessions: sessionmaker[Session]) -> Iterator[None]:
    yield
    with sessions() as session:
        set_paused(session, False, by="test")


def test_resuming_lets_another_person_s_job_go_on_at_once(
    clean_database: None,
    trader: Person,
    operator: Person,
    desk: Desk,
    sessions: sessionmaker[Session],
) -> None:
    job = uuid.UUID(trader.order("/api/positions/reduce", REDUCE).get_json()["id"])
    assert operator.post(SENDING, {"paused": True}).status_code == 200
    execute(desk, sessions, job, owner="test")
    with sessions.begin() as session:
        assert session.get_one(Job, job).wait_reason == "paused"
        # However long a pause it is in.
        session.execute(text("update jobs set not_before = now() + interval '1 hour'"))
        session.execute(text("update outbox set ring_at = now() + interval '1 hour'"))
    assert operator.post(SENDING, {"paused": False}).status_code == 200
    rung: list[uuid.UUID] = []
    look(sessions, rung.append, again_seconds=60)
    assert rung == [job]
