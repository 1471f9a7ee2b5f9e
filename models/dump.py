"""Dumps by pg_dump and restores by pg_restore, on any PostgreSQL that an address leads to.

Row-level security is forced, for the owner of the tables too: a dump without the system's scope
would hold no rows of people, or fail. Both programs are of the server's major version or newer.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import Connection, text

from models.base import Base
from models.holdings import Holdings
from models.place import DumpError, Place

STREAMS = (Path("-"), Path("/dev/stdin"), Path("/dev/stdout"))
"""What stands for standard input or output in place of a file."""

_SCHEMA = "public"
# Whatever is in the dump becomes the restoring role's, as on platforms where roles differ.
_OWNERLESS = ("--no-owner", "--no-privileges", f"--schema={_SCHEMA}")
# Tables that have rows when the migrations have run on an empty database.
_FILLED = ("alembic_version", "event_stream")


def dump(address: str, file: Path) -> Holdings:
    """Write one moment of the database to a file that only its owner may read, or to standard
    output, and tell what is in it. Raises DumpError; a file of that name stays as it was until the
    new one is whole."""
    if file in STREAMS:
        if sys.stdout.isatty():
            raise DumpError("A terminal would spoil the dump: lead it into a file.")
        return _dump(address)
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        held = _dump(address, f"--file={part}")
        part.replace(file)
    except OSError as error:
        raise DumpError(f"{file} can't be written: {error}") from None
    finally:
        part.unlink(missing_ok=True)
    return held


def _dump(address: str, *target: str) -> Holdings:
    place = Place.of(address)
    with place.connected(at_one_moment=True) as connection:
        if not _tables(connection):
            raise DumpError("There are no tables in this database.")
        held = Holdings.of(connection)
        # What is dumped is what was counted.
        moment = connection.scalar(text("select pg_export_snapshot()"))
        place.run(
            "pg_dump",
            *("--format=custom", "--enable-row-security", *_OWNERLESS, f"--snapshot={moment}"),
            *target,
            is_piped=not target,
        )
    return held


def restore(address: str, file: Path) -> Holdings:
    """Bring a dump, of a file or of standard input, into a database that holds nothing yet, wholly
    or not at all, and tell what is there then. Tables without rows, as migrations leave them, count
    as nothing, and go. Raises DumpError."""
    is_piped = file in STREAMS
    if is_piped and sys.stdin.isatty():
        raise DumpError("A terminal has no dump: lead a file into this command.")
    if not is_piped and not file.is_file():
        raise DumpError(f"There is no dump at {file}.")
    place = Place.of(address)
    with place.connected() as connection:
        _make_room(connection)
    place.run(
        "pg_restore",
        *("--single-transaction", "--exit-on-error", "--enable-row-security"),
        *_OWNERLESS,
        *(() if is_piped else (str(file),)),
        is_piped=is_piped,
    )
    with place.connected() as connection:
        return Holdings.of(connection)


def _make_room(connection: Connection) -> None:
    """Platforms run the migrations before anybody can restore: what those made goes, if nothing
    was written since."""
    found = _tables(connection)
    if not found:
        return
    listed = ", ".join(found)
    strange = set(found) - set(Base.metadata.tables) - set(_FILLED)
    if strange:
        raise DumpError(f"The database is not empty (tables {', '.join(sorted(strange))}).{_ELSE}")
    # Whoever still writes is waited for, and then finds no table.
    connection.execute(text(f"lock table {listed} in access exclusive mode"))
    filled = [
        table
        for table in found
        if table not in _FILLED and connection.scalar(text(f"select exists (select from {table})"))  # noqa: S608 - ours
    ]
    if filled:
        raise DumpError(f"The database is not empty (rows in {', '.join(filled)}).{_ELSE}")
    functions = connection.scalars(_FUNCTIONS, {"schema": _SCHEMA}).all()
    connection.execute(text(f"drop table {listed}"))
    if functions:
        connection.execute(text(f"drop function {', '.join(functions)}"))


_ELSE = " Restore into a new one."
_FUNCTIONS = text(
    """
    select distinct tgfoid::regprocedure::text
    from pg_trigger join pg_class on pg_class.oid = tgrelid join pg_proc on pg_proc.oid = tgfoid
    where not tgisinternal
      and relnamespace = to_regnamespace(:schema) and pronamespace = relnamespace
    """
)


def _tables(connection: Connection) -> list[str]:
    named = text("select tablename from pg_tables where schemaname = :schema order by 1")
    return list(connection.scalars(named, {"schema": _SCHEMA}))
