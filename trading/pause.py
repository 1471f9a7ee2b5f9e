"""The operator's switch that stops all sending: jobs are accepted and planned, nothing leaves.

No order and no leverage, that is. What was sent before is still settled: it is looked up, an order
of it that rests is taken back, and a position that it reopened gets its stop-loss and take-profit
again, since without them it would be worse off than by any order.
"""

from __future__ import annotations

import uuid

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import audit
from models.jobs import Job
from models.operations import IS_PAUSED, PAUSE, Switch
from models.states import ENDED_JOBS
from models.waking import wake
from trading.accounts import Origin
from trading.outbox import CHANNEL, ring_from
from trading.waits import WaitReason

_FROM_HERE = Origin()
# Any number that no other lock of ours uses. Not the switch's own row: whoever shares that writes
# to it, and a stream of them keeps its change waiting. Here they queue.
_INTENTS = 7261004
# One message to the server and two statements: the second sees what was committed before the first
# had its lock.
_MAY_SEND = text(f"select pg_advisory_xact_lock_shared({_INTENTS}); select not {IS_PAUSED}")
_NO_INTENT_UNDER_WAY = text(f"select pg_advisory_xact_lock({_INTENTS})")


class SendingPaused(Exception):
    """An operator has stopped all sending: nothing leaves for now."""


def switch(session: Session) -> Switch | None:
    """When it was switched last, by whom and why; None if it never was."""
    return session.get(Switch, PAUSE, populate_existing=True)


def is_paused(session: Session) -> bool:
    """As it stands now. Who is about to send asks `may_send`."""
    return bool(session.scalar(select(Switch.is_on).where(Switch.name == PAUSE)))


def may_send(session: Session) -> bool:
    """Asked inside the transaction that commits an intent, as late as possible: a pause that is set
    afterwards waits for that commit, so none is made once `set_paused` has returned."""
    return bool(session.scalar(_MAY_SEND))


def set_paused(
    session: Session,
    paused: bool,
    *,
    by: str,
    note: str = "",
    user_id: uuid.UUID | None = None,
    origin: Origin = _FROM_HERE,
) -> None:
    """Switch it and commit. `by` names whoever does it, for other operators; `user_id` if it is a
    person of the platform. Of the session's scope are the jobs that go on: give it everybody's.

    Paused, it returns once every intent that did not see the pause is committed: after that only
    requests which had left, or were about to, may reach the exchange, and only within its
    `recv_window`. Raises OperationalError if one stays uncommitted for too long (`lock_timeout`);
    the pause is set all the same. On resuming, parked jobs go on at once.
    """
    values = {"is_on": paused, "changed_by": by, "note": note, "changed_at": func.now()}
    session.execute(
        insert(Switch)
        .values(name=PAUSE, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )
    audit.record(
        session,
        "sending.paused" if paused else "sending.resumed",
        f"switch:{PAUSE}",
        user_id=user_id,
        details={"by": by, "note": note},
        request_id=origin.request_id,
        remote_addr=origin.remote_addr,
    )
    if not paused:
        parked = (
            update(Job)
            .where(Job.wait_reason == WaitReason.PAUSED, Job.state.not_in(list(ENDED_JOBS)))
            .values(not_before=func.now())
            .returning(Job.id)
            .cte("parked")
        )
        ring_from(session, select(parked.c.id), func.now())
        wake(session, CHANNEL)
    session.commit()
    if paused:
        session.execute(_NO_INTENT_UNDER_WAY)
        session.commit()
