"""Where a person is signed in: list the devices, end one, end all others, sign out."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import Response, current_app
from flask_jwt_extended import get_jwt_request_location, unset_jwt_cookies
from flask_openapi3 import APIBlueprint, Tag

from core import clock
from core.problems import Problem
from models import sign_ins
from models.base import db
from web import present, wired
from web.guard import needs, sign_in_id, user_id
from web.living import living
from web.noting import note
from web.schemas.person import SessionPath, Sessions

blueprint = APIBlueprint(
    "sign_ins",
    __name__,
    url_prefix="/api/auth",
    abp_tags=[Tag(name="sessions", description="Where you are signed in")],
)


@blueprint.get("/sessions", summary="Your sign-ins, the latest first", responses={"200": Sessions})
@needs()
def list_sessions() -> dict[str, Any]:
    """Those whose tokens may still be good."""
    life = timedelta(seconds=wired.settings().refresh_token_seconds)
    rows = sign_ins.living_of(db.session(), user_id(), clock.utcnow() - life)
    items = [present.session(row, sign_in_id()) for row in rows]
    return Sessions(items=items).model_dump(mode="json")


@blueprint.delete("/sessions/<uuid:session_id>", summary="End one", responses={"204": None})
@needs()
def end_session(path: SessionPath) -> tuple[str, int]:
    """Its refresh token is refused at once, its access token within seconds."""
    return _end(path.session_id)


@blueprint.post("/logout", summary="Sign out", responses={"204": None})
@needs()
def sign_out() -> Response:
    """Ends the sign-in of this token, and takes its cookies back."""
    answer = current_app.make_response(_end(sign_in_id()))
    if get_jwt_request_location() == "cookies":
        unset_jwt_cookies(answer)
    return answer


@blueprint.delete("/sessions", summary="End all others", responses={"204": None})
@needs()
def end_other_sessions() -> tuple[str, int]:
    """Only this one stays."""
    ended = sign_ins.end_others(db.session(), user_id(), sign_in_id())
    _done(*ended)
    return "", 204


def _end(sign_in: uuid.UUID) -> tuple[str, int]:
    if not sign_ins.end(db.session(), user_id(), sign_in):
        raise Problem("not_found", 404)
    _done(sign_in)
    return "", 204


def _done(*ended: uuid.UUID) -> None:
    for sign_in in ended:
        note(user_id(), "session.end", f"session:{sign_in}")
    db.session.commit()
    living().forget(*ended)
