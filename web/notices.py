"""What a person should be told, newest first, until they have read it."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from core import clock
from core.problems import Problem
from models import notices
from models.base import db
from web import cursors, present
from web.guard import needs, user_id
from web.schemas.notices import NoticeOut, NoticePath, NoticeQuery, Notices

blueprint = APIBlueprint(
    "notices",
    __name__,
    url_prefix="/api/notices",
    abp_tags=[Tag(name="notices", description="What you should know")],
)


@blueprint.get("", summary="Your notices, newest first", responses={"200": Notices})
@needs()
def list_notices(query: NoticeQuery) -> dict[str, Any]:
    """Read ones too; `unread` counts all that are not."""
    before = cursors.decode(query.cursor)
    rows = notices.of_person(db.session(), user_id(), before=before, limit=query.limit + 1)
    shown = rows[: query.limit]
    return Notices(
        items=[present.notice(row) for row in shown],
        next_cursor=cursors.encode(shown[-1].id) if len(rows) > query.limit else None,
        unread=notices.unread(db.session(), user_id()),
    ).model_dump(mode="json")


@blueprint.post("/<uuid:notice_id>/read", summary="Mark as read", responses={"200": NoticeOut})
@needs()
def read_notice(path: NoticePath) -> dict[str, Any]:
    """Marking again changes nothing."""
    row = notices.mark_read(db.session(), user_id(), path.notice_id, clock.utcnow())
    if row is None:
        raise Problem("not_found", 404)
    db.session.commit()
    return present.notice(row).model_dump(mode="json")
