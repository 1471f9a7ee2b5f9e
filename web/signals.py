"""Signals: everybody sees them, operators make and end them."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_openapi3 import APIBlueprint, Tag

from community import signals as community
from community.signals import Draft
from core.problems import Problem
from core.roles import Permission
from models import signals
from models.base import db
from models.signals import Signal
from web import cursors, present
from web.community import asked, channel
from web.document import refusals
from web.guard import needs
from web.idempotency import made, optional_idempotency_key
from web.limits import limiter, orders_limit
from web.schemas.community import (
    OptionalIdempotencyHeader,
    SettleIn,
    SignalChange,
    SignalIn,
    SignalOut,
    SignalPath,
    SignalQuery,
    Signals,
)

blueprint = APIBlueprint(
    "signals",
    __name__,
    url_prefix="/api/signals",
    abp_tags=[Tag(name="community", description="Signals, and what the community is told")],
)


@blueprint.get("", summary="Signals, newest first", responses={"200": Signals})
@needs()
def list_signals(query: SignalQuery) -> dict[str, Any]:
    """Of one state, or all; `cursor` continues the list."""
    before = cursors.decode(query.cursor)
    rows = signals.page(db.session(), query.state, before=before, limit=query.limit + 1)
    return present.signals(rows, query.limit).model_dump(mode="json")


@blueprint.get("/<uuid:signal_id>", summary="One signal", responses={"200": SignalOut})
@needs()
def get_signal(path: SignalPath) -> dict[str, Any]:
    """With what became of its message."""
    row = db.session.get(Signal, path.signal_id)
    if row is None:
        raise Problem("not_found", 404)
    return _shown(row)


@blueprint.post(
    "",
    summary="A new live signal",
    responses={"201": SignalOut, "200": SignalOut, **refusals(409, 422)},
)
@limiter.limit(orders_limit)
@needs(Permission.ALL)
def create(header: OptionalIdempotencyHeader, body: SignalIn) -> Response:  # noqa: ARG001 - documents the header
    """Everybody is told; its message is sent into the live topic and pinned until it ends. With an
    `Idempotency-Key`, the same key and body give the same signal."""
    draft = Draft(**body.model_dump())
    key = optional_idempotency_key()
    created = community.create(db.session(), channel(), asked(), draft, key=key)
    place = url_for("signals.get_signal", signal_id=created.signal.id)
    return made(_shown(created.signal), place, replayed=created.replayed, status=201)


@blueprint.patch(
    "/<uuid:signal_id>",
    summary="Change a live signal",
    responses={"200": SignalOut, **refusals(409)},
)
@needs(Permission.ALL)
def change(path: SignalPath, body: SignalChange) -> dict[str, Any]:
    """Any subset; its message is changed with it."""
    named = body.model_dump(include=body.model_fields_set)
    return _shown(community.change(db.session(), asked(), path.signal_id, named))


@blueprint.post(
    "/<uuid:signal_id>/close",
    summary="Close a live signal",
    responses={"200": SignalOut, **refusals(409)},
)
@needs(Permission.ALL)
def close(path: SignalPath) -> dict[str, Any]:
    """Before its time: its message is unpinned and says so."""
    return _shown(community.close(db.session(), asked(), path.signal_id))


@blueprint.post(
    "/<uuid:signal_id>/settle",
    summary="Say how a signal ended",
    responses={"200": SignalOut, **refusals(409)},
)
@needs(Permission.ALL)
def settle(path: SignalPath, body: SettleIn) -> dict[str, Any]:
    """Once, of a live one or of one that is over."""
    return _shown(community.settle(db.session(), asked(), path.signal_id, body.result, body.pnl))


def _shown(row: Signal) -> dict[str, Any]:
    return present.signal(row).model_dump(mode="json")
