"""Turn every failure into application/problem+json, in one place and in the reader's language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from flask import Flask, Response, g, json, request
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from core.logs import get_logger
from core.problems import FieldError, Problem
from core.texts import negotiate, text
from exchange.outcomes import ExchangeError
from trading.exchange_problems import exchange_problem
from web.limits import seconds_to_wait

log = get_logger(__name__)

_HTTP_CODES = {
    400: "malformed_json",
    401: "unauthenticated",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    503: "service_unavailable",
}
_PYDANTIC_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "string_too_short": "too_short",
    "too_short": "too_short",
    "enum": "unknown_choice",
    "literal_error": "unknown_choice",
}
_OUR_CODES = (
    "not_a_number",
    "percent_out_of_range",
    "percent_decimals",
    "out_of_range",
    "private_key_unreadable",
    "private_key_weak",
    "pin_or_code",
    "phone_number_invalid",
)
_DATABASE_RETRY_SECONDS = "2"
# Seconds are told as such up to here.
_MINUTES_FROM = 120
_RANGES = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")


_SPOKEN: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Answer in this language meanwhile, whatever is asked for."""
    token = _SPOKEN.set(chosen)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def language() -> str:
    """The language to answer this request in."""
    return _SPOKEN.get() or negotiate(request.headers.get("Accept-Language"))


def respond(problem: Problem) -> Response:
    """The answer for a problem."""
    spoken = language()
    values = problem.values
    if "seconds" in values:
        values = values | {"wait": _time(int(values["seconds"]), spoken)}
    body = {
        **problem.extra,
        "type": "about:blank",
        "title": text(f"problem.{problem.code}.title", spoken, values),
        "status": problem.status,
        "detail": text(f"problem.{problem.code}.detail", spoken, values),
        "code": problem.code,
        "request_id": g.get("request_id", ""),
        "errors": [
            {
                "field": fault.field,
                "code": fault.code,
                "message": text(f"field.{fault.code}", spoken, fault.values),
            }
            for fault in problem.errors
        ],
    }
    answer = Response(json.dumps(body), status=problem.status, mimetype="application/problem+json")
    answer.headers.extend(problem.headers)
    return answer


def _time(seconds: int, spoken: str) -> str:
    if seconds < _MINUTES_FROM:
        return text("time.seconds.title", spoken, {"count": str(seconds)})
    return text("time.minutes.title", spoken, {"count": str(math.ceil(seconds / 60))})


def from_validation(error: ValidationError) -> Response:
    """A schema's complaints, field by field; one about a percentage gives the problem its code."""
    faults = tuple(_fault(fault) for fault in error.errors(include_url=False, include_input=False))
    only = {fault.code for fault in faults}
    code = "percent_out_of_range" if only == {"percent_out_of_range"} else "validation_failed"
    return respond(Problem(code, 400, errors=faults))


def _fault(fault: Mapping[str, object]) -> FieldError:
    location = fault["loc"]
    parts: Iterable[object] = location if isinstance(location, tuple) else ()
    kind = str(fault["type"])
    context = fault.get("ctx") if isinstance(fault.get("ctx"), dict) else {}
    values = {str(key): str(value) for key, value in dict(context or {}).items()}  # type: ignore[call-overload]
    if kind in ("enum", "literal_error"):
        values["choices"] = values.get("expected", "")
    if kind in _RANGES:
        signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
        bounds = [f"{signs[name]} {values[name]}" for name in signs if name in values]
        return FieldError(_path(parts), "out_of_range", {"range": ", ".join(bounds)})
    code = _PYDANTIC_CODES.get(kind)
    if code is None:
        code = (
            kind
            if kind in _OUR_CODES
            else ("wrong_type" if "type" in kind or "parsing" in kind else "invalid")
        )
    return FieldError(_path(parts), code, values)


def _path(parts: Iterable[object]) -> str:
    return ".".join(str(part) for part in parts)


def from_exchange(error: ExchangeError) -> Problem:
    """What a person is told when the exchange could not be read."""
    return exchange_problem(error, language())


def register(app: Flask) -> None:
    """Install the handlers."""

    @app.errorhandler(Problem)
    def _problem(error: Problem) -> Response:
        return respond(error)

    @app.errorhandler(ExchangeError)
    def _exchange(error: ExchangeError) -> Response:
        return respond(from_exchange(error))

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def _database(error: SQLAlchemyError) -> Response:
        log.error("database.failed", error=type(error).__name__)
        wait = {"Retry-After": _DATABASE_RETRY_SECONDS}
        return respond(Problem("service_unavailable", 503, headers=wait))

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        if error.response is not None:
            # Already an answer of ours (a validation problem).
            assert isinstance(error.response, Response)  # noqa: S101 - validation makes them
            return error.response
        if status < 400:
            return Response(status=status, headers=error.get_headers())
        code = _HTTP_CODES.get(status, "internal_error" if status >= 500 else "validation_failed")
        values = {"limit": str(app.config["MAX_CONTENT_LENGTH"])}
        headers = {}
        if status == 429:
            values["seconds"] = headers["Retry-After"] = str(seconds_to_wait())
        if status == 405:
            headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
        return respond(Problem(code, status, values=values, headers=headers))

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        log.error("request.failed", error=type(error).__name__, exc_info=error)
        return respond(Problem("internal_error", 500))
