"""Send the attempts that are due, wave by wave: as many as the exchange's limits let leave now,
the biggest first. The intent is committed before every call to the exchange."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import clock, tracing
from core.settings import Settings
from exchange.gateway import Gateway
from exchange.outcomes import Verdict
from exchange.pacing import Wave
from exchange.types import Category, OrderRequest, Side
from exchange.windows import Taken
from models.jobs import Attempt, Leg
from models.states import AttemptState, LegState
from trading.desk import Desk
from trading.lease import Lease
from trading.pause import SendingPaused, may_send
from trading.states import ATTEMPT_TRANSITIONS, LEG_TRANSITIONS, check_step
from trading.verdicts import record_verdict

_CLOCK_SKEW = timedelta(seconds=1)
"""The exchange takes timestamps up to this far ahead of its own clock."""


@dataclass(frozen=True, slots=True)
class Due:
    """An attempt to send, with its leg; both as read, not attached to a session."""

    attempt: Attempt
    leg: Leg

    def request(self) -> OrderRequest:
        leg = self.leg
        return OrderRequest(
            category=Category(leg.category),
            symbol=leg.symbol,
            side=Side(leg.side),
            qty=self.attempt.qty,
            order_link_id=self.attempt.order_link_id,
            reduce_only=leg.reduce_only,
            position_idx=leg.position_idx,
            limit_price=leg.limit_price,
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """What a wave came to: how many orders left, and in how many seconds more may leave."""

    count: int
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """What one call came to, and when it began and was answered (`clock.monotonic`)."""

    verdicts: Sequence[Verdict]
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one order, and how long after its intent its call began and was answered."""

    verdict: Verdict
    left_after: timedelta
    answered_after: timedelta


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call of a wave."""

    items: Sequence[Due]
    make: Callable[[], list[Verdict]]

    def timed(self) -> Said:
        """Make it. Timed here, since a wave comes back with the slowest of its calls."""
        began = clock.monotonic()
        verdicts = self.make()
        return Said(verdicts, began, clock.monotonic())


@dataclass(slots=True)
class Ready:
    """A wave with its tokens taken; `wait` seconds until more may leave. `marked_at`: when its
    intent was written down (`clock.monotonic`)."""

    calls: Sequence[Call]
    wait: float
    marked_at: float = 0.0

    @property
    def items(self) -> list[Due]:
        return [item for call in self.calls for item in call.items]


def send_wave(desk: Desk, gateway: Gateway, lease: Lease, due: Sequence[Due]) -> Sent:
    """Send what may leave now and write each answer down. Sends nothing once a cancel is seen.
    Raises LeaseLost, SendingPaused, and Busy while the exchange has banned this address."""
    # Before the lease is checked: what leaves late carries a time that is too old.
    stamp = gateway.stamp()
    ready = choose(gateway, due, stamp)
    if not ready.calls:
        return Sent(0, ready.wait)
    with lease.write() as (session, job):
        if job.cancel_requested:
            return Sent(0)
        if not may_send(session):
            raise SendingPaused
        mark_sent(session, ready, desk.settings)
    return deliver(desk, lease, ready)


def choose(gateway: Gateway, due: Sequence[Due], stamp: int) -> Ready:
    """Take tokens for as many as may leave now, the biggest first. Raises Busy while banned."""
    ranked = sorted(due, key=lambda item: item.leg.notional, reverse=True)
    wave = gateway.wave(Counter(Category(item.leg.category) for item in ranked))
    return Ready(list(_calls(gateway, wave, ranked, stamp)), wave.wait)


def deliver(desk: Desk, lease: Lease, ready: Ready) -> Sent:
    """Make the calls of a wave whose intent is committed; write the answers down."""
    with tracing.step("job.wave", {"ebb.orders": len(ready.items)}) as step:
        said: list[Said] = desk.couriers.all([call.timed for call in ready.calls])
        answers = {
            item.attempt.id: Answered(
                verdict,
                timedelta(seconds=one.began - ready.marked_at),
                timedelta(seconds=one.ended - ready.marked_at),
            )
            for call, one in zip(ready.calls, said, strict=True)
            for item, verdict in zip(call.items, one.verdicts, strict=True)
        }
        if tracing.is_on():
            step.note(_told(answer.verdict for answer in answers.values()))
        return _write_down(desk, lease, ready, answers)


def _told(verdicts: Iterable[Verdict]) -> tracing.Attributes:
    """How many orders came to what."""
    words = Counter(type(verdict).__name__.lower() for verdict in verdicts)
    return {f"ebb.{word}": count for word, count in words.items()}


def _write_down(
    desk: Desk, lease: Lease, ready: Ready, answers: Mapping[uuid.UUID, Answered]
) -> Sent:
    batch = ready.items
    # An attempt that may be at the exchange already proves less by a refusal.
    repeated = {item.attempt.id for item in batch if item.attempt.state is AttemptState.UNKNOWN}
    with lease.write() as (session, job):
        for attempt, leg in _attached(session, batch):
            answer = answers[attempt.id]
            # Both by the clock that dated the intent, the database's, moved on by how long it took.
            marked = attempt.sent_at or clock.utcnow()
            attempt.sent_at = marked + answer.left_after
            record_verdict(
                session,
                desk,
                job,
                attempt,
                leg,
                answer.verdict,
                answered_at=marked + answer.answered_after,
                repeated=attempt.id in repeated,
            )
    return Sent(len(batch), ready.wait)


def _calls(gateway: Gateway, wave: Wave, ranked: Sequence[Due], stamp: int) -> Iterator[Call]:
    """The wave's HTTP calls; in each category the biggest go first, in batches, the rest singly."""
    for category in Category:
        items = [item for item in ranked if item.leg.category == category]
        if not items:
            continue
        batched, single = wave.batch[category], wave.single[category]
        size = gateway.batch_size(category)
        for taken, start in _parts(batched, size):
            yield _batch(gateway, category, items[start : start + taken.count], taken, stamp)
        for taken, start in _parts(single, 1):
            yield _single(gateway, items[batched.count + start], taken, stamp)


