"""Give a person a role."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.roles import Role
from models import audit
from models.users import User


def set_role(session: Session, user: User, role: Role, *, by: str) -> Role:
    """Set it and commit; the role before. What needs more than `trade` obeys at once, the rest with
    the person's next token."""
    session.refresh(user, with_for_update=True)
    before, user.role = user.role, role
    audit.record(
        session,
        "person.role",
        audit.person(user.pseudonym),
        user_id=None,
        details={"before": before, "after": role, "by": by},
    )
    session.commit()
    return before
