"""Fields that nobody asked for, words of SQL, bodies that are none: over every route that takes
anything, and nothing of it has an effect."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from flask_openapi3 import OpenAPI

from core.settings import Settings
from tests.security.routes import Operation, operations
from tests.web.conftest import Person, problem

EXTRAS: dict[str, Any] = {
    "role": "owner",
    "user_id": str(uuid.uuid4()),
    "is_admin": True,
    "id": str(uuid.uuid4()),
    "state": "completed",
    "permissions": ["all"],
    "telegram_id": 1,
    "created_at": "2020-01-01T00:00:00Z",
    "lease_epoch": 9,
    "__class__": "User",
    "__proto__": {"is_admin": True},
    "constructor": {"prototype": {"is_admin": True}},
}
# Also what would be read as a template, a path, a log line or a header of its own.
WORDS = (
    "' or '1'='1",
    "1; drop table users; --",
    "'||pg_sleep(5)||'",
    '"; select 1/0; --',
    "{{7*7}}${7*7}",
    "a\0b",
    "\U0001f4a9" * 40,
)
NO_JSON = (
    b"[" * 20_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"percent":' + b"9" * 20_000 + b"}",
    b'{"percent":1e999999999}',
    b'{"percent":NaN}',
    b'{"percent":-Infinity}',
    b'{"label":"a","label":"b"}',
    b'{"label":"\xff\xfe"}',
    b'{"label":"\x00"}',
    b"\x00",
    b"null",
    b'"text"',
    b"[]",
    b"{}{}",
)


def taking_bodies(app: OpenAPI) -> Iterator[Operation]:
    return (one for one in operations(app) if one.body is not None)


def anywhere(operation: Operation) -> str:
    return operation.path(dict.fromkeys(operation.rule.arguments, str(uuid.uuid4())))


def call(person: Person, operation: Operation, **more: Any) -> Any:
    headers = {**operation.headers(), **more.pop("headers", {})}
    return person.call(operation.method, anywhere(operation), headers=headers, **more)


def who(person: Person) -> dict[str, Any]:
    me: dict[str, Any] = person.get("/api/auth/me").get_json()
    return {name: me[name] for name in ("id", "telegram_id", "role", "permissions")}


def strewn(value: Any) -> Any:
    """The same body with the extras in it, and in each object within."""
    if isinstance(value, list):
        return [strewn(item) for item in value]
    if isinstance(value, dict):
        return {**{name: strewn(item) for name, item in value.items()}, "is_admin": True}
    return value


def test_fields_that_nobody_asked_for_are_refused_by_name(app: OpenAPI, person: Person) -> None:
    before = who(person)
    for operation in taking_bodies(app):
        body = operation.example_body() or {}
        extras = {name: value for name, value in EXTRAS.items() if name not in body}
        answer = call(person, operation, json={**body, **extras})
        if operation.rule.rule == "/api/auth/refresh":
            # Any body is taken there; nothing but its token is read.
            assert answer.status_code == 401
            continue
        if answer.status_code == 403:
            # Operators' own; who may not call it learns nothing of its fields.
            continue
        faults = problem(answer, 400, "validation_failed")["errors"]
        unknown = {fault["field"] for fault in faults if fault["code"] == "unknown_field"}
        assert unknown >= set(extras), operation
        within = {name: strewn(value) for name, value in body.items()}
        if within != body:
            assert call(person, operation, json=within).status_code == 400, operation
    assert who(person) == before


def test_a_refresh_gives_no_more_than_there_was(person: Person) -> None:
    def claims(token: str) -> dict[str, Any]:
        told = jwt.decode(token, options={"verify_signature": False})
        return {name: told[name] for name in ("sub", "role", "sid")}

    answer = person.post(
        "/api/auth/refresh",
        {**EXTRAS, "refresh_token": person.refresh, "sub": "x", "sid": "x"},
        headers={"Authorization": ""},
    )
    if answer.status_code == 401:
        answer = person.client.post(
            "/api/auth/refresh", json={**EXTRAS, "refresh_token": person.refresh, "sub": "x"}
        )
    made = answer.get_json()
    person.known_secrets(made["access_token"], made["refresh_token"])
    assert claims(made["access_token"]) == claims(person.token)


def test_words_of_another_language_are_words(
    app: OpenAPI, trader: Person, make_person: Callable[..., Person]
) -> None:
    """In every parameter, header and text; none takes long, none is a fault of ours."""
    before, began, asked = who(trader), time.monotonic(), 0
    for operation in operations(app):
        if "logout" in operation.rule.rule or str(operation) == "DELETE /api/auth/sessions":
            continue
        for word, place in ((word, place) for word in WORDS for place in places(operation)):
            place(trader, word)
            asked += 1
    assert asked > 200
    assert time.monotonic() - began < 5 * len(WORDS), "somebody slept"
    assert who(trader) == before
    assert make_person().get("/api/jobs").get_json()["items"] == []


def places(operation: Operation) -> Iterator[Callable[[Person, str], object]]:
    """Each place of a request where a text may stand."""
    body = operation.example_body()
    query = operation.query()

    def send(person: Person, **more: Any) -> object:
        more.setdefault("query_string", query)
        if body is not None:
            more.setdefault("json", body)
        return call(person, operation, **more)

    if operation.rule.arguments:

        def address(person: Person, word: str) -> object:
            path = operation.path(dict.fromkeys(operation.rule.arguments, word.replace("/", "")))
            return person.call(operation.method, path)

        yield address
    for name in query:
        yield lambda person, word, name=name: send(person, query_string={**query, name: word})
    for name, was in (body or {}).items():
        if isinstance(was, str):
            yield lambda person, word, name=name: send(person, json={**(body or {}), name: word})
    if operation.method == "GET" or operation.headers():
        names = ("Idempotency-Key", "X-Request-ID", "Accept-Language", "User-Agent")

        def heads(person: Person, word: str) -> object:
            told = word.encode().decode("latin-1").replace("\0", "")
            return send(person, headers=dict.fromkeys(names, told))

        yield heads


def test_bodies_that_are_none_are_refused_before_anything_is_done(
    app: OpenAPI, trader: Person, settings: Settings
) -> None:
    before = who(trader)
    vast = b'{"label":"' + b"x" * settings.max_body_bytes + b'"}'
    changing = [one for one in operations(app) if one.method != "GET" and one.told]
    assert len(changing) >= 18
    for operation in changing:
        for raw in NO_JSON:
            answer = call(trader, operation, data=raw, content_type="application/json")
            assert answer.status_code in (400, 403), (str(operation), raw[:20])
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = call(trader, operation, data=b'{"a":1}', content_type=kind)
            assert answer.status_code in (415, 403), (str(operation), kind)
        answer = call(trader, operation, data=vast, content_type="application/json")
        assert answer.status_code in (413, 403), str(operation)
    assert who(trader) == before
    assert len(trader.get("/api/users/api-keys").get_json()["items"]) == 1


@pytest.mark.parametrize("given", ["short", "a" * 65, "two words 1", "a\tb123456", "<b>12345"])
def test_an_id_of_a_request_comes_back_only_if_it_is_one(person: Person, given: str) -> None:
    answer = person.get("/api/auth/me", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    good = person.get("/api/auth/me", headers={"X-Request-ID": "0123456789abcdef"})
    assert good.headers["X-Request-ID"] == "0123456789abcdef"
