"""What a job costs each part of the house in processor time: a book of one position, and of ten.

`bench simulation` reckons with it."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import psutil
from psycopg2.extensions import connection

from bench.jobs_per_second import UNPACED_WORKER
from bench.people import Person, Position, btc, open_account
from bench.rows import Row
from bench.stack import Stack, signal_family, stack_of, wait_for
from bench.whole_book import linear_book
from devstack.test_servers import Servers

PARTS = {
    "web": "web CPU, accepting",
    "worker": "worker CPU",
    "postgres": "PostgreSQL CPU",
    "redis": "Redis CPU",
}
_ACCOUNTS = 60
_TEN = 10
_TAPPING = 4
# PostgreSQL tells its counts when a backend has been idle for a second.
_TOLD = 1.5
Spent = Mapping[str, float]


def measure(servers: Servers) -> list[Row]:
    """Milliseconds a job, ten positions against one; and commits."""
    with stack_of(servers, "web") as stack, stack.sql() as database:
        stack.start("worker", UNPACED_WORKER)
        person = Person(stack)
        one = _spent(stack, database, person, servers.sandbox_url, btc())
        ten = _spent(
            stack, database, person, servers.sandbox_url, linear_book(servers.sandbox_url, _TEN)
        )
    why = f"{_ACCOUNTS} jobs each, one an account"
    return [
        *(
            Row(
                f"{told}, a job of ten positions",
                "a job of one",
                one[part],
                ten[part],
                "ms",
                why=why,
            )
            for part, told in PARTS.items()
        ),
        Row(
            "commits, a job of ten positions",
            "a job of one",
            one["commits"],
            ten["commits"],
            "",
            why=why,
        ),
    ]


def _spent(
    stack: Stack, database: connection, person: Person, sandbox: str, book: Sequence[Position]
) -> Spent:
    """What one job of this book costs; the second time, when fees and instruments are known."""
    accounts = [person.connect(open_account(sandbox, book)) for _ in range(_ACCOUNTS)]
    _jobs(stack, database, person, accounts)
    time.sleep(_TOLD)
    before = _counted(stack, database)
    _jobs(stack, database, person, accounts)
    time.sleep(_TOLD)
    after = _counted(stack, database)
    return {name: (after[name] - before[name]) / _ACCOUNTS for name in after}


def _jobs(stack: Stack, database: connection, person: Person, accounts: Sequence[str]) -> None:
    """One job for each account, all of them accepted before the first is worked on."""
    signal_family(stack, "worker", signal.SIGSTOP)
    with ThreadPoolExecutor(_TAPPING) as pool:
        list(pool.map(lambda account: person.reduce(account, percent="5"), accounts))
    signal_family(stack, "worker", signal.SIGCONT)
    wait_for(lambda: _number(database, "select count(*) from jobs where finished_at is null") == 0)


def _counted(stack: Stack, database: connection) -> Spent:
    """Milliseconds of processor time so far, and commits."""
    cpu = stack.redis_client().info("cpu")
    return {
        "web": stack.cpu_seconds("web") * 1000,
        "worker": stack.cpu_seconds("worker") * 1000,
        "postgres": _postgres_seconds(database) * 1000,
        "redis": (cpu["used_cpu_user"] + cpu["used_cpu_sys"]) * 1000,
        "commits": _number(
            database,
            "select xact_commit from pg_stat_database where datname = current_database()",
        ),
    }


def _postgres_seconds(database: connection) -> float:
    """Of the whole server, backends that ended too."""
    mine = psutil.Process(int(_number(database, "select pg_backend_pid()")))
    server = mine.parent()
    if server is None:
        raise RuntimeError("PostgreSQL must run on this machine to be measured")
    own = server.cpu_times()
    spent = float(own.user + own.system + own.children_user + own.children_system)
    for backend in server.children():
        with contextlib.suppress(psutil.Error):
            times = backend.cpu_times()
            spent += times.user + times.system
    return spent


def _number(database: connection, query: str) -> float:
    with database.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return float(row[0]) if row else 0.0
