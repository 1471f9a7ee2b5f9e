"""A person comes in, by whatever proof: their sign-in's row, its audit entry, its tokens."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import g, request

from core import clock
from core.roles import Role
from models.base import db
from models.sign_ins import SignIn, forget_outlived
from web import wired
from web.noting import note
from web.origin import remote_address
from web.platforms import platform
from web.schemas.auth import Tokens
from web.tokens import tokens_for


def enter(user_id: uuid.UUID, role: Role, how: dict[str, Any]) -> Tokens:
    """Begin this device's sign-in in the request's transaction, and commit it. `how` goes into the
    audit log. The person's sign-ins whose tokens ran out go."""
    settings = wired.settings()
    life = timedelta(seconds=settings.refresh_token_seconds)
    forget_outlived(db.session(), user_id, clock.utcnow() - life)
    begun = SignIn(
        user_id=user_id,
        platform=platform(request.headers.get("User-Agent", "")),
        remote_addr=remote_address(),
    )
    db.session.add(begun)
    note(user_id, "user.sign_in", **how)
    db.session.commit()
    g.user_id = user_id
    return tokens_for(user_id, role, begun.id)
