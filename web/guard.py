"""Who is asking: every /api route needs a signed-in user unless it says that it is open."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    get_jwt_identity,
    verify_jwt_in_request,
)

from core.problems import Problem
from core.secrets_filter import remember
from core.settings import Settings
from models.base import db
from models.users import Account, User, live_account
from web.problems import respond
from web.schemas.auth import Tokens

View = TypeVar("View", bound=Callable[..., Any])
_OPEN: set[str] = set()


def open_to_all(view: View) -> View:
    """Mark a view that needs no sign-in. Every other /api route does."""
    _OPEN.add(view.__name__)
    return view


def register(app: Flask, settings: Settings) -> None:
    """JSON web tokens, and the check before each request."""
    app.config.update(
        JWT_SECRET_KEY=settings.jwt_secret.get_secret_value(),
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=settings.access_token_seconds),
        JWT_REFRESH_TOKEN_EXPIRES=timedelta(seconds=settings.refresh_token_seconds),
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_ENCODE_ISSUER="ebb",
        JWT_DECODE_ISSUER="ebb",
    )
    manager = JWTManager(app)

    def expired(*_: object) -> Response:
        return respond(Problem("token_expired", 401))

    def refused(*_: object) -> Response:
        return respond(Problem("unauthenticated", 401))

    manager.expired_token_loader(expired)
    manager.invalid_token_loader(refused)
    manager.unauthorized_loader(refused)
    manager.needs_fresh_token_loader(refused)
    manager.revoked_token_loader(refused)
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
    verify_jwt_in_request()
    g.user_id = _identity()


def _identity() -> uuid.UUID:
    try:
        return uuid.UUID(str(get_jwt_identity()))
    except ValueError:
        raise Problem("unauthenticated", 401) from None


def refreshing_user() -> uuid.UUID:
    """The user of a valid refresh token in the Authorization header."""
    verify_jwt_in_request(refresh=True)
    return _identity()


def user_id() -> uuid.UUID:
    """The signed-in user's id."""
    found: uuid.UUID = g.user_id
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


def tokens_for(user: uuid.UUID) -> Tokens:
    """A new pair of tokens."""
    access, refresh = create_access_token(str(user)), create_refresh_token(str(user))
    remember(access, refresh)
    seconds = int(current_app.config["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds())
    return Tokens(access_token=access, refresh_token=refresh, expires_in=seconds)
