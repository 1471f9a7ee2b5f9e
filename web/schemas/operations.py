"""What operators see of queues, workers, jobs, dead letters and limits."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from core.roles import Role
from models.states import JobKind, JobState, MarketType
from trading.operations.all_jobs import Search
from trading.operations.dead_letters import Dead
from web.schemas.audit import SendingOut
from web.schemas.fields import Amount, Out, Strict
from web.schemas.jobs import JobsQuery, LegOut, ProgressOut


class QueueOut(Out):
    """`name` redis: the messages that ring for the rest; the others are as Postgres knows them."""

    name: Literal["jobs", "sends", "mails", "updates", "redis"]
    ready: int
    running: int
    delayed: int
    dead: int


class OutboxOut(Out):
    """Open jobs (`owed` a ring until they end); `overdue` those that could go on and that no worker
    takes up, `oldest` for how many seconds that has been so at most."""

    owed: int
    overdue: int
    oldest: float


class RatesOut(Out):
    """Jobs by the minute from `since` on; the last minute is not over."""

    since: datetime
    accepted: list[int]
    ended: list[int]
    failed: list[int]
    takeovers: list[int]


class WorkerOut(Out):
    """`draining`: it ends what it works on, or has yet to hear that it shall take nothing more.
    `silent`: it said nothing for some seconds. `silent_for`: seconds since its last
    heartbeat."""

    id: uuid.UUID
    name: str
    state: Literal["running", "draining", "drained", "silent"]
    threads: int
    leases: int
    started_at: datetime
    silent_for: float
    drained_at: datetime | None


class WorkersOut(Out):
    """`unowned`: leases whose worker is not among them, until they run out."""

    items: list[WorkerOut]
    unowned: int


class MinuteOut(Out):
    sent: int
    troubled: int
    p50_ms: float | None


class RefusalsOut(Out):
    """Orders answered with this code, with the exchange's own words of one of them."""

    code: int
    message: str
    count: int


class ExchangeOut(Out):
    """Orders of the last hour, from sending to acknowledgement, in milliseconds."""

    since: datetime
    sent: int
    acknowledged: int
    troubled: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    minutes: list[MinuteOut]
    refusals: list[RefusalsOut]


class BucketOut(Out):
    """`id` names the bucket for as long as the account has its key. `account_id` null: Redis does
    not know whose it is. `size` null: the exchange told none."""

    id: str
    account_id: uuid.UUID | None
    endpoint: str
    category: str
    used: int
    size: int | None
    blocked_ms: int


class AddressOut(Out):
    """Calls that left from it within five seconds, by all processes; `banned_ms` left of a ban."""

    name: str
    used: int
    banned_ms: int


class LimitsOut(Out):
    """Addresses that any process called from within a quarter of an hour, banned ones first, each
    with this `budget` of calls; `more` buckets were used lately that are not listed;
    `refused_keys`: accounts whose key the exchange refuses."""

    budget: int
    addresses: list[AddressOut]
    buckets: list[BucketOut]
    more: int
    refused_keys: int


class OverviewOut(Out):
    """`limits` null while Redis is away; `queues` lacks its queue then."""

    at: datetime
    sending: SendingOut
    queues: list[QueueOut]
    outbox: OutboxOut
    waits: dict[str, int]
    workers: WorkersOut
    rates: RatesOut
    exchange: ExchangeOut
    limits: LimitsOut | None


class WorkerPath(Strict):
    worker_id: uuid.UUID


class DrainChange(Strict):
    drained: bool


class AllJobsQuery(JobsQuery):
    """`q`: the id of a job, a person or an account, an order's id, or a symbol."""

    user_id: uuid.UUID | None = None
    q: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$"),
    ] = ""

    def search(self) -> Search:
        return Search(self.wanted(), user_id=self.user_id, words=self.q)


class PersonOut(Out):
    """Enough to tell people apart: a name is shortened, nothing else of them is told."""

    id: uuid.UUID
    role: Role
    name: str


class AnyJob(Out):
    """Anybody's job; `error_text` says `error_code` in the reader's language."""

    id: uuid.UUID
    kind: JobKind
    market_type: MarketType
    state: JobState
    percent: Amount
    person: PersonOut
    account_id: uuid.UUID
    environment: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    not_before: datetime | None
    wait_reason: str | None
    error_code: str | None
    error_text: str | None
    lease_owner: str | None
    lease_epoch: int
    cancel_requested: bool


class AnyJobs(Out):
    items: list[AnyJob]
    next_cursor: str | None


class TimelineEntry(Out):
    """`kind` tells what happened, `facts` hold its numbers, words and ids as text; `text` says the
    reason or the code among them in the reader's language."""

    at: datetime
    kind: str
    leg: int | None
    symbol: str | None
    attempt: int | None
    order_link_id: str | None
    facts: dict[str, str]
    text: str | None


class JobStory(Out):
    """A job with its legs and all that happened, oldest first. Of one that retention trimmed only
    the legs are left."""

    job: AnyJob
    progress: ProgressOut
    legs: list[LegOut]
    timeline: list[TimelineEntry]
    trimmed: bool


class DeadLetterOut(Out):
    """`what`: a message's actor, or the kind of what was not done. `doubtful`: it may have arrived
    after all. `cancelling`: a job that was cancelled already, which no worker has heard yet."""

    kind: Dead
    id: str
    at: datetime
    what: str
    why: str
    tries: int
    user_id: uuid.UUID | None
    doubtful: bool
    cancelling: bool


class DeadLetters(Out):
    """The newest of each kind; `totals` tells by kind how many there are in all, a kind that could
    not be asked for left out."""

    items: list[DeadLetterOut]
    totals: dict[Dead, int]


class LetterPath(Strict):
    kind: Dead
    letter_id: Annotated[str, Field(max_length=36, pattern=r"^[0-9a-fA-F-]{36}$")]
