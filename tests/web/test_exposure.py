"""Margin, restore cost and exposure as the Mini App sees them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.web.conftest import Person, problem
from trading.desk import Desk
from trading.execute import execute

BOOK = "/api/positions?market_type=futures"
EXPOSURE = "/api/exposure?market_type=futures"
HALF = {"market_type": "futures", "percent": "50"}


@pytest.fixture
def reduced(trader: Person, desk: Desk, sessions: sessionmaker[Session]) -> Person:
    """Someone who took half of the book off."""
    job = uuid.UUID(trader.order("/api/positions/reduce", HALF).get_json()["id"])
    while execute(desk, sessions, job, owner="test").again_in is not None:
        pass
    return trader


def test_the_book_tells_margin_and_sides(trader: Person) -> None:
    book = trader.get(BOOK).get_json()
    (position,) = book["items"]
    assert book["totals"]["margin_used"] == position["margin"]
    # Ten times leverage.
    assert Decimal(position["margin"]) == pytest.approx(
        Decimal(position["value"]) / 10, abs=Decimal("0.01")
    )
    assert position["liq_price"] is None
    totals = book["totals"]
    assert (totals["long_value"], totals["short_value"]) == (position["value"], "0")
    coins = trader.get("/api/positions?market_type=spot").get_json()
    assert coins["totals"]["margin_used"] is coins["items"][0]["margin"] is None


def test_a_restore_s_preview_tells_its_cost(reduced: Person) -> None:
    plan = reduced.post("/api/snapshots/restore/preview", {"market_type": "futures"}).get_json()
    cost, (leg,) = plan["cost"], plan["legs"]
    assert set(cost) == {"price_effect", "fees", "funding", "net"}
    assert Decimal(cost["fees"]["USDT"]) > Decimal(leg["fee_estimate"])
    assert (leg["leg_net"], leg["settle_coin"]) == (cost["net"]["USDT"], "USDT")
    assert Decimal(leg["closed_price"]) > 0
    assert leg["stop_loss"] is leg["take_profit"] is None
    there = reduced.post("/api/positions/preview", HALF).get_json()
    assert there["cost"] is None
    assert there["legs"][0]["leg_net"] is there["legs"][0]["closed_price"] is None


def test_exposure_over_time(reduced: Person) -> None:
    # A page that reads the book right after a job adds nothing to its samples.
    reduced.get(BOOK)
    found = reduced.get(f"{EXPOSURE}&days=1").get_json()
    longs = [Decimal(item["long_value"]) for item in found["items"]]
    assert len(longs) == 2
    assert longs[1] == pytest.approx(longs[0] / 2, abs=Decimal("0.01"))
    (job,) = found["jobs"]
    assert (job["kind"], job["percent"], job["state"]) == ("reduce", "50", "completed")
    assert reduced.get("/api/exposure?marketType=spot").get_json()["items"] == []


def test_a_page_s_reading_is_a_sample(trader: Person) -> None:
    for _ in range(2):
        value = trader.get(BOOK).get_json()["totals"]["long_value"]
    (item,) = trader.get(EXPOSURE).get_json()["items"]
    assert Decimal(item["long_value"]) == pytest.approx(Decimal(value), rel=Decimal("0.05"))


@pytest.mark.parametrize("days", ["0", "91", "x"])
def test_days_out_of_range(trader: Person, days: str) -> None:
    body = problem(trader.get(f"{EXPOSURE}&days={days}"), 400, "validation_failed")
    assert body["errors"][0]["field"] == "days"


def test_another_person_s_exposure_is_not_there(
    trader: Person, make_person: Callable[..., Person]
) -> None:
    account = trader.get("/api/auth/me").get_json()["accounts"][0]["id"]
    problem(make_person().get(f"{EXPOSURE}&account_id={account}"), 404, "not_found")
