"""What an account's owner exempts is touched by no reduce of it, nor shown in a preview."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.users import Account
from tests.web.conftest import Person, problem

REDUCE, PREVIEW = "/api/positions/reduce", "/api/positions/preview"
ALL = {"market_type": "futures", "percent": "100"}
Exempt = Callable[..., Any]


@pytest.fixture
def account_id(trader: Person) -> str:
    found: str = trader.get("/api/users/api-keys").get_json()["items"][0]["id"]
    return found


@pytest.fixture
def exempt(trader: Person, account_id: str) -> Exempt:
    def change(*symbols: tuple[str, str | None]) -> Any:
        listed = [{"symbol": symbol, "keep_qty": keep} for symbol, keep in symbols]
        path = f"/api/users/api-keys/{account_id}"
        return trader.call("PATCH", path, json={"exempt": listed})

    return change


def test_a_kept_quantity_stays_in_preview_and_reduce(
    trader: Person, exempt: Exempt, work: Callable[[str], None]
) -> None:
    # The widest of two entries holds; a symbol of another market does no harm.
    answer = exempt(("BTCUSDT", "0.1"), ("BTCUSDT", "0.30"), ("ETHUSDT", None)).get_json()
    assert answer["exempt"] == [
        {"symbol": "BTCUSDT", "keep_qty": "0.3"},
        {"symbol": "ETHUSDT", "keep_qty": None},
    ]
    assert [leg["qty"] for leg in trader.post(PREVIEW, ALL).get_json()["legs"]] == ["0.1"]
    # A request adds to the list and takes nothing from it.
    narrower = {**ALL, "scope": {"exempt": [{"symbol": "BTCUSDT", "keep_qty": "0.2"}]}}
    job = trader.order(REDUCE, narrower).get_json()["id"]
    work(job)
    assert trader.get(f"/api/jobs/{job}").get_json()["legs"][0]["qty_filled"] == "0.1"
    spot = trader.post(PREVIEW, {**ALL, "market_type": "spot"}).get_json()
    assert spot["legs"] == []


def test_a_key_finds_its_job_whatever_is_exempted_by_then(trader: Person, exempt: Exempt) -> None:
    first = trader.order(REDUCE, ALL, key="once").get_json()["id"]
    exempt(("BTCUSDT", None))
    again = trader.order(REDUCE, ALL, key="once")
    assert (again.status_code, again.get_json()["id"]) == (200, first)


def test_a_name_that_is_traded_nowhere_protects_nothing_and_is_refused(
    trader: Person, exempt: Exempt
) -> None:
    refused = problem(exempt(("BTCUSDT", None), ("BTCUSTD", None)), 400, "unknown_symbol")
    assert refused["errors"][0]["field"] == "exempt.1.symbol"
    assert trader.get("/api/users/api-keys").get_json()["items"][0]["exempt"] == []


def test_a_symbol_that_was_delisted_since_stops_no_reduce(
    trader: Person,
    account_id: str,
    session: Session,
    exempt: Exempt,
    work: Callable[[str], None],
) -> None:
    account = session.get_one(Account, uuid.UUID(account_id))
    account.exempt = [{"symbol": "GONEUSDT", "keep_qty": None}]
    session.commit()
    assert trader.post(PREVIEW, ALL).status_code == 200
    job = trader.order(REDUCE, ALL).get_json()["id"]
    work(job)
    assert trader.get(f"/api/jobs/{job}").get_json()["state"] == "completed"
    # Nor does it stand in the way of another change of the list.
    assert exempt(("GONEUSDT", None), ("ETHUSDT", "1")).status_code == 200
