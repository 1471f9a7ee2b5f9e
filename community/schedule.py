"""What the clock does: scheduled broadcasts begin, signals expire. Whoever looks claims what is
due; a process that dies has changed nothing."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from community.broadcasts import begin_due
from community.channel import Channel
from community.signals import expire_due
from core.logs import get_logger
from models.broadcasts import Broadcast, BroadcastState
from models.signals import Signal, SignalState

log = get_logger(__name__)


def pass_once(sessions: sessionmaker[Session], channel: Channel | None) -> float | None:
    """One look; in how many seconds something is due next, None if nothing is."""
    with sessions.begin() as session:
        seconds = _next_due(session)
        if seconds is None or seconds > 0:
            return seconds
        begun, expired = begin_due(session, channel), expire_due(session)
    if begun or expired:
        log.info("community.due", broadcasts=begun, signals=expired)
    return 0.0


def _next_due(session: Session) -> float | None:
    broadcast = select(func.min(Broadcast.at)).where(Broadcast.state == BroadcastState.SCHEDULED)
    signal = select(func.min(Signal.expires_at)).where(Signal.state == SignalState.LIVE)
    first = func.least(broadcast.scalar_subquery(), signal.scalar_subquery())
    seconds = session.scalar(select(func.extract("epoch", first - func.now())))
    return None if seconds is None else float(seconds)
