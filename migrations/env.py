"""Alembic's environment: under Flask-Migrate (`flask db ...`) or by address (`models.migrate`)."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Engine, create_engine, pool, text

import models  # noqa: F401 - fills the metadata
from models.base import Base


def engine() -> Engine:
    """The engine to migrate with."""
    address = context.config.attributes.get("database_url")
    if address:
        return create_engine(address, poolclass=pool.NullPool)
    found: Engine = current_app.extensions["migrate"].db.engine
    return found


def run() -> None:
    """Run the migrations in one transaction: all or nothing."""
    with engine().connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, compare_server_default=True
        )
        with context.begin_transaction():
            # What a migration does to rows it does to everybody's.
            connection.execute(text("set local ebb.scope = 'system'"))
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations need a database: set DATABASE_URL")
run()
