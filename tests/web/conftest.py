"""The application in process, on real servers, and signed-in people."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from core import clock
from core.settings import Settings
from models.base import db
from telegram.init_data import TelegramUser, sign
from tests.web.documented import hold_to_document
from trading.desk import Desk
from trading.execute import execute
from web.app import create_app
from web.limits import limiter

_ids = itertools.count(int(time.time() * 1000))


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[OpenAPI]:
    with pytest.MonkeyPatch.context() as patch:
        # The run's log file stays the target, however many applications are made.
        patch.setattr("web.app.configure_logs", lambda *_, **__: None)
        made = create_app(settings)
        hold_to_document(made)
        yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _limiter_as_it_was(app: OpenAPI) -> Iterator[None]:
    """It is one for the process, and counts where the application that was made last says: another
    that a test makes, with a Redis that is away, takes it along."""
    before = dict(vars(limiter))
    yield
    vars(limiter).clear()
    vars(limiter).update(before)


@dataclass
class Person:
    """A signed-in user of the API."""

    client: FlaskClient
    token: str
    refresh: str
    known_secrets: Callable[..., None]

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        if body is not None:
            more["json"] = body
        return self.call("POST", path, **more)

    def order(self, path: str, body: dict[str, Any], key: str | None = None) -> TestResponse:
        return self.post(path, body, headers={"Idempotency-Key": key or uuid.uuid4().hex})

    def connect(self, keys: dict[str, Any], **more: Any) -> TestResponse:
        body = {
            "label": "Test",
            "environment": "sandbox",
            "api_key": keys["api_key"],
            "api_secret": keys["api_secret"],
            **more,
        }
        return self.post("/api/users/api-keys", body)


@pytest.fixture
def client(app: OpenAPI) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def make_person(
    client: FlaskClient, settings: Settings, known_secrets: Callable[..., None]
) -> Callable[..., Person]:
    def make(telegram_id: int | None = None) -> Person:
        user = TelegramUser(id=telegram_id or next(_ids), first_name="Анна")
        token = settings.telegram_bot_token.get_secret_value()
        data = sign(user, token, now=clock.utcnow())
        answer = client.post("/api/auth/telegram", json={"init_data": data})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        tokens = answer.get_json()
        known_secrets(tokens["access_token"], tokens["refresh_token"])
        return Person(client, tokens["access_token"], tokens["refresh_token"], known_secrets)

    return make


@pytest.fixture
def person(make_person: Callable[..., Person]) -> Person:
    return make_person()


@pytest.fixture
def trader(person: Person, make_account: Callable[..., dict[str, Any]]) -> Person:
    """A signed-in person with a connected account and a position in each market type."""
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]
    keys = make_account(balances={"USDT": "100000", "ETH": "2"}, positions=book)
    answer = person.connect(keys)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return person


@pytest.fixture
def work(desk: Desk, sessions: sessionmaker[Session]) -> Callable[[str], None]:
    """Does a job at once, as a worker would."""

    def run(job_id: str) -> None:
        while execute(desk, sessions, uuid.UUID(job_id), owner="test").again_in is not None:
            pass

    return run


def problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer, after checking what every problem must have."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    body: dict[str, Any] = answer.get_json()
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert "problem." not in body["title"] + body["detail"]
    return body
