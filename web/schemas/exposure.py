"""How much a book was worth over time, and the jobs that changed it."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import Field

from models.states import JobKind, JobState, MarketType
from web.schemas.fields import Amount, Out
from web.schemas.positions import MarketQuery


class ExposureQuery(MarketQuery):
    days: int = Field(7, ge=1, le=90)


class ExposurePoint(Out):
    """Dollars held long and short at one moment."""

    at: datetime
    long_value: Amount
    short_value: Amount


class ExposureJob(Out):
    id: uuid.UUID
    kind: JobKind
    percent: Amount
    state: JobState
    at: datetime


class ExposureOut(Out):
    """Oldest first; `jobs` are those that filled something, `at` their end."""

    account_id: uuid.UUID
    market_type: MarketType
    items: list[ExposurePoint]
    jobs: list[ExposureJob]
