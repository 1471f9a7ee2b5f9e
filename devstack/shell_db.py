"""psql on the running stack's database."""

from __future__ import annotations

import subprocess
from urllib.parse import unquote, urlsplit

from devstack.postgres import PROGRAMS
from devstack.running import environment


def psql() -> int:
    """Run psql in the foreground; its exit code. The password goes by the environment."""
    variables = environment()
    program = PROGRAMS / "psql"
    address = urlsplit(variables["DATABASE_URL"])
    connection = {
        "PGHOST": address.hostname or "",
        "PGPORT": str(address.port or 5432),
        "PGUSER": unquote(address.username or ""),
        "PGPASSWORD": unquote(address.password or ""),
        "PGDATABASE": address.path.lstrip("/"),
        # Else row-level security would show no rows of people.
        "PGOPTIONS": "-c ebb.scope=system",
    }
    return subprocess.run([program], env={**variables, **connection}, check=False).returncode
