"""The area itself, and for whom its places act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy.orm import Session

from models import audit
from models.base import db
from models.row_security import system_scope
from web.guard import user_id
from web.origin import origin

blueprint = APIBlueprint(
    "admin",
    __name__,
    url_prefix="/api/admin",
    abp_tags=[Tag(name="admin", description="For operators of the platform")],
)


@contextmanager
def everybodys() -> Iterator[Session]:
    """The request's session with everybody's rows: a route that uses it asks for a permission."""
    with system_scope(db.session()):
        yield db.session()


def record(action: str, subject: str, **details: Any) -> None:
    """Note in the audit log, in the request's transaction, what the operator does."""
    found = origin()
    audit.record(
        db.session(),
        action,
        subject,
        user_id=user_id(),
        details=details,
        request_id=found.request_id,
        remote_addr=found.remote_addr,
    )
