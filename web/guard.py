"""Who is asking: every /api route needs a signed-in user unless it says that it is open."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, g, request

from core import clock
from core.problems import Problem
from models import sign_ins
from models.base import db
from models.users import Account, User, live_account
from web.living import LivingSignIns, living
from web.tokens import bearer

View = TypeVar("View", bound=Callable[..., Any])
_OPEN: set[str] = set()
_SEEN_EVERY = timedelta(minutes=5)


def open_to_all(view: View) -> View:
    """Mark a view that needs no sign-in. Every other /api route does."""
    _OPEN.add(view.__name__)
    return view


def register(app: Flask) -> None:
    """The check before each request."""
    app.extensions["living_sign_ins"] = LivingSignIns()
    app.before_request(_require_sign_in)


def _require_sign_in() -> None:
    if not request.path.startswith("/api/") or request.endpoint is None:
        return
    if request.method == "OPTIONS":
        # Flask answers these itself, with the allowed methods and nothing else.
        return
    name = request.endpoint.rpartition(".")[2]
    if name in _OPEN:
        return
    g.user_id, g.sign_in_id = bearer()
    if not living().lives(str(g.sign_in_id), lambda: _look(g.sign_in_id)):
        raise Problem("session_ended", 401)


def _look(sign_in: uuid.UUID) -> bool:
    now = clock.utcnow()
    found = sign_ins.living(db.session(), sign_in)
    if found is None:
        return False
    if now - found.last_seen_at >= _SEEN_EVERY:
        sign_ins.seen(db.session(), sign_in, now)
        db.session.commit()
    return True


def user_id() -> uuid.UUID:
    """The signed-in user's id."""
    found: uuid.UUID = g.user_id
    return found


def sign_in_id() -> uuid.UUID:
    """The sign-in that this request's token belongs to."""
    found: uuid.UUID = g.sign_in_id
    return found


def current_user() -> User:
    """The signed-in user; a token of a user who is gone is refused."""
    user = db.session.get(User, user_id())
    if user is None:
        raise Problem("unauthenticated", 401)
    return user


def account(account_id: uuid.UUID | None) -> Account:
    """The named account of the signed-in user, or the default one."""
    found = live_account(db.session(), user_id(), account_id)
    if found is None:
        raise Problem("not_found", 404) if account_id else Problem("no_api_key", 409)
    return found
