"""How everything stands, as one document: for whoever asks, and for all who watch."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Literal, TypeVar

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.logs import get_logger
from core.queue_names import REDIS_NAMESPACE
from core.settings import Settings
from exchange.headroom import Headroom, read_headroom
from models import worker_processes
from models.users import Account
from models.worker_processes import SILENT_SECONDS, WorkerProcess
from trading import pause
from trading.operations import figures
from trading.operations.exchange_hour import exchange_hour
from web import present
from web.admin import redis_queue
from web.schemas.operations import (
    AddressOut,
    BucketOut,
    ExchangeOut,
    LimitsOut,
    OutboxOut,
    OverviewOut,
    QueueOut,
    RatesOut,
    WorkerOut,
    WorkersOut,
)

log = get_logger(__name__)
Told = TypeVar("Told")
_LIMITS_SECONDS = 2.0
_RATES_SECONDS = 2.0
_SELDOM_SECONDS = 10.0


class Kept:
    """What costs more than the rest is asked anew only after a while. Safe to share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, object]] = {}

    def get(self, name: str, seconds: float, ask: Callable[[], Told]) -> Told:
        """What was found not longer ago than that, else what is found now."""
        now = clock.monotonic()
        with self._lock:
            at, found = self._known.get(name, (0.0, None))
        if found is None or now - at >= seconds:
            found = ask()
            with self._lock:
                self._known[name] = (now, found)
        return found  # type: ignore[return-value] # a name is asked for by one question only


class Picture:
    """One per process; safe to share between threads."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._address = settings.exit_address
        self._budget = settings.address_budget
        # RabbitMQ has a console of its own.
        self._is_elsewhere = settings.amqp_address is not None
        self._kept = Kept()

    def take(self, session: Session) -> OverviewOut:
        """As of now; rates, limits and the exchange's hour as of some seconds ago. The session has
        the system's scope."""
        now = clock.utcnow()
        rates = self._kept.get("rates", _RATES_SECONDS, lambda: figures.rates(session, now))
        hour = self._kept.get("hour", _SELDOM_SECONDS, lambda: exchange_hour(session, now))
        dead = self._kept.get("dead", _SELDOM_SECONDS, lambda: figures.dead_ones(session))
        queues = figures.queues(session, dead)
        limits = None
        try:
            if not self._is_elsewhere:
                queues.append(redis_queue.depth(self._redis))
            limits = self._limits(session)
        except (RedisError, OSError) as error:
            log.warning("overview.redis_away", error=type(error).__name__)
        return OverviewOut(
            at=now,
            sending=present.sending(pause.switch(session)),
            queues=[QueueOut.model_validate(one) for one in queues],
            outbox=OutboxOut.model_validate(figures.outbox(session)),
            waits=dict(figures.waits(session)),
            workers=workers(session),
            rates=RatesOut.model_validate(rates),
            exchange=ExchangeOut.model_validate(hour),
            limits=limits,
        )

    def _limits(self, session: Session) -> LimitsOut:
        found = self._kept.get("limits", _LIMITS_SECONDS, self._headroom)
        refused = select(func.count()).where(
            Account.refused_reason.is_not(None), Account.removed_at.is_(None)
        )
        return LimitsOut(
            budget=self._budget,
            addresses=[
                AddressOut(name=one.name, used=one.used, banned_ms=one.banned_ms)
                for one in found.addresses
            ],
            buckets=[
                BucketOut(
                    id=one.id,
                    account_id=one.account and uuid.UUID(one.account),
                    endpoint=one.endpoint,
                    category=one.category,
                    used=one.used,
                    size=one.size,
                    blocked_ms=one.blocked_ms,
                )
                for one in found.buckets
            ],
            more=found.more,
            refused_keys=self._kept.get(
                "refused", _SELDOM_SECONDS, lambda: session.scalar(refused) or 0
            ),
        )

    def _headroom(self) -> Headroom:
        return read_headroom(self._redis, REDIS_NAMESPACE, self._address)


def workers(session: Session) -> WorkersOut:
    """Those that said something lately, with the leases they hold."""
    held = dict(figures.leases(session))
    items = []
    for row, now in worker_processes.known(session):
        silent_for = max(0.0, (now - row.beat_at).total_seconds())
        leases = held.pop(row.name, 0)
        items.append(
            WorkerOut(
                id=row.id,
                name=row.name,
                state=_state(row, silent_for, leases),
                threads=row.threads,
                leases=leases,
                started_at=row.started_at,
                silent_for=silent_for,
                drained_at=row.drained_at,
            )
        )
    return WorkersOut(items=items, unowned=sum(held.values()))


def _state(
    row: WorkerProcess, silent_for: float, leases: int
) -> Literal["running", "draining", "drained", "silent"]:
    if silent_for > SILENT_SECONDS:
        return "silent"
    if row.drained_at is None:
        return "running"
    return "drained" if row.has_heard and not leases else "draining"
