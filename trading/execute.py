"""Execute a job: claim, plan, send, resolve, repeat, finish (design §4).

Safe to call any number of times, from any process, at once, and to be killed at any point: each
step reads what stands in Postgres and goes on from there.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import SQLColumnExpression, func, select
from sqlalchemy.orm import Session, sessionmaker

from core import clock, tracing
from core.logs import get_logger, log_context
from core.vault import VaultError
from exchange.gateway import Gateway
from exchange.outcomes import AuthProblem, Busy, ExchangeError, RequestDefect, Unreachable
from exchange.streams import News
from models.jobs import Attempt, Job, Leg
from models.states import AttemptState, LegState
from trading.desk import Desk
from trading.finishing import fail, finish, note_protection, protect_again
from trading.heartbeat import Heartbeat
from trading.lease import Lease, LeaseLost, claim
from trading.leg_steps import end_leg, stop_unsent
from trading.leverage import set_leverage_first
from trading.outbox import ring_from
from trading.pause import SendingPaused
from trading.planning import plan_job
from trading.reasons import Reason
from trading.resolving import resolve
from trading.scope import UnknownSymbols
from trading.sending import Due, Ready, deliver, send_wave
from trading.standing import Standing, look
from trading.waits import WaitReason

log = get_logger(__name__)

_FIRST_PAUSE = 0.005
_LONGEST_PAUSE = 1.2
"""A worker waits this long holding the job (a window of the exchange's limits is one second); for
longer it gives the job back."""
_PARK_SECONDS = 1.0
_LONGEST_PARK = 30.0
_PAUSED_PARK = 5.0
_GIVE_UP_PLANNING = timedelta(minutes=10)
_GIVE_UP_VERIFYING = timedelta(hours=1)
_GIVE_UP_PROTECTING = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call did. `again_in`: seconds until this job is due again, None if it ended or is
    somebody else's. `next_job`: the account's next job, free to start now."""

    again_in: float | None = None
    next_job: uuid.UUID | None = None


class _Park(Exception):
    """Give the job back and come again later. `reason` and `until` are for people; `until`
    seconds from now, where the wait is longer than the next look. Nobody knows how long a pause
    of all sending lasts, nor is the job looked at before its end."""

    def __init__(
        self, seconds: float, reason: WaitReason | None = None, until: float | None = None
    ) -> None:
        super().__init__(seconds)
        self.seconds = min(seconds, _LONGEST_PARK)
        self.reason = reason
        self.until: float | None = None
        if reason not in (None, WaitReason.PAUSED):
            self.until = self.seconds if until is None else until


def execute(
    desk: Desk,
    sessions: sessionmaker[Session],
    job_id: uuid.UUID,
    *,
    owner: str,
    stopping: threading.Event | None = None,
    heartbeat: Heartbeat | None = None,
) -> Outcome:
    """Work on the job as far as it goes now. Once `stopping` is set, the step at hand is finished
    and the job is given back at once. Without a heartbeat only the writes renew the lease."""
    began = tracing.moment()
    lease = claim(sessions, job_id, owner, desk.settings.lease_seconds)
    if lease is None:
        return Outcome()
    beating = heartbeat.of(lease) if heartbeat else nullcontext()
    with log_context(job_id=str(job_id), epoch=lease.epoch), _turn(lease, began) as turn, beating:
        tracing.past("job.claim", began)
        try:
            return _Run(desk, lease, stopping or threading.Event()).go()
        except LeaseLost:
            turn.came_to("lease_lost")
            log.warning("job.lease_lost")
            return Outcome()
        except _Park as park:
            turn.came_to("parked")
            return _park(lease, park)


def _turn(lease: Lease, began: int) -> tracing.Span:
    told: tracing.Attributes = {
        "ebb.job_id": str(lease.job_id),
        "ebb.epoch": lease.epoch,
        "ebb.kind": lease.job.kind.value,
        "ebb.market_type": lease.job.market_type.value,
    }
    parent = lease.job.traceparent
    return tracing.entry("job.turn", told, kind="consumer", parent=parent, began=began)


def _park(lease: Lease, park: _Park) -> Outcome:
    try:
        with lease.write(visible=park.reason is not None) as (session, job):
            lease.release(job)
            due: SQLColumnExpression[Any] = func.now()
            if not job.cancel_requested:
                due = func.now() + timedelta(seconds=park.seconds)
                job.not_before = due
                job.wait_reason = park.reason
                if park.until is not None:
                    job.wait_until = func.now() + timedelta(seconds=park.until)
            ring_from(session, job.id, due)
    except LeaseLost:
        return Outcome()
    return Outcome(again_in=park.seconds)


class _Run:
    """One worker's turn at one job."""

    def __init__(self, desk: Desk, lease: Lease, stopping: threading.Event) -> None:
        self._desk = desk
        self._lease = lease
        self._stopping = stopping
        self._pause = _FIRST_PAUSE
        self._news: News | None = None
        self._first_wave: Ready | None = None
        self._next_job: uuid.UUID | None = None

    def go(self) -> Outcome:
        job = self._lease.job
        gateway = self._gateway()
        if job.planned_at is None and not self._plan(gateway, job):
            return Outcome(next_job=self._next_job)
        if gateway is not None:
            self._news = gateway.news()
        if gateway is not None and self._first_wave is not None:
            deliver(self._desk, self._lease, self._first_wave)
        while not self._round(gateway):
            pass
        return Outcome(next_job=finish(self._lease, self._desk.settings.retention_days))

    def _gateway(self) -> Gateway | None:
        """None if the keys are gone: then nothing can be sent or looked up."""
        try:
            return self._desk.gateway(self._lease.account)
        except (AuthProblem, VaultError) as error:
            log.error("job.no_keys", error=type(error).__name__)
            return None

    # -- planning -----------------------------------------------------------------------------

    def _plan(self, gateway: Gateway | None, job: Job) -> bool:
        """True once a plan stands; False if the job ended without one."""
        if job.cancel_requested:
            self._fail(Reason.CANCELLED_BY_USER)
            return False
        if gateway is None:
            self._fail(Reason.KEY_REMOVED)
            return False
        try:
            with tracing.step("job.plan"):
                self._first_wave = plan_job(self._desk, gateway, self._lease, job)
        except UnknownSymbols as error:
            self._fail("unknown_symbol", ", ".join(error.symbols))
        except AuthProblem as error:
            self._fail(error.reason, error.message)
        except (Busy, Unreachable) as error:
            self._plan_later(job, error)
        except ExchangeError as error:
            log.error("job.plan_refused", code=error.code, text=error.message)
            self._fail("internal_error", f"{error.code} {error.message}")
        else:
            return True
        return False

    def _fail(self, error_code: str, detail: str | None = None) -> None:
        days = self._desk.settings.retention_days
        self._next_job = fail(self._lease, error_code, detail, retention_days=days)

    def _plan_later(self, job: Job, error: Busy | Unreachable) -> None:
        """Nothing was sent yet: try for some minutes, then say that it did not work."""
        if job.started_at is not None and clock.utcnow() - job.started_at > _GIVE_UP_PLANNING:
            self._fail("exchange_unreachable", error.message)
            return
        if isinstance(error, Busy):
            seconds = max(error.retry_after, 0.05)
            raise _Park(seconds, _reason_of(error), until=seconds)
        raise _Park(_PARK_SECONDS, WaitReason.EXCHANGE_UNREACHABLE)

    # -- executing ----------------------------------------------------------------------------

    def _round(self, gateway: Gateway | None) -> bool:
        """Do what can be done now. True when every leg has ended."""
        if self._stopping.is_set():
            raise _Park(0.0)
        standing = look(self._lease, has_keys=gateway is not None)
        if gateway is None:
            if standing.sent:
                self._give_up_or_park(standing.sent)
            return True
        try:
            if standing.is_over:
                return self._protect(gateway, standing.job)
            self._step(gateway, standing)
        except Busy as error:
            self._wait(error.retry_after, _reason_of(error))
        except Unreachable:
            self._wait(None, WaitReason.EXCHANGE_UNREACHABLE)
        except AuthProblem as error:
            self._stop_unsent(error.reason, LegState.REJECTED)
            if standing.sent:
                self._give_up_or_park(standing.sent)
        except RequestDefect as error:
            log.error("job.request_defect", code=error.code, text=error.message)
            raise _Park(_LONGEST_PARK) from None
        return False

    def _step(self, gateway: Gateway, standing: Standing) -> None:
        """Send what may leave; while nothing may, look up what left; while nothing moves, wait."""
        waiting, reason = standing.waiting, standing.refused_for
        if standing.due:
            try:
                if set_leverage_first(gateway, self._lease, self._desk, standing.job, standing.due):
                    # Some legs have just ended: look anew at what is left.
                    return
                wave = send_wave(self._desk, gateway, self._lease, standing.due)
            except SendingPaused:
                waiting, reason = _PAUSED_PARK, WaitReason.PAUSED
            else:
                if wave.count:
                    self._pause = _FIRST_PAUSE
                    return
                # Nothing could leave now: until the next window there is time to look.
                waiting, reason = wave.wait, WaitReason.RATE_LIMIT
        if self._news is not None:
            # What comes from here on is news to the look that follows.
            self._news.forget()
        if standing.sent:
            if resolve(self._desk, gateway, self._lease, standing.sent):
                self._pause = _FIRST_PAUSE
                return
            pause = self._next_pause()
            self._wait(pause if waiting is None else min(waiting, pause))
        else:
            self._wait(waiting, reason)

    def _stop_unsent(self, reason: str, empty_state: LegState) -> None:
        with self._lease.write() as (session, job):
            stop_unsent(session, job, reason, empty_state)

    def _next_pause(self) -> float:
        """The back-off: each pause in which nothing moved is twice the one before."""
        pause = self._pause
        self._pause = min(self._pause * 2, _LONGEST_PARK)
        return pause

    def _wait(self, seconds: float | None, reason: WaitReason | None = None) -> None:
        """Short waits here, longer ones by giving the job back. None: back off."""
        if seconds is None:
            seconds = self._next_pause()
        if seconds > _LONGEST_PAUSE:
            raise _Park(seconds, reason, until=seconds)
        if self._news is not None:
            self._news.wait(seconds)
        else:
            self._stopping.wait(seconds)

    def _give_up_or_park(self, sent: Sequence[Due]) -> None:
        """Orders are out and the key no longer lets us look. It may work again; after an hour the
        legs end with the plain truth that their outcome is not known here."""
        oldest = min((item.attempt.sent_at for item in sent if item.attempt.sent_at), default=None)
        if oldest is None or clock.utcnow() - oldest < _GIVE_UP_VERIFYING:
            raise _Park(_LONGEST_PARK)
        with self._lease.write() as (session, _):
            for item in sent:
                leg = session.get_one(Leg, item.leg.id)
                attempt = session.get_one(Attempt, item.attempt.id)
                attempt.state = AttemptState.CANCELLED
                attempt.reason = Reason.UNVERIFIED
                end_leg(
                    leg,
                    LegState.PARTIALLY_FILLED if leg.qty_filled else LegState.REJECTED,
                    Reason.UNVERIFIED,
                )

    def _protect(self, gateway: Gateway, job: Job) -> bool:
        """The last step before the end; a position without protection is told, not waited for."""
        with self._lease.sessions() as session:
            legs = session.scalars(
                select(Leg).where(Leg.job_id == job.id, Leg.protection == "pending")
            ).all()
        if not legs:
            return True
        try:
            protect_again(gateway, self._lease, legs)
        except (Busy, Unreachable) as error:
            ended = max((leg.finished_at for leg in legs if leg.finished_at), default=None)
            if ended is not None and clock.utcnow() - ended < _GIVE_UP_PROTECTING:
                raise
            log.error("protection.unknown", code=error.code)
            with self._lease.write() as (session, _):
                for leg in legs:
                    note_protection(session, leg, "failed")
        return True


def _reason_of(error: Busy) -> WaitReason:
    return WaitReason.EXCHANGE_BANNED if error.whole_ip else WaitReason.RATE_LIMIT
