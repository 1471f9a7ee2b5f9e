"""What another site, a planted cookie, a poisoned host or a shared cache can make of a browser."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI

from core import clock
from core.settings import Settings
from models.base import db
from telegram.init_data import TelegramUser, sign
from tests.security.routes import Operation, operations
from tests.security.watched import Watched
from tests.web.conftest import Person, problem
from web.app import create_app

EVIL = "https://evil.example"
ME, REFRESH = "/api/auth/me", "/api/auth/refresh"
Browser = FlaskClient


@pytest.fixture
def sign_in(settings: Settings, known_secrets: Callable[..., None]) -> Callable[..., None]:
    """Signs a browser in by cookies, whatever it holds before."""

    def run(browser: Browser, telegram_id: int = 90_210) -> None:
        token = settings.telegram_bot_token.get_secret_value()
        data = sign(
            TelegramUser(id=telegram_id), token, now=clock.utcnow(), also={"n": uuid.uuid4().hex}
        )
        answer = browser.post(
            "/api/auth/telegram", json={"init_data": data}, headers={"X-Session-Mode": "cookie"}
        )
        assert answer.status_code == 204
        known_secrets(cookie(browser, "ebb_access"), cookie(browser, "ebb_refresh"))

    return run


def cookie(browser: Browser, name: str) -> str:
    path = {"ebb_access": "/api", "ebb_refresh": REFRESH}.get(name, "/")
    found = browser.get_cookie(name, path=path)
    assert found is not None
    return found.value


@pytest.fixture
def browser(app: OpenAPI, sign_in: Callable[..., None]) -> Browser:
    made = app.test_client()
    sign_in(made)
    return made


def served(app: OpenAPI) -> Iterator[tuple[Operation, str]]:
    for operation in operations(app):
        yield operation, operation.path(dict.fromkeys(operation.rule.arguments, str(uuid.uuid4())))


def test_no_other_site_may_read_or_ask_ahead(app: OpenAPI, person: Person) -> None:
    """The client of this suite looks for `Access-Control-…` on every answer."""
    for operation, path in served(app):
        ahead = {
            "Origin": EVIL,
            "Access-Control-Request-Method": operation.method,
            "Access-Control-Request-Headers": "authorization,content-type,x-csrf-token",
        }
        person.client.open(path, method="OPTIONS", headers=ahead)
        if operation.method == "GET":
            for origin in (EVIL, "null", "https://web.telegram.org.evil.example"):
                person.get(path, headers={"Origin": origin})


def test_a_file_may_be_read_by_telegram_s_own_page_only(person: Person) -> None:
    link = person.post("/api/jobs/export", {}).get_json()["url"]
    answer = person.client.get(link, headers={"Origin": EVIL})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://web.telegram.org"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_by_cookie_no_change_goes_without_the_proof_that_only_our_page_has(
    app: OpenAPI, browser: Browser, sign_in: Callable[..., None]
) -> None:
    stranger = app.test_client()
    sign_in(stranger, 90_211)
    proofs = {
        "none": {},
        "empty": {"X-CSRF-Token": ""},
        "guessed": {"X-CSRF-Token": uuid.uuid4().hex},
        "another person's": {"X-CSRF-Token": cookie(stranger, "ebb_csrf")},
        "a token": {"X-CSRF-Token": cookie(browser, "ebb_access")},
        "another name": {"X-XSRF-Token": cookie(browser, "ebb_csrf")},
    }
    # What a form of another site may send, too.
    forms = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a")
    changing = [
        pair for pair in served(app) if pair[0].told.get("security") and pair[0].method != "GET"
    ]
    assert len(changing) >= 15
    for operation, path in changing:
        for kind, proof in proofs.items():
            answer = browser.open(path, method=operation.method, headers=proof)
            assert answer.status_code == 403, f"{operation} with {kind}"
            problem(answer, 403, "csrf_failed")
        for form in forms:
            answer = browser.open(path, method=operation.method, data="a=1", content_type=form)
            assert answer.status_code in (403, 415), f"{operation} as {form}"
        # A planted cookie makes its own value no proof: the token itself names the right one.
        browser.set_cookie("ebb_csrf", "planted")
        planted = {"X-CSRF-Token": "planted"}
        problem(browser.open(path, method=operation.method, headers=planted), 403, "csrf_failed")
    assert browser.get(ME).status_code == 200


def test_a_session_planted_before_the_sign_in_is_not_the_one_after_it(
    app: OpenAPI, person: Person, sign_in: Callable[..., None]
) -> None:
    victim = app.test_client()
    victim.set_cookie("ebb_access", person.token, path="/api")
    victim.set_cookie("ebb_csrf", "planted")
    sign_in(victim)
    assert cookie(victim, "ebb_access") != person.token
    assert cookie(victim, "ebb_csrf") != "planted"
    assert victim.get(ME).get_json()["id"] != person.get(ME).get_json()["id"]
    sessions = person.get("/api/auth/sessions").get_json()["items"]
    assert len(sessions) == 1, "the planter gained none"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/%2e%2e",
        "/\\evil.example",
        "/%5cevil.example",
        "/%2f%2fevil.example",
        "///evil.example//",
        "/docs?next=https://evil.example",
        "/api//evil.example/..",
        "/?redirect=https://evil.example",
        "/.evil.example",
        "/https://evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/docs%0d%0aSet-Cookie:%20a=b",
        "/assets/%0d%0aSet-Cookie:%20a=b",
    ],
)
def test_no_address_of_ours_leads_elsewhere(client: FlaskClient, path: str) -> None:
    for host in ("ebb.example", "evil.example"):
        answer = client.get(path, headers={"Host": host})
        location = answer.headers.get("Location", "")
        assert urlsplit(location).netloc in ("", host), location
        assert not location.startswith(("//", "/\\", "\\")), location
        assert "Set-Cookie" not in answer.headers
        assert not any("\r" in value or "\n" in value for _, value in answer.headers)


@pytest.fixture
def behind(settings: Settings, app: OpenAPI) -> Iterator[Callable[[int], FlaskClient]]:
    """The application behind so many proxies that may be believed."""
    made: list[OpenAPI] = []

    def make(proxies: int, **changes: Any) -> FlaskClient:
        made.append(create_app(settings.model_copy(update={"trusted_proxies": proxies, **changes})))
        made[-1].test_client_class = Watched
        return made[-1].test_client()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.app.configure_logs", lambda *_, **__: None)
        yield make
    for one in made:
        with one.app_context():
            db.engine.dispose()


def test_nobody_puts_another_host_into_our_links(
    behind: Callable[..., FlaskClient], person: Person
) -> None:
    poisoned = {
        "Authorization": f"Bearer {person.token}",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Server": "evil.example",
        "X-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "X-Forwarded-Prefix": "/evil",
    }
    for proxies in (0, 1):
        # Where the deployment does not know its own address.
        nowhere = behind(proxies, public_url=None)
        answer = nowhere.post("/api/jobs/export", json={}, headers=poisoned)
        assert urlsplit(answer.get_json()["url"]).netloc == "localhost", proxies
    somewhere = behind(1, public_url="https://ebb.example")
    answer = somewhere.post(
        "/api/jobs/export", json={}, headers={**poisoned, "Host": "evil.example"}
    )
    assert answer.get_json()["url"].startswith("https://ebb.example/api/exports/")
