"""Accept a request: one transaction writes the job and its outbox row, or finds the job that
the same idempotency key already made (design §4, IETF Idempotency-Key draft)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import KeyedColumnElement

from core import tracing
from core.problems import Problem
from exchange.outcomes import ExchangeError
from models import audit
from models.jobs import Job, tell_of
from models.states import JobKind, MarketType
from models.users import Account
from trading.books import CATEGORIES
from trading.desk import Desk
from trading.exemptions import respecting
from trading.key_state import refuse_dangerous
from trading.outbox import owe_ring
from trading.preview import unknown_symbols
from trading.requests import ReduceRequest, RestoreRequest, to_json
from trading.snapshots import chosen, require_something


@dataclass(frozen=True, slots=True)
class Accepted:
    """The job that answers the request; `replayed` if an earlier request had made it."""

    job: Job
    replayed: bool


@dataclass(frozen=True, slots=True)
class Intake:
    """How the request came: its key, the undo window, and from where (for the audit log)."""

    idempotency_key: str
    delay_ms: int = 0
    request_id: str | None = None
    remote_addr: str | None = None


Permit = Callable[[], None]
"""Raises Problem where a new job may not be accepted. What it writes is committed with the job;
where it refuses it may commit, since nothing is pending then."""


def accept_reduce(
    session: Session,
    desk: Desk,
    account: Account,
    request: ReduceRequest,
    intake: Intake,
    permit: Permit | None = None,
) -> Accepted:
    """Take a reduce in. What the account exempts now is stored with it; the same key finds the job
    again whatever is exempted by then, and nobody is asked to permit it. Raises Problem
    `idempotency_key_reused`, `key_dangerous`, `unknown_symbol`, `conflict`, and the permit's."""
    with _noted(JobKind.REDUCE, request):
        replay = _replay(session, account, JobKind.REDUCE, request, intake)
        if replay is None:
            refuse_dangerous(account)
            _refuse_unknown_symbols(desk, account, request)
            replay = _unpermitted(session, account, JobKind.REDUCE, request, intake, permit)
        if replay is None:
            stored = to_json(respecting(account, request))
            replay = _store(session, account, JobKind.REDUCE, request, stored, intake)
        return replay


def accept_restore(
    session: Session,
    account: Account,
    request: RestoreRequest,
    intake: Intake,
    permit: Permit | None = None,
) -> Accepted:
    """Take a restore in. Raises Problem `idempotency_key_reused`, `key_dangerous`,
    `snapshot_not_found`, `nothing_to_restore`, `conflict`, and the permit's."""
    with _noted(JobKind.RESTORE, request):
        replay = _replay(session, account, JobKind.RESTORE, request, intake)
        if replay is None:
            refuse_dangerous(account)
            require_something(chosen(session, account.id, request))
            replay = _unpermitted(session, account, JobKind.RESTORE, request, intake, permit)
        if replay is None:
            replay = _store(session, account, JobKind.RESTORE, request, to_json(request), intake)
        return replay


def _noted(kind: JobKind, request: ReduceRequest | RestoreRequest) -> tracing.Span:
    told = {"ebb.kind": kind.value, "ebb.market_type": request.market_type.value}
    return tracing.step("job.accept", told)


def _unpermitted(
    session: Session,
    account: Account,
    kind: JobKind,
    request: ReduceRequest | RestoreRequest,
    intake: Intake,
    permit: Permit | None,
) -> Accepted | None:
    """The job that another request with this key made meanwhile, where this one is not permitted:
    a code counts once, and two of the same request bring the same one. The code is spent with that
    job's commit, so whoever finds it spent finds the job."""
    if permit is None:
        return None
    try:
        permit()
    except Problem:
        replay = _replay(session, account, kind, request, intake)
        if replay is None:
            raise
        return replay
    return None


def _fingerprint(account: Account, kind: JobKind, body: dict[str, Any], intake: Intake) -> str:
    whole = {"account": str(account.id), "kind": kind, "body": body, "delay_ms": intake.delay_ms}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _replay(
    session: Session,
    account: Account,
    kind: JobKind,
    request: ReduceRequest | RestoreRequest,
    intake: Intake,
) -> Accepted | None:
    query = select(Job).where(
        Job.user_id == account.user_id, Job.idempotency_key == intake.idempotency_key
    )
    job = session.scalar(query)
    if job is None:
        return None
    if job.fingerprint != _fingerprint(account, kind, to_json(request), intake):
        raise Problem("idempotency_key_reused", 422)
    return Accepted(job, replayed=True)


def _store(
    session: Session,
    account: Account,
    kind: JobKind,
    request: ReduceRequest | RestoreRequest,
    stored: dict[str, Any],
    intake: Intake,
) -> Accepted:
    """`request` as it was sent, which the key stands for; `stored` as it will be planned."""
    body = to_json(request)
    values: dict[str, Any] = {
        "user_id": account.user_id,
        "account_id": account.id,
        "kind": kind,
        "market_type": request.market_type,
        "percent": request.percent,
        "request": stored,
        "idempotency_key": intake.idempotency_key,
        "fingerprint": _fingerprint(account, kind, body, intake),
    }
    if intake.delay_ms:
        values["undo_until"] = func.now() + timedelta(milliseconds=intake.delay_ms)
        values["not_before"] = values["undo_until"]
    place = tracing.place()
    if place is not None:
        values["traceparent"] = place
    columns = Job.__table__.c
    # The account is held as the job's foreign key will hold it. Whoever removes the key or deletes
    # the person holds it alone: this waits for them, then finds no account and stores nothing.
    held = (
        select(*(_typed(value, columns[name]) for name, value in values.items()))
        .where(Account.id == account.id, Account.removed_at.is_(None))
        .with_for_update(read=True, key_share=True, of=Account)
    )
    # A second request with the key waits here for the first one's commit, then stores nothing.
    job = session.scalar(
        insert(Job)
        .from_select(list(values), held)
        .on_conflict_do_nothing(index_elements=["user_id", "idempotency_key"])
        .returning(Job)
    )
    if job is None:
        session.rollback()
        replay = _replay(session, account, kind, request, intake)
        if replay is None:
            raise Problem("conflict", 409)
        return replay
    owe_ring(session, job.id, intake.delay_ms / 1000)
    tell_of(session, job)
    audit.record(
        session,
        f"job.{kind}",
        f"job:{job.id}",
        user_id=account.user_id,
        details={"percent": body["percent"], "market_type": body["market_type"]},
        request_id=intake.request_id,
        remote_addr=intake.remote_addr,
    )
    session.commit()
    return Accepted(job, replayed=False)


def _typed(value: Any, column: KeyedColumnElement[Any]) -> ColumnElement[Any]:
    return value if isinstance(value, ColumnElement) else literal(value, column.type)


def _refuse_unknown_symbols(desk: Desk, account: Account, request: ReduceRequest) -> None:
    """Names are checked against the cached instruments. Where the exchange can't be asked, the
    job is accepted all the same: planning checks again."""
    named = {*request.scope.symbols, *(exempt.symbol for exempt in request.scope.exempt)}
    if not named:
        return
    try:
        known = _known_symbols(desk, account, request.market_type)
    except ExchangeError:
        return
    unknown = tuple(sorted(named - known))
    if unknown:
        raise unknown_symbols(unknown)


def _known_symbols(desk: Desk, account: Account, market_type: MarketType) -> set[str]:
    gateway = desk.gateway(account)
    return {
        symbol for category in CATEGORIES[market_type] for symbol in gateway.instruments(category)
    }
