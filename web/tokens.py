"""Tokens of a sign-in: signed by the newest secret, handed over as JSON or as cookies, each
refresh token superseding the former (docs/security.md, "Tokens")."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    get_jwt,
    get_jwt_identity,
    get_jwt_request_location,
    set_access_cookies,
    set_refresh_cookies,
    unset_jwt_cookies,
    verify_jwt_in_request,
)
from flask_jwt_extended.exceptions import CSRFError
from jwt import InvalidTokenError

from core.problems import Problem
from core.roles import Role
from core.settings import Settings
from models import sign_ins
from models.base import db
from models.row_security import act_for
from web import wired
from web.living import living
from web.noting import note
from web.problems import respond
from web.schemas.auth import Tokens

_ALGORITHM = "HS256"
_KID_LENGTH = 12
_FIRST_GENERATION = 0
_MODE_HEADER = "X-Session-Mode"


def register(app: Flask, settings: Settings) -> None:
    """How tokens are signed, where a request carries them, and what is answered to bad ones."""
    cookies = {
        "JWT_ACCESS_COOKIE_NAME": "ebb_access",
        "JWT_ACCESS_COOKIE_PATH": "/api",
        "JWT_REFRESH_COOKIE_NAME": "ebb_refresh",
        "JWT_REFRESH_COOKIE_PATH": "/api/auth/refresh",
        # A pair shares one value: a page need not know which token its request goes with.
        "JWT_ACCESS_CSRF_COOKIE_NAME": "ebb_csrf",
        "JWT_REFRESH_CSRF_COOKIE_NAME": "ebb_csrf",
        "JWT_COOKIE_CSRF_PROTECT": True,
        "JWT_COOKIE_SECURE": not settings.is_sandbox,
        "JWT_COOKIE_SAMESITE": "Strict",
    }
    app.config.update(
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(seconds=settings.access_token_seconds),
        JWT_REFRESH_TOKEN_EXPIRES=timedelta(seconds=settings.refresh_token_seconds),
        JWT_TOKEN_LOCATION=["headers", "cookies"],
        JWT_ALGORITHM=_ALGORITHM,
        JWT_DECODE_ALGORITHMS=[_ALGORITHM],
        JWT_ENCODE_ISSUER="ebb",
        JWT_DECODE_ISSUER="ebb",
        **cookies,
    )
    manager = JWTManager(app)
    _sign_with(manager, settings.jwt_secrets)
    _answer_bad_ones(app, manager)


def _sign_with(manager: JWTManager, newest_first: tuple[str, ...]) -> None:
    """The newest secret signs; a token names the secret that verifies it."""
    known = {key_id(secret): secret for secret in newest_first}
    newest = newest_first[0]

    def headers(_: object) -> dict[str, str]:
        return {"kid": key_id(newest)}

    def signing(_: object) -> str:
        return newest

    def verifying(header: Mapping[str, Any], _: object) -> str:
        try:
            return known[header["kid"]]
        except KeyError:
            raise InvalidTokenError("no secret of ours signed this") from None

    manager.additional_headers_loader(headers)
    manager.encode_key_loader(signing)
    manager.decode_key_loader(verifying)


def key_id(secret: str) -> str:
    """The `kid` of a signing secret: some digits of its hash."""
    return hashlib.sha256(b"ebb.jwt.kid:" + secret.encode()).hexdigest()[:_KID_LENGTH]


def _answer_bad_ones(app: Flask, manager: JWTManager) -> None:
    def expired(*_: object) -> Response:
        return respond(Problem("token_expired", 401))

    def refused(*_: object) -> Response:
        return respond(Problem("unauthenticated", 401))

    manager.expired_token_loader(expired)
    manager.invalid_token_loader(refused)
    manager.unauthorized_loader(refused)
    manager.needs_fresh_token_loader(refused)
    manager.revoked_token_loader(refused)

    @app.after_request
    def _take_back(answer: Response) -> Response:
        # What is refused once is refused for ever: a browser that keeps it would ask on and on.
        if answer.status_code == 401 and g.get("refreshing_by_cookie", False):
            unset_jwt_cookies(answer)
        return answer

    @app.errorhandler(CSRFError)
    def _unconfirmed(_: CSRFError) -> Response:
        return respond(Problem("csrf_failed", 403))


def bearer() -> tuple[uuid.UUID, uuid.UUID]:
    """Person and sign-in of this request's access token: of the Authorization header, else of the
    cookie. Raises what `register` has answers for."""
    return _verified(refresh=False, places=["headers", "cookies"])


def refreshed() -> Tokens:
    """A new pair for the refresh token of the Authorization header, else of the body, else of the
    cookie; it supersedes that one.

    Raises Problem (401) `session_ended`, and `refresh_reused` for a token that was superseded
    before: then someone else holds it or its successor, and the sign-in ends. Only the
    just-superseded one is taken for some seconds more, for a lost answer or a second tab; it gives
    tokens of the same generation again, so that none of the askers is ahead of another.
    """
    g.refreshing_by_cookie = _only_by_cookie()
    person, sign_in = _verified(refresh=True, places=["headers", "json", "cookies"])
    presented = get_jwt().get("gen")
    if not isinstance(presented, int):
        raise Problem("unauthenticated", 401)
    act_for(db.session(), person)
    settings = wired.settings()
    grace = timedelta(seconds=settings.refresh_grace_seconds)
    generation = sign_ins.rotate(db.session(), person, sign_in, presented, grace)
    if generation is None:
        raise _end_family(person, sign_in)
    found = sign_ins.living(db.session(), sign_in)
    db.session.commit()
    if found is None:
        raise Problem("session_ended", 401)
    g.user_id = person
    return tokens_for(person, found.role, sign_in, generation)


def _only_by_cookie() -> bool:
    """Whether the cookie carries a token, and no other place of the request."""
    if "Authorization" in request.headers or "ebb_refresh" not in request.cookies:
        return False
    return "refresh_token" not in (request.get_json(silent=True) or {})


def _verified(*, refresh: bool, places: list[str]) -> tuple[uuid.UUID, uuid.UUID]:
    """One that names no sign-in is from before there were any."""
    try:
        verify_jwt_in_request(refresh=refresh, locations=places)
        return uuid.UUID(str(get_jwt_identity())), uuid.UUID(str(get_jwt().get("sid")))
    except (RecursionError, ValueError):
        # Claims are parsed before the signature is checked, and may be nested without end.
        raise Problem("unauthenticated", 401) from None


def _end_family(person: uuid.UUID, sign_in: uuid.UUID) -> Problem:
    """End the sign-in whose superseded token came back; what to answer."""
    ended = sign_ins.end(db.session(), person, sign_in)
    if ended:
        note(person, "session.refresh_reused", f"session:{sign_in}")
    db.session.commit()
    living().forget(sign_in)
    return Problem("refresh_reused" if ended else "session_ended", 401)


def tokens_for(
    user: uuid.UUID, role: Role, sign_in: uuid.UUID, generation: int = _FIRST_GENERATION
) -> Tokens:
    """A pair of tokens of this sign-in; the refresh token is of the given generation, and only the
    access token tells the role."""
    claims = {"sid": str(sign_in), "csrf": secrets.token_urlsafe(16)}
    access = create_access_token(str(user), additional_claims={**claims, "role": role.value})
    refresh = create_refresh_token(str(user), additional_claims={**claims, "gen": generation})
    seconds = int(current_app.config["JWT_ACCESS_TOKEN_EXPIRES"].total_seconds())
    return Tokens(access_token=access, refresh_token=refresh, expires_in=seconds)


def hand_over(tokens: Tokens) -> Response:
    """The answer that carries a pair: 200 with JSON. To a browser that asked for it
    (`X-Session-Mode: cookie`), or that came by cookie, 204 with cookies, which no script reads."""
    if not by_cookie():
        return jsonify(tokens.model_dump())
    answer = Response(status=204)
    give_cookies(answer, tokens)
    return answer


def by_cookie() -> bool:
    """Whether this request wants its tokens as cookies."""
    came_by_cookie = get_jwt_request_location() == "cookies"
    return came_by_cookie or request.headers.get(_MODE_HEADER) == "cookie"


def give_cookies(answer: Response, tokens: Tokens) -> None:
    # As long as the refresh token: an outlived access token is then told from none at all.
    life = int(current_app.config["JWT_REFRESH_TOKEN_EXPIRES"].total_seconds())
    set_access_cookies(answer, tokens.access_token, max_age=life)
    set_refresh_cookies(answer, tokens.refresh_token, max_age=life)
