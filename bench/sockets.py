"""Two thousand sockets on one web process, each told a status a second and one event a second that
is for everybody; against a bare server of the same stack that sends the same bytes.

The two take turns: while one is measured, the other and its clients are stopped (SIGSTOP).
"""

from __future__ import annotations

import json
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psutil

from bench.people import Person
from bench.rows import Row, quantile
from bench.socket_floor import CHANNEL
from bench.stack import Stack, signal_family, stack_of, wait_for
from core.announcer import Announcer
from devstack.paths import ROOT
from devstack.test_servers import Servers
from models import announcing, events
from models.sessions import make_engine, make_sessions

_PEOPLE, _EACH = 200, 10
_CLIENTS = _PEOPLE * _EACH
_TURNS, _EVENTS = 3, 10
_WARM_UP = 200
_SETTLING = 2.0
# Not in step with the status.
_GAP = (0.7, 1.3)
# Of one process: the sockets, and what else it needs.
_FILES = _CLIENTS + 1000
_FLOOR = f"{sys.executable} -m bench.socket_floor"
_PEER = "asyncio + websockets, the same bytes"
_SIGNAL = {
    "id": "1",
    "type": "halftime-ghost",
    "name": "LAL vs GSW - Under 112.5 2H",
    "marketId": "NBA29381",
    "confidence": 0.94,
    "ev": 8.7,
    "sport": "basketball",
    "expiresAt": 1704372000000,
}
Tell = Callable[[], tuple[int, float]]
"""Tells everybody of an event: its id, and when that began (`time.perf_counter`)."""


@dataclass(slots=True)
class Clients:
    """A process that holds sockets at one address."""

    address: str
    process: subprocess.Popen[str]

    def ask(self, **order: Any) -> dict[str, Any]:
        """Raises RuntimeError where it has ended: a socket was closed, or refused."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the clients' process has ended")
        found: dict[str, Any] = json.loads(line)
        return found


@dataclass(slots=True)
class Side:
    """One of the two servers with its clients, and what was measured of it so far: bytes of memory
    a client, seconds of each delivery, seconds of the processor of how many."""

    name: str
    clients: Clients
    tell: Tell
    unique: float = 0.0
    resident: float = 0.0
    took: list[float] = field(default_factory=list)
    busy: float = 0.0
    of: float = 0.0

    @property
    def load(self) -> float:
        """Percent of a core."""
        return self.busy / self.of * 100


def measure(servers: Servers) -> list[Row]:
    """Memory a client, time from the commit to the client, and processor time. Raises RuntimeError
    where a process may not hold so many files open."""
    _raise_file_limit()
    with (
        stack_of(
            servers,
            "web",
            EBB_SOCKETS_PER_ADDRESS=str(2 * _CLIENTS),
            EBB_SOCKETS_PER_USER=str(2 * _EACH),
        ) as stack,
        _clients(stack.url) as ours,
        _clients(stack.floor_url) as theirs,
    ):
        stack.start("floor", _FLOOR)
        wait_for(lambda: _listens(stack.floor_url))
        people = [Person(stack, number) for number in range(1, _PEOPLE + 1)]
        with _telling(stack) as tell:
            web = Side("web", ours, tell)
            floor = Side("floor", theirs, _publishing(stack))
            _fill(stack, floor, lambda count: [["/"] * count])
            _fill(stack, web, lambda count: _tickets(people, count))
            for turn in range(_TURNS):
                dice = random.Random(turn)
                for side, other in ((floor, web), (web, floor)):
                    with _alone(stack, other):
                        _drive(stack, side, dice)
    return _rows(floor, web)


def _rows(floor: Side, web: Side) -> list[Row]:
    events_each = _TURNS * _EVENTS
    told = f"{_CLIENTS} sockets on one process, a status a second each; {events_each} events"
    resident = f"RSS {web.resident / 1024:.1f} against {floor.resident / 1024:.1f} KiB"
    return [
        Row(
            "socket, memory",
            _PEER,
            floor.unique / 1024,
            web.unique / 1024,
            "KiB",
            why=f"PSS of the process; {resident}",
        ),
        *(
            Row(
                f"commit → event at a client, {name}",
                _PEER,
                quantile(floor.took, share) * 1000,
                quantile(web.took, share) * 1000,
                "ms",
                why=told,
            )
            for name, share in (("p50", 0.5), ("p99", 0.99))
        ),
        Row(f"{_CLIENTS} sockets, CPU", _PEER, floor.load, web.load, "% of a core", why=told),
    ]


def _raise_file_limit() -> None:
    """For this process and all that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < _FILES:
        raise RuntimeError(f"{_FILES} open files are needed, and ulimit -Hn is {hard}")
    if soft != resource.RLIM_INFINITY and soft < _FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, hard))


