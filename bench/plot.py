"""The plot of docs/performance.md: each measure's distance from its aim, on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from bench.rows import Row

_WIDTH, _LEFT, _RIGHT, _LINE, _TOP = 820, 270, 130, 30, 64
_LOWEST, _HIGHEST = 0.1, 10.0
_STYLE = """
text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #24292f; }
.head { font-weight: 600; font-size: 15px; }
.soft { fill: #57606a; font-size: 12px; }
.grid { stroke: #d0d7de; }
.aim { stroke: #57606a; stroke-dasharray: 4 3; }
.met { fill: #2da44e; }
.missed { fill: #d4760a; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .soft { fill: #9198a1; }
  .grid { stroke: #3d444d; }
  .aim { stroke: #9198a1; }
  .met { fill: #3fb950; }
  .missed { fill: #e3952b; }
}
"""


def of(rows: Sequence[Row]) -> str:
    """An SVG document. Bars to the left of the line are within the aim."""
    shown = [row for row in rows if row.distance is not None]
    height = _TOP + _LINE * len(shown) + 34
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
            f' width="{_WIDTH}" height="{height}" role="img" aria-labelledby="title">'
        ),
        '<title id="title">How far each measure is from its aim</title>',
        f"<style>{_STYLE}</style>",
        '<text class="head" x="16" y="24">How far from the aim</text>',
        '<text class="soft" x="16" y="43">Left of the line: within it. Logarithmic.</text>',
    ]
    bottom = _TOP + _LINE * len(shown) + 4
    for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10):
        x, kind = _x(tick), "aim" if tick == 1 else "grid"
        label = "the aim" if tick == 1 else f"{tick:g} ×"
        parts.append(
            f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 6}" y2="{bottom}"/>'
            f'<text class="soft" text-anchor="middle" x="{x:.1f}" y="{bottom + 17}">{label}</text>'
        )
    for number, row in enumerate(shown):
        parts += _bar(row, _TOP + _LINE * number)
    return "\n".join([*parts, "</svg>", ""])


def _bar(row: Row, top: int) -> list[str]:
    distance = row.distance or _LOWEST
    here, line = _x(distance), _x(1)
    kind = "met" if distance <= 1 else "missed"
    middle = top + _LINE / 2
    return [
        f'<text x="{_LEFT - 12}" y="{middle + 4}" text-anchor="end">{escape(row.name)}</text>',
        (
            f'<rect class="{kind}" rx="3" x="{min(here, line):.1f}" y="{top + 6}"'
            f' width="{max(2.0, abs(here - line)):.1f}" height="{_LINE - 12}"/>'
        ),
        (
            f'<text class="soft" x="{_WIDTH - _RIGHT + 14}" y="{middle + 4}">'
            f"{escape(row.shown(row.ours))}</text>"
        ),
    ]


def _x(distance: float) -> float:
    held = min(_HIGHEST, max(_LOWEST, distance))
    share = math.log(held / _LOWEST) / math.log(_HIGHEST / _LOWEST)
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)
