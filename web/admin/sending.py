"""The switch that keeps every order in the house."""

from __future__ import annotations

from typing import Any

from core.roles import Permission
from models.audit import person
from models.base import db
from trading import pause
from web import present
from web.admin.area import blueprint, everybodys
from web.guard import current_user, needs
from web.origin import origin
from web.schemas.audit import SendingChange, SendingOut


@blueprint.get("/sending", summary="Whether orders are sent", responses={"200": SendingOut})
@needs(Permission.OPERATE)
def get_sending() -> dict[str, Any]:
    """The switch that keeps every order in the house, and who moved it last."""
    return present.sending(pause.switch(db.session())).model_dump(mode="json")


@blueprint.post("/sending", summary="Pause or resume sending", responses={"200": SendingOut})
@needs(Permission.OPERATE)
def set_sending(body: SendingChange) -> dict[str, Any]:
    """While it is paused, jobs are accepted and planned, and nothing is sent."""
    user = current_user()
    with everybodys() as session:
        pause.set_paused(
            session,
            body.paused,
            by=person(user.pseudonym),
            note=body.note,
            user_id=user.id,
            origin=origin(),
        )
    return present.sending(pause.switch(db.session())).model_dump(mode="json")
