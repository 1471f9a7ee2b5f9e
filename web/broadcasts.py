"""Operators write into the community's chat."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_openapi3 import APIBlueprint, Tag

from community import broadcasts as community
from community.broadcasts import Draft
from community.channel import required
from community.wording import units
from core.problems import Problem
from core.roles import Permission
from models import broadcasts
from models.base import db
from models.broadcasts import Broadcast
from web import cursors, present
from web.community import asked, channel
from web.document import refusals
from web.guard import needs
from web.idempotency import idempotency_key, made
from web.limits import limiter, orders_limit
from web.schemas.community import (
    BroadcastIn,
    BroadcastOut,
    BroadcastPath,
    Broadcasts,
    ListQuery,
    PreviewOut,
)
from web.schemas.positions import IdempotencyHeader

blueprint = APIBlueprint(
    "broadcasts",
    __name__,
    url_prefix="/api/broadcasts",
    abp_tags=[Tag(name="community", description="Signals, and what the community is told")],
)


@blueprint.post(
    "/preview",
    summary="See what would be sent",
    responses={"200": PreviewOut, **refusals(409)},
)
@needs(Permission.ALL)
def preview(body: BroadcastIn) -> dict[str, Any]:
    """The text as it will stand in the chat, and where; nothing is sent."""
    draft = community.preview(db.session(), channel(), asked(), _draft(body))
    return PreviewOut(
        text=draft.text,
        length=units(draft.text),
        chat_id=required(channel()).chat_id,
        thread_id=draft.thread_id,
        pin=draft.pin,
        at=draft.at,
    ).model_dump(mode="json")


@blueprint.post(
    "",
    summary="Broadcast now or later",
    responses={"202": BroadcastOut, "200": BroadcastOut, **refusals(409, 422)},
)
@limiter.limit(orders_limit)
@needs(Permission.ALL)
def create(header: IdempotencyHeader, body: BroadcastIn) -> Response:  # noqa: ARG001 - documents the header
    """Accepted, not sent: `state` tells when it is. The same `Idempotency-Key` and body give the
    same broadcast."""
    accepted = community.accept(
        db.session(), channel(), asked(), _draft(body), key=idempotency_key()
    )
    place = url_for("broadcasts.get_broadcast", broadcast_id=accepted.broadcast.id)
    return made(_shown(accepted.broadcast), place, replayed=accepted.replayed, status=202)


@blueprint.get("", summary="Broadcasts, newest first", responses={"200": Broadcasts})
@needs(Permission.ALL)
def list_broadcasts(query: ListQuery) -> dict[str, Any]:
    """Everybody's; `cursor` continues the list."""
    rows = broadcasts.page(db.session(), before=cursors.decode(query.cursor), limit=query.limit + 1)
    return present.broadcasts(rows, query.limit).model_dump(mode="json")


@blueprint.get("/<uuid:broadcast_id>", summary="One broadcast", responses={"200": BroadcastOut})
@needs(Permission.ALL)
def get_broadcast(path: BroadcastPath) -> dict[str, Any]:
    """How far it is."""
    row = db.session.get(Broadcast, path.broadcast_id)
    if row is None:
        raise Problem("not_found", 404)
    return _shown(row)


@blueprint.delete(
    "/<uuid:broadcast_id>",
    summary="Cancel a scheduled broadcast",
    responses={"200": BroadcastOut, **refusals(409)},
)
@needs(Permission.ALL)
def cancel(path: BroadcastPath) -> dict[str, Any]:
    """Only before its time; once more, it stays cancelled."""
    return _shown(community.cancel(db.session(), asked(), path.broadcast_id))


def _draft(body: BroadcastIn) -> Draft:
    return Draft(text=body.text, thread_id=body.thread_id, pin=body.pin, at=body.at)


def _shown(row: Broadcast) -> dict[str, Any]:
    return present.broadcast(row).model_dump(mode="json")
