"""Postgres ends the request's own connection just before the answer: still an answer of ours."""

from __future__ import annotations

from flask_openapi3 import OpenAPI
from sqlalchemy import text

from core.settings import Settings
from models.base import db
from web.app import create_app


def test_an_answer_that_is_ready_survives_the_session_s_end(settings: Settings) -> None:
    app: OpenAPI = create_app(settings)

    @app.get("/dies")
    def dies() -> dict[str, str]:
        pid = db.session.scalar(text("select pg_backend_pid()"))
        with db.engine.connect() as other:
            other.execute(text("select pg_terminate_backend(:pid, 2000)"), {"pid": pid})
        return {"status": "ready"}

    app.testing = False
    answer = app.test_client().get("/dies")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ready"})
    # The next request has a connection that lives.
    assert app.test_client().get("/readyz").status_code == 200
