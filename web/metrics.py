"""`/metrics`, and what is measured of requests."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client.core import Metric

from core import clock, metrics
from core.problems import Problem
from core.redis_patience import quick_redis
from core.scrape import answer, family, may_scrape
from core.settings import Settings
from models.base import db
from models.sessions import make_sessions
from trading.gauges import Gauges
from web.realtime.hub import Hub

blueprint = Blueprint("metrics", __name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WAYS = {
    "/api/auth/telegram": "telegram",
    "/api/auth/dev": "dev",
    "/api/auth/login": "password",
    "/api/auth/verify": "mail",
    "/api/auth/status/<uuid:session_id>": "approval",
}
"""The routes that sign somebody in, and by what."""


def register(app: Flask, settings: Settings) -> None:
    """Measure each request; read the rest when it is asked for."""
    with app.app_context():
        sessions = make_sessions(db.engine)
    hub: Hub = app.extensions["hub"]

    def sockets() -> list[Metric]:
        people = hub.roll.read().here.values()
        return [family(metrics.SOCKETS, {(): sum(sum(theirs.values()) for theirs in people)})]

    app.extensions["gauges"] = Gauges(
        sessions, quick_redis(settings.redis_address), settings, "web", also=sockets
    )
    app.after_request(_note)


@blueprint.get("/metrics")
def tell() -> Response:
    """For Prometheus. Whoever may not read it is not told that it is there."""
    settings: Settings = current_app.config["SETTINGS"]
    token = next(iter(settings.metrics_tokens), None)
    if not may_scrape(request.headers.get, request.remote_addr, token):
        raise Problem("not_found", 404)
    gauges: Gauges = current_app.extensions["gauges"]
    body, content_type = answer(gauges.families(), request.headers.get("Accept", ""))
    return Response(body, content_type=content_type, headers={"Cache-Control": "no-store"})


def _note(response: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else "none"
    took = clock.monotonic() - g.get("began", clock.monotonic())
    method = request.method if request.method in METHODS else "other"
    metrics.request_answered(method, rule, response.status_code, took)
    way = _WAYS.get(rule)
    outcome = way and _outcome(response.status_code)
    if way and outcome:
        metrics.sign_in_ended(way, outcome)
    return response


def _outcome(status: int) -> str | None:
    """None while it is not decided, as of one that waits for a person's yes."""
    if "user_id" in g:
        return "entered"
    if status == 429:
        return "limited"
    refused = 400 <= status < 500 or g.get("not_signed_in", False)
    return "refused" if refused else None
