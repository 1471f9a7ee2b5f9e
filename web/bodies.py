"""What a request body may be: JSON, an object, not too large. Checked before any view."""

from __future__ import annotations

from flask import Flask, request

from core.problems import Problem
from core.settings import Settings

_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


def register(app: Flask, settings: Settings) -> None:
    """Refuse bodies that no view takes."""
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes

    @app.before_request
    def _check() -> None:
        if request.method not in _WITH_BODY or not request.path.startswith("/api/"):
            return
        # Reads at most the limit, with or without a declared length; above it answers 413.
        raw = request.get_data(cache=True)
        if not raw:
            return
        if request.mimetype != "application/json":
            raise Problem("unsupported_media_type", 415)
        try:
            body = request.get_json()
        except RecursionError:
            raise Problem("malformed_json", 400) from None
        if not isinstance(body, dict):
            raise Problem("malformed_json", 400)
