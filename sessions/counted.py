"""A drill's figures without the repetitions that a person left out.

``summary.json`` counts what the analysis found and stays as it is; what a person left out is in
``about.json`` and can be counted again at any time.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fusion.results import Side
from sessions.tables import SHARES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sessions.about import About
    from sessions.tables import RepRow

Z95: Final = 1.96


def left_out(rep: RepRow, about: About) -> str | None:
    """Return why a person left a repetition out, or ``None`` if it counts."""
    return about.excluded_because(_number(rep, "start_s"), _number(rep, "end_s"))


def reps_of(drill: Mapping[str, Any], reps: Iterable[RepRow]) -> list[RepRow]:
    """Those repetitions that belong to one drill of the session."""
    first_s, last_s = float(drill["start_s"]), float(drill["end_s"])
    return [rep for rep in reps if first_s <= float(rep["peak_s"] or 0.0) <= last_s]


def counted_drill(
    drill: Mapping[str, Any], reps: Sequence[RepRow], about: About
) -> Mapping[str, Any]:
    """Return one drill's entry of the summary as it is without what was left out.

    Medians, best peaks and shares are those of the repetitions that remain. Intervals keep the
    width they had, which sensors and calibration decide, and grow by the scatter of what remains.

    Parameters
    ----------
    drill
        An entry of ``drills`` in ``summary.json``.
    reps
        The rows of ``reps.csv`` that belong to it.
    about
        What people typed about the session.
    """
    counted = [rep for rep in reps if left_out(rep, about) is None]
    if len(counted) == len(reps):
        return drill
    sides = {
        side: _side(drill["sides"][side], rows)
        for side in Side
        if side in drill["sides"] and (rows := [rep for rep in counted if rep["side"] == side])
    }
    difference = drill.get("side_difference_deg") if len(sides) == len(Side) else None
    if difference:
        right, left = (sides[side]["median_peak_deg"] for side in (Side.RIGHT, Side.LEFT))
        scatter = [_scatter(_peaks(counted, side)) for side in Side]
        difference = _moved(difference, right - left, math.hypot(*scatter))
    changed = {"repetitions": len(counted), "sides": sides, "side_difference_deg": difference}
    return {**drill, **changed}


def _side(side: Mapping[str, Any], rows: Sequence[RepRow]) -> dict[str, Any]:
    peaks = np.abs([_number(rep, "total_deg") for rep in rows])
    shares = side.get("shares") and {
        segment: _share(side["shares"][segment], rows, segment) for segment in SHARES
    }
    return {
        "repetitions": len(rows),
        "median_peak_deg": float(np.median(peaks)),
        "best_peak_deg": float(np.max(peaks)),
        "shares": shares,
    }


def _share(
    interval: Mapping[str, float], rows: Sequence[RepRow], segment: str
) -> Mapping[str, float]:
    """Pool a share as within a repetition: by the square of the turn it is a part of."""
    values = np.array([_number(rep, f"{segment}_share") for rep in rows])
    weights = np.array([_number(rep, "total_deg") for rep in rows]) ** 2
    known = np.isfinite(values) & (weights > 0)
    if not known.any():
        return interval
    value = float(np.average(values[known], weights=weights[known]))
    return _moved(interval, value, _scatter(values[known]))


def _moved(interval: Mapping[str, float], value: float, se: float) -> dict[str, float]:
    """Put an interval around another value, wider by a standard error."""
    lo = math.hypot(interval["value"] - interval["lo"], Z95 * se)
    hi = math.hypot(interval["hi"] - interval["value"], Z95 * se)
    return {"value": value, "lo": value - lo, "hi": value + hi}


def _scatter(values: Sequence[float] | np.ndarray) -> float:
    """Tell the standard error of a mean; nothing where one value shows no scatter."""
    return float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def _peaks(reps: Sequence[RepRow], side: Side) -> np.ndarray:
    return np.abs([_number(rep, "total_deg") for rep in reps if rep["side"] == side])


def _number(rep: RepRow, column: str) -> float:
    value = rep[column]
    return float(value) if value is not None else math.nan
