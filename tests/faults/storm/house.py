"""All parts of a running system, on ports and folders of their own, each to be struck."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
import requests

from devstack import ports
from devstack.environment import child_environment
from devstack.orphans import claim, stop_orphans
from devstack.postgres import Postgres
from devstack.procfile import commands
from devstack.redis_server import Redis
from models.migrate import upgrade
from tests.faults.storm.cable import Cable
from tests.faults.storm.plan import Storm
from tests.faults.storm.programs import Program
from tests.killing import kill_family

_TUNED = {
    "EBB_RATE_LIMIT_AUTH": "100000 per minute",
    "EBB_RATE_LIMIT_ORDERS": "100000 per minute",
    "EBB_RATE_LIMIT_DEFAULT": "100000 per minute",
    "EBB_SETTLE_SECONDS": "0.3",
    "EBB_LEASE_SECONDS": "3",
    # Short enough for several time-outs and fences to pass within a short storm.
    "EBB_EXCHANGE_TIMEOUT_SECONDS": "2",
    "EBB_RECV_WINDOW_MS": "2500",
    "WEB_CONCURRENCY": "1",
    "WORKER_PROCESSES": "1",
}


@dataclass
class House:
    """What runs. `folder` holds all data; `exchange_url` is the sandbox itself, past the cable."""

    folder: Path
    environment: dict[str, str]
    postgres: Postgres
    redis: Redis
    cable: Cable
    exchange_url: str
    webs: list[Program]
    workers: list[Program]
    web_urls: list[str]

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def database_url(self) -> str:
        return self.environment["DATABASE_URL"]

    @property
    def programs(self) -> list[Program]:
        return [*self.webs, *self.workers]

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The sandbox's control API, which no cut network keeps us from."""
        answer = requests.request(
            method, f"{self.exchange_url}/_control/{path}", json=body, params=query, timeout=60
        )
        answer.raise_for_status()
        return answer.json()

    def kill_postgres(self) -> None:
        """kill -9 of the postmaster and all its children; then a start, which recovers."""
        pid = int((self.postgres.folder / "postmaster.pid").read_text().split()[0])
        kill_family(pid)
        self.postgres.start()

    def kill_redis(self, *, emptied: bool) -> None:
        """kill -9, then a start with what was saved last, or with nothing."""
        pid = int((self.redis.folder / "redis.pid").read_text())
        kill_family(pid)
        if emptied:
            (self.redis.folder / "dump.rdb").unlink(missing_ok=True)
        self.redis.start()

    def flush_redis(self) -> None:
        with contextlib.closing(redis.Redis.from_url(self.redis.url())) as client:
            client.flushall()

    def wait_until_up(self) -> None:
        """Until every web and worker process can work. Raises AssertionError naming one that
        can't."""
        for program in self.programs:
            program.wait_until_up()


@contextmanager
def house(storm: Storm, folder: Path) -> Iterator[House]:
    """Everything up; everything down afterwards, whatever happens. Raises DevstackError where
    another storm runs in this folder."""
    note = folder / "run.json"
    claim(note, str(folder))
    _clear_away(folder)
    claim(note, str(folder))
    (folder / "logs").mkdir(parents=True)
    postgres_port, redis_port, exchange_port, cable_port, *web_ports = ports.lasting(4 + storm.webs)
    with ExitStack() as held:
        held.callback(note.unlink, missing_ok=True)
        # The last resort, for what a failed start leaves behind.
        held.callback(stop_orphans, folder)
        postgres = Postgres(folder / "postgres", durable=True, fixed_port=postgres_port)
        held.callback(postgres.stop)
        cache = Redis(folder / "redis", fixed_port=redis_port)
        held.callback(cache.stop)
        cable = held.enter_context(Cable(cable_port, exchange_port))
        postgres.start()
        cache.start()
        environment = {
            **child_environment(
                folder,
                database_url=postgres.ensure_database("storm"),
                redis_url=cache.url(),
                sandbox_url=f"http://127.0.0.1:{cable.port}",
            ),
            **_TUNED,
        }
        exchange = Program(
            "sandbox",
            f"python -m sandbox.bybit --port {exchange_port} --no-ip-limit --drift 4",
            environment,
            folder / "logs",
            _sandbox_is_up,
        )
        held.callback(exchange.stop)
        exchange.start()
        upgrade(environment["DATABASE_URL"])
        exchange.wait_until_up()
        made = House(
            folder=folder,
            environment=environment,
            postgres=postgres,
            redis=cache,
            cable=cable,
            exchange_url=f"http://127.0.0.1:{exchange_port}",
            webs=[],
            workers=[],
            web_urls=[f"http://127.0.0.1:{port}" for port in web_ports],
        )
        _start_programs(storm, made, web_ports, held)
        yield made


def _clear_away(folder: Path) -> None:
    """Processes and data of an earlier storm."""
    stop_orphans(folder)
    for server in (Redis(folder / "redis"), Postgres(folder / "postgres")):
        if server.folder.exists():
            server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _start_programs(storm: Storm, made: House, web_ports: list[int], held: ExitStack) -> None:
    wanted = commands()
    for number, port in enumerate(web_ports, start=1):
        environment = {**made.environment, "PORT": str(port)}
        made.webs.append(
            Program(f"web-{number}", wanted["web"], environment, made.logs, _web_answers)
        )
    for number in range(1, storm.workers + 1):
        made.workers.append(
            Program(
                f"worker-{number}", wanted["worker"], made.environment, made.logs, _worker_is_up
            )
        )
    for program in made.programs:
        held.callback(program.stop)
    # The webs first: people sign in while the workers are still loading.
    for program in made.webs:
        program.start()
    for program in made.webs:
        program.wait_until_up()
    for program in made.workers:
        program.start()


def _web_answers(web: Program) -> bool:
    return _answers(f"http://127.0.0.1:{web.environment['PORT']}/healthz")


def _worker_is_up(worker: Program) -> bool:
    return b"Worker process is ready for action" in worker.said()


def _sandbox_is_up(sandbox: Program) -> bool:
    return b"listening on" in sandbox.said()


def _answers(url: str) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(url, timeout=2).status_code == 200
    return False
