"""What operators of the platform see and switch."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from core.roles import Permission
from models.audit import entries, person
from models.base import db
from models.row_security import system_scope
from trading import pause
from web import cursors, present
from web.guard import current_user, needs
from web.origin import origin
from web.schemas.audit import AuditEntries, AuditSearch, SendingChange, SendingOut

blueprint = APIBlueprint(
    "admin",
    __name__,
    url_prefix="/api/admin",
    abp_tags=[Tag(name="admin", description="For operators of the platform")],
)


@blueprint.get("/audit", summary="Who did what", responses={"200": AuditEntries})
@needs(Permission.READ_AUDIT)
def all_entries(query: AuditSearch) -> dict[str, Any]:
    """Everybody's entries, the latest first."""
    with system_scope(db.session()):
        found = entries(
            db.session(),
            query.wanted(),
            before=cursors.decode_number(query.cursor),
            limit=query.limit + 1,
        )
    return present.audit_entries(found, query.limit).model_dump(mode="json")


@blueprint.get("/sending", summary="Whether orders are sent", responses={"200": SendingOut})
@needs(Permission.OPERATE)
def get_sending() -> dict[str, Any]:
    """The switch that keeps every order in the house, and who moved it last."""
    return _sending()


@blueprint.post("/sending", summary="Pause or resume sending", responses={"200": SendingOut})
@needs(Permission.OPERATE)
def set_sending(body: SendingChange) -> dict[str, Any]:
    """While it is paused, jobs are accepted and planned, and nothing is sent."""
    user = current_user()
    pause.set_paused(
        db.session(),
        body.paused,
        by=person(user.pseudonym),
        note=body.note,
        user_id=user.id,
        origin=origin(),
    )
    return _sending()


def _sending() -> dict[str, Any]:
    found = pause.switch(db.session())
    return SendingOut(
        paused=found is not None and found.is_on,
        note=found.note if found else "",
        changed_at=found and found.changed_at,
        changed_by=found and found.changed_by,
    ).model_dump(mode="json")
