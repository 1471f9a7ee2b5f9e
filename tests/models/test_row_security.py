"""The second wall: Postgres itself shows a transaction nobody's rows but its person's, whatever a
query forgets to ask."""

from __future__ import annotations

import ast
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, Table, delete, func, insert, select, text, tuple_, update
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from core.ids import new_id
from devstack.paths import ROOT
from devstack.test_servers import Servers
from models import audit, exposures, notices, row_security
from models.approvals import Approval
from models.audit import AuditEntry
from models.base import Base
from models.bot_questions import BotQuestion
from models.bot_sends import BotSend
from models.emails import Email
from models.events import Event, EventCursor
from models.fills import Snapshot
from models.job_events import Happened, JobEvent
from models.jobs import Job
from models.link_codes import LinkCode
from models.mail_links import MailLink, Purpose
from models.mails import Mail, MailKind
from models.outbox import OutboxRow
from models.phones import Phone
from models.row_policies import NOBODYS, UNSEEN, gaps
from models.row_security import act_for, system_scope
from models.second_factors import RecoveryCode, SecondFactor
from models.sessions import make_engine, make_sessions
from models.sign_ins import SignIn
from models.states import AttemptState, JobKind, MarketType
from models.users import Account, User
from tests.models.test_database import (
    make_account_row,
    make_attempt,
    make_fill,
    make_job,
    make_leg,
)
from trading.farewell import owned

REFUSED = "row-level security"
# Who acts for everybody, or for no person yet. A new place is a decision: name it here.
SYSTEM_PLACES = {
    "models/events.py": "what is told to everybody is nobody's row",
    "web/launches.py": "who opens the app is found by the Telegram id",
    "web/approvals.py": "whoever began a sign-in is nobody yet; their cookie names the request",
    "web/passwords.py": "who signs in is found by the address, or by a mail's link",
    "web/refused_guesses.py": "whom a guessed address belongs to is found out by the worker",
    "web/telegram_webhook.py": "updates are of no person before they are handled",
    "trading/farewell.py": "what was sent to a chat or address names no person",
    "web/admin/area.py": "what operators see and settle, each route asking for a permission",
    "web/operators.py": "the operators' commands",
    "community/posting.py": "what is owed to the community's chat is nobody's",
    "web/realtime/records.py": "one look for all who have a socket open: what is new, who is gone",
    "trading/gauges.py": "how many there are, of whomever",
    "models/place.py": "a dump holds everybody's rows",
    "models/sessions.py": "the worker, which looks for what is due; a turn is its owner's",
}


@dataclass(frozen=True)
class Everything:
    """A person with a row in every table of people."""

    id: uuid.UUID
    job: uuid.UUID


def with_everything(session: Session) -> Everything:
    user = User(id=new_id(), telegram_id=uuid.uuid4().int % 2**50)
    session.add(user)
    session.flush()
    account = make_account_row(user)
    session.add(account)
    session.flush()
    job = make_job(user, account)
    session.add(job)
    session.flush()
    leg = make_leg(job)
    session.add(leg)
    session.flush()
    attempt = make_attempt(leg, 1, AttemptState.FILLED)
    session.add(attempt)
    session.flush()
    rows = {"account": account, "job": job, "leg": leg, "attempt": attempt}
    session.add_all(
        [
            make_fill(rows, uuid.uuid4().hex),
            Snapshot(
                user_id=user.id,
                account_id=account.id,
                job_id=job.id,
                leg_id=leg.id,
                market_type=MarketType.FUTURES,
                category="linear",
                symbol="BTCUSDT",
                side="Buy",
                position_idx=0,
                qty_closed=Decimal(1),
                qty_restored=Decimal(0),
                closed_price=Decimal(1),
            ),
            OutboxRow(job_id=job.id, ring_at=func.now()),
            JobEvent(job_id=job.id, kind=Happened.PLANNED, data={}),
            SignIn(user_id=user.id, platform="test"),
            BotQuestion(
                user_id=user.id,
                account_id=account.id,
                kind=JobKind.REDUCE,
                request={},
                bot_id=1,
                chat_id=1,
            ),
            Event(user_id=user.id, kind="toast", data={"title": "x"}),
            EventCursor(user_id=user.id, since=0, acked=1),
            *ways_in(user),
        ]
    )
    exposures.record(session, account.id, MarketType.SPOT, exposures.Sides(Decimal(1), Decimal(0)))
    notices.add(session, user.id, "key_expires", "account:1", {})
    audit.record(session, "test.deed", None, user_id=user.id, remote_addr="203.0.113.9")
    session.flush()
    return Everything(user.id, job.id)


