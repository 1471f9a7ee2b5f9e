"""Engines and sessions for processes that have no Flask app: the worker, the benches, the tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from core import clock
from core.addresses import database_address
from core.logs import get_logger
from models import row_security

log = get_logger(__name__)

# A dead peer must be noticed in seconds, since a lease runs meanwhile; and no statement of ours
# has a reason to last.
CONNECT_ARGS = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "options": "-c timezone=UTC -c statement_timeout=15000 -c lock_timeout=10000",
}


_FRESH_SECONDS = 1.0


def connect_args(
    idle_seconds: float | None = None, *, behind_pooler: bool = False
) -> dict[str, Any]:
    """For psycopg2. A transaction in which nothing happens for `idle_seconds` is ended by Postgres,
    and its locks with it: a process frozen between two statements must not hold others up.

    A pooler refuses or drops what a session is to be set to: `behind_pooler` nothing is, and the
    role carries the timeouts (docs/deploy.md)."""
    arguments: dict[str, Any] = dict(CONNECT_ARGS)
    if behind_pooler:
        del arguments["options"]
        return arguments
    if idle_seconds is not None:
        milliseconds = int(idle_seconds * 1000)
        arguments["options"] += f" -c idle_in_transaction_session_timeout={milliseconds}"
    return arguments


def make_engine(
    database_url: str,
    *,
    pool_size: int = 10,
    idle_seconds: float | None = None,
    behind_pooler: bool = False,
) -> Engine:
    """An engine that checks a connection that lay in the pool for a while (`ping_idle`).
    `idle_seconds`, `behind_pooler`: see `connect_args`."""
    engine = create_engine(
        database_address(database_url),
        pool_size=pool_size,
        max_overflow=2,
        pool_recycle=1800,
        # Several rows changed alike are one message to the server, not one each.
        executemany_mode="values_plus_batch",
        connect_args=connect_args(idle_seconds, behind_pooler=behind_pooler),
    )
    prepare(engine)
    return engine


def prepare(engine: Engine) -> None:
    """What every engine of ours does: see to idle connections, and tell Postgres the scopes. At the
    first connection the log is told what of the database's own protection is missing."""
    ping_idle(engine)
    row_security.tell_scopes(engine)

    @event.listens_for(engine, "first_connect")
    def _look(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(
            "select row_security_active(to_regclass('users')), current_setting('statement_timeout')"
        )
        is_bound, timeout = cursor.fetchone() or (None, None)
        if timeout == "0":
            log.warning(
                "database.no_timeouts",
                detail="A pooler dropped them, or the role behind one carries none: a frozen"
                " process holds its locks for as long as it sleeps. See docs/deploy.md.",
            )
        if is_bound is False:
            log.warning(
                "row_security.void",
                detail="This role is a superuser, or bypasses policies, or they are not there yet:"
                " only our own queries hold people apart. See docs/operating.md.",
            )
        connection.rollback()


def ping_idle(engine: Engine) -> None:
    """Check a pooled connection before use if it was idle for long enough that Postgres may have
    been restarted meanwhile. SQLAlchemy's own ping comes before each use: a tenth of a tap's way
    to the order."""

    @event.listens_for(engine, "checkin")
    def _note(_: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info["idle_since"] = clock.monotonic()

    @event.listens_for(engine, "checkout")
    def _check(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, _: PoolProxiedConnection
    ) -> None:
        since = entry.info.get("idle_since")
        if since is None or clock.monotonic() - since < _FRESH_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool closes it and opens another.
            raise DisconnectionError from error


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after commit, with everybody's rows: for processes that
    act for all people. For one person: `row_security.of`."""
    made = sessionmaker(engine, expire_on_commit=False)
    row_security.watch(made)
    return row_security.of(made, row_security.SYSTEM)
