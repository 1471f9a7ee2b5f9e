"""Dumps by pg_dump and restores by pg_restore, on any PostgreSQL that an address leads to.

Row-level security is forced, for the owner of the tables too: a dump without the system's scope
would hold no rows of people, or fail. Both programs are of the server's major version or newer.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

_SCHEMA = "public"
_SCOPE = "-c ebb.scope=system"
# Whatever is in the dump becomes the restoring role's, as on platforms where roles differ.
_OWNERLESS = ("--no-owner", "--no-privileges", f"--schema={_SCHEMA}")


class DumpError(Exception):
    """A dump or a restore did not come about; the message is for an operator."""


@dataclass(frozen=True, slots=True)
class Place:
    """A database as PostgreSQL's programs are told of it. The password goes by the environment:
    arguments can be read by everybody on the machine."""

    dsn: str
    password: str | None = field(repr=False)
    options: str

    @classmethod
    def of(cls, address: str) -> Place:
        """Of an address with or without our driver's name."""
        known = dict(parse_dsn(address.replace("postgresql+psycopg2://", "postgresql://", 1)))
        password, options = known.pop("password", None), known.pop("options", "")
        return cls(make_dsn(**known), password, f"{options} {_SCOPE}".strip())

    def run(self, program: str, *arguments: str) -> None:
        """Raises DumpError with what the program said."""
        secret = {} if self.password is None else {"PGPASSWORD": self.password}
        try:
            done = subprocess.run(  # noqa: S603 - our arguments
                [program, f"--dbname={self.dsn}", "--no-password", *arguments],
                env={**os.environ, "PGOPTIONS": self.options, **secret},
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise DumpError(
                f"{program} can't be run ({error}): install PostgreSQL's client programs."
            ) from None
        if done.returncode:
            raise DumpError(f"{program} failed:\n{done.stderr.strip()[-2000:]}")

    def tables(self) -> int:
        """How many there are. Raises DumpError where the server can't be reached."""
        try:
            connection = psycopg2.connect(self.dsn, password=self.password)
        except psycopg2.OperationalError as error:
            raise DumpError(f"The database can't be reached: {str(error).strip()}") from None
        try:
            cursor = connection.cursor()
            cursor.execute("select count(*) from pg_tables where schemaname = %s", (_SCHEMA,))
            (found,) = cursor.fetchone() or (0,)
            return int(found)
        finally:
            connection.close()


def dump(address: str, file: Path) -> None:
    """Write one moment of the database to a file that only its owner may read. Raises DumpError;
    a file of that name stays as it was until the new one is whole."""
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        Place.of(address).run(
            "pg_dump",
            *("--format=custom", "--enable-row-security", *_OWNERLESS, f"--file={part}"),
        )
        part.replace(file)
    except OSError as error:
        raise DumpError(f"{file} can't be written: {error}") from None
    finally:
        part.unlink(missing_ok=True)


def restore(address: str, file: Path) -> None:
    """Bring a dump into a database that holds nothing yet, wholly or not at all. Raises
    DumpError."""
    if not file.is_file():
        raise DumpError(f"There is no dump at {file}.")
    place = Place.of(address)
    found = place.tables()
    if found:
        raise DumpError(f"The database is not empty ({found} tables): restore into a new one.")
    place.run(
        "pg_restore",
        *("--single-transaction", "--exit-on-error", "--enable-row-security"),
        *(*_OWNERLESS, str(file)),
    )
