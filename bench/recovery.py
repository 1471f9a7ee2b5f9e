"""A worker is killed in the middle of a job: how long until the exchange hears of the job again.
And everything of ours is killed: how long until the job has ended.

The book is larger than one window of the exchange's limits, so there is always something left.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import requests
from psycopg2.extensions import connection

from bench.people import Ledger, Person, open_account
from bench.rows import Row, median
from bench.stack import Stack, stack_of, wait_for
from bench.whole_book import ended_in, linear_book
from core.settings import Settings
from devstack.procfile import commands
from devstack.test_servers import Servers

_KILLS, _BLACKOUTS = 4, 2
_POSITIONS = 30
_LOOK = 0.005
_IN_FLIGHT = 0.05
_LEASE = float(Settings.model_fields["lease_seconds"].default)
_WORKERS = ("first", "second")


def measure(servers: Servers) -> list[Row]:
    """Seconds; the slowest counts."""
    with stack_of(servers, "web") as stack, stack.sql() as database:
        victim = _Victim(stack, database)
        for name in _WORKERS:
            victim.start_worker(name)
        calls = [victim.worker_killed() for _ in range(_KILLS)]
        blackouts = [victim.all_killed() for _ in range(_BLACKOUTS)]
    return [
        Row(
            "worker killed → next call",
            "the lease",
            _LEASE,
            max(calls),
            "s",
            aim=(_LEASE + 1) / _LEASE,
            why=f"slowest of {_KILLS}; median {median(calls):.2f} s",
        ),
        Row(
            "all killed and started → job ended",
            "5 s",
            5.0,
            max(back.ended for back in blackouts),
            "s",
            aim=1.0,
            why=f"slowest of {_BLACKOUTS}; the job was taken up again after"
            f" {max(back.claimed for back in blackouts):.2f} s, the rest is its own work",
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Back:
    """Seconds after the blackout: when a worker took the job up, and when the job had ended."""

    claimed: float
    ended: float


class _Victim:
    """Two workers, a person, and a book that takes two windows."""

    def __init__(self, stack: Stack, database: connection) -> None:
        self._stack = stack
        self._database = database
        sandbox = stack.servers.sandbox_url
        keys = open_account(sandbox, linear_book(sandbox, _POSITIONS), limits="on")
        self._person = Person(stack)
        self._account = self._person.connect(keys)
        self._ledger = Ledger(sandbox, keys.uid)
        self._dice = random.Random(1)

    def start_worker(self, name: str) -> None:
        """Until it listens for jobs."""
        before = self._listening()
        self._stack.start(name, commands()["worker"])
        wait_for(lambda: self._listening() > before)

    def worker_killed(self) -> float:
        """The one that holds the job is killed while it works; seconds to the next call."""
        job = self._begun()
        time.sleep(self._dice.uniform(0, 0.8))
        name = self._holder(job)
        killed = self._stack.kill(name)
        # What it had sent may still be on its way.
        time.sleep(_IN_FLIGHT)
        heard = self._requests()
        wait_for(lambda: self._requests() > heard, pause=_LOOK)
        took = time.perf_counter() - killed
        self._person.ended(job)
        self.start_worker(name)
        return took

    def all_killed(self) -> _Back:
        """Web and both workers, killed and started anew at once."""
        job = self._begun()
        claims = self._claims(job)
        everything = list(self._stack.running)
        killed = max(self._stack.kill(name) for name in everything)
        for name in everything:
            self._stack.start(name, commands()["web" if name == "web" else "worker"])
        wait_for(lambda: self._claims(job) > claims, pause=_LOOK)
        claimed = time.perf_counter() - killed
        wait_for(lambda: ended_in(self._database, job), pause=_LOOK)
        ended = time.perf_counter() - killed
        self._stack.ready()
        return _Back(claimed, ended)

    def _begun(self) -> str:
        """A job whose first orders are at the exchange."""
        self._ledger.new_orders()
        job = self._person.reduce(self._account, percent="5")
        wait_for(lambda: bool(self._ledger.new_orders()), pause=_LOOK)
        return job

    def _holder(self, job: str) -> str:
        with self._database.cursor() as cursor:
            cursor.execute("select lease_owner from jobs where id = %s", (job,))
            row = cursor.fetchone()
        assert row is not None
        holder = int(str(row[0]).split(":")[1])
        return next(
            name
            for name in _WORKERS
            if any(process.pid == holder for process in self._stack.family(name))
        )

    def _claims(self, job: str) -> int:
        with self._database.cursor() as cursor:
            cursor.execute("select lease_epoch from jobs where id = %s", (job,))
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _listening(self) -> int:
        with self._database.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and query ilike 'listen %'"
            )
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _requests(self) -> int:
        """Calls that the exchange has taken, of anybody; the control's are not counted."""
        stats = requests.get(f"{self._stack.servers.sandbox_url}/_control/stats", timeout=5)
        return int(stats.json()["requests"])
