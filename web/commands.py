"""Commands for operators: `flask --app web.wsgi:app sending pause`, `… audit verify`,
`… people role`, `… people sign-out`."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

import click
from flask import Flask
from flask.cli import AppGroup

from core.roles import Role
from models import audit, sign_ins
from models.base import db
from models.users import user_by_telegram_id
from trading.audit_check import verify
from trading.pause import is_paused, set_paused
from trading.roles import set_role


def register(app: Flask) -> None:
    """Every group."""
    for group in (_sending(), _audit(), _people()):
        app.cli.add_command(group)


def _sending() -> AppGroup:
    """The switch that keeps every order in the house."""
    group = AppGroup("sending", help="Stop and resume all sending of orders.")

    @group.command("pause")
    @click.option("--note", default="", help="Why, for the audit log.")
    def pause(note: str) -> None:
        """Accept and plan jobs, send nothing."""
        set_paused(db.session(), True, by=_operator(), note=note[:256])
        click.echo("Sending is paused. Jobs are accepted and planned; nothing is sent.")

    @group.command("resume")
    @click.option("--note", default="", help="Why, for the audit log.")
    def resume(note: str) -> None:
        """Send again; waiting jobs go on at once."""
        set_paused(db.session(), False, by=_operator(), note=note[:256])
        click.echo("Sending goes on.")

    @group.command("status")
    def status() -> None:
        """Tell whether sending is paused."""
        click.echo("paused" if is_paused(db.session()) else "on")

    return group


def _audit() -> AppGroup:
    """The log of who did what."""
    group = AppGroup("audit", help="The log of who did what.")

    @group.command("verify")
    def check() -> None:
        """Recompute the hash chain; exit code 1 and the first fault if it does not hold."""
        found = verify(db.session())
        if found.fault is not None:
            raise click.ClickException(found.fault)
        click.echo(
            f"{found.entries} entries under {found.seals} seals are as they were written;"
            f" {found.unsealed} are not sealed yet."
        )
        click.echo(f"Newest seal: {found.head}")

    return group


def _people() -> AppGroup:
    """Who may what."""
    group = AppGroup("people", help="Roles of people, and their sessions.")

    @group.command("role")
    @click.argument("telegram_id", type=click.IntRange(1, 2**52))
    @click.argument("role", type=click.Choice([role.value for role in Role]))
    def change(telegram_id: int, role: str) -> None:
        """Give the person with this TELEGRAM_ID the ROLE."""
        user = user_by_telegram_id(db.session(), telegram_id)
        if user is None:
            raise click.ClickException(f"Nobody with Telegram id {telegram_id} has signed in yet.")
        before = set_role(db.session(), user, Role(role), by=_operator())
        click.echo(f"The role is {role} now; it was {before}.")

    @group.command("sign-out")
    @click.option("--telegram-id", type=click.IntRange(1, 2**52), help="Only this person.")
    @click.option("--since", type=click.DateTime(), help="Only sessions begun since then, in UTC.")
    @click.confirmation_option(prompt="End these sessions?")
    def sign_out(telegram_id: int | None, since: datetime | None) -> None:
        """End sessions: one person's or everybody's."""
        user = None if telegram_id is None else user_by_telegram_id(db.session(), telegram_id)
        if telegram_id is not None and user is None:
            raise click.ClickException(f"Nobody with Telegram id {telegram_id} has signed in yet.")
        began = None if since is None else since.replace(tzinfo=UTC)
        ended = sign_ins.end_begun(
            db.session(), user_id=None if user is None else user.id, since=began
        )
        audit.record(
            db.session(),
            "session.end_all",
            audit.person(user.pseudonym) if user else "platform",
            user_id=None,
            details={"ended": ended, "since": began and began.isoformat(), "by": _operator()},
        )
        db.session.commit()
        click.echo(f"{ended} sessions ended; their tokens are refused within seconds.")

    return group


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user need not have a name.
        return "operator"
