"""A person who deletes themselves leaves nothing behind."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from core.problems import Problem
from models import bot_sends
from models.audit import AuditEntry, AuditOrigin
from models.base import Base
from models.states import MarketType
from models.users import Account, User, hold_live_accounts
from tests.web.conftest import Person, problem
from trading.accept import Intake, accept_reduce
from trading.accounts import Origin, remove
from trading.desk import Desk
from trading.farewell import owned
from trading.requests import ReduceRequest

ME, REDUCE = "/api/users/me", "/api/positions/reduce"
FUTURES = {"market_type": "futures", "percent": "25"}
SURE = {"confirm": "DELETE"}


def rows_with(session: Session, *traces: str) -> set[str]:
    """Tables that hold one of these anywhere."""
    session.rollback()
    return {
        table.name
        for table in Base.metadata.sorted_tables
        for trace in traces
        if session.scalar(
            text(f"select 1 from {table.name} t where t::text like :trace limit 1"),
            {"trace": f"%{trace}%"},
        )
    }


def test_nothing_of_the_person_is_left_in_any_table(
    trader: Person, session: Session, work: Callable[[str], None]
) -> None:
    me = trader.get("/api/auth/me").get_json()
    trader.call(
        "PATCH", f"/api/users/api-keys/{me['accounts'][0]['id']}", json={"label": "Анна's own"}
    )
    restore = {"market_type": "futures"}
    for path, body in ((REDUCE, FUTURES), ("/api/snapshots/restore", restore)):
        job = trader.order(path, body).get_json()["id"]
        work(job)
    told = {"bot_id": 1, "chat_id": me["telegram_id"], "kind": "test"}
    bot_sends.owe(session, text="Анна's own", key="greeting", **told)
    session.commit()
    traces = (me["id"], str(me["telegram_id"]), "Анна's own")
    had = {"users", "accounts", "jobs", "snapshots", "sign_ins", "bot_sends"}
    assert had <= rows_with(session, *traces)
    theirs = select(AuditEntry.id).join(User, User.pseudonym == AuditEntry.actor)
    before = session.scalars(theirs.where(User.id == me["id"])).all()

    assert trader.call("DELETE", ME, json=SURE).status_code == 204
    assert rows_with(session, *traces) == set()
    # What was done stays, and that somebody went.
    kept = session.scalars(select(AuditEntry).where(AuditEntry.id.in_(before))).all()
    assert len(kept) == len(before) > 3
    assert not session.scalars(select(AuditOrigin).where(AuditOrigin.entry_id.in_(before))).all()
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert last is not None
    assert (last.action, last.details) == ("user.deleted", {"accounts": 1, "jobs": 2})
    problem(trader.get("/api/jobs"), 401, "session_ended")
    refreshed = trader.client.post(
        "/api/auth/refresh", headers={"Authorization": f"Bearer {trader.refresh}"}
    )
    problem(refreshed, 401, "session_ended")


def test_every_table_that_refers_to_a_person_is_thought_of() -> None:
    thought_of = {table.__tablename__ for table, _ in owned(uuid.uuid4())}
    refers = {table.name for table in Base.metadata.sorted_tables if table.foreign_keys}
    # The audit log refers to nobody: its entries stay.
    assert {*refers, "users"} == thought_of


def test_nobody_goes_while_a_job_is_open(trader: Person) -> None:
    job = trader.order(REDUCE, FUTURES).get_json()["id"]
    problem(trader.call("DELETE", ME, json=SURE), 409, "jobs_open")
    assert trader.get("/api/auth/me").status_code == 200
    trader.post(f"/api/jobs/{job}/cancel")
    assert trader.call("DELETE", ME, json=SURE).status_code == 204


@pytest.mark.parametrize("body", [{}, {"confirm": "delete"}])
def test_the_word_has_to_be_written_out(person: Person, body: dict[str, str]) -> None:
    refused = problem(person.call("DELETE", ME, json=body), 400, "validation_failed")
    assert refused["errors"][0]["field"] == "confirm"
    assert person.get("/api/auth/me").status_code == 200


def test_no_job_is_accepted_for_a_key_that_goes_meanwhile(
    trader: Person, desk: Desk, sessions: sessionmaker[Session], session: Session
) -> None:
    me = trader.get("/api/auth/me").get_json()
    account = session.get_one(Account, uuid.UUID(me["accounts"][0]["id"]))
    session.commit()

    def take_in(coming: Session) -> None:
        request = ReduceRequest(MarketType.FUTURES, Decimal(25))
        accept_reduce(coming, desk, account, request, Intake(uuid.uuid4().hex))

    with sessions() as going, sessions() as coming:
        hold_live_accounts(going, account.user_id, against_jobs=True)
        coming.execute(text("set local lock_timeout = '20ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            take_in(coming)
        coming.rollback()
        remove(going, desk, account.user_id, account.id, Origin())
        with pytest.raises(Problem, match="conflict"):
            take_in(coming)
