"""Databases on the run's server: empty ones, and ones with all migrations, which are copies.

To run the migrations costs seconds, to copy a database that has them a tenth of one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class

from devstack.paths import ROOT
from models.migrate import DIRECTORY, upgrade

_TEMPLATE = "ebb_template_"
_COPYING = 4_708_119
"""The advisory lock of whoever makes or copies the template."""


class Databases:
    """`url` is an address on the server whose role may create databases."""

    def __init__(self, url: str) -> None:
        self._url = url

    def empty(self, name: str) -> str:
        """The address of a new empty database; one of this name is dropped."""
        with self._server() as server:
            _drop(server, name)
            server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self._address(name)

    def migrated(self, name: str) -> str:
        """The address of a new database with all migrations; one of this name is dropped."""
        template = f"{_TEMPLATE}{_fingerprint()}"
        with self._server() as server:
            server.execute("select pg_advisory_lock(%s)", (_COPYING,))
            if not _exists(server, template):
                self._make(server, template)
            _drop(server, name)
            copy = sql.SQL("create database {} template {}")
            server.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        return self._address(name)

    def _make(self, server: Cursor, template: str) -> None:
        """It gets its name when it is whole; those of other migrations go."""
        named = "select datname from pg_database where starts_with(datname, %s)"
        server.execute(named, (_TEMPLATE,))
        for (stale,) in server.fetchall():
            _drop(server, stale)
        unfinished = f"{_TEMPLATE}unfinished"
        server.execute(sql.SQL("create database {}").format(sql.Identifier(unfinished)))
        upgrade(self._address(unfinished))
        rename = sql.SQL("alter database {} rename to {}")
        server.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(template)))

    def _address(self, name: str) -> str:
        return f"{self._url.rpartition('/')[0]}/{name}"

    @contextmanager
    def _server(self) -> Iterator[Cursor]:
        connection = psycopg2.connect(self._url)
        connection.autocommit = True
        try:
            yield connection.cursor()
        finally:
            connection.close()


def _exists(server: Cursor, name: str) -> bool:
    server.execute("select from pg_database where datname = %s", (name,))
    return server.fetchone() is not None


def _drop(server: Cursor, name: str) -> None:
    statement = sql.SQL("drop database if exists {} with (force)")
    server.execute(statement.format(sql.Identifier(name)))


def _fingerprint() -> str:
    """Of what migrations are made from."""
    digest = hashlib.sha256()
    for path in sorted([*DIRECTORY.rglob("*.py"), *(ROOT / "models").glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
