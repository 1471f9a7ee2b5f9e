"""Wake whoever listens on a channel of Postgres (`worker.listening`)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def wake(session: Session, channel: str) -> None:
    """At this transaction's commit, and only then; more than once in it is heard once."""
    session.execute(select(func.pg_notify(channel, "")))
