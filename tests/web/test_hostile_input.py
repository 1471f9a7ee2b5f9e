"""What a few bytes may never buy: our memory, our time, a fault of ours, a second meaning."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.settings import Settings
from models.audit import AuditFilter, entries
from models.users import User
from telegram.init_data import TelegramUser, sign
from tests.web.conftest import Person, problem

PREVIEW, REDUCE = "/api/positions/preview", "/api/positions/reduce"
KEYS = "/api/users/api-keys"
FUTURES = {"market_type": "futures", "percent": "25"}


def body_with(**raw: str) -> str:
    """A reduce's body with fields written down as they are."""
    fields = {"market_type": '"futures"', "percent": '"25"', **raw}
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"


def kept(quantity: str) -> str:
    return body_with(scope=f'{{"exempt":[{{"symbol":"BTCUSDT","keep_qty":{quantity}}}]}}')


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (body_with(percent="1e99999999999999999999"), "malformed_json"),
        (body_with(percent="1e-99999999999999999999"), "malformed_json"),
        (body_with(percent="1e999999999"), "malformed_json"),
        (body_with(percent='"1e999999999"'), "validation_failed"),
        (body_with(percent='"1e-999999999"'), "validation_failed"),
        (body_with(percent="0e-999999999"), "malformed_json"),
        (body_with(delay_ms="1e9999999"), "malformed_json"),
        (body_with(delay_ms="1e300"), "validation_failed"),
        (kept('"1e-9999999999"'), "validation_failed"),
        (kept('"1e-999999"'), "validation_failed"),
        (kept('"0e-999999"'), "validation_failed"),
        (kept('"1e-31"'), "validation_failed"),
        (kept('"1e30"'), "validation_failed"),
        (kept("1e-9999999999"), "malformed_json"),
        (kept("0." + "1" * 2000), "malformed_json"),
    ],
)
def test_a_number_with_a_vast_exponent_is_refused_at_once(
    trader: Person, raw: str, code: str
) -> None:
    began = time.monotonic()
    for path in (PREVIEW, REDUCE):
        headers = {"Idempotency-Key": "vast"}
        answer = trader.post(path, data=raw, content_type="application/json", headers=headers)
        problem(answer, 400, code)
    assert time.monotonic() - began < 2


def test_the_finest_quantity_of_a_coin_is_taken(trader: Person) -> None:
    answer = trader.post(PREVIEW, data=kept('"1e-30"'), content_type="application/json")
    assert answer.status_code == 200


@profile(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.one_of(
        st.from_regex(r"\A-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,22})?\Z"),
        st.floats().map(repr),
        st.integers().map(str),
        st.text(max_size=20).map(json.dumps),
    )
)
def test_whatever_stands_for_a_percentage_is_taken_or_refused(trader: Person, raw: str) -> None:
    answer = trader.post(PREVIEW, data=body_with(percent=raw), content_type="application/json")
    assert answer.status_code in (200, 400), raw
    if answer.status_code == 200:
        assert 0 < float(answer.get_json()["percent"]) <= 100


def test_a_name_that_comes_twice_is_no_order(trader: Person) -> None:
    raw = '{"market_type":"futures","percent":"1","percent":"100"}'
    answer = trader.post(
        REDUCE, data=raw, content_type="application/json", headers={"Idempotency-Key": "twice"}
    )
    problem(answer, 400, "malformed_json")
    assert trader.get("/api/jobs").get_json()["items"] == []
    both = trader.order(REDUCE, {**FUTURES, "marketType": "spot"})
    assert problem(both, 400, "validation_failed")["errors"][0]["code"] == "unknown_field"


@pytest.mark.parametrize("raw", [b'{"market_type":"\xff"}', b"\x00", b"\xef\xbb\xbf", b"{}{}"])
def test_bytes_that_are_no_json(trader: Person, raw: bytes) -> None:
    answer = trader.post(PREVIEW, data=raw, content_type="application/json")
    problem(answer, 400, "malformed_json")


@pytest.mark.parametrize("label", ["", "   ", "a\0b", "two\nlines", "\ud800", "x" * 65])
def test_a_label_is_one_line_of_text(
    person: Person, make_account: Callable[..., dict[str, Any]], label: str
) -> None:
    keys = make_account()
    body = {"label": label, "environment": "sandbox"}
    raw = json.dumps({**body, "api_key": keys["api_key"], "api_secret": keys["api_secret"]})
    answer = person.post(KEYS, data=raw, content_type="application/json")
    assert problem(answer, 400, "validation_failed")["errors"][0]["field"] == "label"


@pytest.mark.parametrize("name", ["a\0b", "\ud800", ""])
def test_a_test_person_s_name_is_text(client: FlaskClient, name: str) -> None:
    raw = json.dumps({"telegram_id": 990_002, "first_name": name})
    answer = client.post("/api/auth/dev", data=raw, content_type="application/json")
    problem(answer, 400, "validation_failed")


@pytest.mark.parametrize(
    ("data", "status"), [("hash=\ud800", 400), ("a=\ud800&hash=0", 400), ("a=\0&hash=é", 401)]
)
def test_sign_in_data_that_is_no_text(client: FlaskClient, data: str, status: int) -> None:
    raw = json.dumps({"init_data": data})
    answer = client.post("/api/auth/telegram", data=raw, content_type="application/json")
    problem(answer, status, "init_data_invalid" if status == 401 else "validation_failed")


@pytest.mark.parametrize(
    ("address", "kept_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("10.0.0.1:555", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_an_address_that_is_none_keeps_nobody_out(
    client: FlaskClient,
    settings: Settings,
    session: Session,
    known_secrets: Callable[..., None],
    address: str,
    kept_as: str | None,
) -> None:
    token = settings.telegram_bot_token.get_secret_value()
    data = sign(TelegramUser(id=990_003), token, now=clock.utcnow())
    answer = client.post(
        "/api/auth/telegram",
        json={"init_data": data},
        environ_overrides={"REMOTE_ADDR": address},
    )
    assert answer.status_code == 200
    known_secrets(answer.get_json()["access_token"], answer.get_json()["refresh_token"])
    user = session.scalars(select(User.id).where(User.telegram_id == 990_003)).one()
    told = entries(session, AuditFilter(user_id=user), before=None, limit=1)[0]
    assert told.origin is not None
    assert (told.entry.action, told.origin.remote_addr) == ("user.sign_in", kept_as)


def test_asking_what_is_allowed_needs_no_sign_in_and_tells_nothing_else(
    client: FlaskClient,
) -> None:
    answer = client.options("/api/positions/reduce")
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-01-01T00:00:00+19:04", 200),
        ("0001-01-01T00:00:00+10:00", 400),
        ("9999-12-31T23:59:59-10:00", 400),
        ("2026-01-01T00:00:00", 400),
    ],
)
def test_a_time_is_one_that_the_database_can_tell(person: Person, moment: str, status: int) -> None:
    for bound in ("since", "until"):
        answer = person.get("/api/jobs", query_string={bound: moment})
        assert answer.status_code == status
