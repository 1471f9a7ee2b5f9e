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
from models.holdings import Holdings
from models.place import DumpError
from models.row_policies import gaps
from trading import audit_check, books_check, restored
from trading.desk import Desk
from trading.rotation import survey
from web.operators import OperatorGroup, operator

_FILE = click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
_NOBODY = (
    "There is nothing of people in it: nobody has signed in yet, or what was dumped is another"
    " database, or was read without the right to see people's rows."
)


def register(app: Flask) -> None:
    """The `backup` group. It needs PostgreSQL's own client programs on the PATH."""
    group = OperatorGroup("backup", help="Dump, restore and check the database.")

    @group.command("dump")
    @_FILE
    def dump(file: Path) -> None:
        """Write the database to FILE (`-`: standard output), beside running processes. Exchange
        keys stay encrypted in it: keep EBB_MASTER_SECRETS somewhere else."""
        with _told():
            held = dumps.dump(_address(), file)
        # Standard output may be the dump.
        if file not in dumps.STREAMS:
            click.echo(f"{file}: {file.stat().st_size} bytes.", err=True)
        _tell(held)

    @group.command("restore")
    @_FILE
    def restore(file: Path) -> None:
        """Bring FILE (`-`: standard input) into the database of DATABASE_URL, which is empty or has
        tables without rows, with web and worker stopped. Sending is paused afterwards."""
        with _told():
            held = dumps.restore(_address(), file)
        _tell(held)
        migrate.upgrade(_address())
        settled = restored.settle(db.session(), by=operator())
        click.echo("Restored.")
        click.echo(f"Open jobs that go on then: {settled.kept}; cancelled: {settled.cancelled}.")
        click.echo(
            "Sending is paused: run `backup check`, read docs/operating.md, then `sending resume`."
        )

    @group.command("check")
    def check() -> None:
        """Exit code 1 and every fault: revision, people, row-level security, audit log, keys,
        books."""
        session = db.session()
        # All of the books may take longer than any request may.
        session.execute(text("set local statement_timeout = 0"))
        faults = list(_faults(session))
        for fault in faults:
            click.echo(fault, err=True)
        if faults:
            raise SystemExit(1)
        click.echo(f"{Holdings.of(session.connection())}.")
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
    if Holdings.of(session.connection()).are_none:
        yield f"people: {_NOBODY}"
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


def _tell(held: Holdings) -> None:
    click.echo(f"{held}.", err=True)
    if held.are_none:
        click.echo(_NOBODY, err=True)


def _address() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.session_database


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong ends the command with its words."""
    try:
        yield
    except DumpError as error:
        raise click.ClickException(str(error)) from None
