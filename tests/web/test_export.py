"""The history as a file: complete, fetched without a sign-in, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from tests.web.conftest import Person, problem
from trading.desk import Desk
from trading.execute import execute

REDUCE, EXPORT = "/api/positions/reduce", "/api/jobs/export"
FUTURES = {"market_type": "futures", "percent": "25"}
JOB, ACCOUNT, JOB_STATE, SYMBOL, FILLED = 0, 3, 5, 8, 11
FEES, LEG_STATE, REASON, NET = 13, 14, 15, 16


@pytest.fixture
def work(desk: Desk, sessions: sessionmaker[Session]) -> Callable[[str], None]:
    """Does a job at once, as a worker would."""

    def run(job_id: str) -> None:
        while execute(desk, sessions, uuid.UUID(job_id), owner="test").again_in is not None:
            pass

    return run


@pytest.fixture
def export(client: FlaskClient) -> Callable[..., list[list[str]]]:
    """The rows of a person's file, the heading first."""

    def fetch(person: Person, wanted: dict[str, Any], **headers: str) -> list[list[str]]:
        given = person.post(EXPORT, wanted, headers=headers)
        assert given.status_code == 200, given.get_data(as_text=True)
        link = given.get_json()
        person.known_secrets(link["url"].rpartition("/")[2])
        answer = client.get(urlsplit(link["url"]).path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.mimetype == "text/csv"
        assert link["file_name"] in answer.headers["Content-Disposition"]
        return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))

    return fetch


Export = Callable[..., list[list[str]]]


def test_every_leg_is_a_row_and_a_round_trip_counts_once(
    trader: Person,
    work: Callable[[str], None],
    export: Export,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trading.export._PORTION", 2)
    reduced = trader.order(REDUCE, FUTURES).get_json()["id"]
    work(reduced)
    restored = trader.order("/api/snapshots/restore", {"market_type": "futures"}).get_json()["id"]
    work(restored)
    cancelled = trader.order(REDUCE, {**FUTURES, "delay_ms": 60_000}).get_json()["id"]
    trader.post(f"/api/jobs/{cancelled}/cancel")

    heading, *rows = export(trader, {}, **{"Accept-Language": "ru"})
    assert heading[0] == "Задание"
    assert {len(row) for row in rows} == {len(heading)}
    assert [row[JOB] for row in rows] == [cancelled, restored, reduced]
    none, back, out = rows
    assert (none[JOB_STATE], none[SYMBOL]) == ("cancelled", "")
    assert (out[SYMBOL], out[FILLED], out[LEG_STATE]) == ("BTCUSDT", "0.1", "filled")
    assert out[FEES].endswith(" USDT")
    assert back[NET].lstrip("'").startswith("-")
    assert (out[NET], out[REASON]) == ("", "")


def test_filters_hold_for_the_list_and_for_the_file(trader: Person, export: Export) -> None:
    spot, futures = (
        trader.order(REDUCE, {"market_type": market, "percent": "1"}).get_json()
        for market in ("spot", "futures")
    )
    account = futures["account_id"]
    at = futures["created_at"]
    filters: list[tuple[dict[str, Any], list[Any]]] = [
        ({"market_type": "spot"}, [spot]),
        ({"kind": "restore"}, []),
        ({"state": "queued", "account_id": account}, [futures, spot]),
        ({"account_id": str(uuid.uuid4())}, []),
        ({"since": at}, [futures]),
        ({"until": at}, [spot]),
    ]
    for wanted, expected in filters:
        ids = [job["id"] for job in expected]
        listed = trader.get("/api/jobs", query_string=wanted).get_json()["items"]
        assert [job["id"] for job in listed] == ids
        assert [row[JOB] for row in export(trader, wanted)[1:]] == ids
    problem(trader.get("/api/jobs?since=yesterday"), 400, "validation_failed")
    problem(trader.get("/api/jobs?since=2026-01-01T00:00:00"), 400, "validation_failed")
    problem(trader.post(EXPORT, {"wonder": 1}), 400, "validation_failed")


def test_no_cell_is_a_formula(
    person: Person,
    make_account: Callable[..., dict[str, Any]],
    work: Callable[[str], None],
    export: Export,
) -> None:
    keys = make_account(balances={"USDT": "1000"})
    assert person.connect(keys, label='=HYPERLINK("http://x";"y")').status_code == 201
    job = person.order(REDUCE, FUTURES).get_json()["id"]
    work(job)
    (row,) = export(person, {})[1:]
    assert row[ACCOUNT] == '\'=HYPERLINK("http://x";"y")'
    assert row[REASON] == "There are no open positions."


def test_a_link_is_good_for_five_minutes_and_for_nothing_else(
    client: FlaskClient, trader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = trader.post(EXPORT, {}, base_url="https://ebb.example").get_json()
    assert link["url"].startswith("https://ebb.example/api/exports/")
    path = urlsplit(link["url"]).path
    trader.known_secrets(path.rpartition("/")[2])
    forged = path.replace("/exports/e", "/exports/f")
    problem(client.get(forged), 404, "export_expired")
    problem(client.get(f"/api/exports/{trader.token}"), 404, "export_expired")
    bearer = {"Authorization": f"Bearer {path.rpartition('/')[2]}"}
    problem(client.get("/api/jobs", headers=bearer), 401, "unauthenticated")
    later = clock.utcnow() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "utcnow", lambda: later)
    problem(client.get(path), 410, "export_expired")


def test_the_file_of_one_is_not_that_of_another(
    trader: Person, make_person: Callable[..., Person], export: Export
) -> None:
    job = trader.order(REDUCE, FUTURES).get_json()
    assert export(make_person(), {"account_id": job["account_id"]})[1:] == []
