"""Jobs a second of one worker process, the exchange answering at once, against a Dramatiq actor
that makes as many commits and does nothing else.

Both find a full queue: they are frozen while it is filled, then let go.
"""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from psycopg2.extensions import connection

from bench.people import Person, btc, open_account
from bench.rows import Row, median
from bench.stack import Stack, signal_family, stack_of, wait_for
from devstack.test_servers import Servers

_ACCOUNTS = 100
_ROUNDS = 3
_COUNT_LAG = 0.6
UNPACED_WORKER = "dramatiq bench.unpaced_worker --processes 1 --threads 8"
_PEER = "dramatiq bench.noop_worker --processes 1 --threads 8"
_COMMITS = "bench:commits"
# As the no-op worker names them; importing it would connect.
_NAMESPACE, _QUEUE, _ACTOR = "bench-noop", "noop", "commit"


def measure(servers: Servers) -> list[Row]:
    """Jobs a second, the median round."""
    with stack_of(servers, "web") as stack, stack.sql() as database:
        with database.cursor() as cursor:
            cursor.execute("create table bench_noop (id int primary key, n int, at timestamptz)")
            cursor.execute(
                f"insert into bench_noop select i, 0, now() from generate_series(1, {_ACCOUNTS}) i"
            )
        stack.start("worker", UNPACED_WORKER)
        stack.start("noop", _PEER)
        person = Person(stack)
        accounts = [
            person.connect(open_account(servers.sandbox_url, btc())) for _ in range(_ACCOUNTS)
        ]
        # Each account's fees are read, each thread has its connections.
        _jobs(stack, database, person, accounts)
        commits_before, jobs = _commits(stack), _ROUNDS * _ACCOUNTS
        ours, peer, cpu = [], [], 0.0
        commits = 0
        for _ in range(_ROUNDS):
            spent = stack.cpu_seconds("worker")
            ours.append(_jobs(stack, database, person, accounts))
            cpu += stack.cpu_seconds("worker") - spent
            commits = commits or round((_commits(stack) - commits_before) / _ACCOUNTS)
            peer.append(_noops(stack, database, commits))
    return [
        Row(
            "jobs / s, one worker process",
            f"no-op actor with {commits} commits",
            median(peer),
            median(ours),
            "/ s",
            aim=0.6,
            more_is_better=True,
            why=f"{jobs} jobs; a job takes {cpu / jobs * 1000:.0f} ms of the worker's CPU",
        )
    ]


def _jobs(stack: Stack, database: connection, person: Person, accounts: list[str]) -> float:
    signal_family(stack, "worker", signal.SIGSTOP)
    for account in accounts:
        person.reduce(account, percent="0.01")
    return _released(
        stack,
        "worker",
        database,
        "select count(*) = 0 from jobs where finished_at is null",
        "select max(finished_at) from jobs",
        len(accounts),
    )


def _noops(stack: Stack, database: connection, commits: int) -> float:
    signal_family(stack, "noop", signal.SIGSTOP)
    with database.cursor() as cursor:
        cursor.execute("update bench_noop set n = 0")
    broker = RedisBroker(  # type: ignore[no-untyped-call] # dramatiq leaves it untyped
        url=stack.redis, namespace=_NAMESPACE, middleware=[]
    )
    broker.declare_queue(_QUEUE)
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda row: broker.enqueue(
                    Message(_QUEUE, _ACTOR, args=(row, commits), kwargs={}, options={})
                ),
                range(1, _ACCOUNTS + 1),
            )
        )
    return _released(
        stack,
        "noop",
        database,
        f"select count(*) = 0 from bench_noop where n < {commits}",
        "select max(at) from bench_noop",
        _ACCOUNTS,
    )


def _released(
    stack: Stack, name: str, database: connection, done: str, last: str, count: int
) -> float:
    """Let the worker go; how many a second until the last one's end by Postgres's clock."""
    began = time.time()
    signal_family(stack, name, signal.SIGCONT)
    wait_for(lambda: bool(_one(database, done)), pause=0.1)
    ended = _one(database, last)
    assert isinstance(ended, datetime)
    return count / (ended.timestamp() - began)


def _one(database: connection, query: str) -> object:
    with database.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else None


def _commits(stack: Stack) -> int:
    time.sleep(_COUNT_LAG)
    return int(stack.redis_client().get(_COMMITS) or 0)
