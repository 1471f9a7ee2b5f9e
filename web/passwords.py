"""Sign-in by e-mail and password: register, verify, sign in, reset."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from core.problems import Problem
from identity import link_askers, password_sign_in, recovery, registration, second_factor
from identity.addresses import mailbox
from identity.passwords import Passwords
from models.base import db
from models.row_security import act_for, system_scope
from models.users import User
from web import refused_guesses, wired
from web.document import refusals
from web.entering import enter
from web.guard import open_to_all
from web.limits import auth_limit, limiter
from web.link_askers import keep_in_browser, must_be_asker
from web.living import living
from web.noting import note
from web.problems import language
from web.schemas.auth import Tokens
from web.schemas.passwords import (
    Accepted,
    Forgotten,
    MailVerification,
    PasswordReset,
    PasswordSignIn,
    Registration,
)
from web.tokens import hand_over
from web.tries import Guesses, admit_mail

blueprint = APIBlueprint(
    "passwords",
    __name__,
    url_prefix="/api/auth",
    abp_tags=[Tag(name="auth", description="Sign-in")],
    abp_responses=refusals(401, 409),
)
limiter.limit(auth_limit)(blueprint)
_TOKENS: dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None] = {
    "200": Tokens,
    "204": None,
}


def register(app: Flask) -> None:
    """The hashing of this process."""
    app.extensions["passwords"] = Passwords()


def passwords() -> Passwords:
    found: Passwords = current_app.extensions["passwords"]
    return found


def must_send_mail() -> None:
    """Raises Problem (503) `mail_not_set_up` where this deployment sends none."""
    settings = wired.settings()
    if settings.mail_server is None:
        raise Problem("mail_not_set_up", 503)


@blueprint.post("/register", summary="Register by e-mail", responses={"202": Accepted})
@open_to_all
def sign_up(body: Registration) -> tuple[Response, int]:
    """The same answer for every address. A mail with a link goes to it; to one that is registered
    already, a mail that says so. The cookie `ebb_registration` lets this browser open the link
    without the password. A password is refused by a field error: `password_short`,
    `password_long`, `password_common`, `password_like_email`."""
    must_send_mail()
    with system_scope(db.session()):
        nonce = registration.register(
            db.session(),
            passwords(),
            email=body.email,
            password=body.password,
            first_name=body.first_name or "",
            language=language(),
        )
    told, status = _owed(body.email)
    answer = jsonify(told)
    keep_in_browser(answer, nonce)
    return answer, status


@blueprint.post("/forgot", summary="Ask for a new password", responses={"202": Accepted})
@open_to_all
def forgot(body: Forgotten) -> tuple[dict[str, Any], int]:
    """The same answer for every address; only one that is somebody's gets a mail."""
    must_send_mail()
    with system_scope(db.session()):
        recovery.forgot(db.session(), email=body.email, language=language())
    return _owed(body.email)


def _owed(email: str) -> tuple[dict[str, Any], int]:
    admit_mail(mailbox(email) or email)
    db.session.commit()
    return Accepted().model_dump(), 202


@blueprint.post("/verify", summary="Sign in by the link of a mail", responses=_TOKENS)
@open_to_all
def verify(body: MailVerification) -> Response:
    """The token stands in the link's fragment; it is good once, for 24 hours. The address is the
    person's from then on. Only who asked for the link can use it: in the browser that registered,
    signed in as the person who wants the address, or with `password`, which 401
    `password_required` asks for; 401 `bad_credentials` for a wrong one. 401 `totp_required` asks a
    person with a second factor for `code`. The link stays good after these."""
    with system_scope(db.session()):
        asker = link_askers.asker_of(db.session(), wired.vault(), body.token)
    # The connection is others' while a password is looked at.
    db.session.rollback()
    must_be_asker(asker, passwords(), body.password)
    with system_scope(db.session()):
        found = registration.verify(db.session(), wired.vault(), body.token, body.code)
    act_for(db.session(), found.user_id)
    note(found.user_id, found.step.value)
    return hand_over(enter(found.user_id, found.role, {"by": "mail"}))


@blueprint.post("/login", summary="Sign in by e-mail and password", responses=_TOKENS)
@open_to_all
def login(body: PasswordSignIn) -> Response:
    """An unknown address, one that was not verified, and a wrong password get the same answer, in
    the same time: 401 `bad_credentials`. With a second factor, 401 `totp_required` or `totp_wrong`
    follows a right password."""
    guesses = Guesses(mailbox(body.email) or body.email)
    guesses.begin()
    try:
        with system_scope(db.session()):
            user_id = password_sign_in.whose(db.session(), passwords(), body.email, body.password)
    except Problem as refusal:
        if refusal.code == "bad_credentials":
            refused_guesses.note(body.email)
        raise
    act_for(db.session(), user_id)
    guesses.right()
    second_factor.demand(db.session(), wired.vault(), user_id, body.code)
    user = db.session.get(User, user_id)
    if user is None:
        raise Problem("bad_credentials", 401)
    return hand_over(enter(user.id, user.role, {"by": "password"}))


@blueprint.post("/reset", summary="Set a new password by a mail's link", responses={"204": None})
@open_to_all
def reset(body: PasswordReset) -> tuple[str, int]:
    """The token is good once, for 30 minutes. Every sign-in of the person ends. A password that is
    refused, as when registering, leaves the token good."""
    with system_scope(db.session()):
        done = recovery.reset(
            db.session(), wired.vault(), passwords(), token=body.token, password=body.password
        )
    act_for(db.session(), done.user_id)
    note(done.user_id, "password.reset", ended=len(done.ended))
    db.session.commit()
    living().forget(*done.ended)
    Guesses(done.email).right()
    return "", 204
