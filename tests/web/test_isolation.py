"""What is another person's is not there: over every route that takes an id."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask_openapi3 import OpenAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import notices
from models.jobs import Job
from models.users import Account
from tests.web.conftest import Person, problem

FUTURES = {"market_type": "futures"}
REDUCE = {**FUTURES, "percent": "25"}

Ids = dict[str, str]
"""What the other person has: `account`, `job`, `snapshot`, `sign_in`, `notice`, and the
`approval` that a browser of theirs began."""

# Of each route with an id: the call with the other's, and the code of the answer.
CASES: dict[str, Callable[[Person, Ids], tuple[Any, int, str]]] = {
    "GET /api/jobs/{job_id}": lambda p, o: (p.get(f"/api/jobs/{o['job']}"), 404, "not_found"),
    "POST /api/jobs/{job_id}/cancel": lambda p, o: (
        p.post(f"/api/jobs/{o['job']}/cancel"),
        404,
        "not_found",
    ),
    "POST /api/jobs/{job_id}/verify": lambda p, o: (
        p.post(f"/api/jobs/{o['job']}/verify"),
        404,
        "not_found",
    ),
    "PATCH /api/users/api-keys/{account_id}": lambda p, o: (
        p.call("PATCH", f"/api/users/api-keys/{o['account']}", json={"label": "mine"}),
        404,
        "not_found",
    ),
    "DELETE /api/users/api-keys/{account_id}": lambda p, o: (
        p.call("DELETE", f"/api/users/api-keys/{o['account']}"),
        404,
        "not_found",
    ),
    "POST /api/users/api-keys/{account_id}/check": lambda p, o: (
        p.post(f"/api/users/api-keys/{o['account']}/check"),
        404,
        "not_found",
    ),
    "POST /api/notices/{notice_id}/read": lambda p, o: (
        p.post(f"/api/notices/{o['notice']}/read"),
        404,
        "not_found",
    ),
    "DELETE /api/auth/sessions/{session_id}": lambda p, o: (
        p.call("DELETE", f"/api/auth/sessions/{o['sign_in']}"),
        404,
        "not_found",
    ),
    "GET /api/auth/status/{session_id}": lambda p, o: (
        p.get(f"/api/auth/status/{o['approval']}"),
        404,
        "not_found",
    ),
    "GET /api/positions": lambda p, o: (
        p.get("/api/positions", query_string={**FUTURES, "account_id": o["account"]}),
        404,
        "not_found",
    ),
    "GET /api/positions/snapshot": lambda p, o: (
        p.get("/api/positions/snapshot", query_string={**FUTURES, "account_id": o["account"]}),
        404,
        "not_found",
    ),
    "GET /api/exposure": lambda p, o: (
        p.get("/api/exposure", query_string={**FUTURES, "account_id": o["account"]}),
        404,
        "not_found",
    ),
    "POST /api/positions/preview": lambda p, o: (
        p.post("/api/positions/preview", {**REDUCE, "account_id": o["account"]}),
        404,
        "not_found",
    ),
    "POST /api/positions/reduce": lambda p, o: (
        p.order("/api/positions/reduce", {**REDUCE, "account_id": o["account"]}),
        404,
        "not_found",
    ),
    "POST /api/snapshots/restore": lambda p, o: (
        p.order("/api/snapshots/restore", {**FUTURES, "snapshot_ids": [o["snapshot"]]}),
        404,
        "snapshot_not_found",
    ),
    "POST /api/snapshots/restore/preview": lambda p, o: (
        p.post("/api/snapshots/restore/preview", {**FUTURES, "snapshot_ids": [o["snapshot"]]}),
        404,
        "snapshot_not_found",
    ),
    "GET /api/admin/audit": lambda p, o: (
        p.get("/api/admin/audit", query_string={"user_id": o["user"]}),
        403,
        "forbidden",
    ),
    "GET /api/admin/jobs": lambda p, o: (
        p.get("/api/admin/jobs", query_string={"user_id": o["user"]}),
        403,
        "forbidden",
    ),
    "GET /api/admin/jobs/{job_id}": lambda p, o: (
        p.get(f"/api/admin/jobs/{o['job']}"),
        403,
        "forbidden",
    ),
    "POST /api/admin/dead-letters/{kind}/{letter_id}/replay": lambda p, o: (
        p.post(f"/api/admin/dead-letters/job/{o['job']}/replay"),
        403,
        "forbidden",
    ),
    "POST /api/admin/dead-letters/{kind}/{letter_id}/discard": lambda p, o: (
        p.post(f"/api/admin/dead-letters/job/{o['job']}/discard"),
        403,
        "forbidden",
    ),
}
# The community's and the house's, which everybody sees or operators alone change.
OF_ALL = {
    "POST /api/admin/workers/{worker_id}/drain",
    "GET /api/events/{event_id}/delivery",
    "GET /api/signals/{signal_id}",
    "PATCH /api/signals/{signal_id}",
    "POST /api/signals",
    "POST /api/signals/{signal_id}/close",
    "POST /api/signals/{signal_id}/settle",
    "POST /api/broadcasts",
    "POST /api/broadcasts/preview",
    "GET /api/broadcasts/{broadcast_id}",
    "DELETE /api/broadcasts/{broadcast_id}",
}
# Lists that the other's id leaves empty.
FILTERS = {"GET /api/jobs": "/api/jobs"}
# The id is no row's: what is signed or made up by whoever signs in.
NO_ROWS = {"GET /api/exports/{token}", "POST /api/auth/dev", "POST /api/jobs/export"}


def with_ids(app: OpenAPI) -> set[str]:
    """Every operation with a path parameter, or with a field that names ids, by the document that
    is made of the same declarations as the routes."""
    document: dict[str, Any] = dict(app.api_doc)
    found = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", [])
            names = {one["name"] for one in parameters if one["in"] == "query"}
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            reference = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
            schema = document["components"]["schemas"].get(reference, {})
            names |= set(schema.get("properties", {}))
            if "{" in path or any(name.endswith(("_id", "_ids")) for name in names):
                found.add(f"{method.upper()} {path}")
    return found


@pytest.fixture
def other(
    make_person: Callable[..., Person],
    make_account: Callable[..., dict[str, Any]],
    work: Callable[[str], None],
    session: Session,
) -> Ids:
    """The ids of a person who has everything."""
    made = make_person()
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]
    made.connect(make_account(balances={"USDT": "100000"}, positions=book))
    job = made.order("/api/positions/reduce", REDUCE).get_json()["id"]
    work(job)
    me = made.get("/api/auth/me").get_json()
    snapshots = made.get("/api/positions/snapshot", query_string=FUTURES).get_json()["items"]
    notices.add(session, uuid.UUID(me["id"]), "key_expires", "account:1", {})
    session.commit()
    number = {"phone_number": f"+7{secrets.randbelow(10**10):010}"}
    began = made.client.application.test_client().post("/api/auth/init", json=number)
    return {
        "approval": began.get_json()["session_id"],
        "notice": made.get("/api/notices").get_json()["items"][0]["id"],
        "user": me["id"],
        "account": me["accounts"][0]["id"],
        "job": job,
        "snapshot": snapshots[0]["id"],
        "sign_in": made.get("/api/auth/sessions").get_json()["items"][0]["id"],
    }


def test_every_route_with_an_id_has_a_case(app: OpenAPI) -> None:
    assert with_ids(app) == {*CASES, *FILTERS, *NO_ROWS, *OF_ALL}
    documented = {path.replace("{", "<").replace("}", ">") for path in app.api_doc["paths"]}
    served = {
        "/".join(f"<{part.rpartition(':')[2]}" if ":" in part else part for part in rule.split("/"))
        for rule in (rule.rule for rule in app.url_map.iter_rules())
        if rule.startswith("/api/")
    }
    assert served - documented == {"/api/openapi.json"}, "not in the document, so not looked at"


def test_another_s_id_is_answered_like_one_that_there_is_not(trader: Person, other: Ids) -> None:
    nobody = {name: str(uuid.uuid4()) for name in other}
    for case, call in CASES.items():
        for ids in (other, nobody):
            answer, status, code = call(trader, ids)
            assert answer.status_code == status, case
            problem(answer, status, code)


def test_another_s_id_finds_nothing_in_a_list(trader: Person, other: Ids) -> None:
    for path in FILTERS.values():
        answer = trader.get(path, query_string={"account_id": other["account"]})
        assert answer.get_json()["items"] == []


def test_what_a_query_forgets_to_ask_postgres_does_not_show(
    trader: Person, other: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first wall is taken away: these ask for no user. Row-level security stands."""
    mine = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    asked: list[str] = []

    def whoever(session: Session, _: uuid.UUID, job_id: uuid.UUID) -> Job | None:
        asked.append("job")
        return session.get(Job, job_id)

    def everybody(session: Session, *_: Any, **__: Any) -> list[Job]:
        asked.append("jobs")
        return list(session.scalars(select(Job)))

    monkeypatch.setattr("web.jobs.job_of_user", whoever)
    monkeypatch.setattr("web.jobs.list_jobs", everybody)
    monkeypatch.setattr(
        "web.guard.live_account",
        lambda session, _, account_id: asked.append("account") or session.get(Account, account_id),
    )
    assert [job["id"] for job in trader.get("/api/jobs").get_json()["items"]] == [mine]
    problem(trader.get(f"/api/jobs/{other['job']}"), 404, "not_found")
    book = {**FUTURES, "account_id": other["account"]}
    problem(trader.get("/api/positions", query_string=book), 404, "not_found")
    problem(trader.order("/api/positions/reduce", {**REDUCE, **book}), 404, "not_found")
    assert set(asked) == {"job", "jobs", "account"}


def test_a_file_holds_nothing_of_another(trader: Person, other: Ids) -> None:
    link = trader.post("/api/jobs/export", {"account_id": other["account"]}).get_json()["url"]
    lines = trader.client.get(link).get_data(as_text=True).strip().splitlines()
    assert len(lines) == 1, "only the headings"
