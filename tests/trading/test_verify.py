"""An ended job beside the exchange's own record: agreement is told, and so is any other thing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text

from core.problems import Problem
from exchange.outcomes import Unreachable
from models.fills import Fill
from models.jobs import Job
from models.states import MarketType
from tests.trading.conftest import Trader
from trading.verify import verify_job

FUTURES, SPOT = MarketType.FUTURES, MarketType.SPOT
MakeTrader = Callable[..., Trader]
BOOK = [
    {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"},
    {"category": "linear", "symbol": "ETHUSDT", "side": "Sell", "size": "3"},
    {"category": "inverse", "symbol": "BTCUSD", "side": "Sell", "size": "1000"},
]


@pytest.fixture
def trader(make_trader: MakeTrader) -> Trader:
    return make_trader(balances={"USDT": "500000", "BTC": "1", "ETH": "2"}, positions=BOOK)


def verify(trader: Trader, job_id: uuid.UUID) -> dict[str, Any]:
    """What the verification tells, its legs by symbol."""
    with trader.sessions() as session:
        told = verify_job(trader.desk, session, trader.account.user_id, job_id).verification
    assert told is not None
    return {**told, "legs": {leg["symbol"]: leg for leg in told["legs"]}}


def change(trader: Trader, statement: str, job_id: uuid.UUID) -> None:
    """Change our record of the job's BTCUSDT leg behind everybody's back."""
    leg = "(select id from legs where job_id = :job and symbol = 'BTCUSDT')"
    with trader.sessions.begin() as session:
        session.execute(text(statement.replace("THE_LEG", leg)), {"job": job_id})


def test_a_job_that_went_well_is_confirmed(trader: Trader) -> None:
    view = trader.reduce(FUTURES, "0.1")
    told = verify(trader, view.job.id)
    assert (told["agrees"], told["code"]) == (True, "agrees")
    filled = {item.leg.symbol: item for item in view.legs}
    # The share of BTCUSDT is below its lot step: nothing was sent, nothing is there.
    assert told["legs"]["BTCUSDT"]["qty_exchange"] == "0"
    assert told["legs"]["BTCUSDT"]["agrees"]
    leg = told["legs"]["BTCUSD"]
    assert leg["qty_exchange"] == leg["qty_ours"] == str(filled["BTCUSD"].leg.qty_filled)
    assert leg["fees_exchange"].keys() == filled["BTCUSD"].fees.keys() == {"BTC"}
    with trader.sessions() as session:
        assert session.get_one(Job, view.job.id).version == view.job.version + 1


def test_fees_taken_in_coin_are_confirmed_in_coin(trader: Trader) -> None:
    trader.reduce(SPOT, "50")
    told = verify(trader, trader.restore(SPOT).job.id)
    assert told["agrees"]
    assert told["legs"]["ETHUSDT"]["fees_exchange"].keys() == {"ETH"}


def test_a_job_that_sent_nothing_says_so(trader: Trader) -> None:
    told = verify(trader, trader.reduce(FUTURES, "0.01").job.id)
    assert (told["agrees"], told["code"]) == (True, "nothing_sent")


@pytest.mark.parametrize(
    "statement",
    [
        "delete from fills where leg_id = THE_LEG",
        "update fills set qty = qty / 2 where leg_id = THE_LEG",
        "update fills set price = price + 1 where leg_id = THE_LEG",
        "update fills set fee = fee + 1 where leg_id = THE_LEG",
        "update legs set qty_filled = 0, state = 'rejected' where id = THE_LEG",
        "update attempts set state = 'never_reached' where leg_id = THE_LEG",
        "update attempts set order_link_id = 'gone' || order_link_id where leg_id = THE_LEG",
    ],
    ids=[
        "a fill that we lack",
        "another quantity",
        "another price",
        "another fee",
        "a leg told empty",
        "an order told never to have reached",
        "an order that the exchange does not know",
    ],
)
def test_whatever_differs_is_told_and_nothing_is_mended(trader: Trader, statement: str) -> None:
    job_id = trader.reduce(FUTURES, "50").job.id
    change(trader, statement, job_id)
    before = fills(trader, job_id)
    told = verify(trader, job_id)
    assert (told["agrees"], told["code"]) == (False, "differs")
    assert {symbol: leg["agrees"] for symbol, leg in told["legs"].items()} == {
        "BTCUSDT": False,
        "ETHUSDT": True,
        "BTCUSD": True,
    }
    assert fills(trader, job_id) == before


def test_what_is_too_old_to_be_shown_contradicts_nothing(trader: Trader) -> None:
    job_id = trader.reduce(FUTURES, "50").job.id
    change(
        trader,
        "update attempts set order_link_id = 'gone' || order_link_id,"
        " sent_at = now() - interval '8 days' where leg_id = THE_LEG",
        job_id,
    )
    told = verify(trader, job_id)
    assert (told["agrees"], told["code"]) == (False, "out_of_reach")
    assert told["legs"]["BTCUSDT"]["verdict"] == "out_of_reach"
    assert told["legs"]["BTCUSDT"]["qty_ours"] == "0.2"


def test_an_exchange_that_does_not_answer_leaves_everything_as_it_was(trader: Trader) -> None:
    job = trader.reduce(FUTURES, "50").job
    trader.fault("drop_before", "/v5/execution/list", count=20)
    with pytest.raises(Unreachable):
        verify(trader, job.id)
    with trader.sessions() as session:
        kept = session.get_one(Job, job.id)
        assert (kept.verification, kept.version) == (None, job.version)


def test_a_trimmed_job_can_no_longer_be_compared(trader: Trader) -> None:
    job_id = trader.reduce(FUTURES, "0.01").job.id
    change(trader, "update jobs set trimmed_at = now() where id = :job", job_id)
    with pytest.raises(Problem, match="job_trimmed"):
        verify(trader, job_id)


def fills(trader: Trader, job_id: uuid.UUID) -> int | None:
    with trader.sessions() as session:
        return session.scalar(select(func.count()).select_from(Fill).where(Fill.job_id == job_id))
