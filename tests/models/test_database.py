"""Migrations up and down, constraints that hold without our help, and queries that use an index."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import clock
from core.ids import new_id, order_link_id
from models import bot_delivery, bot_updates, migrate
from models.audit import AuditFilter, entries, origin_hash
from models.base import Base
from models.fills import Fill, Snapshot
from models.jobs import Attempt, Job, Leg
from models.sessions import make_engine, make_sessions
from models.states import AttemptState, JobKind, JobState, LegState, MarketType
from models.users import Account, User
from tests.databases import Databases
from trading.gauges import OPEN_JOBS
from trading.outbox import LONGEST_WAIT


def test_migrations_go_up_and_down_and_match_the_code(databases: Databases) -> None:
    address = databases.empty("ebb_migrations")
    migrate.upgrade(address)
    migrate.check(address)
    engine = make_engine(address)
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
    migrate.downgrade(address, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(address)
    engine.dispose()


def test_deeds_from_before_the_log_only_grew_keep_their_person_and_origin(
    databases: Databases,
) -> None:
    address = databases.empty("ebb_old_deeds")
    migrate.upgrade(address, "0005")
    engine = make_engine(address)
    user = new_id()
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into users (id, telegram_id, first_name, last_name) values (:u, 1, '', '')"
            ),
            {"u": user},
        )
        connection.execute(
            text(
                "insert into audit_log (user_id, action, subject, details, remote_addr, request_id)"
                " values (:u, 'user.sign_in', 'user:' || :u, '{\"label\": \"mine\"}',"
                " '203.0.113.9', 'r'), (null, 'sending.paused', 'switch:x', '{}', null, null)"
            ),
            {"u": user},
        )
    migrate.upgrade(address)
    with make_sessions(engine)() as session:
        old, theirs = entries(session, AuditFilter(), before=None, limit=9)
        assert (theirs.user_id, theirs.entry.details) == (user, {})
        assert str(user) not in theirs.entry.subject
        assert theirs.origin is not None
        origin = (theirs.origin.salt, theirs.origin.request_id, theirs.origin.remote_addr)
        assert origin[1:] == ("r", "203.0.113.9")
        assert theirs.entry.origin_hash == origin_hash(*origin)
        assert (old.user_id, old.origin, old.entry.origin_hash) == (None, None, None)
    migrate.downgrade(address, "0005")
    with engine.connect() as connection:
        told = connection.execute(text("select user_id, host(remote_addr) from audit_log")).all()
        assert set(told) == {(user, "203.0.113.9"), (None, None)}
    engine.dispose()


@pytest.fixture
def rows(clean_database: None, session: Session) -> dict[str, Any]:
    user = User(id=new_id(), telegram_id=uuid.uuid4().int % 2**50)
    session.add(user)
    session.flush()
    account = make_account_row(user)
    session.add(account)
    session.flush()
    job = make_job(user, account, state=JobState.EXECUTING)
    session.add(job)
    session.flush()
    leg = make_leg(job)
    session.add(leg)
    session.flush()
    attempt = make_attempt(leg, 1, AttemptState.ACKNOWLEDGED)
    session.add(attempt)
    session.commit()
    return {"user": user, "account": account, "job": job, "leg": leg, "attempt": attempt}


def make_account_row(user: User) -> Account:
    return Account(
        id=new_id(),
        user_id=user.id,
        label="a",
        environment="sandbox",
        api_key_enc="x",
        api_secret_enc="x",
        api_key_tail="tail",
        key_fingerprint=uuid.uuid4().hex,
        can_trade_spot=True,
        can_trade_futures=True,
        has_ip_list=False,
        checked_at=clock.utcnow(),
        is_default=True,
    )


def make_job(user: User, account: Account, **more: Any) -> Job:
    given: dict[str, Any] = {
        "id": new_id(),
        "user_id": user.id,
        "account_id": account.id,
        "kind": JobKind.REDUCE,
        "market_type": MarketType.FUTURES,
        "state": JobState.QUEUED,
        "percent": Decimal(25),
        "request": {},
        "idempotency_key": uuid.uuid4().hex,
        "fingerprint": "x",
    }
    return Job(**{**given, **more})


def make_leg(job: Job) -> Leg:
    return Leg(
        id=new_id(),
        job_id=job.id,
        seq=1,
        category="linear",
        symbol="BTCUSDT",
        position_side="Buy",
        side="Sell",
        position_idx=0,
        reduce_only=True,
        size_before=Decimal(2),
        qty_planned=Decimal(1),
        owed_qty=Decimal(1),
        max_order_qty=Decimal(1),
        base_coin="BTC",
        settle_coin="USDT",
        price=Decimal(100),
        notional=Decimal(100),
        effective_percent=Decimal(50),
        state=LegState.WORKING,
        qty_filled=Decimal(0),
    )


def make_attempt(leg: Leg, n: int, state: AttemptState) -> Attempt:
    return Attempt(
        id=new_id(),
        leg_id=leg.id,
        n=n,
        order_link_id=order_link_id(leg.id, n),
        qty=Decimal(1),
        state=state,
        qty_filled=Decimal(0),
        sends=1,
    )


def make_fill(rows: dict[str, Any], exec_id: str) -> Fill:
    return Fill(
        account_id=rows["account"].id,
        job_id=rows["job"].id,
        leg_id=rows["leg"].id,
        attempt_id=rows["attempt"].id,
        exec_id=exec_id,
        price=Decimal(1),
        qty=Decimal(1),
        value=Decimal(1),
        fee=Decimal(0),
        fee_currency="USDT",
        executed_at=clock.utcnow(),
    )


def refused(session: Session, *added: Any) -> str:
    session.add_all(added)
    with pytest.raises(IntegrityError) as error:
        session.flush()
    session.rollback()
    return str(error.value)


def test_an_account_has_one_running_job(session: Session, rows: dict[str, Any]) -> None:
    second = make_job(rows["user"], rows["account"], state=JobState.PLANNING)
    assert "uq_jobs_running" in refused(session, second)
    session.add(make_job(rows["user"], rows["account"]))
    session.flush()


def test_a_key_makes_one_job(session: Session, rows: dict[str, Any]) -> None:
    again = make_job(rows["user"], rows["account"], idempotency_key=rows["job"].idempotency_key)
    assert "uq_jobs_user_id_idempotency_key" in refused(session, again)


def test_a_leg_has_one_open_attempt_and_each_number_once(
    session: Session, rows: dict[str, Any]
) -> None:
    second = make_attempt(rows["leg"], 2, AttemptState.INTENDED)
    assert "uq_attempts_open" in refused(session, second)
    same = make_attempt(rows["leg"], 1, AttemptState.REJECTED)
    assert "uq_attempts" in refused(session, same)


def test_a_fill_counts_once(session: Session, rows: dict[str, Any]) -> None:
    assert "uq_fills_account_id_exec_id" in refused(
        session, make_fill(rows, "same"), make_fill(rows, "same")
    )


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update legs set qty_filled = 2", "never_over_plan"),
        ("update legs set state = 'filled'", "filled_is_filled"),
        ("update legs set state = 'wonderful'", "ck_legs_state"),
        ("update attempts set qty_filled = 2", "never_over_filled"),
        ("update jobs set state = 'completed', finished_at = null", "ended_has_time"),
        ("update jobs set percent = 101", "percent"),
        ("update accounts set api_key_enc = null", "live_account_has_keys"),
        ("insert into exposures select id, 'spot', now(), -1, 0 from accounts", "not_negative"),
    ],
)
def test_the_database_refuses_what_must_not_be(
    session: Session, rows: dict[str, Any], statement: str, constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        session.execute(text(statement))
    session.rollback()


def test_a_snapshot_gives_back_no_more_than_was_closed(
    session: Session, rows: dict[str, Any]
) -> None:
    snapshot = Snapshot(
        user_id=rows["user"].id,
        account_id=rows["account"].id,
        job_id=rows["job"].id,
        leg_id=rows["leg"].id,
        market_type=MarketType.FUTURES,
        category="linear",
        symbol="BTCUSDT",
        side="Buy",
        position_idx=0,
        qty_closed=Decimal(1),
        qty_restored=Decimal("1.001"),
        closed_price=Decimal(1),
    )
    assert "never_over_restored" in refused(session, snapshot)


# A constant: an index can't serve a volatile function.
_SOME = "'01890000-0000-7000-8000-000000000000'::uuid"
QUERIES = {
    "poll": "select version from jobs where id = ? and user_id = ?",
    "list": "select id from jobs where user_id = ? order by id desc limit 20",
    "replay": "select id from jobs where user_id = ? and idempotency_key = 'x'",
    "legs": "select id from legs where job_id = ? order by seq",
    "attempts": "select id from attempts where leg_id = ?",
    "fills of an attempt": "select id from fills where attempt_id = ?",
    "fills of a job": "select id from fills where job_id = ?",
    "fills of a leg": "select id from fills where leg_id = ?",
    "snapshots": "select id from snapshots where account_id = ?"
    " and market_type = 'spot' and qty_restored < qty_closed order by id desc",
    "snapshot of a leg": "select id from snapshots where leg_id = ?",
    "legs of a snapshot": "select id from legs where snapshot_id = ?",
    "relay": "select job_id from outbox where ring_at <= now() order by ring_at limit 200"
    " for update skip locked",
    "next ring": "select min(ring_at) from outbox",
    "ring": "update outbox set ring_at = now() where job_id = ?",
    "retention": "select id from jobs where trim_after <= now() and trimmed_at is null"
    " order by trim_after limit 200",
    "queue of an account": "select id from jobs where account_id = ? and not"
    " (state in ('cancelled', 'completed', 'failed', 'partially_completed')) order by queue_no",
    "snapshots of a job": "select id from snapshots where job_id = ?",
    "sign-ins": "select id from sign_ins where user_id = ? and last_seen_at > now()"
    " order by last_seen_at desc",
    "jobs of a time": "select id from jobs where account_id = ? and finished_at >= now()"
    " and state in ('completed', 'partially_completed') order by finished_at desc limit 500",
    "exposure": "select at from exposures where account_id = ? and market_type = 'spot'"
    " and at >= now() order by at",
    "old exposures": "select at from exposures where at < now() order by at limit 5000",
    "deeds of a person": "select id from audit_log where actor = ? order by id desc limit 20",
    "deeds of a kind": "select id from audit_log where action = 'x' order by id desc limit 20",
    "deeds to seal": "select id from audit_log where id > 1 and id <= 500 order by id limit 500",
    "newest seal": "select hash from audit_seals order by number desc limit 1",
    "who is asked": "select user_id from phones where fingerprint = 'x'",
    "what is asked": "select id from approvals where user_id = ? and state = 'pending'",
    "old requests": "select id from approvals where expires_at < now() limit 1000",
    "updates to ring for": bot_updates._DUE.text.replace(":limit", "9").replace(":again", "2"),
    "sends to ring for": bot_delivery._DUE.text.replace(":limit", "9").replace(":again", "2"),
    "next send": bot_delivery._NEXT_DUE.text,
    "whether a send may go": bot_delivery._LOOK.text.replace(":send", "?").replace(":call", "20"),
    "old sends": "select id from bot_sends where created_at < now()",
    "old updates": "select id from bot_updates where received_at < now()",
    "a person's sends": "select id from bot_sends where user_id = ? or chat_id in (1, 2)",
    "open jobs by state": OPEN_JOBS.text,
    "longest wait of a job": LONGEST_WAIT.text,
    "jobs of a symbol": "select job_id from legs where symbol = 'X'",
    "job of an order": "select legs.job_id from legs join attempts on attempts.leg_id = legs.id"
    " where attempts.order_link_id = 'x'",
    "jobs that went wrong": "select id from jobs where state = 'failed' order by id desc limit 26",
    "jobs that are open": "select id from jobs where state in ('queued', 'executing')"
    " and not (state in ('cancelled', 'completed', 'failed', 'partially_completed'))"
    " order by id desc limit 26",
    "jobs before a time": "select id from jobs where id < ? order by id desc limit 26",
    "accounts": "select id from accounts where user_id = ? and removed_at is null",
}


@pytest.mark.parametrize("name", QUERIES)
def test_queries_find_their_rows_by_an_index(session: Session, name: str) -> None:
    # Small tables are scanned whatever the indexes: forbid that, and see whether one serves.
    session.execute(text("set local enable_seqscan = off"))
    plan = "\n".join(session.scalars(text(f"explain {QUERIES[name].replace('?', _SOME)}")))
    assert "Seq Scan" not in plan, plan
    session.rollback()
