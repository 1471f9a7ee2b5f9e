"""A market crash, simulated: many people tap within a minute, and a house of so many processes and
addresses works on it. Discrete events, no clock, no network; the same seed gives the same minute.

What is simulated as it is in the code: one core a Python process; threads of a worker that hold a
job; the address's window of calls with its share for readings, asked again every 250 ms and given
up after 1.5 s (`exchange/pacing.py`); waves of orders within an account's windows; looks after
each of them.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import defaultdict, deque
from collections.abc import Generator
from dataclasses import dataclass, field

from exchange.windows import WINDOW_MS

_ADDRESS_BUDGET = 550
_READS_BUDGET = int(_ADDRESS_BUDGET * 0.85)
_SLICE = 0.25
_SLICES = 21
_LONGEST_WAIT = 1.5
_ORDERS_A_WINDOW = 10
"""Of an account and category, by the batch endpoint, and as many by the single one."""
_POSITION_READS = 3
_FEE_READS = 2
"""The fees of an account that this process has not met lately, which in a crash is all of them."""
_ONE_BY_ONE = 2
"""So few orders are looked up singly, more of them by a page of each list."""
_BEFORE_ORDER = 0.45
"""Of a job's work, what comes before its first order (docs/performance.md, where the time goes)."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor time in seconds: of a job of one position, and of each further one."""

    web: float
    worker: float
    worker_leg: float
    postgres: float
    postgres_leg: float
    redis: float
    commits: float
    poll: float
    socket: float
    """Of one open socket, each second."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What was not measured. Seconds."""

    round_trip: float = 0.040
    """To the exchange and back: the median of a lognormal distribution with sigma 0.4."""
    statement: float = 0.0005
    commit: float = 0.002
    statements: int = 40
    threads: int = 8
    online: float = 0.30
    """Of all users, with the app open."""
    mean_legs: int = 8
    most_legs: int = 50


@dataclass(frozen=True, slots=True)
class Crash:
    """So many people, of whom a share taps within some seconds, the most of them at the start."""

    users: int = 100_000
    share: float = 0.10
    seconds: float = 60.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class House:
    """What there is of each; the workers are spread evenly over the addresses."""

    web: int
    workers: int
    addresses: int
    postgres: int
    """Cores of the one server."""


@dataclass(slots=True)
class Tap:
    """One job; moments in seconds from the crash's beginning."""

    at: float
    legs: int
    ordered: float | None = None
    done: float = 0.0


@dataclass(slots=True)
class Told:
    """What came of it."""

    taps: list[Tap]
    calls: int = 0
    given_back: int = 0
    worker_busy: float = 0.0
    postgres_busy: float = 0.0
    commits: float = 0.0

    @property
    def took(self) -> float:
        """From the first tap to the last job's end."""
        return max(tap.done for tap in self.taps)


class Core:
    """One core: work in the order in which it comes."""

    def __init__(self, load: float = 0.0) -> None:
        """`load`: the share of it that other things take all the time."""
        self._left = 1.0 - load
        self._free_at = 0.0
        self.busy = 0.0

    def until(self, now: float, seconds: float) -> float:
        """When this work is done."""
        self.busy += seconds
        self._free_at = max(now, self._free_at) + seconds / self._left
        return self._free_at


class Cores:
    """Several, with one queue."""

    def __init__(self, count: int) -> None:
        self._free_at = [0.0] * count
        self.busy = 0.0

    def until(self, now: float, seconds: float) -> float:
        """When this work is done."""
        self.busy += seconds
        done = max(now, heapq.heappop(self._free_at)) + seconds
        heapq.heappush(self._free_at, done)
        return done


class Address:
    """An address that calls leave from: its window of five seconds, in slices."""

    def __init__(self) -> None:
        self._slices: defaultdict[int, int] = defaultdict(int)
        self.calls = 0

    def take(self, now: float, wanted: int, *, orders: bool) -> int:
        """How many of these calls may leave now."""
        here = int(now / _SLICE)
        used = sum(self._slices[here - back] for back in range(_SLICES))
        budget = _ADDRESS_BUDGET if orders else _READS_BUDGET
        granted = max(0, min(wanted, budget - used))
        self._slices[here] += granted
        self.calls += granted
        return granted


@dataclass(slots=True)
class Worker:
    """A worker process: one core, and the address its calls leave from."""

    core: Core
    address: Address


Steps = Generator["float | Crew", Worker, None]
"""A job's way. Each step yields when it goes on, or the crew, to wait for a thread."""


@dataclass(slots=True)
class Crew:
    """The threads of all workers, and the queue of jobs before them."""

    free: deque[Worker]
    waiting: deque[Steps] = field(default_factory=deque)


