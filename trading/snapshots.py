"""Which snapshots a restore means, in the planner's form."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.problems import Problem
from exchange.types import Category, Side
from models.fills import Snapshot, restorable
from trading.plans import Owed
from trading.requests import RestoreRequest


def chosen(session: Session, account_id: uuid.UUID, request: RestoreRequest) -> list[Owed]:
    """The account's snapshots that the request names and that still owe something, newest first.

    Raises Problem `not_found` for an id that is not this account's snapshot in this market;
    one that owes nothing any more is left out.
    """
    open_ones = restorable(session, account_id, request.market_type)
    if request.snapshot_ids is None:
        return [owed(snapshot) for snapshot in open_ones]
    wanted = set(request.snapshot_ids)
    _refuse_foreign(session, account_id, request, wanted - {snapshot.id for snapshot in open_ones})
    return [owed(snapshot) for snapshot in open_ones if snapshot.id in wanted]


def _refuse_foreign(
    session: Session,
    account_id: uuid.UUID,
    request: RestoreRequest,
    identifiers: set[uuid.UUID],
) -> None:
    for identifier in identifiers:
        snapshot = session.get(Snapshot, identifier)
        if (
            snapshot is None
            or snapshot.account_id != account_id
            or snapshot.market_type != request.market_type
        ):
            raise Problem("snapshot_not_found", 404, values={"id": str(identifier)})


def owed(snapshot: Snapshot) -> Owed:
    """A stored snapshot as the planner sees it."""
    return Owed(
        snapshot_id=snapshot.id,
        category=Category(snapshot.category),
        symbol=snapshot.symbol,
        side=Side(snapshot.side),
        position_idx=snapshot.position_idx,
        qty_closed=snapshot.qty_closed,
        qty_restored=snapshot.qty_restored,
        closed_price=snapshot.closed_price,
        created_at=snapshot.created_at,
        leverage=snapshot.leverage,
        take_profit=snapshot.take_profit,
        stop_loss=snapshot.stop_loss,
    )


def require_something(found: Sequence[Owed]) -> None:
    """Raise Problem `nothing_to_restore` for an empty choice."""
    if not found:
        raise Problem("nothing_to_restore", 409)
