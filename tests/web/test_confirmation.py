"""A job worth more than its owner chose is accepted by their PIN or a code, and by nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from flask_openapi3 import OpenAPI
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.base import db
from models.jobs import Job
from models.second_factors import SecondFactor
from tests.web.conftest import Person, problem
from tests.web.factors import PIN, PIN_PATH, POLICY, Authenticator, Clock, me, put, with_totp

PREVIEW, REDUCE = "/api/positions/preview", "/api/positions/reduce"
RESTORE_PREVIEW, RESTORE = "/api/snapshots/restore/preview", "/api/snapshots/restore"
FUTURES = {"market_type": "futures", "percent": "25"}
BY_PIN = {**FUTURES, "confirmation": {"pin": PIN}}
BY_WRONG_PIN = {**FUTURES, "confirmation": {"pin": "7777"}}


@pytest.fixture
def careful(trader: Person) -> Person:
    """Has a PIN and is asked about every job."""
    put(trader, PIN_PATH, pin=PIN)
    assert put(trader, POLICY, over="0").status_code == 200
    return trader


@pytest.fixture
def phone(careful: Person, monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    return with_totp(careful, Clock(monkeypatch), pin=PIN)


@pytest.fixture
def unreadable(control: Callable[..., Any]) -> Iterator[Callable[[str], None]]:
    """Makes the book of the account with this key answer nothing but errors."""
    made = []

    def break_it(api_key: str) -> None:
        match = {"api_key": api_key, "path": "/v5/position/list"}
        fault = {"kind": "http_status", "match": match, "count": -1, "code": 500}
        made.append(control("POST", "faults", fault)["id"])

    yield break_it
    for fault in made:
        control("DELETE", f"faults/{fault}")


@pytest.fixture
def keys(make_account: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]
    return make_account(balances={"USDT": "100000"}, positions=book)


def worth(person: Person) -> Decimal:
    """What reducing by 25 % comes to now, as the preview tells it."""
    return Decimal(person.post(PREVIEW, FUTURES).get_json()["totals"]["notional"])


def jobs(session: Session, person: Person) -> int:
    session.rollback()
    query = select(func.count()).select_from(Job).where(Job.user_id == me(person)["id"])
    return session.scalar(query) or 0


@pytest.mark.parametrize(("more", "asked"), [("0.01", False), ("0", False), ("-0.01", True)])
def test_a_job_is_asked_about_above_the_worth_that_was_chosen(
    trader: Person, more: str, asked: bool
) -> None:
    comes_to = worth(trader)
    over = comes_to + Decimal(more)
    put(trader, PIN_PATH, pin=PIN)
    put(trader, POLICY, over=str(over))
    assert trader.post(PREVIEW, FUTURES).get_json()["needs_confirmation"] is asked
    answer = trader.order(REDUCE, FUTURES)
    if not asked:
        assert answer.status_code == 202
        return
    refused = problem(answer, 403, "confirmation_required")
    assert refused["methods"] == ["pin"]
    assert (Decimal(refused["notional"]), Decimal(refused["over"])) == (comes_to, over)
    assert trader.order(REDUCE, BY_PIN).status_code == 202


def test_at_zero_every_job_is_asked_about(careful: Person, session: Session) -> None:
    nothing = {"market_type": "futures", "percent": "25", "scope": {"sides": ["Sell"]}}
    assert careful.post(PREVIEW, nothing).get_json()["needs_confirmation"] is True
    refused = problem(careful.order(REDUCE, nothing), 403, "confirmation_required")
    assert (refused["notional"], refused["over"]) == ("0", "0")
    delayed = {**FUTURES, "delay_ms": 3000}
    problem(careful.order(REDUCE, delayed), 403, "confirmation_required")
    assert jobs(session, careful) == 0
    confirmed = careful.order(REDUCE, {**delayed, "confirmation": {"pin": PIN}})
    assert confirmed.get_json()["not_before"] is not None


def test_a_restore_is_asked_about_too(careful: Person, work: Callable[[str], None]) -> None:
    work(careful.order(REDUCE, BY_PIN).get_json()["id"])
    futures = {"market_type": "futures"}
    plan = careful.post(RESTORE_PREVIEW, futures).get_json()
    assert plan["needs_confirmation"] is True
    refused = problem(careful.order(RESTORE, futures), 403, "confirmation_required")
    assert refused["notional"] == plan["totals"]["notional"] != "0"
    wrong = {**futures, "confirmation": {"pin": "7777"}}
    problem(careful.order(RESTORE, wrong), 403, "pin_wrong")
    right = {**futures, "confirmation": {"pin": PIN}}
    assert careful.order(RESTORE, right).status_code == 202


def test_a_wrong_pin_leaves_the_key_unused_and_a_replay_asks_for_none(
    careful: Person, session: Session
) -> None:
    key = uuid.uuid4().hex
    problem(careful.order(REDUCE, BY_WRONG_PIN, key), 403, "pin_wrong")
    problem(careful.order(REDUCE, FUTURES, key), 403, "confirmation_required")
    assert jobs(session, careful) == 0
    made = careful.order(REDUCE, BY_PIN, key)
    assert made.status_code == 202
    for body in (FUTURES, BY_PIN, BY_WRONG_PIN):
        again = careful.order(REDUCE, body, key)
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert again.get_json()["id"] == made.get_json()["id"]
    # Nothing that came with a replay was tried.
    assert session.get_one(SecondFactor, uuid.UUID(me(careful)["id"])).pin_wrong == 0
    problem(careful.order(REDUCE, {**BY_PIN, "percent": "26"}, key), 422, "idempotency_key_reused")


def test_a_book_that_cannot_be_read_means_that_it_has_to_be_confirmed(
    person: Person, keys: dict[str, Any], unreadable: Callable[[str], None]
) -> None:
    person.connect(keys)
    put(person, PIN_PATH, pin=PIN)
    put(person, POLICY, over="1000000000")
    key = uuid.uuid4().hex
    assert person.order(REDUCE, FUTURES, key).status_code == 202
    unreadable(keys["api_key"])
    refused = problem(person.order(REDUCE, FUTURES), 403, "confirmation_required")
    assert (refused["methods"], refused["notional"]) == (["pin"], None)
    assert person.order(REDUCE, BY_PIN).status_code == 202
    # A replay needs no book.
    assert person.order(REDUCE, FUTURES, key).status_code == 200


def test_a_code_confirms_one_job(careful: Person, phone: Authenticator, session: Session) -> None:
    by_code = {**FUTURES, "confirmation": {"code": phone.code()}}
    start = Barrier(2)

    def send(key: str) -> TestResponse:
        start.wait()
        return careful.order(REDUCE, by_code, key)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, ("one", "two")))
    assert sorted(answer.status_code for answer in answers) == [202, 403]
    refused = problem(max(answers, key=lambda answer: answer.status_code), 403, "totp_wrong")
    assert refused["errors"] == []
    assert jobs(session, careful) == 1
    by_recovery = {**FUTURES, "confirmation": {"code": phone.recovery_codes[0]}}
    assert careful.order(REDUCE, by_recovery).status_code == 202
    problem(careful.order(REDUCE, by_recovery), 403, "totp_wrong")


def test_the_same_request_twice_at_once_is_one_job_for_both(
    careful: Person, phone: Authenticator, session: Session
) -> None:
    by_code = {**FUTURES, "confirmation": {"code": phone.code()}}
    key, start = uuid.uuid4().hex, Barrier(3)

    def send(_: int) -> TestResponse:
        start.wait()
        return careful.order(REDUCE, by_code, key)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(send, range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 202]
    assert len({answer.get_json()["id"] for answer in answers}) == jobs(session, careful) == 1


def test_five_wrong_pins_lock_the_pin_and_not_the_code(
    careful: Person, phone: Authenticator
) -> None:
    for _ in range(5):
        problem(careful.order(REDUCE, BY_WRONG_PIN), 403, "pin_wrong")
    problem(careful.order(REDUCE, BY_PIN), 429, "pin_locked")
    by_code = {**FUTURES, "confirmation": {"code": phone.code()}}
    assert careful.order(REDUCE, by_code).status_code == 202


def test_what_is_not_set_up_confirms_nothing(careful: Person) -> None:
    by_code = {**FUTURES, "confirmation": {"code": "123456"}}
    refused = problem(careful.order(REDUCE, by_code), 403, "confirmation_required")
    assert refused["methods"] == ["pin"]


@pytest.mark.parametrize(
    "confirmation", [{}, {"pin": PIN, "code": "123456"}, {"pin": 8302}, {"word": "x"}, "8302", []]
)
def test_a_confirmation_is_a_pin_or_a_code(careful: Person, confirmation: object) -> None:
    body = {**FUTURES, "confirmation": confirmation}
    refused = problem(careful.order(REDUCE, body), 400, "validation_failed")
    assert refused["errors"][0]["field"].startswith("confirmation")


def test_who_chose_no_worth_is_asked_nothing_and_pays_one_look(
    trader: Person, app: OpenAPI, session: Session
) -> None:
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    put(trader, PIN_PATH, pin=PIN)
    assert trader.post(PREVIEW, FUTURES).get_json()["needs_confirmation"] is False
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert trader.order(REDUCE, BY_WRONG_PIN).status_code == 202
    finally:
        event.remove(engine, "before_cursor_execute", note)
    looks = [statement for statement in statements if "second_factors" in statement]
    assert len(looks) == 1
    assert "JOIN" not in looks[0]
    assert session.get_one(SecondFactor, uuid.UUID(me(trader)["id"])).pin_wrong == 0


def test_what_confirmed_a_job_is_stored_nowhere(careful: Person, session: Session) -> None:
    job = careful.order(REDUCE, BY_PIN).get_json()["id"]
    stored = session.get_one(Job, uuid.UUID(job))
    assert "confirmation" not in stored.request
    assert PIN not in str(stored.request)
