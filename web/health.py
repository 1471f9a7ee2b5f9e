"""Whether this process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, current_app
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core import amqp
from core.logs import get_logger
from core.queue_names import JOBS_QUEUE
from core.redis_patience import quick_redis
from core.settings import Settings
from models.base import db
from models.migrate import is_served
from trading.pause import is_paused
from web import wired

log = get_logger(__name__)
blueprint = Blueprint("health", __name__)


def register(app: Flask, settings: Settings) -> None:
    """What the routes ask Redis with."""
    app.extensions["health.redis"] = quick_redis(settings.redis_address)


@blueprint.get("/healthz")
def healthz() -> dict[str, Any]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """Postgres with our migrations, Redis, and RabbitMQ where it is the queue. Only Postgres
    missing is `down`: without the others, `degraded`, jobs are still accepted, and done when they
    are back. `sending` is `paused` while an operator has stopped it."""
    parts = {"database": _database(), "redis": _redis(), **_queue()}
    database = parts["database"]
    whole = all(part == "ok" for part in parts.values())
    state = "ok" if whole else ("degraded" if database == "ok" else "down")
    found = {"status": state, **parts}
    if database == "ok":
        found["sending"] = "paused" if is_paused(db.session()) else "on"
    return found, 200 if database == "ok" else 503


def _database() -> str:
    try:
        found = db.session.scalar(text("select version_num from alembic_version"))
    except SQLAlchemyError as error:
        db.session.rollback()
        log.warning("readyz.database", error=type(error).__name__)
        return "unreachable"
    return "ok" if is_served(found) else "migrations are not up to date"


def _redis() -> str:
    try:
        current_app.extensions["health.redis"].ping()
    except (RedisError, OSError):
        return "unreachable"
    return "ok"


def _queue() -> dict[str, str]:
    """Nothing where the queue is in Redis."""
    address = wired.settings().amqp_address
    if address is None:
        return {}
    try:
        amqp.depths(address, [JOBS_QUEUE])
    except OSError:
        return {"queue": "unreachable"}
    return {"queue": "ok"}
