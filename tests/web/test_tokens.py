"""Tokens: each refresh supersedes the former, reuse ends the session, secrets can be replaced."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core import clock
from core.settings import Settings
from models.audit import AuditEntry
from models.base import db
from models.sign_ins import SignIn
from tests.web.conftest import Person, problem
from web.app import create_app
from web.tokens import key_id

REFRESH = "/api/auth/refresh"
ME = "/api/auth/me"
PARALLEL = 20

Exchange = Callable[[str], TestResponse]
Renew = Callable[[str], str]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def claims(token: str) -> dict[str, Any]:
    told: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return told


@pytest.fixture
def exchange(app: OpenAPI, known_secrets: Callable[..., None]) -> Exchange:
    """Sends a refresh token; whatever the answer is."""

    def send(token: str) -> TestResponse:
        answer = app.test_client().post(REFRESH, headers=bearer(token))
        if answer.status_code == 200:
            known_secrets(answer.get_json()["access_token"], answer.get_json()["refresh_token"])
        return answer

    return send


@pytest.fixture
def renew(exchange: Exchange) -> Renew:
    """The refresh token that supersedes one that must be good."""

    def send(token: str) -> str:
        answer = exchange(token)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return str(answer.get_json()["refresh_token"])

    return send


@pytest.fixture
def outlive_grace(session: Session) -> Callable[[str], None]:
    """Lets the latest refresh of a token's sign-in be a minute ago."""

    def age(token: str) -> None:
        ago = clock.utcnow() - timedelta(seconds=60)
        session.execute(
            update(SignIn).where(SignIn.id == claims(token)["sid"]).values(rotated_at=ago)
        )
        session.commit()

    return age


def test_a_superseded_token_that_comes_back_ends_the_whole_session(
    person: Person,
    exchange: Exchange,
    renew: Renew,
    outlive_grace: Callable[[str], None],
    session: Session,
) -> None:
    stolen = person.refresh
    latest = renew(stolen)
    outlive_grace(stolen)
    problem(exchange(stolen), 401, "refresh_reused")

    problem(exchange(latest), 401, "session_ended")
    problem(person.get(ME), 401, "session_ended")
    subject = f"session:{claims(stolen)['sid']}"
    deeds = select(AuditEntry.action).where(AuditEntry.subject == subject)
    assert session.scalars(deeds).all() == ["session.refresh_reused"]


def test_a_lost_answer_or_a_second_tab_gets_tokens_again_that_are_as_good(
    person: Person, renew: Renew
) -> None:
    first_tab = renew(person.refresh)
    second_tab = renew(person.refresh)
    # Neither is ahead of the other: whichever goes on, the other is just superseded.
    renew(second_tab)
    renew(first_tab)
    assert person.get(ME).status_code == 200


def test_the_grace_takes_only_the_token_superseded_last(
    person: Person, exchange: Exchange, renew: Renew
) -> None:
    renew(renew(person.refresh))
    problem(exchange(person.refresh), 401, "refresh_reused")


def test_a_grace_is_not_prolonged_by_being_used(
    person: Person, exchange: Exchange, renew: Renew, session: Session
) -> None:
    def rotated_at() -> object:
        session.rollback()
        wanted = SignIn.id == claims(person.refresh)["sid"]
        return session.scalars(select(SignIn.rotated_at).where(wanted)).one()

    renew(person.refresh)
    began = rotated_at()
    renew(person.refresh)
    assert rotated_at() == began


def test_many_refreshes_at_once_leave_the_person_signed_in(
    person: Person, exchange: Exchange, renew: Renew
) -> None:
    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(exchange, [person.refresh] * PARALLEL))
    assert [answer.status_code for answer in answers] == [200] * PARALLEL
    made = [answer.get_json()["refresh_token"] for answer in answers]
    assert {claims(token)["gen"] for token in made} == {1}
    for token in made:
        renew(token)
    assert person.get(ME).status_code == 200


def test_a_refresh_token_is_taken_from_the_body_too(client: FlaskClient, person: Person) -> None:
    answer = client.post(REFRESH, json={"refresh_token": person.refresh})
    assert answer.status_code == 200
    told = answer.get_json()
    person.known_secrets(told["access_token"], told["refresh_token"])
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 1800)
    for nonsense in ({"refresh_token": 5}, {"refresh_token": person.token}, {}):
        problem(client.post(REFRESH, json=nonsense), 401, "unauthenticated")


@pytest.fixture
def app_with(settings: Settings, app: OpenAPI) -> Any:
    """The application with other signing secrets, newest first."""
    made: list[OpenAPI] = []

    def make(*newest_first: str) -> FlaskClient:
        signing = tuple(SecretStr(secret) for secret in newest_first)
        made.append(create_app(settings.model_copy(update={"jwt_secret": signing})))
        return made[-1].test_client()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.app.configure_logs", lambda *_, **__: None)
        yield make
    for one in made:
        with one.app_context():
            db.engine.dispose()


def test_while_a_signing_secret_is_replaced_the_newest_signs_and_all_verify(
    app_with: Callable[..., FlaskClient], client: FlaskClient, person: Person, settings: Settings
) -> None:
    (old,), new = settings.jwt_secrets, secrets.token_urlsafe(48)
    person.known_secrets(new)
    replacing = app_with(new, old)
    assert replacing.get(ME, headers=bearer(person.token)).status_code == 200
    link = client.post("/api/jobs/export", json={}, headers=bearer(person.token)).get_json()["url"]
    assert replacing.get(link).status_code == 200

    made = replacing.post(REFRESH, headers=bearer(person.refresh)).get_json()
    person.known_secrets(made["access_token"], made["refresh_token"])
    assert jwt.get_unverified_header(made["access_token"])["kid"] == key_id(new)
    problem(client.get(ME, headers=bearer(made["access_token"])), 401, "unauthenticated")

    replaced = app_with(new)
    assert replaced.get(ME, headers=bearer(made["access_token"])).status_code == 200
    problem(replaced.get(ME, headers=bearer(person.token)), 401, "unauthenticated")


def unsigned(header: dict[str, Any], payload: bytes) -> str:
    parts = (json.dumps(header).encode(), payload)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def test_a_token_of_another_algorithm_or_of_no_key_of_ours_is_refused(
    client: FlaskClient, person: Person, settings: Settings
) -> None:
    ours, told = settings.jwt_secrets[0], claims(person.token)
    kid = {"kid": key_id(ours)}
    payload = json.dumps(told).encode()
    # Parsed before any signature is looked at.
    nested = b'{"sub": ' + b"[" * 3000 + b"]" * 3000 + b"}"
    forged = [
        unsigned({"alg": "none", **kid}, payload),
        unsigned({"alg": "RS256", **kid}, payload) + "AAAA",
        unsigned({"alg": "HS256", **kid}, nested) + "AAAA",
        jwt.encode(told, ours, algorithm="HS384", headers=kid),
        jwt.encode(told, ours, algorithm="HS256"),
        jwt.encode(told, ours, algorithm="HS256", headers={"kid": "unknown"}),
        jwt.encode(told, secrets.token_urlsafe(48), algorithm="HS256", headers=kid),
        jwt.encode({**told, "iss": "another"}, ours, algorithm="HS256", headers=kid),
    ]
    for token in forged:
        person.known_secrets(token)
        problem(client.get(ME, headers=bearer(token)), 401, "unauthenticated")
    past = {**told, "exp": clock.utcnow() - timedelta(seconds=1)}
    outlived = jwt.encode(past, ours, algorithm="HS256", headers=kid)
    person.known_secrets(outlived)
    problem(client.get(ME, headers=bearer(outlived)), 401, "token_expired")
