"""Real servers for a test run: PostgreSQL, Redis, the sandbox exchange and the sandbox Telegram,
started once for all of the run's processes, by whichever needs them first."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from devstack.environment import OWNER
from devstack.orphans import stop_orphans
from devstack.paths import ROOT, TEST, DevstackError
from devstack.postgres import Postgres
from devstack.redis_server import Redis

LOGS = TEST / "logs"
SECRETS = TEST / "secrets.txt"
_NOTE = TEST / "servers.json"
_LOCK = TEST / "servers.lock"


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses of a run's servers. `run` tells one test run from another. `superuser_url` is for
    what only PostgreSQL's superuser may do; a given server has none for us."""

    run: str
    postgres_url: str
    superuser_url: str
    redis_url: str
    sandbox_url: str
    telegram_url: str


def started(run: str) -> Servers:
    """The run's servers, started now if they are not yet."""
    TEST.mkdir(parents=True, exist_ok=True)
    with _locked():
        if _NOTE.exists():
            noted = Servers(**json.loads(_NOTE.read_text()))
            if noted.run == run:
                return noted
        return _start(run)


def stop(run: str) -> None:
    """Stop what this run started; nothing if it needed none."""
    if not _NOTE.exists():
        return
    with _locked():
        if json.loads(_NOTE.read_text())["run"] == run:
            _stop_all()
            _NOTE.unlink()


@contextmanager
def _locked() -> Iterator[None]:
    with _LOCK.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _start(run: str) -> Servers:
    _stop_all()
    LOGS.mkdir(parents=True, exist_ok=True)
    postgres, redis = Postgres(TEST / "postgres", durable=False), Redis(TEST / "redis")
    given_database, given_redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not given_database:
        postgres.start()
    if not given_redis:
        redis.start()
    servers = Servers(
        run=run,
        postgres_url=given_database or postgres.url(),
        superuser_url="" if given_database else postgres.superuser_url(),
        redis_url=given_redis.rpartition("/")[0] if given_redis else redis.url().rpartition("/")[0],
        sandbox_url=_start_sandbox("bybit", "--no-ip-limit"),
        telegram_url=_start_sandbox("telegram"),
    )
    _NOTE.touch(mode=0o600)
    _NOTE.write_text(json.dumps(asdict(servers)))
    return servers


def _start_sandbox(name: str, *options: str) -> str:
    log = LOGS / f"sandbox-{name}.log"
    with log.open("ab") as stream:
        begin = stream.tell()
        process = subprocess.Popen(
            [sys.executable, "-m", f"sandbox.{name}", "--port", "0", *options],
            cwd=ROOT,
            env={**os.environ, OWNER: str(TEST)},
            stdout=stream,
            stderr=stream,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    # It outlives this process on purpose: the run's end stops it.
    process.returncode = 0
    return _address_in(log, begin)


def _address_in(log: Path, begin: int) -> str:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        said = log.read_bytes()[begin:].decode("utf-8", "replace")
        if "listening on " in said:
            return said.partition("listening on ")[2].split()[0]
        time.sleep(0.05)
    raise DevstackError(f"A sandbox does not start; see {log}")


def _stop_all() -> None:
    stop_orphans(TEST)
    for server in (Redis(TEST / "redis"), Postgres(TEST / "postgres", durable=False)):
        if server.folder.exists():
            server.stop()
