"""Sign-in by Telegram's initData, refresh, and who am I."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import current_app, g, request
from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.problems import Problem
from core.roles import PERMISSIONS, Role
from core.settings import Settings
from core.texts import negotiate
from models import audit
from models.base import db
from models.sign_ins import SignIn, forget_outlived
from models.users import User, live_accounts
from telegram.init_data import InitDataError, TelegramUser, sign, verify
from web import present
from web.dev_account import ensure_sandbox_account
from web.guard import current_user, needs, open_to_all, refreshed, tokens_for
from web.limits import auth_limit, limiter
from web.origin import remote_address
from web.platforms import platform
from web.schemas.auth import DevSignIn, Me, TelegramSignIn, Tokens
from web.schemas.fields import Problem as ProblemOut

blueprint = APIBlueprint(
    "auth",
    __name__,
    url_prefix="/api/auth",
    abp_tags=[Tag(name="auth", description="Sign-in")],
    abp_responses={"4XX": ProblemOut, "5XX": ProblemOut},
)
limiter.limit(auth_limit)(blueprint)
_BEARER: list[dict[str, list[Any]]] = [{"access_token": []}]


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


@blueprint.post("/telegram", summary="Sign in with Telegram's initData", responses={"200": Tokens})
@open_to_all
def telegram_sign_in(body: TelegramSignIn) -> dict[str, Any]:
    """initData is checked by its HMAC and its age; the user comes from the verified data only."""
    return _sign_in(body.init_data).model_dump()


@blueprint.post("/dev", summary="Sign in as a test user (sandbox only)", responses={"200": Tokens})
@open_to_all
def dev_sign_in(body: DevSignIn) -> dict[str, Any]:
    """Makes a signed initData for the test user, signs in with it, and connects a sandbox
    account with a seeded book. 404 outside the sandbox environment."""
    settings = _settings()
    if not settings.is_sandbox:
        raise Problem("not_found", 404)
    person = TelegramUser(
        id=body.telegram_id,
        first_name=body.first_name,
        language_code=negotiate(request.headers.get("Accept-Language")),
    )
    token = settings.telegram_bot_token.get_secret_value()
    tokens = _sign_in(sign(person, token, now=clock.utcnow()))
    ensure_sandbox_account(g.user_id, body.telegram_id)
    return tokens.model_dump()


def _sign_in(init_data: str) -> Tokens:
    settings = _settings()
    try:
        person = verify(
            init_data,
            settings.telegram_bot_token.get_secret_value(),
            max_age=timedelta(seconds=settings.init_data_max_age_seconds),
            now=clock.utcnow(),
        )
    except InitDataError as error:
        raise Problem(error.code, 401) from None
    g.user_id, role = _remember_person(person)
    sign_in = _begin_sign_in(g.user_id)
    db.session.commit()
    return tokens_for(g.user_id, role, sign_in.id)


def _remember_person(person: TelegramUser) -> tuple[uuid.UUID, Role]:
    """The user's row, made or brought up to date; two first sign-ins at once make one."""
    known = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "username": person.username,
        "language_code": person.language_code,
    }
    row = db.session.execute(
        insert(User)
        .values(telegram_id=person.id, **known)
        .on_conflict_do_update(
            index_elements=["telegram_id"], set_={**known, "last_seen_at": func.now()}
        )
        .returning(User.id, User.role)
    ).one()
    return row.id, row.role


def _begin_sign_in(user_id: uuid.UUID) -> SignIn:
    """This device's row; those whose tokens ran out go."""
    life = timedelta(seconds=_settings().refresh_token_seconds)
    forget_outlived(db.session(), user_id, clock.utcnow() - life)
    begun = SignIn(
        user_id=user_id,
        platform=platform(request.headers.get("User-Agent", "")),
        remote_addr=remote_address(),
    )
    db.session.add(begun)
    audit.record(
        db.session(),
        "user.sign_in",
        None,
        user_id=user_id,
        request_id=g.request_id,
        remote_addr=remote_address(),
    )
    db.session.flush()
    return begun


@blueprint.post(
    "/refresh",
    summary="New tokens for a refresh token",
    responses={"200": Tokens},
    security=_BEARER,
)
@open_to_all
def refresh() -> dict[str, Any]:
    """Send the refresh token as the bearer."""
    return refreshed().model_dump()


@blueprint.get("/me", summary="The signed-in user", responses={"200": Me}, security=_BEARER)
@needs()
def me() -> dict[str, Any]:
    """Profile, role with its permissions, and connected accounts."""
    user = current_user()
    accounts = live_accounts(db.session(), user.id)
    chosen = present.settings(user.settings)
    return Me(
        id=user.id,
        telegram_id=user.telegram_id,
        first_name=user.first_name,
        username=user.username,
        language=chosen.language or negotiate(user.language_code),
        environment=_settings().environment.value,
        settings=chosen,
        role=user.role,
        permissions=sorted(PERMISSIONS[user.role]),
        accounts=[present.account(account) for account in accounts],
    ).model_dump(mode="json")
