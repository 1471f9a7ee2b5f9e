"""What a transaction changed that others wait for: told to them right after its commit.

Only noted here, by channel; who carries it is told by `watch`. Behind every listener stands a slow
look of its own, so an announcement that is lost costs a second and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session, sessionmaker

Announcement: TypeAlias = tuple[str, str]
"""Channel and message."""
Made = TypeVar("Made", bound=Session)
_NOTED = "announcements"


def announce(session: Session, channel: str, message: str) -> None:
    """Tell it after this session's commit; a rollback forgets it."""
    # A dict: the same said twice is told once.
    session.info.setdefault(_NOTED, {})[channel, message] = None


def watch(
    sessions: sessionmaker[Made] | scoped_session[Made],
    carry: Callable[[Sequence[Announcement]], None],
) -> None:
    """Hand what these sessions announce to `carry`, which must neither wait nor raise."""

    @event.listens_for(sessions, "after_commit")
    def _committed(session: Session) -> None:
        # A savepoint's end is none: the transaction may still be rolled back.
        if not session.in_nested_transaction() and (noted := session.info.pop(_NOTED, None)):
            carry(list(noted))

    @event.listens_for(sessions, "after_rollback")
    def _rolled_back(session: Session) -> None:
        session.info.pop(_NOTED, None)
