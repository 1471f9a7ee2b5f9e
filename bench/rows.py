"""One line of the table, and the quantiles it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured against what. `aim` bounds the ratio ours / peer: from above, or from
    below where `more_is_better`; None where the figure only informs. `why` is for a person."""

    name: str
    peer_is: str
    peer: float
    ours: float
    unit: str
    aim: float | None = None
    more_is_better: bool = False
    why: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.peer if self.peer else 0.0

    @property
    def distance(self) -> float | None:
        """How many times the aim: up to 1 it is met."""
        if self.aim is None:
            return None
        return self.aim / self.ratio if self.more_is_better else self.ratio / self.aim

    @property
    def verdict(self) -> str:
        distance = self.distance
        if distance is None:
            return "—"
        return "met" if distance <= 1 else f"{distance:.2f} × the aim"

    def shown(self, value: float) -> str:
        """A value of this row with its unit, three digits of it."""
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        return f"{value:,.{digits}f} {self.unit}"


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the measurements lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return quantile(values, 0.5)
