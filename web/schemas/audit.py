"""The audit log, and what operators switch."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from models.audit import AuditFilter
from web.schemas.fields import Moment, NumberCursor, Out, Strict

Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
"""One line of text: why."""


class AuditQuery(Strict):
    limit: int = Field(20, ge=1, le=100)
    cursor: NumberCursor | None = None


class AuditSearch(AuditQuery):
    """Which entries; `until` excluded."""

    user_id: uuid.UUID | None = None
    action: str | None = Field(None, max_length=64, pattern=r"^[a-z._]+$")
    since: Moment | None = None
    until: Moment | None = None

    def wanted(self) -> AuditFilter:
        return AuditFilter(
            user_id=self.user_id, action=self.action, since=self.since, until=self.until
        )


class AuditEntryOut(Out):
    """`user_id`, `request_id` and `remote_addr` are null where nobody signed in did it, and once
    the person is gone."""

    id: int
    at: datetime
    user_id: uuid.UUID | None
    action: str
    subject: str
    details: dict[str, Any]
    request_id: str | None
    remote_addr: str | None


class AuditEntries(Out):
    items: list[AuditEntryOut]
    next_cursor: str | None


class SendingOut(Out):
    """`changed_at` null: it was never paused."""

    paused: bool
    note: str
    changed_at: datetime | None
    changed_by: str | None


class SendingChange(Strict):
    paused: bool
    note: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$"),
    ] = ""
