"""The book, the preview, and reduce."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy.exc import SQLAlchemyError

from core.logs import get_logger
from core.numbers import ZERO
from core.roles import Permission
from models.base import db
from models.fills import restorable
from models.states import MarketType
from trading.accept import accept_reduce
from trading.books import read_book
from trading.exposure import note_reading
from trading.plans import Book
from trading.preview import preview_reduce
from web import cursors, present, wired
from web.accepting import accept
from web.confirming import needs_confirmation, permit_by
from web.document import refusals
from web.guard import account, needs
from web.limits import limiter, orders_limit
from web.schemas.jobs import JobOut
from web.schemas.positions import (
    BookOut,
    IdempotencyHeader,
    MarketQuery,
    PlanOut,
    ReduceIn,
    ReducePreview,
    SnapshotQuery,
    Snapshots,
    SnapshotTotals,
)
from web.schemas.second_factors import ConfirmationProblem

log = get_logger(__name__)

blueprint = APIBlueprint(
    "positions",
    __name__,
    url_prefix="/api/positions",
    abp_tags=[Tag(name="positions", description="The book and what was closed of it")],
    abp_responses=refusals(404, 409),
)


@blueprint.get("", summary="The book", responses={"200": BookOut, **refusals(502)})
@needs(Permission.TRADE)
def get_book(query: MarketQuery) -> dict[str, Any]:
    """All positions of an account in one market type, with what is restorable beside each."""
    row, desk = account(query.account_id), wired.desk()
    owed = _owed(row.id, query.market_type)
    db.session.rollback()
    found = read_book(
        desk,
        desk.gateway(row),
        query.market_type,
        account_id=row.id,
    )
    _note(row.id, found)
    return present.book(row, found, owed).model_dump(mode="json")


def _note(account_id: uuid.UUID, found: Book) -> None:
    """A sample of the exposure. The book was read: a sample that fails keeps nobody from it."""
    try:
        note_reading(db.session(), account_id, found)
        db.session.commit()
    except SQLAlchemyError as error:
        db.session.rollback()
        log.warning("exposure.not_noted", error=type(error).__name__)


def _owed(account_id: uuid.UUID, market: MarketType) -> present.Owed:
    owed: dict[tuple[str, str, str, int], Decimal] = {}
    for row in restorable(db.session(), account_id, market):
        key = (row.category, row.symbol, row.side, row.position_idx)
        owed[key] = owed.get(key, ZERO) + row.qty_closed - row.qty_restored
    return owed


@blueprint.post(
    "/preview",
    summary="What a reduce would do",
    responses={"200": PlanOut, **refusals(502)},
)
@needs(Permission.TRADE)
def preview(body: ReducePreview) -> dict[str, Any]:
    """The plan on the book as it is now; nothing is sent or stored."""
    row = account(body.account_id)
    plan = preview_reduce(wired.desk(), row, body.request())
    asked = needs_confirmation(plan)
    return present.plan(plan, needs_confirmation=asked).model_dump(mode="json")


@blueprint.post(
    "/reduce",
    summary="Reduce the book",
    responses={
        "202": JobOut,
        "200": JobOut,
        "403": ConfirmationProblem,
        **refusals(422, 502),
    },
)
@limiter.limit(orders_limit)
@needs(Permission.TRADE)
def reduce(header: IdempotencyHeader, body: ReduceIn) -> Response:  # noqa: ARG001 - documents the header
    """Accepts a job; poll `/api/jobs/{id}`. The same `Idempotency-Key` and body give the same
    job again. 403 `confirmation_required` where you want jobs of this worth confirmed: send it
    again, with `confirmation`."""
    row, desk = account(body.account_id), wired.desk()
    permit = permit_by(body.confirmation, row, lambda: preview_reduce(desk, row, body.request()))
    return accept(
        body.delay_ms,
        lambda intake: accept_reduce(db.session(), desk, row, body.request(), intake, permit),
    )


@blueprint.get("/snapshot", summary="What can be restored", responses={"200": Snapshots})
@needs(Permission.TRADE)
def get_snapshots(query: SnapshotQuery) -> dict[str, Any]:
    """Snapshots that still owe something, newest first."""
    row = account(query.account_id)
    rows = restorable(
        db.session(),
        row.id,
        query.market_type,
        before=cursors.decode(query.cursor),
        limit=query.limit + 1,
    )
    shown = rows[: query.limit]
    return Snapshots(
        items=[present.snapshot(item) for item in shown],
        next_cursor=cursors.encode(shown[-1].id) if len(rows) > query.limit else None,
        totals=SnapshotTotals(count=len(shown)),
    ).model_dump(mode="json")
