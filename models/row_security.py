"""For whom a transaction acts: Postgres shows it that person's rows and no other's.

The second wall behind the queries' own conditions (docs/decisions/0008). A session carries a scope:
a person's id, `SYSTEM` for what acts for everybody, or none, and then there are no rows of people
at all. It is told to Postgres in front of a transaction's first statement, in the same message, and
ends with the transaction: no connection takes it to the next one, nor does a transaction pooler.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.orm import Session, SessionTransaction, scoped_session, sessionmaker

SYSTEM: Final = "system"
Scope: TypeAlias = uuid.UUID | Literal["system"]
Made = TypeVar("Made", bound=Session)

_SCOPE = "row_scope"
_STANDING = "row_standing"


def act_for(session: Session, scope: Scope) -> None:
    """From the session's next statement on, also within its transaction, only this person's rows
    are there."""
    session.info[_SCOPE] = scope


@contextmanager
def system_scope(session: Session) -> Iterator[None]:
    """Everybody's rows, for the few places that act for no person yet or for all of them.

    Each is listed in tests/models/test_row_security.py: a new one is a decision.
    """
    before = session.info.get(_SCOPE)
    session.info[_SCOPE] = SYSTEM
    try:
        yield
        session.flush()
    finally:
        session.info[_SCOPE] = before


def of(sessions: sessionmaker[Session], scope: Scope | None) -> sessionmaker[Session]:
    """The same factory, of sessions with this scope from their beginning."""
    made = copy.copy(sessions)
    made.kw = {**sessions.kw, "info": {_SCOPE: scope}}
    return made


@dataclass(slots=True)
class _Standing:
    """What Postgres was told in this transaction, and who knows what it should be."""

    session: Session
    told: Scope | Literal["?"] | None = None

    @property
    def wanted(self) -> Scope | None:
        scope: Scope | None = self.session.info.get(_SCOPE)
        return scope


def watch(sessions: sessionmaker[Made] | scoped_session[Made]) -> None:
    """Let the transactions of these sessions tell their scope. Their engine must tell it on:
    `tell_scopes`."""

    @event.listens_for(sessions, "after_begin")
    def _begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
        if not transaction.nested:
            connection.execution_options(**{_STANDING: _Standing(session)})


def tell_scopes(engine: Engine) -> None:
    """Put the scope in front of a transaction's first statement, and of the next one after the
    scope changed. No trip of its own: psycopg2 sends both in one message."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _before(
        connection: Connection,
        _: DBAPICursor,
        statement: str,
        parameters: Any,
        context: ExecutionContext | None,
        executemany: bool,
    ) -> tuple[str, Any]:
        standing = _standing(connection)
        if standing is None or standing.told == standing.wanted or _goes_back(statement):
            return statement, parameters
        settings = "; ".join(_changes(standing.told, standing.wanted))
        if executemany or (context and context.execution_options.get("stream_results")):
            # Repeated for each row, or wrapped into a cursor's declaration, if it stood in front.
            with connection.connection.cursor() as own:  # type: ignore[attr-defined]
                own.execute(settings)
            return statement, parameters
        return f"{settings}; {statement}", parameters

    @event.listens_for(engine, "after_cursor_execute")
    def _after(connection: Connection, _: DBAPICursor, statement: str, *__: object) -> None:
        # Not before: a statement that never left has told nothing.
        standing = _standing(connection)
        if standing is not None and not _goes_back(statement):
            standing.told = standing.wanted

    @event.listens_for(engine, "rollback_savepoint")
    def _forget(connection: Connection, *_: object) -> None:
        # Postgres went back to the scope of before the savepoint.
        standing = _standing(connection)
        if standing is not None:
            standing.told = "?"


def _goes_back(statement: str) -> bool:
    """To a savepoint: after a failed statement Postgres takes nothing else, so nothing is put in
    front of it."""
    return statement.startswith("ROLLBACK TO SAVEPOINT")


def _standing(connection: Connection) -> _Standing | None:
    found: _Standing | None = connection.get_execution_options().get(_STANDING)
    return found


def _changes(told: Scope | Literal["?"] | None, wanted: Scope | None) -> Iterator[str]:
    """What to set: at a transaction's beginning one of the two, since nothing is set then."""
    person = str(wanted) if isinstance(wanted, uuid.UUID) else ""
    system = SYSTEM if wanted == SYSTEM else ""
    if person or told is not None:
        yield f"set local ebb.user_id = '{person}'"
    if system or told is not None:
        yield f"set local ebb.scope = '{system}'"
