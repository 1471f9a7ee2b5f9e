"""Engines and sessions for processes that have no Flask app: the worker, the benches, the tests."""

from __future__ import annotations

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


def make_engine(database_url: str, *, pool_size: int = 10) -> Engine:
    """An engine that checks a pooled connection before use, so a restarted Postgres costs one
    ping and not one failed job step."""
    return create_engine(
        database_address(database_url),
        pool_size=pool_size,
        max_overflow=2,
        pool_recycle=1800,
        pool_pre_ping=True,
        # Several rows changed alike are one message to the server, not one each.
        executemany_mode="values_plus_batch",
        connect_args=CONNECT_ARGS,
    )


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)
