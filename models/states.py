"""The words of the state machine, as stored. Which may follow which: `trading.states`."""

from __future__ import annotations

from enum import StrEnum


class MarketType(StrEnum):
    """The two books of an account; futures covers Bybit's linear and inverse categories."""

    SPOT = "spot"
    FUTURES = "futures"


class JobKind(StrEnum):
    REDUCE = "reduce"
    RESTORE = "restore"


class JobState(StrEnum):
    QUEUED = "queued"
    PLANNING = "planning"
    EXECUTING = "executing"
    COMPLETED = "completed"
    PARTIALLY_COMPLETED = "partially_completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LegState(StrEnum):
    PLANNED = "planned"
    WORKING = "working"
    FILLED = "filled"
    PARTIALLY_FILLED = "partially_filled"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    INTENDED = "intended"
    UNKNOWN = "unknown"
    ACKNOWLEDGED = "acknowledged"
    FILLED = "filled"
    PARTIALLY_FILLED = "partially_filled"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    NEVER_REACHED = "never_reached"


ENDED_JOBS: frozenset[StrEnum] = frozenset(
    {JobState.COMPLETED, JobState.PARTIALLY_COMPLETED, JobState.FAILED, JobState.CANCELLED}
)
FILLED_JOBS: frozenset[StrEnum] = frozenset({JobState.COMPLETED, JobState.PARTIALLY_COMPLETED})
TROUBLED_JOBS: frozenset[StrEnum] = ENDED_JOBS - {JobState.COMPLETED}
RUNNING_JOBS: frozenset[StrEnum] = frozenset({JobState.PLANNING, JobState.EXECUTING})
ENDED_LEGS: frozenset[StrEnum] = frozenset(
    {
        LegState.FILLED,
        LegState.PARTIALLY_FILLED,
        LegState.REJECTED,
        LegState.SKIPPED,
        LegState.CANCELLED,
    }
)
OPEN_ATTEMPTS: frozenset[StrEnum] = frozenset(
    {AttemptState.INTENDED, AttemptState.UNKNOWN, AttemptState.ACKNOWLEDGED}
)
