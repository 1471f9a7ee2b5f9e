"""Sign-in by approval: a browser asks, a person answers in Telegram, the browser collects."""

from __future__ import annotations

import threading
import uuid
from typing import Any

from flask import Response, g, jsonify, request
from flask_openapi3 import APIBlueprint, Tag

from core import clock
from identity import approvals, phones
from identity.approvals import LIFE, Asker
from models.approvals import ApprovalState, Standing
from models.base import db
from models.row_security import act_for, system_scope
from telegram.bots import bot_id
from web import tallies, wired
from web.document import refusals
from web.ending import is_ending
from web.entering import enter
from web.guard import current_user, needs, open_to_all, user_id
from web.hanging_up import has_hung_up
from web.limits import auth_limit, limiter
from web.origin import remote_address, shortened
from web.platforms import platform
from web.schemas.approvals import (
    ApprovalBegun,
    ApprovalOut,
    ApprovalPath,
    Approvals,
    ApprovalsChange,
    ApprovalStatus,
    PhoneSignIn,
)
from web.schemas.auth import Tokens
from web.schemas.jobs import WaitQuery
from web.tokens import by_cookie, give_cookies

blueprint = APIBlueprint(
    "approvals",
    __name__,
    url_prefix="/api",
)
_SIGN_IN = [Tag(name="auth", description="Sign-in")]
_PERSON = [Tag(name="person", description="Your settings")]
_COOKIE, _COOKIE_PATH = "ebb_approval", "/api/auth"
_MOST, _WITHIN_SECONDS = 5, 3600
# Longer than it takes to ask somebody: the time of an answer must not tell whether anybody was.
_ANSWER_AFTER = 0.15
_FIRST_LOOK = 0.05
_SLOWEST_LOOK = 0.5
# Anybody can begin one: most of a process's threads stay free for people who are signed in.
_HELD = threading.BoundedSemaphore(8)


@blueprint.post(
    "/auth/init",
    summary="Ask for a sign-in by telephone number",
    tags=_SIGN_IN,
    responses={"200": ApprovalBegun},
)
@limiter.limit(auth_limit)
@open_to_all
def begin(body: PhoneSignIn) -> Response:
    """Whom the number belongs to is asked in Telegram, and picks `match_number` there. A number
    that is nobody's is answered alike. The cookie `ebb_approval` binds the request to this browser;
    a newer request of the same person replaces this one."""
    until = clock.monotonic() + _ANSWER_AFTER
    vault = wired.vault()
    # By what is asked for, before anybody knows whether it is known.
    name = f"approval:{vault.fingerprint(body.phone_number)}"
    tallies.admit(name, most=_MOST, seconds=_WITHIN_SECONDS)
    with system_scope(db.session()):
        begun = approvals.begin(
            db.session(),
            vault,
            body.phone_number,
            _asker(),
            bot_ids=tuple(bot_id(token) for token in wired.settings().bot_tokens),
            now=clock.utcnow(),
        )
    db.session.commit()
    clock.pause(until - clock.monotonic())
    life = int(LIFE.total_seconds())
    told = ApprovalBegun(
        session_id=begun.session_id, expires_in=life, match_number=str(begun.match_number)
    )
    answer = jsonify(told.model_dump(mode="json"))
    answer.set_cookie(
        _COOKIE,
        begun.nonce,
        max_age=life,
        path=_COOKIE_PATH,
        secure=not wired.settings().is_sandbox,
        httponly=True,
        samesite="Strict",
    )
    return answer


