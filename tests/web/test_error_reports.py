"""A fault of ours in a request reaches Sentry by the request's id, with nothing of the request."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask_openapi3 import OpenAPI
from pydantic import SecretStr

from core import error_reports
from core.settings import Settings
from models.base import db
from tests.receiver import Receiver, receiver
from tests.web.conftest import Person, problem
from web.app import create_app


@pytest.fixture
def sentry() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def app(settings: Settings, sentry: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAPI]:
    monkeypatch.setattr("web.app.configure_logs", lambda *_, **__: None)
    made = create_app(settings.model_copy(update={"sentry_dsn": SecretStr(sentry.dsn)}))
    yield made
    error_reports.end(10)
    with made.app_context():
        db.engine.dispose()


def test_a_fault_is_told_by_its_request_s_id_and_nothing_of_the_request(
    person: Person,
    make_account: Callable[..., dict[str, Any]],
    known_secrets: Callable[..., None],
    sentry: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys, named = make_account(), f"my book {secrets.token_hex(8)}"
    known_secrets(named)

    def fails(*given: object) -> None:
        raise RuntimeError(f"cannot connect\nwith {keys['api_secret']}")

    monkeypatch.setattr("trading.accounts.connect", fails)
    answer = person.connect(keys, label=named)
    body = problem(answer, 500, "internal_error")

    error_reports.end(10)
    (event,) = sentry.events()
    assert event["tags"] == {"process": "web", "request_id": body["request_id"]}
    assert event["exception"]["values"][-1]["value"] == "cannot connect"
    assert {"web/accounts.py"} <= {
        frame["filename"] for frame in event["exception"]["values"][-1]["stacktrace"]["frames"]
    }
    assert sentry.secrets() == []


def test_what_a_person_did_wrong_is_no_fault(person: Person, sentry: Receiver) -> None:
    problem(person.get(f"/api/jobs/{uuid.uuid4()}"), 404, "not_found")
    error_reports.end(10)
    assert sentry.events() == []
