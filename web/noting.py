"""What a request did, into the audit log."""

from __future__ import annotations

import uuid
from typing import Any

from flask import g

from models import audit
from models.base import db
from web.origin import remote_address


def note(user_id: uuid.UUID, action: str, subject: str | None = None, /, **details: Any) -> None:
    """Add an entry to the request's transaction, with where it came from. `subject` None: the
    person themselves."""
    audit.record(
        db.session(),
        action,
        subject,
        user_id=user_id,
        details=details or None,
        request_id=g.request_id,
        remote_addr=remote_address(),
    )
