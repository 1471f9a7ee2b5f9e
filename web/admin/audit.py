"""Everybody's audit log."""

from __future__ import annotations

from typing import Any

from core.roles import Permission
from models.audit import entries
from web import cursors, present
from web.admin.area import blueprint, everybodys
from web.guard import needs
from web.schemas.audit import AuditEntries, AuditSearch


@blueprint.get("/audit", summary="Who did what", responses={"200": AuditEntries})
@needs(Permission.READ_AUDIT)
def all_entries(query: AuditSearch) -> dict[str, Any]:
    """Everybody's entries, the latest first."""
    with everybodys() as session:
        found = entries(
            session,
            query.wanted(),
            before=cursors.decode_number(query.cursor),
            limit=query.limit + 1,
        )
    return present.audit_entries(found, query.limit).model_dump(mode="json")
