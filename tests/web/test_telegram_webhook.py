"""Telegram's calls: only with the secret, each update once, and nothing but updates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.settings import Settings, UpdatesBy
from models.bot_updates import BotUpdate
from telegram.bots import bot_id
from telegram.webhooks import HEADER, webhook_path, webhook_secret
from tests.web.conftest import problem

UPDATE = {"update_id": 7, "message": {"text": "\0 half a pair: \ud83d"}}
Call = Callable[..., TestResponse]


@pytest.fixture
def secret(settings: Settings, known_secrets: Callable[..., None]) -> str:
    made = webhook_secret(settings.jwt_secrets[0], settings.bot_tokens[0])
    known_secrets(made)
    return made


@pytest.fixture
def call(client: FlaskClient, settings: Settings, secret: str, clean_database: None) -> Call:
    """Calls the webhook as Telegram does."""
    path = webhook_path(bot_id(settings.bot_tokens[0]))

    def made(given: str | None = secret, **more: Any) -> TestResponse:
        headers = {} if given is None else {HEADER: given}
        return client.post(path, headers=headers, **(more or {"json": UPDATE}))

    return made


def test_an_update_is_stored_once_and_answered_with_nothing(call: Call, session: Session) -> None:
    for _ in range(2):
        answer = call()
        assert (answer.status_code, answer.get_data()) == (200, b"")
    (row,) = session.scalars(select(BotUpdate))
    assert row.update_id == 7
    # What PostgreSQL can't hold went.
    assert row.payload == {"update_id": 7, "message": {"text": " half a pair: ?"}}


def test_who_does_not_know_the_secret_is_refused(
    call: Call, settings: Settings, session: Session
) -> None:
    others = webhook_secret(settings.jwt_secrets[0], "1:another-bot")
    for given in (None, "", "wrong", "я", others):
        problem(call(given), 403, "forbidden")
    assert session.scalars(select(BotUpdate)).all() == []


def test_a_secret_from_before_the_rotation_is_good(
    call: Call, app: OpenAPI, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = type(settings.jwt_secret[0])("a newer secret, made of many letters 0123456789")
    rotated = settings.model_copy(update={"jwt_secret": (newer, *settings.jwt_secret)})
    monkeypatch.setitem(app.config, "SETTINGS", rotated)
    assert call().status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        b"[" * 50_000,
        b"[]",
        b"7",
        b'{"message": {}}',
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": -1}',
        b'{"update_id": 9223372036854775808}',
    ],
)
def test_what_is_no_update_is_refused(call: Call, session: Session, body: bytes) -> None:
    problem(call(data=body, content_type="application/json"), 400, "malformed_json")
    assert session.scalars(select(BotUpdate)).all() == []


def test_an_update_may_be_larger_than_our_own_bodies(call: Call, settings: Settings) -> None:
    quoted = {"update_id": 8, "message": {"text": "x" * (settings.max_body_bytes + 1)}}
    assert call(json=quoted).status_code == 200
    problem(call(data=b" " * 2_000_000), 413, "body_too_large")


def test_another_bot_and_another_way_of_updates_have_no_webhook(
    call: Call,
    client: FlaskClient,
    app: OpenAPI,
    settings: Settings,
    secret: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem(client.post(webhook_path(1), headers={HEADER: secret}, json=UPDATE), 404, "not_found")
    polling = settings.model_copy(update={"telegram_updates": UpdatesBy.POLLING})
    monkeypatch.setitem(app.config, "SETTINGS", polling)
    problem(call(), 404, "not_found")


def test_an_operator_sets_looks_at_and_removes_the_webhook(
    app: OpenAPI, settings: Settings, telegram: Callable[..., Any]
) -> None:
    token = settings.bot_tokens[0]
    telegram("POST", "bots", {"token": token})
    number = bot_id(token)

    def run(*words: str) -> str:
        done = app.test_cli_runner().invoke(args=list(words))
        assert done.exit_code == 0, done.output
        return done.output

    address = f"https://ebb.example/telegram/webhook/{number}"
    assert address in run("telegram", "webhook", "set")
    told = run("telegram", "webhook", "info")
    assert address in told
    assert "waiting: 0" in told
    run("telegram", "menu")
    (known,) = [bot for bot in telegram("GET", "bots") if bot["id"] == number]
    assert known["menu_button"]["web_app"]["url"] == "https://ebb.example"
    assert known["commands"]["ru"][0]["command"] == "start"
    run("telegram", "webhook", "remove")
    assert "no webhook" in run("telegram", "webhook", "info")
