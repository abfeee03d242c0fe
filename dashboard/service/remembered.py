"""What the library remembers of a person's last calibration, to compare the next one with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dashboard import messages
from fusion import quaternions as qt
from fusion.results import Flag
from sensors.samples import Placement
from sessions.errors import SessionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fusion.results import CalibrationResult
    from sensors.samples import FloatArray
    from sessions.library import Library

SESSIONS: Final = 5
"""How many of the newest sessions say what is usual."""

OTHERWISE_DEG: Final = 30.0
"""A sensor put on again by hand, with its upper edge up, rarely turns by more."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A person's last good calibration.

    Attributes
    ----------
    started
        The day of its session.
    sensors
        Which sensor sat at each place.
    q_sb
        How it sat, see :class:`fusion.results.PlacementCalibration`.
    """

    started: str
    sensors: Mapping[Placement, str]
    q_sb: Mapping[Placement, FloatArray]


def remembered(library: Library, person: str) -> Remembered | None:
    """Look for the last good calibration among a person's sessions; ``None`` if there is none."""
    if not person:
        return None
    try:
        sessions = library.list(person=person)
    except SessionError:
        return None
    for session in sorted(sessions, key=lambda s: s.started_unix_s or 0.0, reverse=True):
        found = _read(session.summary or {}, session.name)
        if found is not None:
            return found
    return None


def usual_turns(library: Library, person: str) -> dict[str, dict[str, float]]:
    """How far a person usually turns (°), by drill and side: the median over the last sessions."""
    if not person:
        return {}
    try:
        sessions = library.list(person=person)
    except SessionError:
        return {}
    newest = sorted(sessions, key=lambda s: s.started_unix_s or 0.0, reverse=True)[:SESSIONS]
    peaks: dict[str, dict[str, list[float]]] = {}
    for session in newest:
        for drill in session.drills:
            sides: Any = drill.get("sides")
            for side, found in sides.items() if isinstance(sides, dict) else ():
                peak = found.get("median_peak_deg") if isinstance(found, dict) else None
                if isinstance(peak, int | float) and drill.get("verdict") != "rejected":
                    kept = peaks.setdefault(str(drill.get("drill")), {}).setdefault(side, [])
                    kept.append(abs(float(peak)))
    return {
        drill: {side: round(float(np.median(kept)), 1) for side, kept in sides.items()}
        for drill, sides in peaks.items()
    }


def sits_otherwise(
    before: Remembered, now: CalibrationResult, worn: Mapping[Placement, str]
) -> list[Flag]:
    """Say which sensors sit otherwise than they did; another sensor cannot be compared.

    Parameters
    ----------
    before
        The person's last calibration.
    now
        The new one.
    worn
        Which sensor is where now.
    """
    flags = []
    for placement, fit in now.sensors.items():
        if placement not in before.q_sb or before.sensors.get(placement) != worn.get(placement):
            continue
        cosine = abs(float(before.q_sb[placement] @ fit.q_sb))
        off_deg = float(np.degrees(2 * np.arccos(min(cosine, 1.0))))
        if off_deg > OTHERWISE_DEG:
            words = messages.SITS_OTHERWISE.replace("#", f"{off_deg:.0f}")
            flags.append(Flag("sits_otherwise", words, placement))
    return flags


def _read(summary: Mapping[str, object], name: str) -> Remembered | None:
    """Read what a session's summary says; ``None`` unless it is whole and good."""
    content: Any = summary
    try:
        calibration = content["calibration"]
        if calibration["verdict"] != "good":
            return None
        fits = calibration["sensors"].items()
        q_sb = {Placement(p): qt.normalize(np.array(f["q_sb"], float)) for p, f in fits}
        worn = {Placement(p): str(s["sensor"]) for p, s in content["sensors"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if any(q.shape != (4,) for q in q_sb.values()):
        return None
    return Remembered(name[:10], worn, q_sb)