def ways_in(user: User) -> list[Base]:
    """What else they sign in by, and what was owed to them on the way."""
    unique = uuid.uuid4().hex
    email = f"{unique}@example.com"
    until = func.now() + timedelta(hours=1)
    return [
        SecondFactor(user_id=user.id),
        RecoveryCode(user_id=user.id, code_hash=unique),
        Phone(user_id=user.id, fingerprint=unique, number_enc="x", bot_id=1),
        Approval(user_id=user.id, bot_id=1, nonce_hash=unique, match_number=42, expires_at=until),
        Email(user_id=user.id, email=email, password_hash="x"),
        LinkCode(user_id=user.id, hash=unique, expires_at=until),
        Mail(user_id=user.id, kind=MailKind.PASSWORD_CHANGED, email=email, language="en"),
        MailLink(
            user_id=user.id, purpose=Purpose.RESET, email=email, language="en", expires_at=until
        ),
        BotSend(user_id=user.id, bot_id=1, chat_id=1, text="x", kind="test", key=unique),
    ]


@pytest.fixture(scope="module")
def people(sessions: sessionmaker[Session]) -> Iterator[tuple[Everything, Everything]]:
    """Two of them."""
    with sessions.begin() as session:
        other, person = with_everything(session), with_everything(session)
    yield person, other
    with sessions.begin() as session:
        # A worker of another test must not find their jobs, messages and mails.
        for one in (person, other):
            session.execute(delete(BotSend).where(BotSend.user_id == one.id))
            session.execute(delete(Mail).where(Mail.user_id == one.id))
            session.execute(delete(OutboxRow).where(OutboxRow.job_id == one.job))
            session.execute(update(Job).where(Job.id == one.job).values(**_ENDED))


_ENDED = {"state": "cancelled", "finished_at": func.now()}


@pytest.fixture
def person(people: tuple[Everything, Everything]) -> Everything:
    return people[0]


@pytest.fixture
def other(people: tuple[Everything, Everything]) -> Everything:
    return people[1]


@pytest.fixture
def acting(sessions: sessionmaker[Session], person: Everything) -> Iterator[Session]:
    """A session that acts for the person; nothing of it stays."""
    with row_security.of(sessions, person.id)() as opened:
        yield opened


