"""A span for each request, where tracing is on; it goes on with the caller's trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from core import tracing
from core.tracing import Span
from web.metrics import METHODS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# What is asked for all the time, and sockets, which last for hours.
_QUIET = ("/assets/", "/healthz", "/readyz", "/metrics", "/ws", "/telegram/ws")
_SPAN = "ebb.span"


def register(app: Flask) -> None:
    """Where tracing is off, requests take the way that they always took."""
    if not tracing.is_on():
        return
    answer = app.wsgi_app

    def traced(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if str(environ.get("PATH_INFO", "")).startswith(_QUIET):
            return answer(environ, start_response)
        method = str(environ.get("REQUEST_METHOD"))
        method = method if method in METHODS else "_OTHER"
        parent = environ.get("HTTP_TRACEPARENT")
        told = {"http.request.method": method}
        with tracing.entry(method, told, kind="server", parent=parent) as span:
            environ[_SPAN] = span
            return answer(environ, start_response)

    app.wsgi_app = traced  # type: ignore[method-assign]
    app.after_request(_note)


def _note(response: Response) -> Response:
    span = request.environ.get(_SPAN)
    if isinstance(span, Span):
        # The rule, not the address: there may be a token in that.
        rule = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in METHODS else "_OTHER"
        span.rename(f"{method} {rule}")
        span.note(
            {
                "http.route": rule,
                "http.response.status_code": response.status_code,
                "ebb.request_id": g.get("request_id", ""),
            }
        )
        if response.status_code >= 500:
            span.came_to("failed")
    return response
