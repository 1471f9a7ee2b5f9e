"""One log line a request, with its id; never a header, a query or a body."""

from __future__ import annotations

import re
import uuid

import structlog
from flask import Flask, Response, g, request

from core import clock
from core.logs import get_logger

log = get_logger("web.request")
_CLEAN = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


def register(app: Flask) -> None:
    """Give each request an id, bind it to the logs, answer with it."""

    @app.before_request
    def _begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _CLEAN.match(given) else uuid.uuid4().hex
        g.began = clock.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.teardown_request
    def _forget(_: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()

    @app.after_request
    def _end(answer: Response) -> Response:
        answer.headers["X-Request-ID"] = g.get("request_id", "")
        if not request.path.startswith(("/assets/", "/healthz")):
            log.info(
                "request",
                method=request.method,
                path=_path(),
                status=answer.status_code,
                ms=round((clock.monotonic() - g.get("began", clock.monotonic())) * 1000, 1),
                user_id=str(g.get("user_id", "")),
            )
        return answer


def _path() -> str:
    """What was asked for; where a token is part of the address, the rule without it."""
    rule = request.url_rule
    if rule is not None and "token" in rule.arguments:
        return rule.rule
    return request.path[:200]
