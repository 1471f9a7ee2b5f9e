"""Exposure over time: what a book was worth, long and short."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from core.roles import Permission
from models.base import db
from trading.exposure import history
from web import present
from web.document import refusals
from web.guard import account, needs
from web.schemas.exposure import ExposureOut, ExposureQuery

blueprint = APIBlueprint(
    "exposure",
    __name__,
    url_prefix="/api/exposure",
    abp_tags=[Tag(name="exposure", description="What the book was worth over time")],
    abp_responses=refusals(404, 409),
)


@blueprint.get("", summary="Exposure over time", responses={"200": ExposureOut})
@needs(Permission.TRADE)
def get_exposure(query: ExposureQuery) -> dict[str, Any]:
    """At most 500 moments of the last `days`, and the jobs that changed the book meanwhile."""
    row = account(query.account_id)
    found = history(db.session(), row.id, query.market_type, query.days)
    return present.exposure(row, query.market_type, found).model_dump(mode="json")
