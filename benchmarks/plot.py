"""Small line plots as SVG, on logarithmic axes, that read on light and on dark pages."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 460, 270
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 30, 44
COLOURS = ("#2f7ed8", "#d9822b", "#3d9970", "#a45ec2")
"""Of middling lightness: they stand out on white and on black."""

STYLE = (
    "text{font:12px sans-serif;fill:#444}.t{font-weight:600}.g{stroke:#8886;stroke-width:1}"
    "@media(prefers-color-scheme:dark){text{fill:#ccc}}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """Some points under one name."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


def loglog(title: str, x_label: str, y_label: str, lines: Sequence[Line]) -> str:
    """The SVG of some lines; every value has to be positive."""
    across = _Axis.over([v for line in lines for v in line.x], LEFT, WIDTH - RIGHT)
    up = _Axis.over([v for line in lines for v in line.y], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img"><title>{escape(title)}</title>',
        f"<style>{STYLE}</style>",
        f'<text class="t" x="{LEFT}" y="16">{escape(title)}</text>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{escape(x_label)}</text>",
        f'<text transform="translate(13 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(y_label)}</text>',
    ]
    for tick in across.ticks():
        x = across.at(tick)
        parts.append(f'<path class="g" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{tick:g}</text>'
        )
    for tick in up.ticks():
        y = up.at(tick)
        parts.append(f'<path class="g" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for i, line in enumerate(lines):
        colour = COLOURS[i % len(COLOURS)]
        points = [(across.at(x), up.at(y)) for x, y in zip(line.x, line.y, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
        parts.append(
            f'<text x="{LEFT + 10}" y="{TOP + 16 + 16 * i}" style="fill:{colour}">'
            f"{escape(line.name)}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


@dataclass(frozen=True, slots=True)
class _Axis:
    """Decades of a value, and where on the page they lie."""

    first: float
    last: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> _Axis:
        logs = np.log10(values)
        margin = 0.06 * max(float(np.ptp(logs)), 0.3)
        return cls(float(logs.min() - margin), float(logs.max() + margin), start, end)

    def at(self, value: float) -> float:
        part = (np.log10(value) - self.first) / (self.last - self.first)
        return float(self.start + part * (self.end - self.start))

    def ticks(self) -> list[float]:
        few = self.last - self.first > 1.6
        steps = (1.0,) if few else (1.0, 2.0, 5.0)
        decades = range(int(np.floor(self.first)), int(np.ceil(self.last)) + 1)
        values = [step * 10.0**decade for decade in decades for step in steps]
        return [v for v in values if self.first <= np.log10(v) <= self.last]
