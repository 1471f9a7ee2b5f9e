"""The results as text for the terminal, and in docs/performance.md between its markers."""

from __future__ import annotations

from collections.abc import Sequence

from bench import plot
from bench.results import Kept, machine
from bench.rows import Row
from devstack.paths import ROOT

_PAGE = ROOT / "docs" / "performance.md"
_PLOT = ROOT / "docs" / "performance.svg"
_BEGIN, _END = "<!-- bench: written by make bench -->", "<!-- bench: end -->"


def as_text(rows: Sequence[Row]) -> str:
    """One table for a terminal."""
    return _aligned([_HEAD, *(_cells(row) for row in rows)])


def write(found: Sequence[Kept]) -> None:
    """Replace the table in the page, and the plot beside it."""
    rows = [row for kept in found for row in kept.rows]
    page = _PAGE.read_text()
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise SystemExit(f"{_PAGE} has lost its markers {_BEGIN} and {_END}")
    _PAGE.write_text(f"{before}{begin}\n{_table(rows)}\n\n{_told(found)}\n{end}{after}")
    _PLOT.write_text(plot.of(rows))


_HEAD = ("measure", "floor or peer", "theirs", "ours", "ratio", "aim", "", "remarks")


def _cells(row: Row) -> tuple[str, ...]:
    aim = "—" if row.aim is None else f"{'≥' if row.more_is_better else '≤'} {row.aim:.2f}"
    return (
        row.name,
        row.peer_is,
        row.shown(row.peer),
        row.shown(row.ours),
        f"{row.ratio:.2f}",
        aim,
        row.verdict,
        row.why,
    )


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _table(rows: Sequence[Row]) -> str:
    lines = [_HEAD, tuple("---" for _ in _HEAD), *(_cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _told(found: Sequence[Kept]) -> str:
    loads = [kept.load for kept in found]
    return (
        f"Measured {min(kept.at for kept in found)} to {max(kept.at for kept in found)} on"
        f" {machine()}. Load average beside and of the measures: {min(loads):.1f} to"
        f" {max(loads):.1f}."
    )
