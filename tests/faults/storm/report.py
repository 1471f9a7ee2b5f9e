"""What a storm tells a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.storm.plan import Storm
from tests.faults.storm.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of one storm; `spent` is the wall time of each phase in seconds."""

    storm: Storm
    spent: Mapping[str, float]
    accepted: int
    kills: Counter[str]
    ended_by_themselves: Mapping[str, list[int]]
    faults: Counter[str]
    calls: int
    answers: Counter[str]
    verdict: Verdict
    logs: Path

    @property
    def broken(self) -> list[str]:
        return self.verdict.broken

    def text(self) -> str:
        verdict = self.verdict
        times = ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in self.spent.items())
        lines = [
            f"seed        {self.storm.seed}",
            f"seconds     {sum(self.spent.values()):.1f}: {times}",
            f"last end    {verdict.recovery_seconds:.1f} s after all stood again",
            f"jobs        {self.accepted} accepted of {self.storm.jobs}: {_list(verdict.states)}",
            f"legs        {_list(verdict.legs)}",
            f"kills       {self.kills.total()}: {_list(self.kills)}",
            f"faults      {self.faults.total()} in {self.calls} calls: {_list(self.faults)}",
            f"answers     {_list(self.answers)}",
            f"orders      {verdict.orders}",
            f"duplicates  {verdict.duplicates}",
            f"lost        {verdict.lost}",
            f"late        {verdict.late} accepted after a refusal of the same key",
        ]
        if self.ended_by_themselves:
            codes = ", ".join(f"{name} {found}" for name, found in self.ended_by_themselves.items())
            lines.append(f"ended by themselves, and were started again (exit codes): {codes}")
        if self.broken:
            lines += ["", "BROKEN:", *(f"  {said}" for said in self.broken)]
            lines.append(f"  logs: {self.logs}; again with STORM_SEED={self.storm.seed}")
        return "\n".join(lines)


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
