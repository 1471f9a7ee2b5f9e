"""The API as the Mini App uses it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.settings import Settings
from models.audit import AuditEntry
from models.jobs import Job
from models.migrate import head
from models.outbox import OutboxRow
from models.states import JobState
from models.users import Account
from tests.web.conftest import Person, problem
from web.app import create_app

REDUCE = "/api/positions/reduce"
FUTURES = {"market_type": "futures", "percent": "25"}


def test_the_way_of_a_trader(trader: Person, work: Callable[[str], None]) -> None:
    me = trader.get("/api/auth/me").get_json()
    assert me["accounts"][0]["market"] == ["spot", "futures"]
    book = trader.get("/api/positions?marketType=futures").get_json()
    assert book["items"][0]["symbol"] == "BTCUSDT"
    assert book["items"][0]["size"] == "0.4"
    plan = trader.post("/api/positions/preview", FUTURES).get_json()
    assert plan["legs"][0]["qty"] == "0.1"
    assert [preset["percent"] for preset in plan["presets"]] == ["25", "50", "75", "100"]

    accepted = trader.order(REDUCE, FUTURES)
    assert accepted.status_code == 202
    job = accepted.get_json()
    assert accepted.headers["Location"] == f"/api/jobs/{job['id']}"
    assert job["state"] == "queued"
    work(job["id"])
    done = trader.get(accepted.headers["Location"]).get_json()
    assert done["state"] == "completed"
    assert done["progress"] == {"legs_total": 1, "legs_done": 1, "percent": 100}
    assert done["legs"][0]["qty_filled"] == "0.1"
    assert done["receipt"]["legs_filled"] == 1

    book = trader.get("/api/positions?market_type=futures").get_json()
    assert (book["items"][0]["size"], book["items"][0]["restorable"]) == ("0.3", "0.1")
    owed = trader.get("/api/positions/snapshot?market_type=futures").get_json()
    assert owed["items"][0]["qty_restorable"] == "0.1"
    restore = {"market_type": "futures", "snapshot_ids": [owed["items"][0]["id"]]}
    plan = trader.post("/api/snapshots/restore/preview", restore).get_json()
    assert plan["legs"][0]["size_after"] == "0.4"
    back = trader.order("/api/snapshots/restore", restore).get_json()
    work(back["id"])
    assert trader.get(f"/api/jobs/{back['id']}").get_json()["receipt"]["round_trip"]["net"]
    assert trader.get("/api/positions/snapshot?market_type=futures").get_json()["items"] == []


def test_polling_costs_nothing_while_nothing_changes(
    trader: Person, work: Callable[[str], None]
) -> None:
    job = trader.order(REDUCE, FUTURES).get_json()["id"]
    path = f"/api/jobs/{job}"
    first = trader.get(path)
    tag = first.headers["ETag"]
    same = trader.get(f"{path}?wait=1", headers={"If-None-Match": tag})
    assert (same.status_code, same.get_data()) == (304, b"")
    work(job)
    changed = trader.get(f"{path}?wait=20", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_jobs_are_paged_and_filtered(trader: Person) -> None:
    ids = [
        trader.order(REDUCE, {"market_type": market, "percent": "1"}).get_json()["id"]
        for market in ("spot", "futures", "spot")
    ]
    page = trader.get("/api/jobs?limit=2").get_json()
    assert [item["id"] for item in page["items"]] == [ids[2], ids[1]]
    rest = trader.get(f"/api/jobs?limit=2&cursor={page['next_cursor']}").get_json()
    assert [item["id"] for item in rest["items"]] == [ids[0]]
    assert rest["next_cursor"] is None
    only = trader.get("/api/jobs?market_type=futures&state=queued&kind=reduce").get_json()
    assert [item["id"] for item in only["items"]] == [ids[1]]
    several = trader.get("/api/jobs?state=queued&state=failed").get_json()
    assert [item["id"] for item in several["items"]] == ids[::-1]


def test_a_delayed_job_can_be_taken_back(trader: Person, work: Callable[[str], None]) -> None:
    job = trader.order(REDUCE, {**FUTURES, "delay_ms": 60_000}).get_json()["id"]
    work(job)
    assert trader.get(f"/api/jobs/{job}").get_json()["state"] == "queued"
    assert trader.post(f"/api/jobs/{job}/cancel").get_json()["state"] == "cancelled"
    problem(trader.post(f"/api/jobs/{job}/cancel"), 409, "job_already_ended")


def test_a_job_tells_when_its_orders_left_and_until_when_it_can_be_taken_back(
    trader: Person, work: Callable[[str], None]
) -> None:
    waiting = trader.order(REDUCE, {**FUTURES, "delay_ms": 60_000}).get_json()
    assert waiting["not_before"] > waiting["created_at"]
    assert trader.post(f"/api/jobs/{waiting['id']}/cancel").get_json()["not_before"] is None
    job = trader.order(REDUCE, FUTURES).get_json()["id"]
    work(job)
    done = trader.get(f"/api/jobs/{job}").get_json()
    (leg,) = done["legs"]
    assert done["created_at"] <= leg["sent_at"] <= done["finished_at"]
    assert 0 <= leg["ack_ms"] == done["receipt"]["ack_ms"]
    assert 0 <= leg["fill_ms"] == done["receipt"]["fill_ms"]
    assert len(leg["order_ids"]) == 1
    assert (done["not_before"], done["verification"]) == (None, None)


def test_an_ended_job_is_compared_with_the_exchange(
    trader: Person, make_person: Callable[..., Person], work: Callable[[str], None]
) -> None:
    job = trader.order(REDUCE, FUTURES).get_json()["id"]
    path = f"/api/jobs/{job}/verify"
    problem(trader.post(path), 409, "job_not_ended")
    work(job)
    problem(make_person().post(path), 404, "not_found")
    before = trader.get(f"/api/jobs/{job}")
    answer = trader.post(path, headers={"Accept-Language": "ru"})
    assert answer.status_code == 200
    assert answer.headers["ETag"] != before.headers["ETag"]
    told = answer.get_json()["verification"]
    assert told["agrees"]
    assert told["text"].startswith("Биржа подтверждает")
    assert told["legs"][0]["qty_exchange"] == told["legs"][0]["qty_ours"] == "0.1"
    shown = trader.get(f"/api/jobs/{job}").get_json()
    assert shown["verification"]["checked_at"] == told["checked_at"]
    trader.call("DELETE", f"/api/users/api-keys/{shown['account_id']}")
    problem(trader.post(path), 409, "account_removed")


def test_a_job_comes_with_its_outbox_row_and_an_audit_entry(
    trader: Person, session: Session
) -> None:
    job = uuid.UUID(trader.order(REDUCE, FUTURES).get_json()["id"])
    row = session.scalar(select(OutboxRow).where(OutboxRow.job_id == job))
    assert row is not None
    entry = session.scalar(select(AuditEntry).where(AuditEntry.subject == f"job:{job}"))
    assert entry is not None
    assert (entry.action, entry.details["percent"]) == ("job.reduce", "25")


def test_a_redis_that_is_away_costs_a_job_nothing(
    app: OpenAPI, settings: Settings, trader: Person, session: Session
) -> None:
    from pydantic import SecretStr  # noqa: PLC0415

    deaf = create_app(settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")}))
    client = deaf.test_client()
    answer = client.post(
        REDUCE,
        json=FUTURES,
        headers={"Authorization": f"Bearer {trader.token}", "Idempotency-Key": "deaf"},
    )
    assert answer.status_code == 202
    job = session.get_one(Job, uuid.UUID(answer.get_json()["id"]))
    assert job.state is JobState.QUEUED
    row = session.scalar(select(OutboxRow).where(OutboxRow.job_id == job.id))
    assert row is not None
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "degraded")


def test_keys_are_stored_encrypted_and_forgotten_on_removal(
    trader: Person, session: Session, settings: Settings
) -> None:
    listed = trader.get("/api/users/api-keys").get_json()["items"][0]
    account = session.get_one(Account, uuid.UUID(listed["id"]))
    assert account.api_key_enc is not None
    assert account.api_key_enc.startswith("gAAAA")
    busy = trader.order(REDUCE, FUTURES).get_json()["id"]
    path = f"/api/users/api-keys/{account.id}"
    problem(trader.call("DELETE", path), 409, "account_busy")
    trader.post(f"/api/jobs/{busy}/cancel")
    assert trader.call("DELETE", path).status_code == 204
    session.refresh(account)
    assert (account.api_key_enc, account.api_secret_enc) == (None, None)
    problem(trader.get("/api/positions?market_type=spot"), 409, "no_api_key")


def test_removing_the_default_account_makes_another_the_default(
    trader: Person, make_account: Callable[..., dict[str, Any]]
) -> None:
    assert trader.connect(make_account()).get_json()["is_default"] is False
    first, second = trader.get("/api/users/api-keys").get_json()["items"]
    trader.call("DELETE", f"/api/users/api-keys/{first['id']}")
    (left,) = trader.get("/api/users/api-keys").get_json()["items"]
    assert (left["id"], left["is_default"]) == (second["id"], True)


def test_a_key_is_renamed_and_made_the_default(
    trader: Person, make_account: Callable[..., dict[str, Any]], make_person: Callable[..., Person]
) -> None:
    second = trader.connect(make_account()).get_json()
    path = f"/api/users/api-keys/{second['id']}"
    changed = trader.call("PATCH", path, json={"label": "Long term", "is_default": True}).get_json()
    assert (changed["label"], changed["is_default"]) == ("Long term", True)
    listed = trader.get("/api/users/api-keys").get_json()["items"]
    assert [item["is_default"] for item in listed] == [False, True]
    for body in ({"is_default": False}, {"label": None}, {"api_key": "another-one"}):
        refused = problem(trader.call("PATCH", path, json=body), 400, "validation_failed")
        assert refused["errors"][0]["field"] == next(iter(body))
    problem(make_person().call("PATCH", path, json={"label": "Mine"}), 404, "not_found")


def test_the_development_sign_in_brings_a_seeded_book(
    client: FlaskClient, known_secrets: Callable[..., None]
) -> None:
    for _ in range(2):
        answer = client.post("/api/auth/dev", json={"telegram_id": 990_001})
        assert answer.status_code == 200
    tokens = answer.get_json()
    known_secrets(tokens["access_token"], tokens["refresh_token"])
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    me = client.get("/api/auth/me", headers=headers).get_json()
    assert len(me["accounts"]) == 1
    futures = client.get("/api/positions?market_type=futures", headers=headers).get_json()
    spot = client.get("/api/positions?market_type=spot", headers=headers).get_json()
    assert len(futures["items"]) >= 20
    assert len(spot["items"]) >= 12


def test_health_answers_and_readiness_looks(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert client.get("/readyz").get_json()["status"] == "ok"


def test_the_document_names_every_route_and_needs_no_other_host(
    app: OpenAPI, client: FlaskClient
) -> None:
    document = client.get("/api/openapi.json").get_json()
    served = {
        re.sub("<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule != "/api/openapi.json"
    }
    assert set(document["paths"]) == served
    operation = document["paths"][REDUCE]["post"]
    assert {"202", "200", "401", "409", "422"} <= set(operation["responses"])
    assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}
    page = client.get("/docs", follow_redirects=True)
    assert page.status_code == 200
    assert b"https://" not in page.get_data().replace(b"https://github.com", b"")


def test_every_api_route_but_the_sign_ins_needs_a_token(app: OpenAPI, client: FlaskClient) -> None:
    open_ones = {"/api/auth/telegram", "/api/auth/dev", "/api/openapi.json"}
    # Of whoever begins a sign-in, and of the browser that began one: it has a cookie.
    open_ones |= {"/api/auth/init", "/api/auth/status/<uuid:session_id>"}
    open_ones |= {
        f"/api/auth/{what}" for what in ("ways", "register", "verify", "login", "forgot", "reset")
    }
    # Its token is signed and says whose file it is.
    open_ones.add("/api/exports/<token>")
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or rule.rule in open_ones:
            continue
        path = re.sub("<uuid:[a-z_]+>", str(uuid.uuid4()), rule.rule)
        path = re.sub("<int:[a-z_]+>", "1", path)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            assert answer.status_code == 401, f"{method} {rule.rule}"


def test_the_browser_is_told_what_this_site_never_does(client: FlaskClient) -> None:
    answer = client.get("/")
    answer.close()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/api/jobs").headers["Cache-Control"] == "no-store"


def test_a_request_id_is_kept_if_it_is_clean(client: FlaskClient) -> None:
    kept = client.get("/healthz", headers={"X-Request-ID": "abc-12345678"})
    assert kept.headers["X-Request-ID"] == "abc-12345678"
    replaced = client.get("/healthz", headers={"X-Request-ID": "bad id; drop"})
    assert replaced.headers["X-Request-ID"] != "bad id; drop"


def test_too_many_requests_are_told_to_wait(app: OpenAPI, settings: Settings) -> None:
    strict = create_app(settings.model_copy(update={"rate_limit_auth": "3 per minute"}))
    client = strict.test_client()
    answers = [client.post("/api/auth/telegram", json={"init_data": "x"}) for _ in range(5)]
    assert answers[0].status_code == 401
    refused = answers[-1]
    problem(refused, 429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0


def test_a_defect_of_ours_tells_no_internals(
    trader: Person, app: OpenAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("secret internals")

    monkeypatch.setattr("web.positions.preview_reduce", explode)
    answer = trader.post("/api/positions/preview", FUTURES)
    problem(answer, 500, "internal_error")
    assert "secret internals" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("revision", "answered"),
    [("0001", (503, "down")), ("9999", (200, "ok"))],
    ids=["behind", "ahead, as in a rolling update"],
)
def test_a_database_behind_its_migrations_is_not_ready(
    client: FlaskClient, session: Session, revision: str, answered: tuple[int, str]
) -> None:
    session.execute(text("update alembic_version set version_num = :n"), {"n": revision})
    session.commit()
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.get_json()["status"]) == answered
    finally:
        session.execute(text("update alembic_version set version_num = :n"), {"n": head()})
        session.commit()