class Minute:
    """One run."""

    def __init__(self, house: House, crash: Crash, costs: Costs, assumed: Assumed) -> None:
        self._costs, self._assumed = costs, assumed
        self._random = random.Random(crash.seed)
        self._now = 0.0
        self._agenda: list[tuple[float, int, Steps]] = []
        self._numbers = itertools.count()
        sockets = crash.users * assumed.online * costs.socket / house.web
        self._web = [Core(min(0.9, sockets)) for _ in range(house.web)]
        self._postgres = Cores(house.postgres)
        addresses = [Address() for _ in range(house.addresses)]
        workers = [Worker(Core(), addresses[n % house.addresses]) for n in range(house.workers)]
        self._crew = Crew(deque(workers * assumed.threads))
        taps = [self._tap(crash) for _ in range(int(crash.users * crash.share))]
        self._told = Told(sorted(taps, key=lambda tap: tap.at))
        self._addresses, self._workers = addresses, workers

    def run(self) -> Told:
        """Until the last job has ended."""
        for tap in self._told.taps:
            self._go_on(tap.at, self._job(tap))
        while self._agenda:
            self._now, _, steps = heapq.heappop(self._agenda)
            self._advance(steps, None)
        told = self._told
        told.calls = sum(address.calls for address in self._addresses)
        told.worker_busy = sum(worker.core.busy for worker in self._workers)
        told.postgres_busy = self._postgres.busy
        return told

    def _tap(self, crash: Crash) -> Tap:
        at = crash.seconds * (1 - (1 - self._random.random()) ** 0.5)
        more = int(self._random.expovariate(1 / (self._assumed.mean_legs - 0.5)))
        return Tap(at, min(1 + more, self._assumed.most_legs))

    # -- the agenda ---------------------------------------------------------------------------

    def _go_on(self, at: float, steps: Steps) -> None:
        heapq.heappush(self._agenda, (at, next(self._numbers), steps))

    def _advance(self, steps: Steps, given: Worker | None) -> None:
        try:
            wanted = next(steps) if given is None else steps.send(given)
        except StopIteration:
            return
        if not isinstance(wanted, Crew):
            self._go_on(wanted, steps)
        elif wanted.free:
            self._advance(steps, wanted.free.popleft())
        else:
            wanted.waiting.append(steps)

    def _give_back(self, worker: Worker) -> None:
        if self._crew.waiting:
            self._advance(self._crew.waiting.popleft(), worker)
        else:
            self._crew.free.append(worker)

    # -- a job --------------------------------------------------------------------------------

    def _job(self, tap: Tap) -> Steps:
        yield self._random.choice(self._web).until(self._now, self._costs.web)
        yield self._now + self._assumed.commit + 4 * self._assumed.statement
        while True:
            worker = yield self._crew
            planned = yield from self._plan(tap, worker)
            if planned:
                yield from self._send(tap, worker)
                tap.done = self._now
            self._give_back(worker)
            if planned:
                return
            self._told.given_back += 1
            yield self._now + _SLICE

    def _plan(self, tap: Tap, worker: Worker) -> Generator[float | Crew, Worker, bool]:
        """False if the address had no calls left for too long: the job is given back."""
        yield from self._work(tap, worker, _BEFORE_ORDER / 2)
        wanted, waited = _POSITION_READS + _FEE_READS, 0.0
        while wanted := wanted - worker.address.take(self._now, wanted, orders=False):
            if waited + _SLICE > _LONGEST_WAIT:
                return False
            waited += _SLICE
            yield self._now + _SLICE
        # They are read at once: the slowest counts.
        yield self._now + max(self._trip() for _ in range(_POSITION_READS + _FEE_READS))
        yield from self._work(tap, worker, _BEFORE_ORDER / 2)
        return True

    def _send(self, tap: Tap, worker: Worker) -> Steps:
        left = tap.legs
        while left:
            batched = min(left, _ORDERS_A_WINDOW)
            single = min(left - batched, _ORDERS_A_WINDOW)
            yield from self._calls(worker, 1 + single, orders=True)
            yield self._now + max(self._trip() for _ in range(1 + single))
            window = self._now + WINDOW_MS / 1000
            tap.ordered = tap.ordered or self._now
            sent = batched + single
            left -= sent
            looks = sent if sent <= _ONE_BY_ONE else 1
            for _ in range(2):
                yield from self._calls(worker, looks, orders=False)
                yield self._now + sum(self._trip() for _ in range(looks))
            yield from self._work(tap, worker, (1 - _BEFORE_ORDER) * sent / tap.legs)
            if left:
                yield max(self._now, window)

    def _calls(self, worker: Worker, wanted: int, *, orders: bool) -> Steps:
        while wanted := wanted - worker.address.take(self._now, wanted, orders=orders):
            yield self._now + _SLICE

    def _work(self, tap: Tap, worker: Worker, share: float) -> Steps:
        """A share of the job's own work: on the worker's core and in PostgreSQL, by turns."""
        costs, assumed = self._costs, self._assumed
        further = tap.legs - 1
        yield worker.core.until(self._now, share * (costs.worker + further * costs.worker_leg))
        yield self._postgres.until(
            self._now, share * (costs.postgres + further * costs.postgres_leg)
        )
        commits = share * costs.commits
        self._told.commits += commits
        yield self._now + commits * assumed.commit + share * assumed.statements * assumed.statement

    def _trip(self) -> float:
        return self._assumed.round_trip * self._random.lognormvariate(0.0, 0.4)
