"""How a person wants the app to be."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from core.problems import Problem
from models.base import db
from models.users import merge_settings
from web import present
from web.guard import needs, user_id
from web.schemas.person import Settings, SettingsChange

blueprint = APIBlueprint(
    "preferences",
    __name__,
    url_prefix="/api/users",
    abp_tags=[Tag(name="person", description="Your settings")],
)


@blueprint.patch("/settings", summary="Change your settings", responses={"200": Settings})
@needs()
def change_settings(body: SettingsChange) -> dict[str, Any]:
    """Any subset; what is not named stays as it was."""
    named = body.model_dump(mode="json", exclude_unset=True)
    chosen = merge_settings(db.session(), user_id(), named)
    if chosen is None:
        raise Problem("unauthenticated", 401)
    db.session.commit()
    return present.settings(chosen).model_dump(mode="json")
