"""Bad input gets a clear problem that names the field, and loses nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI

from core import clock
from core.settings import Settings
from telegram.init_data import TelegramUser, sign
from tests.web.conftest import Person, problem

FUTURES = {"market_type": "futures", "percent": "25"}
PREVIEW, REDUCE = "/api/positions/preview", "/api/positions/reduce"
Make = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("path", [PREVIEW, REDUCE])
@pytest.mark.parametrize(
    ("percent", "code", "field_code"),
    [
        (0, "percent_out_of_range", "percent_out_of_range"),
        ("0", "percent_out_of_range", "percent_out_of_range"),
        (101, "percent_out_of_range", "percent_out_of_range"),
        (-5, "percent_out_of_range", "percent_out_of_range"),
        ("100.01", "percent_out_of_range", "percent_out_of_range"),
        ("1e400", "percent_out_of_range", "percent_out_of_range"),
        ("abc", "validation_failed", "not_a_number"),
        ("NaN", "validation_failed", "not_a_number"),
        ("Infinity", "validation_failed", "not_a_number"),
        ("", "validation_failed", "not_a_number"),
        (True, "validation_failed", "not_a_number"),
        (None, "validation_failed", "not_a_number"),
        ([25], "validation_failed", "not_a_number"),
        ("12.345", "validation_failed", "percent_decimals"),
        ("9" * 500, "validation_failed", "not_a_number"),
    ],
)
def test_a_percentage_that_is_none(
    trader: Person, path: str, percent: Any, code: str, field_code: str
) -> None:
    answer = trader.order(path, {"market_type": "futures", "percent": percent})
    fault = problem(answer, 400, code)["errors"][0]
    assert (fault["field"], fault["code"]) == ("percent", field_code)
    assert fault["message"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ('{"market_type":"futures","percent":1e400}', "percent_out_of_range"),
        ('{"market_type":"futures","percent":NaN}', "malformed_json"),
        ('{"market_type":"futures","percent":Infinity}', "malformed_json"),
        ('{"market_type":"futures","percent":', "malformed_json"),
        ('["futures"]', "malformed_json"),
        ("null", "malformed_json"),
        ("[" * 20_000, "malformed_json"),
        ('{"percent":' + "1" * 10_000 + "}", "malformed_json"),
    ],
)
def test_json_that_is_none(trader: Person, raw: str, code: str) -> None:
    answer = trader.post(PREVIEW, data=raw, content_type="application/json")
    problem(answer, 400, code)


def test_missing_unknown_and_mistyped_fields(trader: Person) -> None:
    body = {"market_type": "margin", "wonder": 1, "scope": {"symbols": "BTCUSDT", "pnl": "best"}}
    faults = problem(trader.post(PREVIEW, body), 400, "validation_failed")["errors"]
    assert {(fault["field"], fault["code"]) for fault in faults} == {
        ("market_type", "unknown_choice"),
        ("percent", "required"),
        ("wonder", "unknown_field"),
        ("scope.symbols", "wrong_type"),
        ("scope.pnl", "unknown_choice"),
    }


def test_an_unknown_symbol_is_named(trader: Person) -> None:
    for path in (PREVIEW, REDUCE):
        answer = trader.order(path, {**FUTURES, "scope": {"symbols": ["NOPEUSDT"]}})
        body = problem(answer, 400, "unknown_symbol")
        assert "NOPEUSDT" in body["detail"]
        assert body["errors"][0]["field"] == "scope.symbols"


def test_without_a_key_the_way_to_one_is_told(person: Person) -> None:
    for answer in (
        person.get("/api/positions?market_type=spot"),
        person.post(PREVIEW, FUTURES),
        person.order(REDUCE, FUTURES),
        person.order("/api/snapshots/restore", {"market_type": "spot"}),
    ):
        problem(answer, 409, "no_api_key")


@pytest.mark.parametrize(
    ("book", "code"),
    [
        ({"read_only": True}, "key_cannot_trade"),
        (
            {"permissions": {"ContractTrade": [], "Derivatives": [], "Spot": []}},
            "key_cannot_trade",
        ),
        ({"permissions": {"Wallet": ["AccountTransfer", "Withdraw"]}}, "key_can_withdraw"),
        ({"expired_at": "2021-01-01T00:00:00Z"}, "key_expired"),
        ({"environment": "mainnet"}, "key_wrong_environment"),
        ({"ips": ["203.0.113.9"]}, "key_ip_not_bound"),
    ],
)
def test_a_key_that_would_not_do_is_refused(
    person: Person, make_account: Make, book: dict[str, Any], code: str
) -> None:
    body = problem(person.connect(make_account(**book)), 422, code)
    assert body["errors"][0]["field"] in ("api_key", "environment")
    assert person.get("/api/users/api-keys").get_json()["items"] == []


def test_a_wrong_secret_and_a_second_time(
    person: Person, make_account: Make, known_secrets: Callable[..., None]
) -> None:
    keys = make_account()
    wrong = person.connect(keys, api_secret="a-wrong-secret-0123456789")
    assert problem(wrong, 422, "key_secret_wrong")["errors"][0]["field"] == "api_secret"
    assert person.connect(keys).status_code == 201
    problem(person.connect(keys), 409, "key_already_connected")
    problem(person.connect(keys, api_key="short"), 400, "validation_failed")


def test_no_answer_ever_holds_a_secret(person: Person, make_account: Make) -> None:
    keys = make_account()
    shown = person.connect(keys).get_data(as_text=True)
    shown += person.get("/api/users/api-keys").get_data(as_text=True)
    shown += person.connect(keys).get_data(as_text=True)
    assert keys["api_secret"] not in shown
    assert keys["api_key"] not in shown
    assert (
        f"…{keys['api_key'][-4:]}"
        in person.get("/api/users/api-keys").get_json()["items"][0]["api_key_masked"]
    )


# -- sign-in ------------------------------------------------------------------------------------


def signed(settings: Settings, **more: Any) -> str:
    token = more.pop("token", settings.telegram_bot_token.get_secret_value())
    return sign(TelegramUser(id=77, first_name="A"), token, now=more.pop("now", clock.utcnow()))


def test_tampered_foreign_and_stale_sign_in_data(client: FlaskClient, settings: Settings) -> None:
    def sign_in(data: str) -> Any:
        return client.post("/api/auth/telegram", json={"init_data": data})

    good = signed(settings)
    assert sign_in(good).status_code == 200
    problem(sign_in(good.replace("77", "78")), 401, "init_data_invalid")
    problem(sign_in(good + "&auth_date=1"), 401, "init_data_invalid")
    problem(sign_in("hash=0"), 401, "init_data_invalid")
    problem(sign_in(signed(settings, token="1:another-bot")), 401, "init_data_invalid")
    old = signed(settings, now=datetime.now(UTC) - timedelta(hours=2))
    problem(sign_in(old), 401, "init_data_stale")
    ahead = signed(settings, now=datetime.now(UTC) + timedelta(hours=2))
    problem(sign_in(ahead), 401, "init_data_invalid")
    problem(sign_in(""), 400, "validation_failed")


def test_without_or_with_a_bad_token(client: FlaskClient, person: Person) -> None:
    problem(client.get("/api/jobs"), 401, "unauthenticated")
    for token in ("x", "a.b.c", person.token[:-3] + "abc", person.refresh):
        headers = {"Authorization": f"Bearer {token}"}
        problem(client.get("/api/jobs", headers=headers), 401, "unauthenticated")
    # A refresh token refreshes, an access token does not.
    refreshed = client.post(
        "/api/auth/refresh", headers={"Authorization": f"Bearer {person.refresh}"}
    )
    assert refreshed.status_code == 200
    person.known_secrets(
        *(refreshed.get_json()[name] for name in ("access_token", "refresh_token"))
    )
    problem(person.post("/api/auth/refresh"), 401, "unauthenticated")


def test_the_development_sign_in_is_not_there_in_production(
    app: OpenAPI, settings: Settings
) -> None:
    from web.app import create_app  # noqa: PLC0415

    production = settings.model_copy(update={"environment": "production"})
    made = create_app(production)
    answer = made.test_client().post("/api/auth/dev", json={"telegram_id": 5})
    problem(answer, 404, "not_found")
    assert "Strict-Transport-Security" in answer.headers


# -- HTTP ---------------------------------------------------------------------------------------


def test_bodies_that_nobody_takes(trader: Person, settings: Settings) -> None:
    problem(trader.post(PREVIEW, data="percent=25"), 415, "unsupported_media_type")
    form = trader.post(PREVIEW, data={"percent": 25})
    problem(form, 415, "unsupported_media_type")
    big = b'{"market_type":"' + b"x" * settings.max_body_bytes + b'"}'
    problem(trader.post(PREVIEW, data=big, content_type="application/json"), 413, "body_too_large")
    problem(trader.post(PREVIEW), 400, "validation_failed")


def test_unknown_addresses_and_methods(trader: Person) -> None:
    problem(trader.get("/api/nothing"), 404, "not_found")
    answer = trader.call("PUT", "/api/jobs")
    problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_jobs_that_are_not_there_or_not_yours(
    trader: Person, make_person: Callable[..., Person]
) -> None:
    problem(trader.get(f"/api/jobs/{uuid.uuid4()}"), 404, "not_found")
    problem(trader.get("/api/jobs/none"), 404, "not_found")
    problem(trader.post(f"/api/jobs/{uuid.uuid4()}/cancel"), 404, "not_found")
    job = trader.order(REDUCE, FUTURES).get_json()["id"]
    stranger = make_person()
    problem(stranger.get(f"/api/jobs/{job}"), 404, "not_found")
    problem(stranger.get(f"/api/jobs/{job}?wait=1"), 404, "not_found")
    problem(stranger.post(f"/api/jobs/{job}/cancel"), 404, "not_found")
    assert stranger.get("/api/jobs").get_json()["items"] == []
    account = trader.get("/api/users/api-keys").get_json()["items"][0]["id"]
    problem(stranger.call("DELETE", f"/api/users/api-keys/{account}"), 404, "not_found")
    problem(stranger.get(f"/api/positions?market_type=spot&account_id={account}"), 404, "not_found")
    problem(stranger.order(REDUCE, {**FUTURES, "account_id": account}), 404, "not_found")


@pytest.mark.parametrize("key", [None, "", "with space", "кириллица", "x" * 256])
def test_an_idempotency_key_that_is_none(trader: Person, key: str | None) -> None:
    headers = {} if key is None else {"Idempotency-Key": key.encode().decode("latin-1")}
    answer = trader.post(REDUCE, FUTURES, headers=headers)
    problem(answer, 400, "idempotency_key_missing")


def test_the_same_key_with_another_body(trader: Person) -> None:
    first = trader.order(REDUCE, FUTURES, key="once")
    assert first.status_code == 202
    again = trader.order(REDUCE, FUTURES, key="once")
    assert again.status_code == 200
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.get_json()["id"] == first.get_json()["id"]
    other = trader.order(REDUCE, {**FUTURES, "percent": "26"}, key="once")
    problem(other, 422, "idempotency_key_reused")


def test_snapshots_that_are_none(trader: Person) -> None:
    path = "/api/snapshots/restore"
    body: dict[str, Any] = {"market_type": "futures"}
    problem(trader.order(path, body), 409, "nothing_to_restore")
    problem(trader.post(f"{path}/preview", body), 409, "nothing_to_restore")
    body["snapshot_ids"] = [str(uuid.uuid4())]
    problem(trader.order(path, body), 404, "snapshot_not_found")
    body["snapshot_ids"] = ["7"]
    problem(trader.order(path, body), 400, "validation_failed")
    body["snapshot_ids"] = []
    problem(trader.order(path, body), 400, "validation_failed")


def test_cursors_and_queries_that_are_none(trader: Person) -> None:
    problem(trader.get("/api/jobs?cursor=!!"), 400, "validation_failed")
    problem(trader.get("/api/jobs?limit=0"), 400, "validation_failed")
    problem(trader.get("/api/jobs?state=done"), 400, "validation_failed")
    problem(trader.get("/api/positions"), 400, "validation_failed")
    problem(trader.get("/api/positions?market_type=x"), 400, "validation_failed")
    job = trader.order(REDUCE, FUTURES).get_json()["id"]
    problem(trader.get(f"/api/jobs/{job}?wait=600"), 400, "validation_failed")


def test_problems_speak_the_reader_s_language(client: FlaskClient) -> None:
    russian = client.get("/api/jobs", headers={"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"})
    assert problem(russian, 401, "unauthenticated")["title"] == "Сначала войдите"
    english = client.get("/api/jobs", headers={"Accept-Language": "de"})
    assert problem(english, 401, "unauthenticated")["title"] == "Sign in first"


def test_an_exchange_that_is_away_busy_or_refuses_the_key(
    person: Person, make_account: Make, control: Callable[..., Any]
) -> None:
    keys = make_account(balances={"USDT": "5"})
    person.connect(keys)

    def fault(kind: str, **more: Any) -> None:
        match = {"api_key": keys["api_key"], "path": "/v5/position/list"}
        control("POST", "faults", {"kind": kind, "match": match, **more})

    book = "/api/positions?market_type=futures"
    # Three questions at once, each tried twice.
    fault("drop_before", count=6)
    problem(person.get(book), 502, "exchange_unreachable")
    fault("ret_code", code=10006, ms=900)
    busy = person.get(book)
    problem(busy, 503, "exchange_busy")
    assert busy.headers["Retry-After"] == "1"
    control("PATCH", f"accounts/{keys['uid']}", {"expired_at": "2021-01-01T00:00:00Z"})
    assert "expired" in problem(person.get(book), 409, "exchange_auth")["detail"]


def test_an_rsa_key_is_connected_and_works(
    person: Person,
    make_account: Make,
    known_secrets: Callable[..., None],
    work: Callable[[str], None],
) -> None:
    private = generate_private_key(65537, 2048)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pem = private.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    ).decode()
    known_secrets(*pem.splitlines()[2:-2])
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]
    keys = make_account(rsa_public_key=public.decode(), balances={"USDT": "100000"}, positions=book)
    connected = person.connect(keys, api_secret=pem)
    assert connected.status_code == 201, connected.get_data(as_text=True)
    assert "PRIVATE" not in connected.get_data(as_text=True)
    job = person.order(REDUCE, FUTURES).get_json()["id"]
    work(job)
    assert person.get(f"/api/jobs/{job}").get_json()["state"] == "completed"


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "private_key_unreadable"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "private_key_unreadable"),
        ("a" * 257, "too_long"),
        ("-----BEGIN PRIVATE KEY-----" + "A" * 4096, "too_long"),
        ("with a blank in it", "invalid"),
        ("short", "too_short"),
    ],
)
def test_a_secret_that_can_be_none(
    person: Person, make_account: Make, secret: str, code: str
) -> None:
    body = problem(person.connect(make_account(), api_secret=secret), 400, "validation_failed")
    assert [(fault["field"], fault["code"]) for fault in body["errors"]] == [("api_secret", code)]
