"""The wall itself: which table's rows belong to whom, as policies of Postgres. For migrations.

`protect(op, "phones")` is all that a new table with a `user_id` needs. Policies are forced: they
hold for the role that owns the tables too, which on most platforms is the only one there is.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.base import Base

NOBODYS = frozenset(
    {
        *("audit_seals", "broadcasts", "counters", "event_stream", "schedules", "signals"),
        *("switches", "worker_processes"),
    }
)
"""Tables without rows of people: every transaction sees them. What operators say to everybody names
them by their pseudonyms, and stays when they go."""

UNSEEN = frozenset({"bot_updates"})
"""Tables whose rows are of people and that no person sees: they are handled, not shown."""

SYSTEMS = "false"
"""For `protect`: rows that no person sees, only what acts for everybody."""

_SYSTEM = "current_setting('ebb.scope', true) = 'system'"
_PERSON = "nullif(current_setting('ebb.user_id', true), '')::uuid"
_POLICY = "belongs"


def column(name: str = "user_id") -> str:
    """The rows whose column holds the person's id."""
    return f"{name} = {_PERSON}"


def through(parent: str, reference: str) -> str:
    """The rows whose parent, found by `reference` to its `id`, the person may see: the parent's
    own policy decides. Not `exists`: for that the planner may read all of the parent's table."""
    return f"(select true from {parent} where {parent}.id = {reference})"  # noqa: S608 - ours


def protect(op: Any, table: str, belongs: str | None = None, *, new: str | None = None) -> None:
    """Let a transaction see and write only rows that belong to its person; all of them in the
    system's scope, none in no scope. `op` is Alembic's; `belongs` an SQL condition, by default on
    `user_id`; `new` another one for rows that are written."""
    belongs = column() if belongs is None else belongs
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(
        f"create policy {_POLICY} on {table} using ({_SYSTEM} or {belongs})"
        + (f" with check ({_SYSTEM} or {new})" if new else "")
    )


def ask_once(op: Any, table: str, belongs: str | None = None) -> None:
    """Let a protected table's policy ask for the scope once a statement. Of a bare setting the
    planner believes that it is true for one row of two hundred, and on a search of everybody's rows
    reads all of them rather than an index from its end."""
    _alter(op, table, f"(select {_SYSTEM}) or {column() if belongs is None else belongs}")


def ask_always(op: Any, table: str, belongs: str | None = None) -> None:
    """Take `ask_once` back."""
    _alter(op, table, f"{_SYSTEM} or {column() if belongs is None else belongs}")


def _alter(op: Any, table: str, condition: str) -> None:
    op.execute(f"alter policy {_POLICY} on {table} using ({condition})")


def unprotect(op: Any, table: str) -> None:
    """Take the wall of a table down again."""
    op.execute(f"drop policy {_POLICY} on {table}")
    op.execute(f"alter table {table} no force row level security")
    op.execute(f"alter table {table} disable row level security")


def gaps(session: Session) -> list[str]:
    """Tables of people whose rows this session's role is not kept from: none, as it should be. All
    of them for a superuser, and for a role that bypasses policies."""
    open_ones = session.scalars(_OPEN)
    return sorted(set(open_ones) & (set(Base.metadata.tables) - NOBODYS))


_OPEN = text(
    f"""
    select relname from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
      and not (
        row_security_active(oid) and relforcerowsecurity
        and exists (select 1 from pg_policy where polrelid = pg_class.oid and polname = '{_POLICY}')
      )
    """  # noqa: S608 - a constant of ours
)
