"""Who is asking, and what they may: every /api route declares what it needs, or that it is open."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask_jwt_extended import get_jwt
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import ExpiredSignatureError, InvalidTokenError
from werkzeug.routing import Rule

from core import clock
from core.problems import Problem
from core.roles import Permission, Role, may
from models import sign_ins
from models.base import db
from models.row_security import act_for
from models.users import Account, User, live_account
from web.living import LivingSignIns, living
from web.tokens import bearer

View = TypeVar("View", bound=Callable[..., Any])
_NEEDS: dict[str, Permission | None] = {}
_OPEN: set[str] = set()
_SEEN_EVERY = timedelta(minutes=5)


def needs(permission: Permission | None = None) -> Callable[[View], View]:
    """Declare what a view needs: a sign-in, and this permission. The token tells of `trade`, until
    it is refreshed; every other is asked of the database."""

    def declare(view: View) -> View:
        _NEEDS[_name(view)] = permission
        return view

    return declare


def open_to_all(view: View) -> View:
    """Declare that a view needs no sign-in."""
    _OPEN.add(_name(view))
    return view


def _name(view: Callable[..., Any]) -> str:
    # Whatever wraps a view keeps these two.
    return f"{view.__module__}.{view.__qualname__}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a view declares."""

    sign_in: bool
    permission: Permission | None


def requirement(view: Callable[..., Any]) -> Requirement:
    """What this view needs. One that declares nothing is refused to everybody who is signed in."""
    name = _name(view)
    return Requirement(sign_in=name not in _OPEN, permission=_NEEDS.get(name))


def undeclared(app: Flask) -> list[str]:
    """Rules under /api whose view declares nothing. They are refused to everybody."""
    declared = {*_NEEDS, *_OPEN}
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if _is_ours(rule) and _name(app.view_functions[rule.endpoint]) not in declared
    ]


def _is_ours(rule: Rule | None) -> bool:
    """Whether it is a route of the API; the pages' own takes whatever is none, and says so."""
    return rule is not None and rule.rule.startswith("/api/")


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
    name = _name(current_app.view_functions[request.endpoint])
    if name in _OPEN:
        return
    g.user_id, g.sign_in_id = bearer()
    act_for(db.session(), g.user_id)
    if not living().lives(str(g.sign_in_id), lambda: _look(g.sign_in_id)):
        raise Problem("session_ended", 401)
    if name not in _NEEDS and _is_ours(request.url_rule):
        raise Problem("forbidden", 403)
    permission = _NEEDS.get(name)
    if permission is not None and not may(_role(permission), permission):
        raise Problem("forbidden", 403)


def _role(permission: Permission) -> Role:
    if permission is not Permission.TRADE:
        return current_user().role
    try:
        # A token from before there were roles names none.
        return Role(get_jwt().get("role", Role.USER))
    except ValueError:
        raise Problem("unauthenticated", 401) from None


def _look(sign_in: uuid.UUID) -> bool:
    now = clock.utcnow()
    found = sign_ins.living(db.session(), sign_in)
    if found is None:
        return False
    if now - found.last_seen_at >= _SEEN_EVERY:
        sign_ins.seen(db.session(), sign_in, now)
        db.session.commit()
    return True


def signed_in() -> uuid.UUID | None:
    """Whose sign-in a request to an open route carries, if it carries a good one. Raises Problem
    (401) `token_expired` for an outlived token: whoever holds it may renew it."""
    try:
        person, sign_in = bearer()
    except ExpiredSignatureError:
        raise Problem("token_expired", 401) from None
    except (JWTExtendedException, InvalidTokenError, Problem):
        return None
    act_for(db.session(), person)
    return person if living().lives(str(sign_in), lambda: _look(sign_in)) else None


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