def _parts(taken: Taken, size: int) -> Iterator[tuple[Taken, int]]:
    """Tokens in portions of at most `size`, with each portion's place."""
    for start in range(0, taken.count, size):
        count = min(size, taken.count - start)
        yield Taken(taken.bucket, count, taken.first + start), start


def _batch(
    gateway: Gateway, category: Category, items: Sequence[Due], taken: Taken, stamp: int
) -> Call:
    requests = [item.request() for item in items]
    return Call(items, lambda: gateway.place_batch(category, requests, taken=taken, stamp=stamp))


def _single(gateway: Gateway, item: Due, taken: Taken, stamp: int) -> Call:
    request = item.request()
    return Call([item], lambda: [gateway.place(request, taken=taken, stamp=stamp)])


def mark_sent(session: Session, ready: Ready, settings: Settings) -> None:
    """From this commit on each of them may be at the exchange, until its fence at the latest."""
    for item in ready.items:
        if item.attempt.state is AttemptState.INTENDED:
            check_step(ATTEMPT_TRANSITIONS, item.attempt.state, AttemptState.UNKNOWN)
        if item.leg.state is LegState.PLANNED:
            check_step(LEG_TRANSITIONS, item.leg.state, LegState.WORKING)
    fence = timedelta(milliseconds=settings.recv_window_ms) + _CLOCK_SKEW
    ready.marked_at = clock.monotonic()
    session.execute(
        update(Attempt)
        .where(Attempt.id.in_([item.attempt.id for item in ready.items]))
        .values(
            state=AttemptState.UNKNOWN,
            sends=Attempt.sends + 1,
            retry_at=None,
            # Not the transaction's beginning, which may lie before a plan was made.
            sent_at=func.clock_timestamp(),
            fence_until=func.now() + fence,
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Leg)
        .where(Leg.id.in_([item.leg.id for item in ready.items]), Leg.state == LegState.PLANNED)
        .values(state=LegState.WORKING)
        .execution_options(synchronize_session=False)
    )


def _attached(session: Session, batch: Sequence[Due]) -> list[tuple[Attempt, Leg]]:
    rows = session.execute(
        select(Attempt, Leg)
        .join(Leg, Leg.id == Attempt.leg_id)
        .where(Attempt.id.in_([item.attempt.id for item in batch]))
        .order_by(Leg.seq)
    )
    return [(attempt, leg) for attempt, leg in rows]
