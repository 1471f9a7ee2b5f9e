"""A Redis that hangs or is gone, a database that is gone, a sandbox that is gone."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from pydantic import SecretStr
from sqlalchemy.orm import Session

from core.settings import Settings
from models.base import db
from models.jobs import Job
from models.states import JobState
from tests.web.conftest import Person, problem
from web.app import create_app

FUTURES = {"market_type": "futures", "percent": "25"}
NOBODY = "127.0.0.1:1"


@pytest.fixture
def hung() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def without(app: OpenAPI, settings: Settings) -> Iterator[Callable[..., FlaskClient]]:
    """A client of the application with other addresses."""
    apps: list[OpenAPI] = []

    def make(**addresses: str) -> FlaskClient:
        changed = {name: SecretStr(value) for name, value in addresses.items()}
        apps.append(create_app(settings.model_copy(update=changed)))
        return apps[-1].test_client()

    yield make
    for made in apps:
        with made.app_context():
            db.engine.dispose()


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}


def test_a_redis_that_hangs_holds_no_job_up(
    without: Callable[..., FlaskClient], hung: str, trader: Person, session: Session
) -> None:
    client = without(redis_url=f"redis://{hung}/0")
    for number in range(3):
        began = time.monotonic()
        headers = {**bearer(trader), "Idempotency-Key": f"hung-{number}"}
        answer = client.post("/api/positions/reduce", json=FUTURES, headers=headers)
        assert answer.status_code == 202
        # Counting the limit and ringing: each gives up once.
        assert time.monotonic() - began < 2
        job = session.get_one(Job, uuid.UUID(answer.get_json()["id"]))
        assert job.state is JobState.QUEUED
    assert client.get("/readyz").get_json() == {
        "status": "degraded",
        "database": "ok",
        "redis": "unreachable",
        "sending": "on",
    }


def test_limits_hold_without_redis(app: OpenAPI, settings: Settings) -> None:
    changed = {"redis_url": SecretStr(f"redis://{NOBODY}/0"), "rate_limit_auth": "3 per minute"}
    client = create_app(settings.model_copy(update=changed)).test_client()
    answers = [client.post("/api/auth/telegram", json={"init_data": "x"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]


def test_a_database_that_is_away_is_told_as_such(
    without: Callable[..., FlaskClient], trader: Person
) -> None:
    client = without(database_url=f"postgresql://nobody@{NOBODY}/none")
    for path in ("/api/jobs", "/api/positions?market_type=spot", f"/api/jobs/{uuid.uuid4()}"):
        answer = client.get(path, headers=bearer(trader))
        problem(answer, 503, "service_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert NOBODY not in answer.get_data(as_text=True)
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["database"]) == (503, "unreachable")
    assert client.get("/healthz").status_code == 200


def test_a_sandbox_that_is_away_is_told_as_such(app: OpenAPI, settings: Settings) -> None:
    lonely = create_app(settings.model_copy(update={"sandbox_url": f"http://{NOBODY}"}))
    answer = lonely.test_client().post("/api/auth/dev", json={"telegram_id": 990_004})
    problem(answer, 502, "exchange_unreachable")
