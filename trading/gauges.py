"""What Postgres and Redis know, as metrics: read at the scrape, so it is right whatever died."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from prometheus_client.core import Metric
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from core import amqp, clock, metrics
from core.logs import get_logger
from core.metrics import Values
from core.queue_names import (
    DEAD_QUEUE,
    DELAYED_QUEUE,
    JOBS_QUEUE,
    QUEUES,
    REDIS_NAMESPACE,
    WORKERS_KEY,
)
from core.scrape import family, histogram
from core.settings import Settings
from core.version import VERSION
from exchange.headroom import read_addresses
from models import counters, row_security
from models.base import any_of
from models.counters import Counted, Counts
from models.outbox import OutboxRow
from models.row_security import system_scope
from models.states import ENDED_JOBS, ENDED_LEGS, JobKind, JobState
from trading.outbox import LONGEST_WAIT
from trading.pause import is_paused
from trading.schedules import claim_run

log = get_logger(__name__)

_FRESH_SECONDS = 2.0
_FOLD_EVERY = timedelta(minutes=1)
_SEND_OUTCOMES = ("sent", "refused", "unknown", "dropped")


class Gauges:
    """One per process; safe to share between threads. Several scrapes at once are one reading."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        redis: Redis,
        settings: Settings,
        process: str,
        *,
        also: Callable[[], list[Metric]] = list,
    ) -> None:
        """`process` is web or worker; `also` reads more of Redis, and may raise RedisError."""
        self._sessions = row_security.of(sessions, None)
        self._redis = redis
        self._settings = settings
        self._process = process
        self._also = also
        self._lock = threading.Lock()
        self._read_at = -_FRESH_SECONDS
        self._known: list[Metric] = []

    def families(self) -> list[Metric]:
        """All of them, at most two seconds old. A source that is away is told as such, and what
        only it knows is left out: no figure is better than an old one."""
        with self._lock:
            if clock.monotonic() - self._read_at >= _FRESH_SECONDS:
                self._known = self._read()
                self._read_at = clock.monotonic()
            return self._known

    def _read(self) -> list[Metric]:
        found = [family(metrics.BUILD_INFO, {(VERSION, self._process): 1})]
        up: dict[tuple[str, ...], float] = {}
        for source, look in self._sources():
            try:
                found += look()
                up[source,] = 1
            except (SQLAlchemyError, RedisError, OSError) as error:
                log.warning("metrics.source_away", source=source, error=type(error).__name__)
                up[source,] = 0
        return [*found, family(metrics.SOURCE_UP, up)]

    def _sources(self) -> list[tuple[str, Callable[[], list[Metric]]]]:
        elsewhere = self._settings.amqp_address
        return [
            ("postgres", self._postgres),
            ("redis", self._from_redis),
            *([("rabbitmq", partial(_from_rabbitmq, elsewhere))] if elsewhere else []),
        ]

    def _postgres(self) -> list[Metric]:
        with self._sessions() as session, system_scope(session):
            jobs: dict[str, int] = {row[0]: row[1] for row in session.execute(OPEN_JOBS)}
            age = session.scalar(
                select(func.extract("epoch", func.now() - func.min(OutboxRow.ring_at)))
            )
            wait = session.scalar(LONGEST_WAIT)
            paused = is_paused(session)
            counts = counters.read(session)
        open_states = [state for state in JobState if state not in ENDED_JOBS]
        return [
            family(metrics.JOBS, {(state,): jobs.get(state, 0) for state in open_states}),
            family(metrics.OUTBOX_AGE, {(): max(0.0, float(age or 0))}),
            family(metrics.JOB_WAIT, {(): float(wait or 0)}),
            family(metrics.SENDING_PAUSED, {(): float(paused)}),
            *_counts(counts),
        ]

    def _from_redis(self) -> list[Metric]:
        workers = self._redis.zcount(WORKERS_KEY, clock.now_ms(), "+inf")
        budget = self._settings.address_budget
        addresses = read_addresses(self._redis, REDIS_NAMESPACE, self._settings.exit_address)
        left = min(0.0 if one.banned_ms else max(0.0, 1 - one.used / budget) for one in addresses)
        return [
            *([] if self._settings.amqp_address else [self._depths()]),
            family(metrics.WORKERS, {(): float(workers)}),  # type: ignore[arg-type] # not awaited
            family(metrics.HEADROOM, {(): left}),
            *self._also(),
        ]

    def _depths(self) -> Metric:
        def key(queue: str) -> str:
            return f"{REDIS_NAMESPACE}:{queue}"

        with self._redis.pipeline(transaction=False) as asked:
            asked.llen(key(JOBS_QUEUE))
            asked.llen(key(DELAYED_QUEUE))
            asked.zcard(key(DEAD_QUEUE))
            depths = asked.execute()
        return family(
            metrics.QUEUE_DEPTH,
            {(queue,): depth for queue, depth in zip(QUEUES, depths, strict=True)},
        )


def _from_rabbitmq(address: str) -> list[Metric]:
    found = amqp.depths(address, QUEUES)
    return [family(metrics.QUEUE_DEPTH, {(queue,): float(depth) for queue, depth in found.items()})]


# As the index of open jobs says it.
OPEN_JOBS = text(
    f"select state, count(*) from jobs where not ({any_of('state', ENDED_JOBS)}) group by state"  # noqa: S608 - built from enums of ours
)


def _counts(counts: Counts) -> list[Metric]:
    """What never happened is told as 0: a first time is an increase."""

    def of(name: Counted, labels: list[tuple[str, ...]]) -> Values:
        return {one: float(counts[name].get(one, 0)) for one in labels}

    ended = [(state, kind) for state in sorted(ENDED_JOBS) for kind in JobKind]
    taps: Values = {bound: float(count) for bound, count in counts[Counted.TAPS].items()}
    took = float(counts[Counted.TAP_SECONDS].get((), 0))
    return [
        family(metrics.JOBS_ENDED, of(Counted.JOBS_ENDED, list(ended))),
        family(metrics.LEGS_ENDED, of(Counted.LEGS_ENDED, [(one,) for one in sorted(ENDED_LEGS)])),
        family(metrics.TAKEOVERS, of(Counted.TAKEOVERS, [()])),
        family(
            metrics.TELEGRAM_SENDS, of(Counted.TELEGRAM_SENDS, [(one,) for one in _SEND_OUTCOMES])
        ),
        histogram(metrics.TAP_TO_ORDER, metrics.TAP_BOUNDS, taps, took),
    ]


def claim_folding(sessions: sessionmaker[Session]) -> bool:
    """Whether counts are to be folded now; true for one caller only, in whatever process."""
    return claim_run(sessions, "fold_counters", _FOLD_EVERY)


def fold_counters(sessions: sessionmaker[Session], *, stopping: threading.Event) -> None:
    """Fold what was counted, a portion at a time."""
    whole = True
    while whole and not stopping.is_set():
        with sessions.begin() as session:
            whole = counters.fold(session) == counters.BATCH
