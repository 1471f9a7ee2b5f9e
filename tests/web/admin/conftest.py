"""Operators, and what they look at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.roles import Role
from models.users import User
from tests.web.conftest import Person


@pytest.fixture
def operator(make_person: Callable[..., Person], session: Session) -> Person:
    made = make_person()
    mine = User.id == made.get("/api/auth/me").get_json()["id"]
    session.execute(update(User).where(mine).values(role=Role.ADMIN))
    session.commit()
    return made
