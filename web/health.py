"""Whether this process lives, and whether it can do its work."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.logs import get_logger
from models.base import db
from models.migrate import is_served
from trading.pause import is_paused

log = get_logger(__name__)
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> dict[str, Any]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """Postgres with our migrations, and Redis. Redis alone missing is `degraded`: jobs are still
    accepted, and done when it is back. `sending` is `paused` while an operator has stopped it."""
    database, redis = _database(), _redis()
    state = "ok" if database == redis == "ok" else ("degraded" if database == "ok" else "down")
    found = {"status": state, "database": database, "redis": redis}
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
        current_app.extensions["doorbell"].client.ping()
    except (RedisError, OSError):
        return "unreachable"
    return "ok"
