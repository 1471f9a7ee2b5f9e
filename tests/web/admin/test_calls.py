"""Each call to the exchange and each answer stands in a job's timeline, whatever came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from exchange import placing
from exchange.orders import order_parameters
from exchange.types import OrderRequest
from tests.web.conftest import Person
from trading import resolving
from trading.desk import Desk
from trading.execute import execute

CREATE = "/v5/order/create"
LOOK_UP = "/v5/order/realtime"
STOPS = "/v5/position/trading-stop"
Entries = list[dict[str, Any]]


@pytest.fixture
def keys(person: Person, make_account: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Of a connected account whose position is protected."""
    position = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}
    protected = {**position, "stop_loss": "50000", "leverage": "7"}
    made = make_account(balances={"USDT": "100000"}, positions=[protected])
    assert person.connect(made).status_code == 201
    return made


@pytest.fixture
def fault(keys: dict[str, Any], control: Callable[..., Any]) -> Callable[..., None]:
    def set_up(kind: str, path: str, **more: Any) -> None:
        match = {"api_key": keys["api_key"], **({"path": path} if path else {})}
        control("POST", "faults", {"kind": kind, "match": match, **more})

    return set_up


@pytest.fixture
def story(
    person: Person,
    operator: Person,
    keys: dict[str, Any],
    desk: Desk,
    sessions: sessionmaker[Session],
) -> Callable[..., Entries]:
    """The timeline of a job that is done now."""

    def of(path: str, **more: Any) -> Entries:
        assert keys
        job = person.order(path, {"market_type": "futures", "percent": "100", **more})
        assert job.status_code == 202, job.get_data(as_text=True)
        job_id = job.get_json()["id"]
        while (
            again := execute(desk, sessions, uuid.UUID(job_id), owner="test").again_in
        ) is not None:
            clock.pause(again)
        found = operator.get(f"/api/admin/jobs/{job_id}").get_json()
        entries: Entries = found["timeline"]
        return entries

    return of


@pytest.fixture
def reduce(story: Callable[..., Entries]) -> Callable[[], Entries]:
    return lambda: story("/api/positions/reduce")


@pytest.fixture
def restore(story: Callable[..., Entries]) -> Callable[[], Entries]:
    return lambda: story("/api/snapshots/restore", set_leverage=True)


def facts(entries: Entries, kind: str, *names: str) -> list[tuple[str | None, ...]]:
    return [tuple(one["facts"].get(n) for n in names) for one in entries if one["kind"] == kind]


def test_a_restore_tells_what_it_set_beside_its_orders(
    reduce: Callable[[], Entries], restore: Callable[[], Entries]
) -> None:
    reduce()
    told = restore()
    calls = facts(told, "called", "method", "outcome")
    assert calls == [
        ("read_book", "answered"),
        ("set_leverage", "answered"),
        ("set_trading_stop", "answered"),
        ("read_positions", "answered"),
    ]
    assert facts(told, "called", "leverage", "stop_loss")[1:3] == [("7", None), (None, "50000")]
    assert all(int(ms or "") >= 0 for (ms,) in facts(told, "called", "ms"))
    assert facts(told, "protected", "state") == [("restored",)]
    order = [(one["kind"], one["facts"].get("method"), one["leg"]) for one in told]
    steps = [
        ("claimed", None, None),
        ("called", "read_book", None),
        ("planned", None, None),
        ("called", "set_leverage", 1),
        ("sent", None, 1),
        ("called", "set_trading_stop", 1),
        ("called", "read_positions", 1),
        ("protected", None, 1),
        ("ended", None, None),
    ]
    assert [step for step in order if step in steps] == steps


def test_a_position_without_its_stop_is_told_with_what_the_exchange_answered(
    reduce: Callable[[], Entries], restore: Callable[[], Entries], fault: Callable[..., None]
) -> None:
    reduce()
    fault("ret_code", STOPS, code=10001)
    told = restore()
    stops = next(one for one in told if one["facts"].get("method") == "set_trading_stop")
    assert (stops["symbol"], stops["facts"]["outcome"]) == ("BTCUSDT", "defect")
    assert stops["facts"]["code"] == "10001"
    assert stops["facts"]["message"]
    assert facts(told, "protected", "state") == [("failed",)]


def test_stops_that_got_no_answer_are_told_each_time(
    reduce: Callable[[], Entries], restore: Callable[[], Entries], fault: Callable[..., None]
) -> None:
    reduce()
    fault("drop_before", STOPS, count=2)
    calls = facts(restore(), "called", "method", "outcome")
    assert [outcome for method, outcome in calls if method == "set_trading_stop"] == [
        "unreachable",
        "unreachable",
        "answered",
    ]


def test_a_book_that_could_not_be_read_is_told(
    reduce: Callable[[], Entries], fault: Callable[..., None]
) -> None:
    fault("ret_code", "/v5/position/list", code=10006, ms=50)
    told = facts(reduce(), "called", "method", "outcome", "code")
    assert told == [("read_book", "busy", "10006"), ("read_book", "answered", None)]


def test_equal_answers_are_told_as_often_as_they_came(
    reduce: Callable[[], Entries], fault: Callable[..., None]
) -> None:
    fault("ret_code", CREATE, code=10006, ms=50, count=2)
    told = facts(reduce(), "answered", "code", "state")
    assert told == [("10006", "intended"), ("10006", "intended"), (None, "acknowledged")]


def test_a_second_silence_is_told(
    reduce: Callable[[], Entries], fault: Callable[..., None]
) -> None:
    fault("drop_before", CREATE, count=2)
    told = reduce()
    assert facts(told, "answered", "code", "state") == [
        ("0", "unknown"),
        ("0", "unknown"),
        (None, "acknowledged"),
    ]
    assert all(message for (message,) in facts(told, "answered", "message")[:2])
    assert ("no", "unknown") in facts(told, "looked_up", "found", "state")


def test_a_look_up_that_was_refused_is_told(
    reduce: Callable[[], Entries], fault: Callable[..., None]
) -> None:
    fault("ret_code", LOOK_UP, code=10006, ms=50)
    told = [one for one in reduce() if one["facts"].get("method") == "look_up"]
    assert [(one["attempt"], one["facts"]["outcome"], one["facts"]["code"]) for one in told] == [
        (1, "busy", "10006")
    ]


def test_a_look_up_that_did_not_find_an_acknowledged_order_says_so(
    reduce: Callable[[], Entries], fault: Callable[..., None]
) -> None:
    fault("stale_reads", "", count=6, ms=60_000)
    told = facts(reduce(), "looked_up", "found", "state")
    assert told[0] == ("no", "acknowledged")
    assert told[-1][0] is None


def test_a_resting_order_that_is_taken_back_is_told(
    reduce: Callable[[], Entries], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "_STUCK_OPEN", timedelta(0))

    def resting(order: OrderRequest, slippage: Decimal | None) -> dict[str, Any]:
        sent = order_parameters(replace(order, limit_price=Decimal(66000)), slippage)
        return {**sent, "timeInForce": "GTC"}

    monkeypatch.setattr(placing, "order_parameters", resting)
    told = [one for one in reduce() if one["facts"].get("method") == "cancel_order"]
    assert [(one["attempt"], one["facts"]["outcome"]) for one in told][:1] == [(1, "answered")]
