"""The audit log only grows, and whoever gets around that is found out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, delete, func, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from core.addresses import database_address
from core.ids import new_id
from core.secrets_filter import scrub
from core.settings import Settings
from devstack.test_servers import Servers
from models.audit import AuditEntry, AuditOrigin, AuditSeal, record
from models.operations import Schedule
from models.sessions import make_engine, make_sessions
from models.users import User
from tests.databases import Databases
from trading.audit_check import verify
from trading.sealing import claim_sealing, seal
from web.app import create_app

Log = sessionmaker[Session]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of transactions are the whole server's: those of other tests are waited for too."""
    monkeypatch.setattr("trading.sealing._PATIENCE_SECONDS", 60.0)


@pytest.fixture(scope="module")
def whole(databases: Databases, process_number: int) -> Iterator[Log]:
    """A log of its own, since these tests break it."""
    engine = make_engine(databases.migrated(f"ebb_audit_{process_number}"))
    yield make_sessions(engine)
    engine.dispose()


def add(log: Log, *actions: str) -> uuid.UUID:
    """Entries of a new person."""
    user = User(id=new_id(), telegram_id=uuid.uuid4().int % 2**50)
    with log.begin() as session:
        session.add(user)
        session.flush()
        for action in actions:
            record(session, action, None, user_id=user.id, remote_addr="203.0.113.9")
    return user.id


def tamper(session: Session, table: str, statement: str) -> None:
    """As whoever owns the database could: the triggers are off meanwhile."""
    session.execute(text(f"alter table {table} disable trigger grows_only"))
    session.execute(text(statement))
    session.execute(text(f"alter table {table} enable always trigger grows_only"))
    session.flush()


def test_what_is_added_is_sealed_and_verified(whole: Log) -> None:
    add(whole, "a", "b")
    with whole() as session:
        assert verify(session).unsealed >= 2
    assert seal(whole) >= 2
    assert seal(whole) == 0
    add(whole, "c")
    with whole() as session:
        found = verify(session)
        assert (found.fault, found.unsealed) == (None, 1)
        newest = session.scalars(select(AuditSeal).order_by(AuditSeal.number.desc())).first()
        assert newest is not None
        assert (newest.hash, newest.number) == (found.head, found.seals)


def test_the_log_tells_of_a_seal_what_no_filter_masks(
    whole: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, object]] = []
    monkeypatch.setattr("trading.sealing.log.info", lambda _, **values: told.append(values))
    add(whole, "a")
    seal(whole)
    with whole() as session:
        head = verify(session).head
    assert scrub(told[-1]) == told[-1]
    assert told[-1]["head"] == head[:32]


@pytest.mark.parametrize(
    "deed",
    [
        "update audit_log set action = 'x'",
        "delete from audit_log",
        "truncate audit_log cascade",
        "update audit_seals set hash = 'x'",
        "delete from audit_seals",
        "truncate audit_seals",
        "update audit_origins set salt = 'x'",
        "truncate audit_origins",
    ],
)
def test_the_database_refuses_to_change_it(whole: Log, servers: Servers, deed: str) -> None:
    if not servers.superuser_url:
        pytest.skip("only a superuser may act as a replica")
    engine = whole.kw["bind"]
    address = make_url(database_address(servers.superuser_url))
    superuser = create_engine(address.set(database=engine.url.database))
    with superuser.connect() as connection:
        # A replica's role turns ordinary triggers off.
        connection.execute(text("set local session_replication_role = replica"))
        with pytest.raises(DBAPIError, match="only grows"):
            connection.execute(text(deed))
    superuser.dispose()


@pytest.mark.parametrize(
    ("table", "statement", "fault"),
    [
        ("audit_log", "update audit_log set action = 'z' where id = {id}", "seal {n} is broken"),
        ("audit_log", "update audit_log set details = '[]' where id = {id}", "is broken"),
        (
            "audit_origins",
            "delete from audit_origins where entry_id = {id}",
            "origin of entry {id}",
        ),
        ("audit_seals", "delete from audit_seals where number = {n}", "seal {n} is missing"),
        ("audit_seals", "update audit_seals set prev_hash = 'x' where number = {n}", "not follow"),
        (
            "audit_origins",
            "update audit_origins set remote_addr = null where entry_id = {id}",
            "origin of entry {id} was changed",
        ),
        (
            "audit_log",
            (
                "delete from audit_origins where entry_id = {id};"
                " delete from audit_log where id = {id}"
            ),
            "entry {id} of seal {n} is missing",
        ),
    ],
)
def test_what_was_changed_all_the_same_is_named(
    whole: Log, table: str, statement: str, fault: str
) -> None:
    add(whole, "first", "second")
    seal(whole)
    with whole() as session:
        number = session.scalar(select(func.max(AuditSeal.number)))
        entry = session.scalar(select(func.max(AuditEntry.id)))
    add(whole, "third")
    seal(whole)
    with whole() as session:
        tamper(session, table, statement.format(id=entry, n=number))
        found = verify(session)
        assert found.fault is not None
        assert fault.format(id=entry, n=number) in found.fault
        session.rollback()
        assert verify(session).fault is None


def test_a_person_who_goes_breaks_no_seal(whole: Log) -> None:
    user = add(whole, "here")
    seal(whole)
    with whole() as session:
        theirs = select(AuditEntry.id).join(User, User.pseudonym == AuditEntry.actor)
        session.execute(
            delete(AuditOrigin).where(AuditOrigin.entry_id.in_(theirs.where(User.id == user)))
        )
        session.execute(delete(User).where(User.id == user))
        assert verify(session).fault is None
        session.rollback()


def test_an_entry_that_is_committed_late_is_not_left_out(
    whole: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(whole)
    with whole() as late:
        record(late, "late", "switch:x", user_id=None)
        add(whole, "early")
        with monkeypatch.context() as hasty:
            hasty.setattr("trading.sealing._PATIENCE_SECONDS", 0.0)
            assert seal(whole) == 0, "an earlier id is still to come"
        late.commit()
    assert seal(whole) == 2
    with whole() as session:
        assert verify(session).fault is None


def test_a_sealing_is_claimed_once(whole: Log) -> None:
    with whole.begin() as session:
        session.execute(delete(Schedule))
    assert [claim_sealing(whole) for _ in range(3)] == [False, True, False]


def test_operators_verify_by_a_command(whole: Log, settings: Settings) -> None:
    engine = whole.kw["bind"]
    address = engine.url.render_as_string(hide_password=False)
    app = create_app(settings.model_copy(update={"database_url": SecretStr(address)}))
    runner = app.test_cli_runner()
    add(whole, "right")
    seal(whole)
    good = runner.invoke(args=["audit", "verify"])
    assert (good.exit_code, "0 are not sealed" in good.output) == (0, True)
    with whole.begin() as session:
        last = session.scalar(select(func.max(AuditEntry.id)))
        tamper(session, "audit_log", f"update audit_log set action = 'wrong' where id = {last}")
    bad = runner.invoke(args=["audit", "verify"])
    with whole.begin() as session:
        tamper(session, "audit_log", f"update audit_log set action = 'right' where id = {last}")
    assert bad.exit_code == 1
    assert f"{last} was changed" in bad.output
