"""A browser's session by cookies that no script reads, with a double-submit value against CSRF."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI

from core import clock
from core.settings import Environment, Settings
from models.base import db
from telegram.init_data import TelegramUser, sign
from tests.web.conftest import Person, problem
from web.app import create_app

ME = "/api/auth/me"
REFRESH = "/api/auth/refresh"
SETTINGS = "/api/users/settings"
SAFE = {"ebb_access": "/api", "ebb_refresh": REFRESH}
CHANGE = {"undo_seconds": 5}


def sign_in(client: FlaskClient, settings: Settings, known_secrets: Callable[..., None]) -> None:
    token = settings.telegram_bot_token.get_secret_value()
    launch = {"query_id": uuid.uuid4().hex}
    data = sign(TelegramUser(id=4711, first_name="Анна"), token, now=clock.utcnow(), also=launch)
    answer = client.post(
        "/api/auth/telegram", json={"init_data": data}, headers={"X-Session-Mode": "cookie"}
    )
    assert (answer.status_code, answer.get_data()) == (204, b"")
    note(client, known_secrets)


def note(client: FlaskClient, known_secrets: Callable[..., None]) -> None:
    for name, path in SAFE.items():
        cookie = client.get_cookie(name, path=path)
        assert cookie is not None
        known_secrets(cookie.value)


def confirmed(client: FlaskClient) -> dict[str, str]:
    cookie = client.get_cookie("ebb_csrf")
    assert cookie is not None
    return {"X-CSRF-Token": cookie.value}


@pytest.fixture
def browser(app: OpenAPI, settings: Settings, known_secrets: Callable[..., None]) -> FlaskClient:
    """Signed in by cookies."""
    client = app.test_client()
    sign_in(client, settings, known_secrets)
    return client


def test_a_change_by_cookie_needs_the_value_that_only_our_page_can_read(
    browser: FlaskClient,
) -> None:
    assert browser.get(ME).status_code == 200
    problem(browser.patch(SETTINGS, json=CHANGE), 403, "csrf_failed")
    foreign = {"X-CSRF-Token": "guessed"}
    problem(browser.patch(SETTINGS, json=CHANGE, headers=foreign), 403, "csrf_failed")
    assert browser.patch(SETTINGS, json=CHANGE, headers=confirmed(browser)).status_code == 200


def test_cookies_are_renewed_by_cookie_and_taken_back_at_sign_out(
    browser: FlaskClient, known_secrets: Callable[..., None]
) -> None:
    before = confirmed(browser)
    problem(browser.post(REFRESH), 403, "csrf_failed")
    answer = browser.post(REFRESH, headers=before)
    assert (answer.status_code, answer.get_data()) == (204, b"")
    note(browser, known_secrets)
    assert confirmed(browser) != before
    assert browser.get(ME).status_code == 200

    assert browser.post("/api/auth/logout", headers=confirmed(browser)).status_code == 204
    assert [browser.get_cookie(name, path=path) for name, path in SAFE.items()] == [None, None]
    problem(browser.get(ME), 401, "unauthenticated")


def test_the_authorization_header_wins_over_cookies(browser: FlaskClient, person: Person) -> None:
    header = {"Authorization": f"Bearer {person.token}"}
    hers = person.get(ME).get_json()["id"]
    assert browser.get(ME).get_json()["id"] != hers
    assert browser.get(ME, headers=header).get_json()["id"] == hers
    assert browser.patch(SETTINGS, json=CHANGE, headers=header).status_code == 200
    problem(browser.get(ME, headers={"Authorization": "Bearer x"}), 401, "unauthenticated")


@pytest.mark.parametrize("deployment", list(Environment))
def test_no_script_and_no_other_site_gets_the_cookies(
    settings: Settings,
    deployment: Environment,
    known_secrets: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.app.configure_logs", lambda *_, **__: None)
    app = create_app(settings.model_copy(update={"environment": deployment}))
    client = app.test_client()
    sign_in(client, settings, known_secrets)
    for name, path in {**SAFE, "ebb_csrf": "/"}.items():
        cookie = client.get_cookie(name, path=path)
        assert cookie is not None
        assert cookie.same_site == "Strict"
        assert cookie.http_only == (name in SAFE)
        assert cookie.secure == (deployment is Environment.PRODUCTION)
        assert cookie.max_age == settings.refresh_token_seconds
    with app.app_context():
        db.engine.dispose()


def test_a_refused_refresh_takes_the_cookies_back_and_a_missing_proof_does_not(
    browser: FlaskClient, person: Person
) -> None:
    proof = confirmed(browser)
    everyone = browser.get("/api/auth/sessions").get_json()["items"]
    problem(browser.post(REFRESH), 403, "csrf_failed")
    foreign = {"Authorization": "Bearer x"}
    problem(browser.post(REFRESH, headers=foreign), 401, "unauthenticated")
    assert browser.get_cookie("ebb_refresh", path=REFRESH), "not what was judged"

    for row in everyone:
        browser.delete(f"/api/auth/sessions/{row['id']}", headers=proof)
    problem(browser.post(REFRESH, headers=proof), 401, "session_ended")
    assert [browser.get_cookie(name, path=path) for name, path in SAFE.items()] == [None, None]
    assert browser.get_cookie("ebb_csrf") is None
