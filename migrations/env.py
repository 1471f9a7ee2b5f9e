"""Alembic's environment: under Flask-Migrate (`flask db ...`) or by address (`models.migrate`)."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection, create_engine, event, pool

import models  # noqa: F401 - fills the metadata
from core.addresses import database_address
from models.base import Base

# What a migration does to rows it does to everybody's. It gives up rather than let all requests
# queue behind its lock; building an index may take its time.
_SETTINGS = (
    "set local ebb.scope = 'system'",
    "set local lock_timeout = '5s'",
    "set local statement_timeout = 0",
    "set local idle_in_transaction_session_timeout = 0",
)


def _address() -> str:
    address: str | None = context.config.attributes.get("database_url")
    return address or database_address(current_app.config["SETTINGS"].session_database)


def run() -> None:
    """Run the migrations in one transaction: all or nothing, but for what has to stand outside of
    any (`autocommit_block`), which commits what came before it."""
    engine = create_engine(_address(), poolclass=pool.NullPool)

    @event.listens_for(engine, "begin")
    def _set(connection: Connection) -> None:
        if connection.get_isolation_level() != "AUTOCOMMIT":
            for setting in _SETTINGS:
                connection.exec_driver_sql(setting)

    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, compare_server_default=True
        )
        with context.begin_transaction():
            context.run_migrations()


def write() -> None:
    """Write the migrations' SQL instead of running them (`flask db upgrade --sql`)."""
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        for setting in _SETTINGS:
            context.execute(setting)
        context.run_migrations()


if context.is_offline_mode():
    write()
else:
    run()
