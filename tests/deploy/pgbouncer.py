"""A PgBouncer of a test's own, where the machine has one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from devstack.ports import any_free
from devstack.proxies import find
from tests.stack import wait_for

PROGRAM = find("pgbouncer")
_SESSIONS = 5
"""Fewer than clients, so that they have to share."""


@contextmanager
def pgbouncer(database_url: str, mode: str) -> Iterator[str]:
    """The address of the same database through a pooler in this mode: `session`, `transaction`."""
    server, port = urlsplit(database_url), any_free()
    name = server.path.lstrip("/")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pgbouncer.ini"
        file.write_text(
            "[databases]\n"
            f"{name} = host={server.hostname} port={server.port} dbname={name}"
            f" user={server.username} password='{server.password}'\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = {mode}\n"
            f"default_pool_size = {_SESSIONS}\nmax_client_conn = 100\n"
        )
        # As root it wants another user to be, who must be able to read this.
        Path(folder).chmod(0o711)
        file.chmod(0o644)
        other = ["--user", "nobody"] if os.geteuid() == 0 else []
        assert PROGRAM is not None
        running = subprocess.Popen(
            [PROGRAM, "--quiet", *other, file], stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        address = f"postgresql://{server.username}:any@127.0.0.1:{port}/{name}"
        try:
            wait_for(lambda: _answers(address), 10)
            yield address
        finally:
            running.terminate()
            running.wait(10)


def _answers(address: str) -> bool:
    try:
        psycopg2.connect(address).close()
    except psycopg2.OperationalError:
        return False
    return True
