"""The session's end, also when Postgres died while the request was under way."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from core.logs import get_logger
from models.base import db

log = get_logger(__name__)


def register(app: Flask) -> None:
    """Close the session before Flask-SQLAlchemy does. Its roll-back on a dead connection would
    raise behind all error handlers, and turn an answer that is ready into a bare 500."""

    @app.teardown_request
    def _close(_: BaseException | None) -> None:
        try:
            db.session.remove()
        except SQLAlchemyError as error:
            log.warning("database.close_failed", error=type(error).__name__)
            db.session.registry.clear()
