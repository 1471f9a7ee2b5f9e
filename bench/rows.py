"""One line of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, and the figure with its unit."""

    name: str
    figure: str


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the measurements lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
