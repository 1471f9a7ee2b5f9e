"""The `vault` commands: `flask --app web.wsgi:app vault rotate`."""

from __future__ import annotations

import click
from flask import Flask

from models.base import db
from trading.rotation import PORTION, Progress, rotate, survey
from web import wired
from web.operators import OperatorGroup


def register(app: Flask) -> None:
    """The `vault` group: what is stored encrypted, under which master secret."""
    group = OperatorGroup("vault", help="Stored secrets and the master secrets they stand under.")

    @group.command("rotate")
    @click.option("--check", is_flag=True, help="Only tell what is left under which secret.")
    @click.option("--portion", default=PORTION, type=click.IntRange(1, 1000), show_default=True)
    def rotate_secrets(check: bool, portion: int) -> None:
        """Encrypt everything stored anew under the newest master secret (the first of
        EBB_MASTER_SECRETS). Stop and start it at will."""
        desk = wired.desk()
        work = survey if check else rotate
        progress = Progress()
        for progress in work(db.session(), desk.vault, portion=portion):
            click.echo(f"{progress.seen} rows seen, {progress.rotated} rotated")
        if check:
            _tell_standing(progress, len(desk.settings.masters))
        elif not (progress.left or progress.closed):
            click.echo("Everything stands under the newest master secret; the others can go.")
        _fail_if_unfinished(progress, check=check)

    app.cli.add_command(group)


def _tell_standing(progress: Progress, masters: int) -> None:
    for number in range(masters):
        name = "newest" if number == 0 else f"older {number}"
        click.echo(f"under master secret {number + 1} ({name}): {progress.under[number]}")


def _fail_if_unfinished(progress: Progress, *, check: bool) -> None:
    """Exit code 1 where the older master secrets must stay for another reason than a mere check."""
    for name, row_id in progress.closed:
        click.echo(f"no master secret opens {name} {row_id}", err=True)
    if progress.left and not check:
        click.echo(f"{progress.left} rows changed meanwhile: run this again", err=True)
    if progress.closed or (progress.left and not check):
        raise SystemExit(1)
