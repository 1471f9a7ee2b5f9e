"""What a person did, for themselves."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from models.audit import AuditFilter, entries
from models.base import db
from web import cursors, present
from web.guard import needs, user_id
from web.schemas.audit import AuditEntries, AuditQuery

blueprint = APIBlueprint(
    "audit",
    __name__,
    url_prefix="/api/audit",
    abp_tags=[Tag(name="audit", description="Who did what")],
)


@blueprint.get("", summary="What you did, the latest first", responses={"200": AuditEntries})
@needs()
def own_entries(query: AuditQuery) -> dict[str, Any]:
    """Sign-ins, keys, jobs, and from where. Nothing of it can be changed."""
    found = entries(
        db.session(),
        AuditFilter(user_id=user_id()),
        before=cursors.decode_number(query.cursor),
        limit=query.limit + 1,
    )
    return present.audit_entries(found, query.limit).model_dump(mode="json")
