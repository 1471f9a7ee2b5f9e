"""What a person should be told."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from pydantic import Field

from web.schemas.fields import Cursor, Out, Strict


class NoticeQuery(Strict):
    cursor: Cursor | None = None
    limit: int = Field(50, ge=1, le=200)


class NoticePath(Strict):
    notice_id: uuid.UUID


class NoticeOut(Out):
    """`subject` names what it is about, like `account:<id>`; `message` is in the reader's
    language, `data` holds what it was made of."""

    id: uuid.UUID
    kind: str
    subject: str
    message: str
    data: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


class Notices(Out):
    items: list[NoticeOut]
    next_cursor: str | None
    unread: int
