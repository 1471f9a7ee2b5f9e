"""Delete oneself, with everything."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from models.base import db
from trading.farewell import delete_person
from web import wired
from web.document import refusals
from web.guard import needs, user_id
from web.limits import auth_limit, limiter
from web.living import living
from web.schemas.person import Farewell

blueprint = APIBlueprint(
    "people",
    __name__,
    url_prefix="/api/users",
    abp_tags=[Tag(name="person", description="Your settings")],
)


@blueprint.delete("/me", summary="Delete yourself", responses={"204": None, **refusals(409)})
@limiter.limit(auth_limit)
@needs()
def delete_me(body: Farewell) -> tuple[str, int]:  # noqa: ARG001 - the word is checked by its schema
    """Keys, jobs, snapshots, settings and sign-ins go at once and for good. Refused with 409
    `jobs_open` while a job has not ended."""
    ended = delete_person(db.session(), wired.desk(), user_id())
    living().forget(*ended)
    return "", 204