@blueprint.get(
    "/auth/status/<uuid:session_id>",
    summary="Whether it was approved",
    tags=_SIGN_IN,
    responses={"200": ApprovalOut},
)
@open_to_all
def status(path: ApprovalPath, query: WaitQuery) -> Response:
    """For the browser that began, by its cookie: 404 for every other. `wait` seconds holds the
    answer back while it is pending; where many wait already it comes at once. Approved gives the
    tokens once; with `X-Session-Mode: cookie` as cookies."""
    nonce = request.cookies.get(_COOKIE, "")
    found = _wait_while_pending(path.session_id, nonce, query.wait)
    tokens = None
    waiting = not (found.collected or found.expired)
    # A reloaded page asks anew: the answer to its old question would take the tokens with it.
    if found.state is ApprovalState.APPROVED and waiting and not has_hung_up():
        tokens = _tokens(path.session_id, nonce)
    in_cookies = tokens is not None and by_cookie()
    told = ApprovalOut(
        status=ApprovalStatus.EXPIRED if found.expired else ApprovalStatus(found.state.value),
        tokens=None if in_cookies else tokens,
        expires_in=found.seconds_left,
    )
    # For the count of sign-ins: the answer is a good one, and the page asks no more after it.
    g.not_signed_in = told.status in (ApprovalStatus.REJECTED, ApprovalStatus.EXPIRED)
    answer = jsonify(told.model_dump(mode="json"))
    if tokens is not None and in_cookies:
        give_cookies(answer, tokens)
    return answer


@blueprint.get(
    "/users/approvals",
    summary="Your sign-in by telephone number",
    tags=_PERSON,
    responses={"200": Approvals},
)
@needs()
def get_approvals() -> dict[str, Any]:
    """The number is linked and unlinked in the bot, and unlinked here."""
    return _shown()


@blueprint.patch(
    "/users/approvals",
    summary="Block requests of browsers, or allow them",
    tags=_PERSON,
    responses={"200": Approvals},
)
@needs()
def change_approvals(body: ApprovalsChange) -> dict[str, Any]:
    """While they are blocked nobody asks you, and no browser gets in this way."""
    approvals.set_blocked(
        db.session(),
        user_id(),
        body.blocked,
        request_id=g.request_id,
        remote_addr=remote_address(),
    )
    db.session.commit()
    return _shown()


@blueprint.delete(
    "/users/phone",
    summary="Unlink your telephone number",
    tags=_PERSON,
    responses={"204": None, **refusals(404)},
)
@needs()
def unlink_phone() -> tuple[str, int]:
    """It signs nobody in any more, until it is linked again in the bot."""
    phones.unlink(db.session(), user_id(), request_id=g.request_id, remote_addr=remote_address())
    db.session.commit()
    return "", 204


def _shown() -> dict[str, Any]:
    user = current_user()
    number = phones.masked_of(db.session(), wired.vault(), user.id)
    blocked = user.approvals_blocked_at is not None
    return Approvals(phone_masked=number, blocked=blocked).model_dump(mode="json")


def _asker() -> Asker:
    address = remote_address()
    agent = request.headers.get("User-Agent", "")
    return Asker(
        # What a program calls itself would be an advertisement in the bot's own message.
        device=platform(agent) if agent.startswith("Mozilla/") else "",
        place=shortened(address),
        request_id=g.request_id,
        remote_addr=address,
    )


def _wait_while_pending(session_id: uuid.UUID, nonce: str, seconds: int) -> Standing:
    held = seconds > 0 and _HELD.acquire(blocking=False)
    try:
        return _look_until(session_id, nonce, seconds if held else 0)
    finally:
        if held:
            _HELD.release()


def _look_until(session_id: uuid.UUID, nonce: str, seconds: int) -> Standing:
    until, pause = clock.monotonic() + seconds, _FIRST_LOOK
    while True:
        with system_scope(db.session()):
            found = approvals.standing(db.session(), session_id, nonce)
        # The connection goes back while this request only waits.
        db.session.rollback()
        pending = found.state is ApprovalState.PENDING and not found.expired
        if not pending or clock.monotonic() >= until or is_ending() or has_hung_up():
            return found
        clock.pause(min(pause, until - clock.monotonic()))
        pause = min(pause * 1.3, _SLOWEST_LOOK)


def _tokens(session_id: uuid.UUID, nonce: str) -> Tokens | None:
    """None where another poll has them, or the person is gone."""
    with system_scope(db.session()):
        collected = approvals.collect(db.session(), session_id, nonce)
    if collected is None:
        db.session.rollback()
        return None
    act_for(db.session(), collected.user_id)
    how = {"how": "approval", "bot_id": collected.bot_id}
    return enter(collected.user_id, collected.role, how)
