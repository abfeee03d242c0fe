"""How the report's numbers become cells and pictures, the same for HTML and PDF."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessions.history import Change
    from sessions.report.content import DrillReport, SideReport

COLOURS: Final = {"pelvis": "#8a93a6", "lumbar": "#e2902f", "thoracic": "#1f6fb2"}
REAL: Final = "#8a3ffc"
QUIET: Final = "#5d6678"
INK: Final = "#1b2030"
CHANGE_HEADER: Final = ("", "side", "now", "usual", "change", "MDC", "")
_STEP_DEG: Final = 15.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One segment's part of a side's bar: from and to in degrees from the middle, left negative."""

    segment: str
    from_deg: float
    to_deg: float
    label: str


def scale_deg(drills: Sequence[DrillReport]) -> float:
    """Where the axis of the picture ends (°), for all drills alike."""
    most = max((s.hi_deg for d in drills for s in d.sides.values()), default=45.0)
    return max(_STEP_DEG * math.ceil((most + 1.0) / _STEP_DEG), 45.0)


def ticks_deg(scale: float) -> list[float]:
    """Marks of the axis to one side, without the middle."""
    step = _STEP_DEG if scale <= 90 else 2 * _STEP_DEG
    return [step * n for n in range(1, int(scale / step) + 1)]


def bars(side: str, found: SideReport) -> list[Bar]:
    """Stack the shares of a side to the length of its median peak, the pelvis in the middle.

    A segment that turned the other way has no length; the others share the whole.
    """
    direction = -1.0 if side == "left" else 1.0
    sizes = [max(part.value, 0.0) for part in found.parts]
    whole = sum(sizes)
    drawn, at = [], 0.0
    for part, size in zip(found.parts, sizes, strict=True):
        end = at + found.median_deg * size / whole if whole else at
        drawn.append(Bar(part.segment, direction * at, direction * end, f"{100 * part.value:.0f}"))
        at = end
    return drawn


def peak_words(found: SideReport) -> str:
    """Say a side's peaks."""
    return (
        f"{found.median_deg:.0f}° [{found.lo_deg:.0f} to {found.hi_deg:.0f}],"
        f" best {found.best_deg:.0f}°"
    )


def share_words(found: SideReport) -> str:
    """Say a side's shares."""
    return ", ".join(
        f"{p.segment} {100 * p.value:.0f} [{100 * p.lo:.0f} to {100 * p.hi:.0f}]"
        for p in found.parts
    )


def change_cells(label: str, side: str, change: Change) -> tuple[str, ...]:
    """Cells of one row below :data:`CHANGE_HEADER`."""
    now = f"{change.now.value:.0f}°"
    if change.usual is None or change.difference is None:
        return label, side, now, "–", "–", f"{change.mdc:.0f}°", "no history yet"
    verdict = "real change" if change.real else "within noise"
    difference = f"{change.difference:+.0f}°"
    usual = f"{change.usual:.0f}° ({change.sessions})"
    return label, side, now, usual, difference, f"{change.mdc:.0f}°", verdict
