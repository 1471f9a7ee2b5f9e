"""Web and worker as the Procfile starts them, on a database of the bench's own."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import requests

from devstack.environment import child_environment
from devstack.paths import ROOT, TEST
from devstack.ports import any_free
from devstack.procfile import commands, with_our_python
from devstack.test_servers import Servers
from models.migrate import upgrade

_DATABASE = "ebb_bench"


@contextmanager
def running_stack(servers: Servers) -> Iterator[tuple[str, str]]:
    """The web address and the database's, while both processes run."""
    connection = psycopg2.connect(servers.postgres_url)
    connection.autocommit = True
    connection.cursor().execute(f"drop database if exists {_DATABASE} with (force)")
    connection.cursor().execute(f"create database {_DATABASE}")
    connection.close()
    database = f"{servers.postgres_url.rpartition('/')[0]}/{_DATABASE}"
    upgrade(database)
    port = any_free()
    environment = with_our_python(
        {
            **child_environment(
                TEST,
                database_url=database,
                redis_url=f"{servers.redis_url}/60",
                sandbox_url=servers.sandbox_url,
            ),
            "PORT": str(port),
            "WEB_CONCURRENCY": "1",
            "WORKER_PROCESSES": "1",
            "EBB_LOG_LEVEL": "WARNING",
            "EBB_RATE_LIMIT_DEFAULT": "1000000 per minute",
            "EBB_RATE_LIMIT_ORDERS": "1000000 per minute",
        }
    )
    processes = [
        subprocess.Popen(
            f"exec {commands()[name]}",
            shell=True,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name in ("web", "worker")
    ]
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        yield url, database
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _wait(url: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if requests.get(f"{url}/readyz", timeout=2).json()["status"] == "ok":
                return
        except (requests.RequestException, ValueError):
            pass
        time.sleep(0.1)
    raise RuntimeError("the stack does not come up")
