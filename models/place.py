"""A database as PostgreSQL's own programs are told of it, with everybody's rows in sight."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import make_dsn
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from core.addresses import database_address
from models.row_security import SYSTEM

# To read or to write all of a database takes longer than any request may.
_OPTIONS = (
    f"-c ebb.scope={SYSTEM}"
    " -c statement_timeout=0 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=0"
)
_UNHEARD = (
    "This connection was to see the rows of all people, and that did not arrive: a pooler stands in"
    " between. Give the server's own address, as EBB_DATABASE_DIRECT_URL: without it row-level"
    " security hides everything of people, and nobody is told."
)


class DumpError(Exception):
    """A dump or a restore did not come about; the message is for an operator."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is. `url` is read as SQLAlchemy reads it, for the programs too: libpq's own
    reading of an address differs, in passwords with special characters."""

    url: URL

    @classmethod
    def of(cls, address: str) -> Place:
        """Of an address with or without our driver's name."""
        return cls(make_url(database_address(address)))

    @contextmanager
    def connected(self, *, at_one_moment: bool = False) -> Iterator[Connection]:
        """One transaction, committed at the end; all of it sees the same rows, or the newest.
        Raises DumpError, also where it would not see the rows of all people."""
        engine = create_engine(
            self.url,
            poolclass=NullPool,
            isolation_level="REPEATABLE READ" if at_one_moment else "READ COMMITTED",
            connect_args={"options": self._told().get("options")},
        )
        try:
            with engine.begin() as connection:
                _must_see_all(connection)
                yield connection
        except OperationalError as error:
            said = str(error.orig).strip()
            raise DumpError(f"The database can't be reached, or ended it: {said}") from None
        except DBAPIError as error:
            raise DumpError(f"PostgreSQL refused: {str(error.orig).strip()}") from None

    def run(self, program: str, *arguments: str, is_piped: bool = False) -> None:
        """Raises DumpError with what the program said. `is_piped`: it reads our standard input and
        writes to our standard output."""
        known = self._told()
        # By the environment: arguments can be read by everybody on the machine.
        password, options = known.pop("password", None), known.pop("options")
        secret = {} if password is None else {"PGPASSWORD": str(password)}
        stream = None if is_piped else subprocess.DEVNULL
        try:
            done = subprocess.run(  # noqa: S603 - our arguments
                [program, f"--dbname={make_dsn(**known)}", "--no-password", *arguments],
                env={**os.environ, "PGOPTIONS": options, **secret},
                stdin=stream,
                stdout=stream,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        except OSError as error:
            raise DumpError(
                f"{program} can't be run ({error}): install PostgreSQL's client programs."
            ) from None
        if done.returncode:
            raise DumpError(f"{program} failed:\n{done.stderr.strip()[-2000:]}")

    def _told(self) -> dict[str, Any]:
        """By libpq's names."""
        _, known = self.url.get_dialect()().create_connect_args(self.url)
        return {**known, "options": f"{known.get('options', '')} {_OPTIONS}".strip()}


def _must_see_all(connection: Connection) -> None:
    if connection.scalar(text("select current_setting('ebb.scope', true)")) != SYSTEM:
        raise DumpError(_UNHEARD)
