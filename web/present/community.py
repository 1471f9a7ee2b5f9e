"""Signals and broadcasts as the API tells them."""

from __future__ import annotations

from collections.abc import Sequence

from models.audit import person
from models.broadcasts import Broadcast
from models.signals import Signal
from web import cursors
from web.schemas.community import BroadcastOut, Broadcasts, SignalOut, Signals


def broadcast(row: Broadcast) -> BroadcastOut:
    return BroadcastOut(
        id=row.id,
        text=row.text,
        thread_id=row.thread_id,
        pin_state=row.pin_state,
        at=row.at,
        state=row.state,
        message_id=row.message_id,
        error=row.error,
        created_by=person(row.created_by),
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


def broadcasts(rows: Sequence[Broadcast], limit: int) -> Broadcasts:
    """A page; `rows` holds one more than `limit` where there is another."""
    return Broadcasts(
        items=[broadcast(row) for row in rows[:limit]],
        next_cursor=cursors.encode(rows[limit - 1].id) if len(rows) > limit else None,
    )


def signal(row: Signal) -> SignalOut:
    return SignalOut.model_validate(row)


def signals(rows: Sequence[Signal], limit: int) -> Signals:
    """A page; `rows` holds one more than `limit` where there is another."""
    return Signals(
        items=[signal(row) for row in rows[:limit]],
        next_cursor=cursors.encode(rows[limit - 1].id) if len(rows) > limit else None,
    )
