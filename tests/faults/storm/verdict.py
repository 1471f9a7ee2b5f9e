"""What became of it: the invariants I1 to I7 over all accounts, after the weather."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.ids import ORDER_LINK_PREFIX
from devstack.paths import DevstackError
from devstack.secret_search import search
from models.jobs import Attempt, Job, Leg
from models.sessions import make_engine, make_sessions
from models.states import ENDED_JOBS
from models.users import Account, User
from tests import oracle
from tests.faults.storm.house import House
from tests.faults.storm.people import Person

_LOOK = 0.2
_FIRST_FEW = 20
Ledger = list[dict[str, Any]]


@dataclass
class Verdict:
    """`broken`: every promise that was not kept, one a line; empty is what we want."""

    broken: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    legs: Counter[str] = field(default_factory=Counter)
    orders: int = 0
    duplicates: int = 0
    lost: int = 0
    late: int = 0
    """Jobs made by a request that its client had given up, after a refusal of the same key."""
    recovery_seconds: float = 0.0


def judge(house: House, people: Sequence[Person], patience: float) -> Verdict:
    """Wait until all accepted jobs have ended (at most `patience` seconds), then check."""
    verdict = Verdict(broken=[said for person in people for said in person.complaints])
    engine = make_engine(house.database_url)
    sessions = make_sessions(engine)
    try:
        with sessions() as session:
            verdict.recovery_seconds = _wait_for_ends(session, patience)
            _all_accepted_ended(session, people, verdict)
            secrets = _secrets(house, people)
            for person in people:
                keys = house.control("POST", "demo-book", {"telegram_id": person.telegram_id})
                secrets += [keys["api_key"], keys["api_secret"]]
                ledger = house.control("GET", "ledger", uid=keys["uid"])["items"]
                _account_is_right(session, house, person, ledger, verdict)
    finally:
        engine.dispose()
    _no_secret_in_logs(house, secrets, verdict)
    return verdict


def _wait_for_ends(session: Session, patience: float) -> float:
    """Seconds until no job was open, or all of the patience."""
    start = time.monotonic()
    query = select(func.count()).select_from(Job).where(Job.state.not_in(list(ENDED_JOBS)))
    while session.scalar(query) and time.monotonic() < start + patience:
        session.rollback()
        time.sleep(_LOOK)
    session.rollback()
    return time.monotonic() - start


def _all_accepted_ended(session: Session, people: Sequence[Person], verdict: Verdict) -> None:
    jobs = {job.id: job for job in session.scalars(select(Job))}
    accepted = [uuid.UUID(found) for person in people for found in person.accepted]
    verdict.states = Counter(_with_reason(job.state, job.error_code) for job in jobs.values())
    verdict.legs = Counter(
        _with_reason(state, reason)
        for state, reason in session.execute(select(Leg.state, Leg.reason))
    )
    for job_id in accepted:
        job = jobs.get(job_id)
        if job is None or job.state not in ENDED_JOBS:
            verdict.lost += 1
            said = "is not in the table" if job is None else _where_it_stands(session, job)
            verdict.broken.append(f"I1: accepted job {job_id} {said}")
    refused = {key for person in people for key in person.refused}
    for job_id in sorted(jobs.keys() - set(accepted)):
        # A first try that timed out may still wait at a web while a second one, with the same
        # key, is refused: it is not wrong to take the first when its turn comes.
        if jobs[job_id].idempotency_key in refused:
            verdict.late += 1
        else:
            verdict.broken.append(f"I6: nobody was told of job {job_id}")
    if len(accepted) != len(set(accepted)):
        verdict.broken.append("I6: two keys were answered with one job")


def _with_reason(state: str, reason: str | None) -> str:
    return f"{state} ({reason})" if reason else str(state)


def _where_it_stands(session: Session, job: Job) -> str:
    attempts = Counter(
        session.scalars(select(Attempt.state).join(Leg).where(Leg.job_id == job.id)).all()
    )
    return (
        f"is {job.state} (epoch {job.lease_epoch}, lease until {job.lease_until}, not before"
        f" {job.not_before}, attempts {dict(attempts)})"
    )


def _account_is_right(
    session: Session, house: House, person: Person, ledger: Ledger, verdict: Verdict
) -> None:
    links = [
        entry["order_link_id"]
        for entry in ledger
        if entry["type"] == "order" and entry["order_link_id"].startswith(ORDER_LINK_PREFIX)
    ]
    verdict.orders += len(links)
    verdict.duplicates += len(links) - len(set(links))
    account = session.scalars(
        select(Account)
        .join(User, User.id == Account.user_id)
        .where(User.telegram_id == person.telegram_id)
    ).one()
    try:
        oracle.check(session, account.id, ledger)
    except AssertionError as error:
        kept = house.logs / f"ledger-{person.telegram_id}.json"
        kept.write_text(json.dumps(ledger, indent=1))
        verdict.broken.append(f"person {person.telegram_id}: {error} (ledger: {kept.name})")


def _secrets(house: House, people: Sequence[Person]) -> list[str]:
    environment = house.environment
    names = ("EBB_MASTER_SECRETS", "EBB_JWT_SECRET", "EBB_TELEGRAM_BOT_TOKEN")
    passwords = [
        environment[name].rpartition("@")[0].rpartition(":")[2]
        for name in ("DATABASE_URL", "REDIS_URL")
    ]
    tokens = [secret for person in people for secret in person.secrets]
    return [*(environment[name] for name in names), *passwords, *tokens]


def _no_secret_in_logs(house: House, secrets: Sequence[str], verdict: Verdict) -> None:
    sought = house.folder / "secrets.txt"
    sought.touch(mode=0o600)
    sought.write_text("".join(f"{secret}\n" for secret in secrets))
    try:
        search(house.logs, sought)
    except DevstackError as found:
        verdict.broken.append(f"I7: {found}")
    finally:
        sought.unlink()
