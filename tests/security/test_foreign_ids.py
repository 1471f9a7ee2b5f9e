"""Another person's ids: every route that takes one, with every method, is asked for it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask_openapi3 import OpenAPI
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import notices
from tests.security.routes import METHODS, Operation, named_ids, operations
from tests.web.conftest import Person

FUTURES = {"market_type": "futures"}
Ids = dict[str, str]
# A test user's number, whom the sandbox lets anyone be.
_NO_IDS = {"POST /api/auth/dev"}
# Read anew at each call.
_VOLATILE = {"request_id", "as_of", "url", "expires_at", "last_seen_at", "created_at"}
_MOVING = {"/api/positions", "/api/exposure", "/api/openapi.json"}
MALFORMED = (
    "0",
    "-1",
    "9" * 40,
    "null",
    "%00",
    "%27%20or%201=1--",
    "..%2f..%2fme",
    "00000000-0000-0000-0000-00000000000",
    "%F0%9F%92%A9",
    "{id}",
)


@pytest.fixture
def owner(
    other: Person,
    make_account: Callable[..., dict[str, Any]],
    work: Callable[[str], None],
    session: Session,
) -> Person:
    """Somebody who has everything."""
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]
    other.connect(make_account(balances={"USDT": "100000"}, positions=book))
    work(other.order("/api/positions/reduce", {**FUTURES, "percent": "25"}).get_json()["id"])
    me = uuid.UUID(other.get("/api/auth/me").get_json()["id"])
    notices.add(session, me, "key_expires", "account:1", {})
    session.commit()
    return other


@pytest.fixture
def ids(owner: Person) -> Ids:
    """One id of each kind, by the name that parameters give it."""
    me = owner.get("/api/auth/me").get_json()

    def first(path: str, **query: str) -> str:
        found: str = owner.get(path, query_string=query).get_json()["items"][0]["id"]
        return found

    return {
        "user": me["id"],
        "account": me["accounts"][0]["id"],
        "job": first("/api/jobs"),
        "snapshot": first("/api/positions/snapshot", **FUTURES),
        "session": first("/api/auth/sessions"),
        "notice": first("/api/notices"),
    }


def everything(app: OpenAPI, person: Person) -> dict[str, Any]:
    """All that a person can read of what is theirs, without what moves by itself."""
    return {
        str(operation): told(person.get(operation.path({}), query_string=FUTURES))
        for operation in operations(app)
        if operation.method == "GET"
        and not operation.rule.arguments
        and operation.rule.rule.startswith("/api/")
        and operation.rule.rule not in _MOVING
    }


def told(answer: TestResponse) -> Any:
    """Status and body, without what differs at each call."""
    return answer.status_code, still(answer.get_json(silent=True))


def still(value: Any) -> Any:
    if isinstance(value, list):
        return [still(item) for item in value]
    if isinstance(value, dict):
        return {name: still(item) for name, item in value.items() if name not in _VOLATILE}
    return value


def ask(person: Person, operation: Operation, path: str, ids: Mapping[str, str]) -> TestResponse:
    body = operation.example_body()
    query = named_ids(operation.query(), ids)
    return person.call(
        operation.method,
        path,
        query_string={name: value for name, value in query.items() if name != "cursor"},
        headers=operation.headers(),
        **({} if body is None else {"json": named_ids(body, ids)}),
    )


def addressed(operation: Operation, value: str) -> str:
    return operation.path(dict.fromkeys(operation.rule.arguments, value))


def with_id_in_path(app: OpenAPI) -> Iterator[Operation]:
    found = [operation for operation in operations(app) if operation.rule.arguments]
    assert len(found) >= 8
    yield from found


def test_another_s_id_in_an_address_is_answered_like_no_one_s(
    app: OpenAPI, owner: Person, ids: Ids, trader: Person
) -> None:
    before = everything(app, owner)
    for operation in with_id_in_path(app):
        nobody = told(ask(trader, operation, addressed(operation, str(uuid.uuid4())), {}))
        assert 400 <= nobody[0] < 500, operation
        for kind, foreign in ids.items():
            answer = ask(trader, operation, addressed(operation, foreign), {})
            assert told(answer) == nobody, f"{operation} with the other's {kind}"
        for malformed in MALFORMED:
            answer = ask(trader, operation, addressed(operation, malformed), {})
            assert 400 <= answer.status_code < 500, f"{operation} with {malformed}"
        if not operation.rule.rule.startswith("/api/"):
            # The page is shown at every other address.
            continue
        for method in set(METHODS) - (operation.rule.methods or set()):
            answer = trader.call(method, addressed(operation, ids["job"]))
            assert 400 <= answer.status_code < 500, f"{method} {operation.rule}"
    assert everything(app, owner) == before


def test_another_s_id_in_a_body_or_query_is_answered_like_no_one_s(
    app: OpenAPI, owner: Person, ids: Ids, trader: Person
) -> None:
    before = everything(app, owner)
    asked = []
    for operation in operations(app):
        shape = json.dumps([operation.example_body(), operation.query()])
        if "_id" not in shape or operation.rule.arguments or str(operation) in _NO_IDS:
            continue
        asked.append(str(operation))
        nobody = {kind: str(uuid.uuid4()) for kind in ids}
        path = operation.path({})
        expected = told(ask(trader, operation, path, nobody))
        answer = told(ask(trader, operation, path, ids))
        assert answer == expected, operation
        shown = json.dumps(answer)
        assert not [kind for kind, known in ids.items() if known in shown], operation
    assert len(asked) >= 8
    assert everything(app, owner) == before


def test_nobody_s_session_reaches_what_is_another_s_by_method_or_address(
    app: OpenAPI, ids: Ids, make_person: Callable[..., Person]
) -> None:
    stranger = make_person()
    disguises = {
        "X-HTTP-Method-Override": "DELETE",
        "X-Original-URL": f"/api/jobs/{ids['job']}",
        "X-Rewrite-URL": f"/api/jobs/{ids['job']}",
        "X-User-ID": ids["user"],
        "X-Forwarded-User": ids["user"],
    }
    hers = f"/api/jobs/{ids['job']}"
    for path in (
        hers,
        f"{hers}/",
        hers.replace("/api/", "/api//"),
        hers.replace("/jobs", "/./jobs"),
    ):
        answer = stranger.get(path, headers=disguises, follow_redirects=True)
        assert answer.status_code == 404, path
    me = stranger.get("/api/auth/me", headers=disguises).get_json()
    assert me["id"] != ids["user"]
