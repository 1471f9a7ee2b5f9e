"""Tell people's open apps of something, in the transaction that makes it true."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session

from models import events


def tell(session: Session, user_id: uuid.UUID | None, kind: str, data: dict[str, Any]) -> None:
    """One event for a person, or (None) for everybody: `toast` with its `title`, `live_out` with
    the signal. Events are told one transaction after another: last in the caller's."""
    events.tell(session, user_id, kind, data)
