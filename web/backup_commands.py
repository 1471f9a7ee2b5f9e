"""The `backup` commands: `flask --app web.wsgi:app backup dump FILE`, `… restore`, `… check`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import click
from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core.settings import Settings
from models import dump as dumps
from models import migrate
from models.base import db
from models.row_policies import gaps
from trading import audit_check, books_check, restored
from trading.desk import Desk
from trading.rotation import survey
from web.operators import OperatorGroup, operator

_FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


def register(app: Flask) -> None:
    """The `backup` group. It needs PostgreSQL's own client programs on the PATH."""
    group = OperatorGroup("backup", help="Dump, restore and check the database.")

    @group.command("dump")
    @_FILE
    def dump(file: Path) -> None:
        """Write the database to FILE, beside running processes. Exchange keys stay encrypted in
        it: keep EBB_MASTER_SECRETS somewhere else."""
        with _told():
            dumps.dump(_address(), file)
        click.echo(f"{file}: {file.stat().st_size} bytes.")

    @group.command("restore")
    @_FILE
    def restore(file: Path) -> None:
        """Bring FILE into the empty database of DATABASE_URL, with web and worker stopped. Sending
        is paused afterwards."""
        with _told():
            dumps.restore(_address(), file)
        migrate.upgrade(_address())
        settled = restored.settle(db.session(), by=operator())
        click.echo("Restored.")
        click.echo(f"Open jobs that go on then: {settled.kept}; cancelled: {settled.cancelled}.")
        click.echo(
            "Sending is paused: run `backup check`, read docs/operating.md, then `sending resume`."
        )

    @group.command("check")
    def check() -> None:
        """Exit code 1 and every fault: revision, row-level security, audit log, keys, books."""
        session = db.session()
        # All of the books may take longer than any request may.
        session.execute(text("set local statement_timeout = 0"))
        faults = list(_faults(session))
        for fault in faults:
            click.echo(fault, err=True)
        if faults:
            raise SystemExit(1)
        click.echo("Revision, row-level security, audit log, stored keys and books are in order.")

    app.cli.add_command(group)


def _faults(session: Session) -> Iterator[str]:
    try:
        revision = session.scalar(text("select version_num from alembic_version"))
    except SQLAlchemyError:
        yield "revision: there are no tables of ours"
        return
    if revision != migrate.head():
        yield f"revision: {revision}, and {migrate.head()} is wanted: run `flask db upgrade`"
        return
    yield from (f"row-level security: {table} is not guarded" for table in gaps(session))
    chain = audit_check.verify(session)
    if chain.fault is not None:
        yield f"audit log: {chain.fault}"
    yield from books_check.faults(session)
    desk: Desk = current_app.extensions["desk"]
    closed: list[tuple[str, UUID]] = []
    for progress in survey(session, desk.vault):
        closed = progress.closed
    yield from (f"keys: no master secret opens {name} {row}" for name, row in closed)


def _address() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.session_database


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong ends the command with its words."""
    try:
        yield
    except dumps.DumpError as error:
        raise click.ClickException(str(error)) from None
