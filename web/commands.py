"""Commands for operators: `flask --app web.wsgi:app sending pause`, `… audit verify`,
`… people role`, `… people sign-out`, `… rows check`."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask import Flask
from flask.cli import AppGroup

from core.roles import Role
from identity.addresses import mailbox
from identity.confirmation import forget
from models import audit, emails, sign_ins
from models.base import db
from models.row_policies import gaps
from models.users import User, user_by_telegram_id
from trading.audit_check import verify
from trading.pause import is_paused, set_paused
from trading.roles import set_role
from web.operators import OperatorGroup, operator

# Of a Telegram id, well within a bigint.
_MOST_DIGITS = 18


def register(app: Flask) -> None:
    """Every group."""
    for group in (_sending(), _audit(), _people(), _rows()):
        app.cli.add_command(group)


def _sending() -> AppGroup:
    """The switch that keeps every order in the house."""
    group = OperatorGroup("sending", help="Stop and resume all sending of orders.")

    @group.command("pause")
    @click.option("--note", default="", help="Why, for the audit log.")
    def pause(note: str) -> None:
        """Accept and plan jobs, send nothing."""
        set_paused(db.session(), True, by=operator(), note=note[:256])
        click.echo("Sending is paused. Jobs are accepted and planned; nothing is sent.")

    @group.command("resume")
    @click.option("--note", default="", help="Why, for the audit log.")
    def resume(note: str) -> None:
        """Send again; waiting jobs go on at once."""
        set_paused(db.session(), False, by=operator(), note=note[:256])
        click.echo("Sending goes on.")

    @group.command("status")
    def status() -> None:
        """Tell whether sending is paused."""
        click.echo("paused" if is_paused(db.session()) else "on")

    return group


def _audit() -> AppGroup:
    """The log of who did what."""
    group = OperatorGroup("audit", help="The log of who did what.")

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
    """Who may what, and by what they prove it."""
    group = OperatorGroup("people", help="Roles, second factors and sessions of people.")

    @group.command("role")
    @click.argument("person")
    @click.argument("role", type=click.Choice([role.value for role in Role]))
    def change(person: str, role: str) -> None:
        """Give the PERSON with this Telegram id, or this e-mail address, the ROLE."""
        user = _found(person)
        before = set_role(db.session(), user, Role(role), by=operator())
        click.echo(f"The role is {role} now; it was {before}.")

    @group.command("sign-out")
    @click.option("--person", help="Only this one: a Telegram id, or an e-mail address.")
    @click.option("--since", type=click.DateTime(), help="Only sessions begun since then, in UTC.")
    @click.confirmation_option(prompt="End these sessions?")
    def sign_out(person: str | None, since: datetime | None) -> None:
        """End sessions: one person's or everybody's."""
        user = None if person is None else _found(person)
        began = None if since is None else since.replace(tzinfo=UTC)
        ended = sign_ins.end_begun(
            db.session(), user_id=None if user is None else user.id, since=began
        )
        audit.record(
            db.session(),
            "session.end_all",
            audit.person(user.pseudonym) if user else "platform",
            user_id=None,
            details={"ended": ended, "since": began and began.isoformat(), "by": operator()},
        )
        db.session.commit()
        click.echo(f"{ended} sessions ended; their tokens are refused within seconds.")

    @group.command("forget-factors")
    @click.argument("person")
    def forget_factors(person: str) -> None:
        """Take TOTP, PIN and the confirmation of jobs from the PERSON with this Telegram id, or
        this e-mail address, who lost what they confirm with. Make sure that it is them."""
        user = _found(person)
        if not forget(db.session(), user, by=operator()):
            raise click.ClickException("This person has no second factor.")
        click.echo("TOTP, PIN and the confirmation of jobs are off.")

    return group


def _found(person: str) -> User:
    if person.isascii() and person.isdecimal():
        found = user_by_telegram_id(db.session(), int(person[:_MOST_DIGITS]))
    else:
        had = emails.by_address(db.session(), mailbox(person) or "")
        found = None if had is None else db.session.get(User, had.user_id)
    if found is None:
        raise click.ClickException(f"Nobody has signed in as {person} yet.")
    return found


def _rows() -> AppGroup:
    """Whether the database holds people apart by itself."""
    group = OperatorGroup("rows", help="Row-level security.")

    @group.command("check")
    def check() -> None:
        """Exit code 1 and the tables that policies do not guard from this role."""
        open_tables = gaps(db.session())
        if open_tables:
            raise click.ClickException(
                f"Not guarded: {', '.join(open_tables)}. Bring the migrations up to date, and use"
                " a role that is neither superuser nor BYPASSRLS."
            )
        click.echo("Every table of people is guarded.")

    return group
