"""Engines and sessions for processes that have no Flask app: the worker, the benches, the tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from core.addresses import database_address

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


def connect_args(idle_seconds: float | None = None) -> dict[str, Any]:
    """For psycopg2. A transaction in which nothing happens for `idle_seconds` is ended by Postgres,
    and its locks with it: a process frozen between two statements must not hold others up."""
    arguments: dict[str, Any] = dict(CONNECT_ARGS)
    if idle_seconds is not None:
        milliseconds = int(idle_seconds * 1000)
        arguments["options"] += f" -c idle_in_transaction_session_timeout={milliseconds}"
    return arguments


def make_engine(
    database_url: str, *, pool_size: int = 10, idle_seconds: float | None = None
) -> Engine:
    """An engine that checks a pooled connection before use, so a restarted Postgres costs one
    ping and not one failed job step. `idle_seconds`: see `connect_args`."""
    return create_engine(
        database_address(database_url),
        pool_size=pool_size,
        max_overflow=2,
        pool_recycle=1800,
        pool_pre_ping=True,
        # Several rows changed alike are one message to the server, not one each.
        executemany_mode="values_plus_batch",
        connect_args=connect_args(idle_seconds),
    )


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)