# -- the clients ----------------------------------------------------------------------------------


@contextmanager
def _clients(url: str) -> Iterator[Clients]:
    address = urlsplit(url)
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.socket_clients", str(address.hostname), str(address.port)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Clients(url, process)
    finally:
        process.kill()
        process.wait(10)


def _tickets(people: Sequence[Person], count: int) -> Iterator[list[str]]:
    """Paths with a ticket each, a few at a time: a ticket is good for half a minute."""
    for first in range(0, count, len(people)):
        yield [
            f"/ws?ticket={person.call('POST', '/api/ws-ticket').json()['ticket']}"
            for person in people[: count - first]
        ]


def _fill(
    stack: Stack, side: Side, paths: Callable[[int], Iterator[list[str]] | list[list[str]]]
) -> None:
    """Open all sockets; what each of them cost, once a first few had come and gone."""
    with _clients(side.clients.address) as passing:
        for some in paths(_WARM_UP):
            passing.ask(open=some)
        time.sleep(_SETTLING)
    time.sleep(_SETTLING)
    unique, resident = _memory(stack, side.name)
    for some in paths(_CLIENTS):
        side.clients.ask(open=some)
    time.sleep(_SETTLING)
    now_unique, now_resident = _memory(stack, side.name)
    side.unique = (now_unique - unique) / _CLIENTS
    side.resident = (now_resident - resident) / _CLIENTS


def _memory(stack: Stack, name: str) -> tuple[int, int]:
    """PSS and RSS of all its processes, in bytes."""
    found = [process.memory_full_info() for process in stack.family(name)]
    return sum(one.pss for one in found), sum(one.rss for one in found)


# -- the events -----------------------------------------------------------------------------------


@contextmanager
def _telling(stack: Stack) -> Iterator[Tell]:
    """As any process of ours tells: a row, a commit, and the announcement after it."""
    engine = make_engine(stack.database)
    sessions = make_sessions(engine)
    announcing.watch(sessions, Announcer(stack.redis_client()).carry)

    def tell() -> tuple[int, float]:
        with sessions() as session:
            event_id = events.tell(session, None, "live_out", _SIGNAL)
            began = time.perf_counter()
            session.commit()
        return event_id, began

    yield tell
    engine.dispose()


def _publishing(stack: Stack) -> Tell:
    client, numbers = stack.redis_client(), iter(range(1, 1_000_000))

    def tell() -> tuple[int, float]:
        number = next(numbers)
        event = {"type": "live_out", "id": number, "data": _SIGNAL}
        began = time.perf_counter()
        client.publish(CHANNEL, json.dumps(event, separators=(",", ":")))
        return number, began

    return tell


def _drive(stack: Stack, side: Side, dice: random.Random) -> None:
    """One turn. Raises RuntimeError unless every client got every event once."""
    time.sleep(_SETTLING)
    side.clients.ask(report=True)
    spent, began = stack.cpu_seconds(side.name), time.monotonic()
    told = {}
    for _ in range(_EVENTS):
        number, moment = side.tell()
        told[str(number)] = moment
        time.sleep(dice.uniform(*_GAP))
    side.busy += stack.cpu_seconds(side.name) - spent
    side.of += time.monotonic() - began
    found = side.clients.ask(report=True)
    counts = {number: len(came) for number, came in found["events"].items()}
    if counts != dict.fromkeys(told, _CLIENTS):
        raise RuntimeError(f"{side.name}: not every event once to each of {_CLIENTS}: {counts}")
    if found["statuses"] < 0.8 * _CLIENTS * _EVENTS:
        raise RuntimeError(f"{side.name}: only {found['statuses']} statuses")
    for name, moment in told.items():
        side.took += [came - moment for came in found["events"][name]]


@contextmanager
def _alone(stack: Stack, other: Side) -> Iterator[None]:
    """While the other one stands still."""
    pid = other.clients.process.pid
    signal_family(stack, other.name, signal.SIGSTOP)
    psutil.Process(pid).suspend()
    try:
        yield
    finally:
        signal_family(stack, other.name, signal.SIGCONT)
        psutil.Process(pid).resume()


def _listens(url: str) -> bool:
    address = urlsplit(url)
    with socket.socket() as tried:
        return tried.connect_ex((str(address.hostname), address.port or 0)) == 0
