"""Stored keys are asked about once a day, and their owner is told what changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.problems import Problem
from models.audit import AuditEntry
from models.notices import Notice
from models.states import JobState, MarketType
from models.users import Account
from tests.trading.conftest import Trader
from trading.desk import Desk
from trading.key_checks import check_keys, claim_key_check
from trading.key_state import KeyState, key_state

DAY = 86_400
WITHDRAWAL = {"permissions": {"Wallet": ["AccountTransfer", "Withdraw"]}}
BOOK = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "1"}]


@pytest.fixture
def trader(clean_database: None, make_trader: Callable[..., Trader]) -> Trader:
    return make_trader(balances={"USDT": "900000"}, positions=BOOK)


@pytest.fixture
def a_day_later(desk: Desk, sessions: sessionmaker[Session]) -> Callable[[], int]:
    """One round, when every key was last checked a day ago; how many were checked."""
    checking = replace(desk, settings=desk.settings.model_copy(update={"key_check_seconds": DAY}))

    def run() -> int:
        with sessions.begin() as session:
            session.execute(update(Account).values(checked_at=func.now() - timedelta(days=1.1)))
            session.execute(update(Notice).values(day=Notice.day - 1))
        return check_keys(checking, sessions, pace_seconds=0)

    return run


def stored(trader: Trader) -> Account:
    with trader.sessions() as session:
        return session.get_one(Account, trader.account.id)


def change(trader: Trader, **now: Any) -> None:
    trader.control("PATCH", f"accounts/{trader.uid}", now)


def told(trader: Trader) -> list[str]:
    """The kinds of the owner's notices, oldest first."""
    query = select(Notice.kind).where(Notice.user_id == trader.account.user_id)
    with trader.sessions() as session:
        return list(session.scalars(query.order_by(Notice.id)))


def test_a_key_that_is_as_it_was_is_only_noted(
    trader: Trader, a_day_later: Callable[[], int]
) -> None:
    before = clock.utcnow()
    assert a_day_later() == 1
    account = stored(trader)
    assert account.checked_at >= before
    assert (key_state(account), told(trader)) == (KeyState.OK, [])


def test_a_key_is_asked_about_once_a_day(
    trader: Trader, a_day_later: Callable[[], int], desk: Desk
) -> None:
    daily = desk.settings.model_copy(update={"key_check_seconds": DAY})
    a_day_later()
    assert check_keys(replace(desk, settings=daily), trader.sessions, pace_seconds=0) == 0


@pytest.mark.parametrize(
    ("now", "kind", "state"),
    [
        ({"read_only": True}, "key_trading_lost", KeyState.OK),
        ({"permissions": {"Spot": []}}, "key_trading_lost", KeyState.OK),
        (WITHDRAWAL, "key_withdrawal_gained", KeyState.DANGEROUS),
        ({"ips": ["127.0.0.1"]}, "key_ips_changed", KeyState.OK),
        ({"environment": "mainnet"}, "key_refused", KeyState.REFUSED),
        ({"expired_at": "2021-01-01T00:00:00Z"}, "key_refused", KeyState.EXPIRED),
        ({"ips": ["203.0.113.9"]}, "key_refused", KeyState.REFUSED),
    ],
)
def test_what_changed_is_stored_and_told_once(
    trader: Trader,
    a_day_later: Callable[[], int],
    now: dict[str, Any],
    kind: str,
    state: KeyState,
) -> None:
    change(trader, **now)
    for _ in range(2):
        a_day_later()
        assert (key_state(stored(trader)), told(trader)) == (state, [kind])
    with trader.sessions() as session:
        entries = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.subject == f"account:{trader.account.id}")
            .order_by(AuditEntry.id)
        ).all()
    assert entries == ["account.connect", f"account.{kind}"]


def test_a_key_in_its_last_week_is_told_of_each_day_but_once_a_day(
    trader: Trader, a_day_later: Callable[[], int]
) -> None:
    expires = clock.utcnow() + timedelta(days=8)
    change(trader, expired_at=expires.isoformat())
    a_day_later()
    assert told(trader) == []
    assert stored(trader).expires_at == expires
    change(trader, expired_at=(expires - timedelta(days=2)).isoformat())
    a_day_later()
    a_day_later()
    assert told(trader) == ["key_expires", "key_expires"]
    with trader.sessions.begin() as session:
        session.execute(update(Account).values(checked_at=func.now() - timedelta(days=2)))
    daily = trader.desk.settings.model_copy(update={"key_check_seconds": DAY})
    check_keys(replace(trader.desk, settings=daily), trader.sessions, pace_seconds=0)
    assert len(told(trader)) == 2


def test_a_dangerous_key_takes_no_new_job_until_it_is_harmless_again(
    trader: Trader, a_day_later: Callable[[], int]
) -> None:
    begun = trader.accept_reduce(MarketType.FUTURES, "50")
    change(trader, **WITHDRAWAL)
    a_day_later()
    trader.account = stored(trader)
    for accept in (
        lambda: trader.accept_reduce(MarketType.FUTURES, "50"),
        lambda: trader.accept_restore(MarketType.FUTURES),
    ):
        with pytest.raises(Problem, match="409 key_dangerous"):
            accept()
    # What was accepted before goes to its end.
    assert trader.run(begun).job.state is JobState.COMPLETED
    change(trader, permissions={"Wallet": ["AccountTransfer"]})
    a_day_later()
    trader.account = stored(trader)
    assert trader.restore(MarketType.FUTURES).job.state is JobState.COMPLETED


def test_a_silent_exchange_says_nothing_of_the_key(
    trader: Trader, a_day_later: Callable[[], int]
) -> None:
    trader.fault("http_status", "/v5/user/query-api", count=2)
    assert a_day_later() == 0
    account = stored(trader)
    assert clock.utcnow() - account.checked_at > timedelta(days=1)
    assert (key_state(account), told(trader)) == (KeyState.OK, [])


def test_an_account_that_does_not_open_keeps_no_other_from_being_checked(
    trader: Trader, make_trader: Callable[..., Trader], a_day_later: Callable[[], int]
) -> None:
    make_trader()
    with trader.sessions.begin() as session:
        session.execute(
            update(Account).where(Account.id == trader.account.id).values(api_key_enc="no key")
        )
    assert a_day_later() == 1


@pytest.mark.usefixtures("clean_database")
def test_a_round_is_claimed_once_and_never_where_it_is_off(
    sessions: sessionmaker[Session],
) -> None:
    assert not any(claim_key_check(sessions, 0) for _ in range(2))
    assert [claim_key_check(sessions, DAY) for _ in range(3)] == [False, True, False]
