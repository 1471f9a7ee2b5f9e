"""Applications that fail outside of Flask, where gunicorn would speak for itself."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any


def raising() -> Any:
    """As ours, with `/raise`, at which it tells its database."""
    from web.app import create_app  # noqa: PLC0415

    ours = create_app()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/raise":
            raise RuntimeError(os.environ["DATABASE_URL"])
        return ours(environ, start_response)

    return app


def never() -> Any:
    """Ours, which fails while it is wired."""
    import web.app  # noqa: PLC0415

    def fail() -> None:
        raise RuntimeError(os.environ["DATABASE_URL"])

    web.app.create_app = fail  # type: ignore[assignment]
    from web.wsgi import app  # noqa: PLC0415

    return app
