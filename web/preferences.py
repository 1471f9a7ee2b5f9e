"""How a person wants the app to be."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from models.base import db
from web import present
from web.guard import current_user
from web.schemas.fields import Problem as ProblemOut
from web.schemas.person import Settings, SettingsChange

blueprint = APIBlueprint(
    "preferences",
    __name__,
    url_prefix="/api/users",
    abp_tags=[Tag(name="person", description="Your settings")],
    abp_security=[{"access_token": []}],
    abp_responses={"4XX": ProblemOut, "5XX": ProblemOut},
)


@blueprint.patch("/settings", summary="Change your settings", responses={"200": Settings})
def change_settings(body: SettingsChange) -> dict[str, Any]:
    """Any subset; what is not named stays as it was."""
    user = current_user()
    named = body.model_dump(include=body.model_fields_set)
    answer = present.settings(user).model_copy(update=named).model_dump(mode="json")
    chosen = {*user.settings, *named}
    user.settings = {name: value for name, value in answer.items() if name in chosen}
    db.session.commit()
    return answer
