"""The proof that whoever opens a mail's link is who asked for it (`identity.link_askers`)."""

from __future__ import annotations

from flask import Response, request

from core.problems import FieldError, Problem
from identity.link_askers import LinkAsker
from identity.mail_links import LIVES
from identity.passwords import Passwords
from models.mail_links import Purpose
from web import refused_guesses, wired
from web.guard import signed_in
from web.tries import Guesses

_COOKIE, _PATH = "ebb_registration", "/api/auth/verify"


def keep_in_browser(answer: Response, nonce: str) -> None:
    """The browser shows it when the link is opened there. A later registration replaces it."""
    settings = wired.settings()
    answer.set_cookie(
        _COOKIE,
        nonce,
        max_age=LIVES[Purpose.VERIFY],
        path=_PATH,
        secure=not settings.is_sandbox,
        httponly=True,
        samesite="Strict",
    )


def must_be_asker(asker: LinkAsker, passwords: Passwords, password: str | None) -> None:
    """By the browser that registered, else by the password, else by the asker's own sign-in.

    Raises Problem (401) `password_required`, `bad_credentials`; `token_expired` for a sign-in that
    may be renewed; (429) as `Guesses.begin`.
    """
    if asker.is_browser(request.cookies.get(_COOKIE, "")):
        return
    if password is None:
        if asker.user_id is None or signed_in() != asker.user_id:
            raise Problem("password_required", 401)
        return
    guesses = Guesses(asker.email)
    guesses.begin()
    if not passwords.matches(password, asker.password_hash):
        refused_guesses.note(asker.email)
        fault = FieldError("password", "password_not_chosen", {})
        raise Problem("bad_credentials", 401, errors=(fault,))
    guesses.right()
