"""Jobs, legs, receipts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import AliasChoices, Field

from exchange.types import Category, Side
from models.states import JobKind, JobState, LegState, MarketType
from web.schemas.fields import Amount, Out, Strict

OptionalMarket = Annotated[
    MarketType | None, Field(validation_alias=AliasChoices("market_type", "marketType"))
]


class JobPath(Strict):
    job_id: uuid.UUID


class WaitQuery(Strict):
    wait: int = Field(0, ge=0, le=25)


class JobsQuery(Strict):
    market_type: OptionalMarket = None
    state: JobState | None = None
    kind: JobKind | None = None
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=64)


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
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested: bool
    version: int
    receipt: Receipt | None


class JobOut(JobSummary):
    progress: ProgressOut
    legs: list[LegOut]


class Jobs(Out):
    items: list[JobSummary]
    next_cursor: str | None
