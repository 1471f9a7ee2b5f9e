"""Sign-in by Telegram's initData, refresh, and who am I."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from flask import Response, g, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from core import clock
from core.problems import Problem
from core.roles import PERMISSIONS
from core.texts import negotiate
from identity import phones
from models.base import db
from models.second_factors import standing
from models.users import live_accounts, note_allowed
from telegram.bots import bot_id
from telegram.init_data import TelegramUser, sign
from web import launches, present, wired
from web.dev_account import ensure_sandbox_account
from web.document import REFRESHING, refusals
from web.entering import enter
from web.guard import current_user, needs, open_to_all
from web.limits import auth_limit, limiter
from web.schemas.auth import DevSignIn, Me, TelegramSignIn, Tokens
from web.schemas.second_factors import SecondFactors
from web.tokens import hand_over, refreshed

blueprint = APIBlueprint(
    "auth",
    __name__,
    url_prefix="/api/auth",
    abp_tags=[Tag(name="auth", description="Sign-in")],
    abp_responses=refusals(401),
)
limiter.limit(auth_limit)(blueprint)
# Tokens as JSON, or as cookies where `X-Session-Mode: cookie` asks for them.
_TOKENS: dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None] = {
    "200": Tokens,
    "204": {
        "description": "Signed in by cookies",
        "headers": {"Set-Cookie": {"required": True, "schema": {"type": "string"}}},
    },
}
_REFRESH_BODY = {
    "required": False,
    "content": {
        "application/json": {
            "schema": {"type": "object", "properties": {"refresh_token": {"type": "string"}}}
        }
    },
}


@blueprint.post("/telegram", summary="Sign in with Telegram's initData", responses=_TOKENS)
@open_to_all
def telegram_sign_in(body: TelegramSignIn) -> Response:
    """initData is checked by its HMAC, or by Telegram's own signature for bots whose token isn't
    held here, and by its age; the user comes from the verified data only. The same initData signs
    in a few times within its life, so that a reloaded app needs no new one. With
    `X-Session-Mode: cookie` the tokens come as cookies instead (204)."""
    return hand_over(_sign_in(body.init_data))


@blueprint.post(
    "/dev",
    summary="Sign in as a test user (sandbox only)",
    responses={**_TOKENS, **refusals(404, 409, 422, 502)},
)
@open_to_all
def dev_sign_in(body: DevSignIn) -> Response:
    """Makes a signed initData for the test user, signs in with it, and connects a sandbox
    account with a seeded book. 404 outside the sandbox environment."""
    settings = wired.settings()
    if not settings.is_sandbox:
        raise Problem("not_found", 404)
    person = TelegramUser(
        id=body.telegram_id,
        first_name=body.first_name,
        language_code=negotiate(request.headers.get("Accept-Language")),
    )
    launch_id = {"query_id": uuid.uuid4().hex}
    signed = sign(person, settings.bot_tokens[0], now=clock.utcnow(), also=launch_id)
    tokens = _sign_in(signed)
    ensure_sandbox_account(g.user_id, body.telegram_id)
    return hand_over(tokens)


def _sign_in(init_data: str) -> Tokens:
    launch = launches.verified(init_data)
    launches.admit(launch)
    user_id, role = launches.person(launch)
    held = [bot_id(token) for token in wired.settings().bot_tokens]
    if launch.user.may_be_written and launch.bot_id in held:
        note_allowed(db.session(), user_id, launch.bot_id, held)
    return enter(user_id, role, {"bot_id": launch.bot_id})


@blueprint.post(
    "/refresh",
    summary="New tokens for a refresh token",
    responses={**_TOKENS, **refusals(403)},
    security=REFRESHING,
    openapi_extensions={"requestBody": _REFRESH_BODY},
)
@open_to_all
def refresh() -> Response:
    """Send the refresh token as the bearer, or in the body, or by its cookie (then with
    `X-CSRF-Token`). The new one supersedes it: one that was superseded before ends the session."""
    return hand_over(refreshed())


@blueprint.get("/me", summary="The signed-in user", responses={"200": Me})
@needs()
def me() -> dict[str, Any]:
    """Profile, role with its permissions, connected accounts, and second factors."""
    user = current_user()
    accounts = live_accounts(db.session(), user.id)
    chosen = present.settings(user.settings)
    factors = standing(db.session(), user.id)
    return Me(
        id=user.id,
        telegram_id=user.telegram_id,
        phone_masked=phones.masked_of(db.session(), wired.vault(), user.id),
        first_name=user.first_name,
        username=user.username,
        language=chosen.language or negotiate(user.language_code),
        environment=wired.settings().environment.value,
        settings=chosen,
        role=user.role,
        permissions=sorted(PERMISSIONS[user.role]),
        email=present.email(db.session(), user.id),
        accounts=[present.account(account) for account in accounts],
        second_factors=SecondFactors.model_validate(factors),
        confirm_over=factors.confirm_over,
    ).model_dump(mode="json")
