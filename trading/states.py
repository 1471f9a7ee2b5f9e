"""Which state may follow which. Illegal steps raise; the docs' diagram comes from here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from models.states import AttemptState, JobState, LegState


class IllegalTransition(Exception):
    """A defect of ours: something tried to leave a state by a way that does not exist."""


J, L, A = JobState, LegState, AttemptState

JOB_TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    J.QUEUED: frozenset({J.PLANNING, J.CANCELLED}),
    J.PLANNING: frozenset({J.EXECUTING, J.COMPLETED, J.FAILED, J.CANCELLED}),
    J.EXECUTING: frozenset({J.COMPLETED, J.PARTIALLY_COMPLETED, J.FAILED, J.CANCELLED}),
    J.COMPLETED: frozenset(),
    J.PARTIALLY_COMPLETED: frozenset(),
    J.FAILED: frozenset(),
    J.CANCELLED: frozenset(),
}

LEG_TRANSITIONS: Mapping[LegState, frozenset[LegState]] = {
    L.PLANNED: frozenset({L.WORKING, L.REJECTED, L.SKIPPED, L.CANCELLED}),
    L.WORKING: frozenset({L.FILLED, L.PARTIALLY_FILLED, L.REJECTED, L.CANCELLED}),
    L.FILLED: frozenset(),
    L.PARTIALLY_FILLED: frozenset(),
    L.REJECTED: frozenset(),
    L.SKIPPED: frozenset(),
    L.CANCELLED: frozenset(),
}

_SETTLED = frozenset({A.FILLED, A.PARTIALLY_FILLED, A.REJECTED, A.CANCELLED})
ATTEMPT_TRANSITIONS: Mapping[AttemptState, frozenset[AttemptState]] = {
    # `intended`: surely not at the exchange. `unknown`: may be there, from just before the send.
    A.INTENDED: frozenset({A.UNKNOWN, A.REJECTED, A.CANCELLED}),
    A.UNKNOWN: _SETTLED | {A.INTENDED, A.ACKNOWLEDGED, A.NEVER_REACHED},
    A.ACKNOWLEDGED: _SETTLED,
    A.FILLED: frozenset(),
    A.PARTIALLY_FILLED: frozenset(),
    A.REJECTED: frozenset(),
    A.CANCELLED: frozenset(),
    A.NEVER_REACHED: frozenset(),
}


S = TypeVar("S", bound=StrEnum)


def check_step(table: Mapping[S, frozenset[S]], old: S, new: S) -> S:
    """The new state, if it may follow the old one; else IllegalTransition."""
    if new not in table[old]:
        raise IllegalTransition(f"{type(old).__name__}: {old} can't become {new}")
    return new
