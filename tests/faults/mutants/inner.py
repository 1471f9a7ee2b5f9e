"""pytest inside copies of the checkout, one after the other, each in a fork of this process.

Most of a short run would go by in imports, so what is not ours is imported once, before the forks.
Nothing of ours is: each fork imports its copy's. Commands come as JSON lines: the first holds the
servers of the run around it, the others `{"copy", "checks"}`; answers hold `{"code", "said"}`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

_FOREIGN = (
    "alembic.command",
    "cryptography.fernet",
    "dramatiq.brokers.redis",
    "flask_jwt_extended",
    "flask_limiter",
    "flask_migrate",
    "flask_openapi3",
    "flask_sqlalchemy",
    "psutil",
    "psycopg2.extras",
    "pybit.unified_trading",
    "pydantic_settings",
    "requests",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "sqlalchemy.orm",
    "structlog",
    "uuid_utils.compat",
)


def serve() -> None:
    # A script's own folder comes first otherwise, and it is the checkout's.
    sys.path.pop(0)
    for name in _FOREIGN:
        importlib.import_module(name)
    servers = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        command = json.loads(line)
        copy = Path(command["copy"])
        said = copy / "said.txt"
        pid = os.fork()
        if not pid:
            _become(copy, said)
            os._exit(_check(servers, command["checks"]))
        _, status = os.waitpid(pid, 0)
        answer = {"code": os.waitstatus_to_exitcode(status), "said": said.read_text()}
        print(json.dumps(answer), flush=True)  # noqa: T201 - the protocol


def _become(copy: Path, said: Path) -> None:
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    with said.open("wb") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)


def _check(servers: dict[str, Any], checks: list[str]) -> int:
    """The first failure ends it: one is enough."""
    from devstack import test_servers  # noqa: PLC0415 - the copy's

    given = test_servers.Servers(**servers)
    test_servers.started = lambda run: given
    test_servers.stop = lambda run: None  # they are the outer run's
    plugins = ["-p", "xdist.plugin", "-p", "pytest_timeout", "-p", "no:cacheprovider"]
    code = pytest.main(["-x", "-rf", "--tb=short", "--timeout=40", *plugins, *checks])
    sys.stdout.flush()
    return int(code)


if __name__ == "__main__":
    serve()
