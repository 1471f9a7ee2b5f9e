"""Jobs, legs, receipts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field

from exchange.types import Category, Side
from models.states import JobKind, JobState, LegState, MarketType
from trading.views import JobFilter
from web.schemas.fields import Amount, Cursor, Moment, Out, Strict

OptionalMarket = Annotated[
    MarketType | None, Field(validation_alias=AliasChoices("market_type", "marketType"))
]


class JobPath(Strict):
    job_id: uuid.UUID


class WaitQuery(Strict):
    wait: int = Field(0, ge=0, le=25)


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


States = Annotated[list[JobState], BeforeValidator(_several), Field(max_length=len(JobState))]


class JobFilterIn(Strict):
    """Which jobs; `state` may be given several times; `since` and `until` bound the time of
    acceptance, `until` excluded."""

    market_type: OptionalMarket = None
    state: States = Field([])
    kind: JobKind | None = None
    account_id: uuid.UUID | None = None
    since: Moment | None = None
    until: Moment | None = None

    def wanted(self) -> JobFilter:
        return JobFilter(
            market_type=self.market_type,
            states=tuple(dict.fromkeys(self.state)),
            kind=self.kind,
            account_id=self.account_id,
            since=self.since,
            until=self.until,
        )


class JobsQuery(JobFilterIn):
    limit: int = Field(20, ge=1, le=100)
    cursor: Cursor | None = None


class ProgressOut(Out):
    legs_total: int
    legs_done: int
    percent: int


class JobError(Out):
    code: str
    text: str


class JobWait(Out):
    """Why nothing goes on just now; `until` when it is looked at again, or goes on."""

    reason: str
    text: str
    until: datetime | None


class LegOut(Out):
    id: uuid.UUID
    seq: int
    symbol: str
    category: Category
    position_side: Side
    side: Side
    position_idx: int
    reduce_only: bool
    size_before: Amount
    qty_planned: Amount
    qty_filled: Amount
    avg_price: Amount | None
    fee: dict[str, Amount]
    state: LegState
    reason: str | None
    reason_text: str | None
    attempts: int
    notional_planned: Amount
    protection: str | None
    # From the first order's sending; all of it is gone once retention trimmed the job.
    sent_at: datetime | None
    ack_ms: int | None
    fill_ms: int | None
    order_ids: list[str]


class RoundTrip(Out):
    """What stepping aside saved (positive) or cost, by coin: net = price effect - fees + funding.
    Funding is an estimate; empty where there was none or the exchange did not tell it."""

    price_effect: dict[str, str]
    fees: dict[str, str]
    funding: dict[str, str] = Field({})
    net: dict[str, str]


class Receipt(Out):
    legs_filled: int
    legs_partially_filled: int
    legs_rejected: int
    legs_skipped: int
    legs_cancelled: int
    notional_filled: str
    fees: dict[str, str]
    effective_percent: str
    duration_ms: int
    unprotected: list[str]
    round_trip: RoundTrip | None
    # Of the slowest leg; receipts written before these were measured lack them.
    ack_ms: int | None = None
    fill_ms: int | None = None


class VerifiedLeg(Out):
    """A leg as our records and the exchange tell it."""

    leg_id: uuid.UUID
    symbol: str
    qty_ours: Amount
    qty_exchange: Amount
    avg_price_exchange: Amount | None
    fees_exchange: dict[str, Amount]
    agrees: bool


class Verification(Out):
    """What the exchange told when it was asked again. `code`: `agrees`, `nothing_sent`, `differs`,
    or `out_of_reach` (the exchange no longer shows what is that old)."""

    checked_at: datetime
    agrees: bool
    code: str
    text: str
    legs: list[VerifiedLeg]


class JobSummary(Out):
    id: uuid.UUID
    kind: JobKind
    market_type: MarketType
    account_id: uuid.UUID
    state: JobState
    percent: Amount
    effective_percent: Amount | None
    error: JobError | None
    wait: JobWait | None
    created_at: datetime
    # The undo window: nothing is sent before.
    not_before: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested: bool
    version: int
    receipt: Receipt | None
    verification: Verification | None


class JobOut(JobSummary):
    progress: ProgressOut
    legs: list[LegOut]


class Jobs(Out):
    items: list[JobSummary]
    next_cursor: str | None


class ExportOut(Out):
    """Where to fetch the file, without a sign-in, until it expires."""

    url: str
    file_name: str
    expires_at: datetime


class ExportPath(Strict):
    token: str
