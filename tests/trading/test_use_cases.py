"""Previews, acceptance and accounts at their edges, without HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from core.problems import Problem
from exchange.outcomes import AuthProblem
from models.states import MarketType
from models.users import Account
from tests.trading.conftest import Trader
from trading import execute as executing
from trading.accept import Intake, accept_reduce
from trading.preview import preview_reduce, preview_restore
from trading.requests import ReduceRequest, RestoreRequest, Scope

FUTURES = MarketType.FUTURES
MakeTrader = Callable[..., Trader]
BOOK = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]


def test_a_preview_is_the_plan_that_a_job_gets(make_trader: MakeTrader) -> None:
    trader = make_trader(balances={"USDT": "90000"}, positions=BOOK)
    request = ReduceRequest(FUTURES, Decimal(50))
    plan = preview_reduce(trader.desk, trader.account, request)
    view = trader.reduce(FUTURES, "50")
    assert [leg.qty for leg in plan.legs] == [item.leg.qty_planned for item in view.legs]
    with trader.sessions() as session:
        back = preview_restore(trader.desk, session, trader.account, RestoreRequest(FUTURES))
    assert [leg.owed_qty for leg in back.plan.legs] == [Decimal("0.2")]


def test_a_preview_refuses_unknown_names(make_trader: MakeTrader) -> None:
    trader = make_trader()
    request = ReduceRequest(FUTURES, Decimal(50), Scope(symbols=("NOPE",)))
    with pytest.raises(Problem, match="unknown_symbol"):
        preview_reduce(trader.desk, trader.account, request)


def test_names_that_could_not_be_checked_are_checked_by_the_plan(
    make_trader: MakeTrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exchange.outcomes import Unreachable  # noqa: PLC0415

    trader = make_trader(positions=BOOK)

    def away(*_: object) -> set[str]:
        raise Unreachable(0, "away")

    request = ReduceRequest(FUTURES, Decimal(50), Scope(symbols=("NOPE",)))
    with monkeypatch.context() as patch, trader.sessions() as session:
        patch.setattr("trading.accept._known_symbols", away)
        intake = Intake(uuid.uuid4().hex)
        job = accept_reduce(session, trader.desk, trader.account, request, intake).job.id
    view = trader.run(job)
    assert (view.job.error_code, view.job.error_detail) == ("unknown_symbol", "NOPE")


def test_an_account_whose_keys_were_taken_out_ends_its_jobs(make_trader: MakeTrader) -> None:
    trader = make_trader(positions=BOOK)
    job = trader.accept_reduce(FUTURES, "50")
    with trader.sessions.begin() as session:
        account = session.get_one(Account, trader.account.id)
        account.removed_at = account.checked_at
        account.is_default = False
        account.api_key_enc = account.api_secret_enc = None
    with pytest.raises(AuthProblem, match="removed"), trader.sessions() as session:
        trader.desk.gateway(session.get_one(Account, trader.account.id))
    assert trader.run(job).job.error_code == "key_removed"


def test_a_restore_of_everything_without_snapshots_says_so(make_trader: MakeTrader) -> None:
    trader = make_trader()
    with pytest.raises(Problem, match="nothing_to_restore"):
        trader.accept_restore(FUTURES)


def test_leverage_that_the_exchange_refuses_ends_the_leg(make_trader: MakeTrader) -> None:
    book = [{**BOOK[0], "leverage": "77"}]
    trader = make_trader(balances={"USDT": "90000"}, positions=book)
    trader.reduce(FUTURES, "100")
    trader.fault("ret_code", "/v5/position/set-leverage", code=110013)
    view = trader.restore(FUTURES, set_leverage=True)
    assert view.legs[0].leg.reason == "leverage_refused"
    assert trader.sizes() == {}


def test_stops_that_do_not_stand_are_told(make_trader: MakeTrader) -> None:
    book = [{**BOOK[0], "stop_loss": "50000"}]
    trader = make_trader(balances={"USDT": "90000"}, positions=book)
    trader.reduce(FUTURES, "100")
    trader.fault("ret_code", "/v5/position/trading-stop", code=10001)
    view = trader.restore(FUTURES)
    assert view.legs[0].leg.protection == "failed"
    assert view.job.receipt is not None
    assert view.job.receipt["unprotected"] == ["BTCUSDT"]


def test_stops_are_tried_again_while_the_exchange_is_away(
    make_trader: MakeTrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executing, "_GIVE_UP_PROTECTING", timedelta(seconds=2))
    book = [{**BOOK[0], "stop_loss": "50000"}]
    trader = make_trader(balances={"USDT": "90000"}, positions=book)
    for failures, outcome in ((3, "restored"), (-1, "failed")):
        trader.reduce(FUTURES, "100")
        trader.fault("drop_before", "/v5/position/trading-stop", count=failures)
        view = trader.restore(FUTURES)
        assert view.legs[0].leg.protection == outcome
