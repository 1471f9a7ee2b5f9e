"""Who writes in the community's name, and that they may."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.problems import Problem
from core.roles import Permission, may
from models import audit
from models.users import User


@dataclass(frozen=True, slots=True)
class Asked:
    """A person, and where their request came from."""

    user_id: uuid.UUID
    request_id: str | None = None
    remote_addr: str | None = None

    def author(self, session: Session) -> User:
        """The person. Raises Problem (403) `forbidden` for one without the permission `all`."""
        found = session.get(User, self.user_id, populate_existing=True)
        if found is None or not may(found.role, Permission.ALL):
            raise Problem("forbidden", 403)
        return found

    def record(
        self, session: Session, action: str, subject: str, details: dict[str, object] | None = None
    ) -> None:
        """Into the audit log."""
        audit.record(
            session,
            action,
            subject,
            user_id=self.user_id,
            details=details,
            request_id=self.request_id,
            remote_addr=self.remote_addr,
        )
