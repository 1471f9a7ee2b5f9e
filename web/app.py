"""The application factory."""

from __future__ import annotations

from typing import Any

from flask import redirect
from flask_migrate import Migrate
from flask_openapi3 import Info, OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

import models  # noqa: F401 - fills the metadata
from community.channel import Channel
from core import telemetry
from core.addresses import database_address
from core.logs import configure_logs
from core.settings import Settings, load_settings
from core.version import VERSION
from models.base import db
from models.sessions import connect_args, prepare
from trading.desk import Desk
from web import (
    accounts,
    admin,
    approvals,
    audit,
    auth,
    backup_commands,
    bodies,
    bot_name,
    broadcasts,
    commands,
    database,
    doorbell,
    emails,
    exports,
    exposure,
    guard,
    health,
    jobs,
    limits,
    metrics,
    notices,
    pages,
    passwords,
    people,
    positions,
    preferences,
    problems,
    request_log,
    second_factors,
    security_headers,
    sign_ins,
    signals,
    snapshots,
    sockets,
    tallies,
    telegram_commands,
    telegram_webhook,
    tokens,
    tracing,
    vault_commands,
    ways,
)
from web.document import SECURITY_SCHEMES, Documented
from web.json_exact import ExactJSON
from web.schemas.fields import Problem as ProblemOut

_IDLE_SECONDS = 10.0


def create_app(settings: Settings | None = None) -> OpenAPI:
    """The Flask application of one process, wired but idle. Raises SettingsError."""
    settings = settings or load_settings()
    configure_logs(settings.log_level, human=settings.log_human)
    telemetry.begin(settings, "web")
    app = Documented(
        "web",
        info=Info(title="Ebb", version=VERSION, description=_DESCRIPTION),
        security_schemes=SECURITY_SCHEMES,
        validation_error_status=400,
        validation_error_model=ProblemOut,
        validation_error_callback=problems.from_validation,
        doc_prefix="/docs",
        doc_url="/openapi.json",
        static_folder=None,
    )
    app.json = ExactJSON(app)
    app.config.update(
        SETTINGS=settings,
        SQLALCHEMY_DATABASE_URI=database_address(settings.database_url.get_secret_value()),
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": settings.database_pool_size,
            "max_overflow": 2,
            "pool_timeout": 15,
            "pool_recycle": 1800,
            "connect_args": connect_args(_IDLE_SECONDS, behind_pooler=settings.is_behind_pooler),
        },
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        # Not X-Forwarded-Host: a router that does not set it (Heroku's) passes on the client's own,
        # which would stand in the addresses of exports.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    Migrate(app, db, directory="migrations")
    app.extensions["desk"] = Desk.from_settings(settings)
    app.extensions["channel"] = Channel.from_settings(settings)
    commands.register(app)
    vault_commands.register(app)
    backup_commands.register(app)
    telegram_commands.register(app)
    database.register(app)
    request_log.register(app)
    tracing.register(app)
    problems.register(app)
    security_headers.register(app, settings)
    doorbell.register(app, settings)
    health.register(app, settings)
    tokens.register(app, settings)
    guard.register(app)
    limits.register(app, settings)
    tallies.register(app, settings)
    passwords.register(app)
    admin.register(app, settings)
    sockets.register(app, settings)
    metrics.register(app, settings)
    bodies.register(app, settings)
    bot_name.register(app, settings)
    _routes(app)
    return app


def _routes(app: OpenAPI) -> None:
    capabilities = (
        *(auth, ways, approvals, passwords, sign_ins, second_factors),
        *(preferences, people, emails, accounts),
        *(positions, snapshots, jobs, exports, exposure, notices),
        *(signals, broadcasts, sockets),
        *(audit, admin),
    )
    for capability in capabilities:
        app.register_api(capability.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    app.register_blueprint(telegram_webhook.blueprint)
    app.register_blueprint(pages.blueprint)

    @app.get("/api/openapi.json", doc_ui=False)
    @guard.open_to_all
    def openapi_document() -> dict[str, Any]:
        return dict(app.api_doc)

    @app.get("/docs", doc_ui=False)
    def docs() -> Response:
        return redirect("/docs/swagger")


_DESCRIPTION = (
    "Reduce every open Bybit position by a percentage, and restore what was closed. Numbers are"
    " text, times are RFC 3339 in UTC, errors are application/problem+json with a stable `code`;"
    " any address may answer 500 `internal_error`, which is a fault of ours."
)
