"""A person with a connected sandbox account, and the steps of a job."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from exchange.gateway import Credentials
from exchange.types import ExchangeEnvironment
from models.jobs import Job
from models.states import MarketType
from models.users import Account, User
from trading.accept import Intake, accept_reduce, accept_restore
from trading.accounts import NewKey, Origin, connect
from trading.desk import Desk
from trading.execute import execute
from trading.requests import ReduceRequest, RestoreRequest
from trading.views import JobView, job_view

_people = itertools.count(int(time.time() * 1000))


@dataclass
class Trader:
    """A connected account and what can be done with it, synchronously."""

    desk: Desk
    sessions: sessionmaker[Session]
    account: Account
    uid: int
    api_key: str
    control: Callable[..., Any]

    def accept_reduce(self, market: MarketType, percent: str, **wishes: Any) -> uuid.UUID:
        request = ReduceRequest(market, Decimal(percent), **wishes)
        with self.sessions() as session:
            intake = Intake(uuid.uuid4().hex)
            return accept_reduce(session, self.desk, self.account, request, intake).job.id

    def accept_restore(self, market: MarketType, **wishes: Any) -> uuid.UUID:
        with self.sessions() as session:
            intake = Intake(uuid.uuid4().hex)
            request = RestoreRequest(market, **wishes)
            return accept_restore(session, self.account, request, intake).job.id

    def run(self, job_id: uuid.UUID, *, turns: int = 200) -> JobView:
        """Execute until nothing is left to do, skipping the pauses between turns."""
        for _ in range(turns):
            outcome = execute(self.desk, self.sessions, job_id, owner="test")
            if outcome.again_in is None:
                break
            clock.pause(outcome.again_in)
        return self.view(job_id)

    def reduce(self, market: MarketType, percent: str, **wishes: Any) -> JobView:
        return self.run(self.accept_reduce(market, percent, **wishes))

    def restore(self, market: MarketType, **wishes: Any) -> JobView:
        return self.run(self.accept_restore(market, **wishes))

    def view(self, job_id: uuid.UUID) -> JobView:
        with self.sessions() as session:
            return job_view(session, session.get_one(Job, job_id))

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.control("GET", f"accounts/{self.uid}")
        return found

    def sizes(self) -> dict[tuple[str, str, int], Decimal]:
        return {
            (p["category"], p["symbol"], p["positionIdx"]): Decimal(p["size"])
            * (1 if p["side"] == "Buy" else -1)
            for p in self.state()["positions"]
        }

    def ledger(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.control("GET", "ledger", uid=self.uid)["items"]
        return items

    def fault(self, kind: str, path: str, **more: Any) -> None:
        match = {"api_key": self.api_key, **more.pop("match", {})}
        if path:
            match["path"] = path
        self.control("POST", "faults", {"kind": kind, "match": match, **more})


@pytest.fixture
def make_trader(
    desk: Desk,
    sessions: sessionmaker[Session],
    make_account: Callable[..., dict[str, Any]],
    control: Callable[..., Any],
) -> Callable[..., Trader]:
    def make(**book: Any) -> Trader:
        made = make_account(**book)
        key = NewKey(
            "test",
            ExchangeEnvironment.SANDBOX,
            Credentials(made["api_key"], made["api_secret"]),
        )
        with sessions() as session:
            user = User(telegram_id=next(_people) * 100 + made["uid"] % 100)
            session.add(user)
            session.commit()
            account = connect(session, desk, user.id, key, Origin())
        return Trader(desk, sessions, account, made["uid"], made["api_key"], control)

    return make
