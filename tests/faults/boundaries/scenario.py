"""The jobs whose every boundary is tried: six legs over linear, inverse and spot; one of them
sliced, one filled in part at first, one refused."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session, sessionmaker

from exchange.gateway import Credentials
from exchange.types import ExchangeEnvironment
from models.outbox import OutboxRow
from models.states import JobState, MarketType
from models.users import Account, User
from trading.accept import Intake, accept_reduce, accept_restore
from trading.accounts import NewKey, Origin, connect
from trading.desk import Desk
from trading.execute import execute
from trading.requests import ReduceRequest, RestoreRequest

FUTURES = [
    # Half of it is more than one market order may carry: two slices.
    {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "400"},
    {"category": "linear", "symbol": "ETHUSDT", "side": "Sell", "size": "3"},
    {"category": "linear", "symbol": "SOLUSDT", "side": "Buy", "size": "40"},
    {"category": "inverse", "symbol": "BTCUSD", "side": "Buy", "size": "500"},
]
COINS = {"USDT": "90000000", "BTC": "3", "SOL": "30"}
PARTLY, REFUSED = "ETHUSDT", "SOLUSDT"
Control = Callable[..., Any]


@dataclass(frozen=True)
class Staged:
    """A connected account with jobs that are accepted and rung for by nobody yet."""

    account_id: uuid.UUID
    uid: int
    jobs: tuple[uuid.UUID, ...]


def stage(
    desk: Desk, sessions: sessionmaker[Session], control: Control, make: Control, *, restore: bool
) -> Staged:
    """Accept a futures job and a spot job; for a restore, after both were reduced in peace."""
    made = make(balances=COINS, positions=FUTURES)
    with sessions() as session:
        user = User(telegram_id=uuid.uuid4().int % 2**50)
        session.add(user)
        session.commit()
        credentials = Credentials(made["api_key"], made["api_secret"])
        key = NewKey("t", ExchangeEnvironment.SANDBOX, credentials)
        account = connect(session, desk, user.id, key, Origin())
    if restore:
        for job in _accept(desk, sessions, account, restore=False):
            again: float | None = 0.0
            while again is not None:
                time.sleep(again)
                again = execute(desk, sessions, job, owner="calm").again_in
    for kind, symbol, more in (
        ("partial_fill", PARTLY, {"count": 1, "ratio": "0.5"}),
        ("reject", REFUSED, {"count": -1, "code": 110007}),
    ):
        match = {"api_key": made["api_key"], "symbol": symbol}
        control("POST", "faults", {"kind": kind, "match": match, **more})
    jobs = _accept(desk, sessions, account, restore=restore)
    with sessions.begin() as session:
        session.execute(
            update(OutboxRow).where(OutboxRow.job_id.in_(jobs)).values(ring_at=func.now())
        )
    return Staged(account.id, made["uid"], jobs)


def _accept(
    desk: Desk, sessions: sessionmaker[Session], account: Account, *, restore: bool
) -> tuple[uuid.UUID, ...]:
    jobs = []
    for market in (MarketType.FUTURES, MarketType.SPOT):
        with sessions() as session:
            intake = Intake(uuid.uuid4().hex)
            if restore:
                accepted = accept_restore(session, account, RestoreRequest(market), intake)
            else:
                request = ReduceRequest(market, Decimal(50))
                accepted = accept_reduce(session, desk, account, request, intake)
            jobs.append(accepted.job.id)
    return tuple(jobs)


ENDS = {JobState.PARTIALLY_COMPLETED}
"""Of both jobs, however often the worker died: the refused leg is missing, the rest is whole."""