@pytest.fixture
def nobody(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session that was not told for whom it acts."""
    with row_security.of(sessions, None)() as opened:
        yield opened


def of_people() -> dict[str, Table]:
    others = NOBODYS | UNSEEN
    return {name: table for name, table in Base.metadata.tables.items() if name not in others}


def rows_of(session: Session, table: Table, one: Everything) -> list[dict[str, Any]]:
    """What is theirs by the words of `trading.farewell`, which knows nothing of policies."""
    if table.name == "audit_log":
        theirs = (
            AuditEntry.actor == select(User.pseudonym).where(User.id == one.id).scalar_subquery()
        )
    else:
        theirs = {cls.__tablename__: which for cls, which in owned(one.id)}[table.name]
    return [dict(row._mapping) for row in session.execute(select(table).where(theirs))]


def keys(table: Table, rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {tuple(row[column.name] for column in table.primary_key) for row in rows}


def test_every_table_is_walled_or_nobody_s(session: Session) -> None:
    assert gaps(session) == []
    walled = set(session.scalars(text("select tablename from pg_policies")))
    assert {*walled, *NOBODYS} == set(Base.metadata.tables)
    assert not walled & NOBODYS


def test_a_query_without_a_condition_finds_only_the_person_s(
    session: Session, acting: Session, nobody: Session, person: Everything, other: Everything
) -> None:
    for name, table in of_people().items():
        theirs, others = (keys(table, rows_of(session, table, one)) for one in (person, other))
        assert theirs, name
        assert others, name
        everything = [dict(row._mapping) for row in acting.execute(select(table))]
        assert keys(table, everything) == theirs, name
        assert nobody.execute(select(table)).all() == [], name


def test_a_write_without_a_condition_reaches_only_the_person_s(
    session: Session, acting: Session, nobody: Session, person: Everything, other: Everything
) -> None:
    for name, table in of_people().items():
        mark = tuple_(*table.primary_key)
        theirs, others = (keys(table, rows_of(session, table, one)) for one in (person, other))
        if name not in ("audit_log", "audit_seals", "audit_origins"):
            # Numbers that the database gives are not ours to write.
            ours = [column for column in table.columns if column.identity is None]
            unchanged = {column.name: column for column in ours[:1]}
            assert acting.execute(update(table).values(unchanged)).rowcount == len(theirs), name  # type: ignore[attr-defined]
            assert acting.execute(delete(table).where(mark.in_(others))).rowcount == 0, name  # type: ignore[attr-defined]
            assert nobody.execute(delete(table)).rowcount == 0, name  # type: ignore[attr-defined]
    others = keys(table := Base.metadata.tables["audit_origins"], rows_of(session, table, other))
    gone = acting.execute(delete(table).where(table.c.entry_id.in_([one for (one,) in others])))
    assert gone.rowcount == 0  # type: ignore[attr-defined]


def test_a_row_for_another_is_refused(
    session: Session, acting: Session, nobody: Session, other: Everything
) -> None:
    for name, table in of_people().items():
        taken = rows_of(session, table, other)[0]
        given = {k: v for k, v in taken.items() if table.c[k].identity is None}
        for stranger in (acting, nobody):
            # A session that has written no entry yet knows no last one of its own: `currval` fails.
            with pytest.raises((ProgrammingError, OperationalError)) as error:
                stranger.execute(insert(table).values(given))
            assert REFUSED in str(error.value) or "currval" in str(error.value), name
            stranger.rollback()


def test_a_row_is_not_given_to_another(acting: Session, other: Everything) -> None:
    for table in (Job, Account, SignIn):
        with pytest.raises(ProgrammingError, match=REFUSED):
            acting.execute(update(table).values(user_id=other.id))
        acting.rollback()


def test_no_connection_takes_a_scope_to_its_next_transaction(
    database_url: str, person: Everything
) -> None:
    engine = make_engine(database_url, pool_size=1)
    theirs = row_security.of(make_sessions(engine), person.id)
    with theirs() as session:
        for end in (session.commit, session.rollback):
            assert ids(session) == {person.id}
            end()
            with engine.connect() as connection:
                assert connection.execute(select(User.id)).all() == []
        # Begun, and over before its first statement.
        session.begin()
        session.connection()
    with engine.connect() as connection:
        assert connection.execute(select(User.id)).all() == []
    engine.dispose()


def ids(session: Session) -> set[uuid.UUID]:
    return set(session.scalars(select(User.id)))


def test_a_scope_changes_within_a_transaction(
    nobody: Session, person: Everything, other: Everything
) -> None:
    assert ids(nobody) == set()
    act_for(nobody, person.id)
    assert ids(nobody) == {person.id}
    with system_scope(nobody):
        assert ids(nobody) >= {person.id, other.id}
    assert ids(nobody) == {person.id}
    with pytest.raises(ZeroDivisionError), system_scope(nobody):
        raise ZeroDivisionError
    assert ids(nobody) == {person.id}


def test_a_savepoint_s_end_leaves_the_scope_that_was_asked_for(
    acting: Session, person: Everything, other: Everything
) -> None:
    with acting.begin_nested() as savepoint, system_scope(acting):
        assert ids(acting) >= {person.id, other.id}
        savepoint.rollback()
    assert ids(acting) == {person.id}
    savepoint = acting.begin_nested()
    act_for(acting, other.id)
    assert ids(acting) == {other.id}
    savepoint.rollback()
    assert ids(acting) == {other.id}


def test_a_savepoint_takes_back_a_statement_that_failed(
    acting: Session, person: Everything
) -> None:
    with pytest.raises(DataError), acting.begin_nested():
        acting.execute(text("select 1 / 0"))
    assert ids(acting) == {person.id}


def test_a_statement_that_never_left_has_not_told_the_scope(
    acting: Session, person: Everything
) -> None:
    with system_scope(acting):
        assert len(ids(acting)) > 1
    with pytest.raises(ProgrammingError, match="can't adapt"):
        acting.execute(text("select :x"), {"x": object()})
    assert ids(acting) == {person.id}


def test_several_rows_at_once_and_a_cursor_know_their_scope_too(
    acting: Session, person: Everything, other: Everything
) -> None:
    several = [{"u": one.id} for one in (person, other)]
    acting.connection().execute(text("update users set first_name = 'x' where id = :u"), several)
    acting.rollback()
    streamed = select(User.id).execution_options(yield_per=1)
    assert set(acting.scalars(streamed)) == {person.id}


def test_a_superuser_is_told_of_as_no_wall_stands_before_them(
    servers: Servers, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not servers.superuser_url:
        pytest.skip("the given server has none for us")
    told: list[str] = []
    monkeypatch.setattr("models.sessions.log.warning", lambda event, **_: told.append(event))
    address = f"{servers.superuser_url.rpartition('/')[0]}/{engine.url.database}"
    superuser = make_engine(address)
    with make_sessions(superuser)() as session:
        assert gaps(session) == sorted({*of_people(), *UNSEEN})
    assert told == ["row_security.void"]
    superuser.dispose()


def test_each_place_that_acts_for_everybody_is_named() -> None:
    found = set()
    ours = ("bot", "community", "identity", "models", "telegram", "trading", "web", "worker")
    for folder in ours:
        for file in (ROOT / folder).rglob("*.py"):
            if any(_acts_for_all(node) for node in ast.walk(ast.parse(file.read_text()))):
                found.add(str(file.relative_to(ROOT)))
    assert found - {"models/row_security.py"} == set(SYSTEM_PLACES)


def _acts_for_all(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
        return (name.id if isinstance(name, ast.Name) else name) == "system_scope"
    if isinstance(node, ast.Attribute):
        return node.attr == "SYSTEM"
    return isinstance(node, ast.alias) and node.name == "SYSTEM"
