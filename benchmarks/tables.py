"""Tables of the document, in Markdown, and the figures in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.measure import Spread


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def marked(text: str, columns: Sequence[int]) -> str:
    """A table with ✗ wherever a row is better (smaller) than the first one in a column."""
    lines = text.splitlines()
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in lines]
    first = {c: float(rows[2][c].split()[0]) for c in columns}
    for row in rows[3:]:
        if row[0].startswith("**"):
            continue
        for c in columns:
            if float(row[c].split()[0]) < first[c]:
                row[c] += " ✗"
    return table(rows[0], rows[2:])


def mean_worst(values: Sequence[float]) -> str:
    """Mean, in brackets the largest."""
    return f"{np.mean(values):.2f} ({np.max(values):.2f})"


def bold(name: str) -> str:
    """A name, torso's own in bold."""
    return f"**{name}**" if name.startswith("torso") else name


def shown(spread: Spread) -> str:
    """Median, in brackets the smallest and the largest."""
    return f"{three(spread.median)} ({three(spread.low)}–{three(spread.high)})"


def three(value: float) -> str:
    """A number with three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
