"""Processes as the Procfile starts them, and peers beside them, on a database of their own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
import psycopg2
import requests
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT, connection
from redis import Redis

from devstack.environment import child_environment
from devstack.paths import ROOT, TEST
from devstack.ports import any_free
from devstack.procfile import commands, with_our_python
from devstack.test_servers import LOGS, Servers
from models.migrate import upgrade

_DATABASE = "ebb_bench"
_REDIS = 60
_OPEN = "1000000 per minute"
FLOOR = f"{sys.executable} -m gunicorn bench.floor_app:app --config gunicorn.conf.py"


@dataclass(slots=True)
class Stack:
    """Web, worker and peers of one measure, each started, stopped and killed on its own."""

    servers: Servers
    database: str
    redis: str
    environment: dict[str, str]
    url: str
    floor_url: str
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: str | None = None, **more: str) -> None:
        """Start a process of the Procfile, or of a command of the bench's own."""
        port = self.floor_url if name == "floor" else self.url
        environment = {**self.environment, "PORT": port.rpartition(":")[2], **more}
        with (LOGS / f"bench-{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                f"exec {command or commands()[name]}",
                shell=True,
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def family(self, name: str) -> list[psutil.Process]:
        """The process and all its children."""
        parent = psutil.Process(self.running[name].pid)
        return [parent, *parent.children(recursive=True)]

    def cpu_seconds(self, name: str) -> float:
        """Processor time that the process and its children have used so far."""
        spent = 0.0
        for process in self.family(name):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                spent += times.user + times.system
        return spent

    def kill(self, name: str) -> float:
        """kill -9 of all of it, as a power cut would; when that was (`time.perf_counter`)."""
        family = self.family(name)
        killed = time.perf_counter()
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.running.pop(name).wait(10)
        return killed

    def stop(self, name: str) -> None:
        """SIGTERM, and its end."""
        process = self.running.pop(name)
        process.terminate()
        process.wait(40)

    def ready(self, name: str = "web") -> None:
        """Until web, or the floor's Flask, answers."""
        address = f"{self.floor_url}/json" if name == "floor" else f"{self.url}/readyz"
        wait_for(lambda: requests.get(address, timeout=2).json()["status"] == "ok")

    @contextmanager
    def sql(self, *, superuser: bool = False) -> Iterator[connection]:
        """A connection of the bench's own, each statement a transaction, with everybody's rows."""
        address = self.database
        if superuser and self.servers.superuser_url:
            name = self.database.rpartition("/")[2]
            address = f"{self.servers.superuser_url.rpartition('/')[0]}/{name}"
        opened = psycopg2.connect(address, options="-c ebb.scope=system")
        opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        try:
            yield opened
        finally:
            opened.close()

    def redis_client(self) -> Any:
        """A client whose answers are plain values; its types say that they might be awaited."""
        return Redis.from_url(self.redis)


@contextmanager
def stack_of(servers: Servers, *names: str, **more: str) -> Iterator[Stack]:
    """A fresh database, an empty Redis, and these processes of the Procfile, one of each."""
    database = fresh_database(servers, _DATABASE)
    redis = f"{servers.redis_url}/{_REDIS}"
    Redis.from_url(redis).flushdb()
    environment = with_our_python(
        {
            **child_environment(
                TEST, database_url=database, redis_url=redis, sandbox_url=servers.sandbox_url
            ),
            "WEB_CONCURRENCY": "1",
            "WORKER_PROCESSES": "1",
            "EBB_LOG_LEVEL": "WARNING",
            "EBB_RATE_LIMIT_DEFAULT": _OPEN,
            "EBB_RATE_LIMIT_ORDERS": _OPEN,
            "EBB_RATE_LIMIT_AUTH": _OPEN,
            # Their rounds would fall into some runs and not into others.
            "EBB_EXPOSURE_SECONDS": "0",
            "EBB_KEY_CHECK_SECONDS": "0",
            **more,
        }
    )
    stack = Stack(
        servers,
        database,
        redis,
        environment,
        url=f"http://127.0.0.1:{any_free()}",
        floor_url=f"http://127.0.0.1:{any_free()}",
    )
    try:
        for name in names:
            stack.start(name)
        if "web" in names:
            stack.ready()
        yield stack
    finally:
        for name in list(stack.running):
            stack.stop(name)


def fresh_database(servers: Servers, name: str) -> str:
    """An empty database with all migrations; its address."""
    opened = psycopg2.connect(servers.postgres_url)
    opened.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with opened.cursor() as cursor:
        cursor.execute(f"drop database if exists {name} with (force)")
        cursor.execute(f"create database {name}")
    opened.close()
    database = f"{servers.postgres_url.rpartition('/')[0]}/{name}"
    upgrade(database)
    return database


def wait_for(happened: Callable[[], bool], seconds: float = 60, pause: float = 0.05) -> None:
    """Until it happened; a failing look counts as "not yet". Raises RuntimeError."""
    until = time.monotonic() + seconds
    while True:
        with contextlib.suppress(requests.RequestException, ValueError):
            if happened():
                return
        if time.monotonic() > until:
            raise RuntimeError(f"it did not happen within {seconds} s; the logs are in {LOGS}")
        time.sleep(pause)


def signal_family(stack: Stack, name: str, number: int) -> None:
    """One signal to a process and its children."""
    for process in stack.family(name):
        os.kill(process.pid, number)
