"""Who turned, pelvis or back, in words for the page. Knows nothing of streamlit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard.words import say, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sessions.tables import RepRow

WHO: Final = (
    (97.0, text("hips went against it")),
    (80.0, text("the back")),
    (45.0, text("hips joined in")),
    (-90.0, text("mostly the hips")),
)
"""From which coupling angle (°) on: hips at −0.12, 0.18 and once the speed of the back."""

AT_ONCE_S: Final = 0.05
"""Nearer than this nobody began first: clocks heard over the air are off by 10–20 ms."""

UNKNOWN: Final = "–"

Metrics = dict[int, dict[str, float]]
"""What is known of each repetition, by its number; see :func:`sessions.tables.rep_metrics`."""


def who_turned(coupling_deg: float | None) -> str:
    """Say who turned on the way out, from the coupling angle of pelvis and spine."""
    if coupling_deg is None:
        return UNKNOWN
    return next((say(words) for least, words in WHO if coupling_deg >= least), UNKNOWN)


def hips_began(lead_s: float | None) -> str:
    """Say when the pelvis began to turn, from how much earlier (s) it did than the spine."""
    if lead_s is None:
        return UNKNOWN
    if abs(lead_s) < AT_ONCE_S:
        return say("together")
    seconds = f"{abs(lead_s):.1f}"
    if lead_s > 0:
        return say("{seconds} s before", seconds=seconds)
    return say("{seconds} s after", seconds=seconds)


def columns(rep: RepRow, metrics: Metrics) -> dict[str, object]:
    """Cells of one repetition; none where a session says nothing of any."""
    if not metrics:
        return {}
    known = metrics.get(int(rep["rep"] or 0), {})
    return {
        say("Who turned"): who_turned(known.get("coupling_deg")),
        say("Hips began"): hips_began(known.get("pelvis_lead_s")),
    }


def summed_up(reps: Sequence[RepRow], metrics: Mapping[int, Mapping[str, float]]) -> str:
    """Say how often who turned, over the repetitions that count; ``""`` if nothing is known."""
    known = [metrics.get(int(rep["rep"] or 0), {}).get("coupling_deg") for rep in reps]
    found = [who_turned(angle) for angle in known]
    parts = [f"{say(words)} × {found.count(say(words))}" for _, words in reversed(WHO)]
    return " · ".join(part for part in parts if not part.endswith("× 0"))
