"""Restore, and its preview."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from core.roles import Permission
from models.base import db
from trading.accept import accept_restore
from trading.preview import plan_of_restore, preview_restore
from web import present, wired
from web.accepting import accept
from web.confirming import needs_confirmation, permit_by
from web.document import refusals
from web.guard import account, needs
from web.limits import limiter, orders_limit
from web.schemas.jobs import JobOut
from web.schemas.positions import IdempotencyHeader, PlanOut, RestoreIn, RestorePreview
from web.schemas.second_factors import ConfirmationProblem

blueprint = APIBlueprint(
    "snapshots",
    __name__,
    url_prefix="/api/snapshots",
    abp_tags=[Tag(name="snapshots", description="Restore")],
    abp_responses=refusals(404, 409),
)


@blueprint.post(
    "/restore/preview",
    summary="What a restore would do",
    responses={"200": PlanOut, **refusals(502)},
)
@needs(Permission.TRADE)
def preview(body: RestorePreview) -> dict[str, Any]:
    """The plan on the book as it is now; nothing is sent or stored."""
    row = account(body.account_id)
    desk = wired.desk()
    priced = preview_restore(desk, db.session(), row, body.request())
    asked = needs_confirmation(priced.plan)
    return present.plan(priced.plan, priced.cost, needs_confirmation=asked).model_dump(mode="json")


@blueprint.post(
    "/restore",
    summary="Restore what was closed",
    responses={
        "202": JobOut,
        "200": JobOut,
        "403": ConfirmationProblem,
        **refusals(422),
    },
)
@limiter.limit(orders_limit)
@needs(Permission.TRADE)
def restore(header: IdempotencyHeader, body: RestoreIn) -> Response:  # noqa: ARG001 - documents the header
    """Accepts a job; poll `/api/jobs/{id}`. The same `Idempotency-Key` and body give the same
    job again. 403 `confirmation_required` where you want jobs of this worth confirmed: send it
    again, with `confirmation`."""
    row, desk = account(body.account_id), wired.desk()
    permit = permit_by(
        body.confirmation, row, lambda: plan_of_restore(desk, db.session(), row, body.request())
    )
    return accept(
        body.delay_ms,
        lambda intake: accept_restore(db.session(), row, body.request(), intake, permit),
    )
