"""How far results are from the truth of simulated sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fusion.results import ANGLES, SD_ANGLES

if TYPE_CHECKING:
    from fusion.results import DrillResult
    from sensors.samples import FloatArray
    from sensors.simulation.truth import DrillTruth

SHOWN = SD_ANGLES
_COLUMNS = [ANGLES.index(name) for name in SHOWN]


@dataclass(frozen=True, slots=True)
class Score:
    """One drill against its truth.

    Attributes
    ----------
    rms_deg
        (4,) error of :data:`SHOWN`.
    covered
        (4,) part of the time that the 95 % interval holds.
    sd_deg
        (4,) median standard deviation.
    reps
        True repetitions, and those of them found on the right side within a second and a half.
    exact
        Whether sides and count are exactly right.
    peak_s
        Distances of the found peaks from the true ones.
    share_error
        (3,) error of the pooled shares; empty where there are none.
    drift
        (4,) size of the slope of the errors, °/min.
    """

    rms_deg: FloatArray
    covered: FloatArray
    sd_deg: FloatArray
    reps: tuple[int, int]
    exact: bool
    peak_s: tuple[float, ...]
    share_error: tuple[float, ...]
    drift: FloatArray


def errors_deg(t_s: FloatArray, angles_deg: FloatArray, truth: DrillTruth) -> FloatArray:
    """Errors (n, 4) of :data:`SHOWN`; NaN where nothing is known or true."""
    at = np.searchsorted(truth.t_s, t_s - 1e-6)
    inside = at < len(truth.t_s)
    out = np.full((len(t_s), len(SHOWN)), np.nan)
    out[inside] = angles_deg[inside][:, _COLUMNS] - truth.angles_deg[at[inside]][:, _COLUMNS]
    return out


def rms(errors: FloatArray) -> FloatArray:
    """Root mean square of each column, NaN left out."""
    known = np.isfinite(errors)
    squares = np.where(known, errors, 0.0) ** 2
    return np.asarray(np.sqrt(squares.sum(axis=0) / np.maximum(known.sum(axis=0), 1)))


def drift_deg_per_min(t_s: FloatArray, errors: FloatArray) -> FloatArray:
    """Size of the slope of each column of ``errors`` (n, k) over time, °/min; NaN left out."""
    known = np.isfinite(errors).all(axis=1)
    slope = np.polynomial.polynomial.polyfit(t_s[known] / 60.0, errors[known], 1)[1]
    return np.asarray(np.abs(slope))


def score(found: DrillResult, truth: DrillTruth) -> Score:
    """Compare one drill with its truth."""
    frames = found.frames
    error = errors_deg(frames.t_s, frames.angles_deg, truth)
    known = np.isfinite(error[:, 0])
    inside = np.abs(error[known]) < 1.96 * frames.sd_deg[known]
    peaks = [
        min((abs(r.peak_s - t.peak_s) for r in found.reps if r.side == t.side), default=np.inf)
        for t in truth.reps
    ]
    hits = tuple(float(p) for p in peaks if p < 1.5)
    sides = [r.side.value for r in found.reps]
    return Score(
        rms_deg=rms(error),
        covered=inside.mean(axis=0),
        sd_deg=np.median(frames.sd_deg[known], axis=0),
        reps=(len(truth.reps), len(hits)),
        exact=sides == [r.side for r in truth.reps],
        peak_s=hits,
        share_error=_share_error(found, truth),
        drift=drift_deg_per_min(frames.t_s, error),
    )


def _share_error(found: DrillResult, truth: DrillTruth) -> tuple[float, ...]:
    errors: list[float] = []
    for side, summary in found.sides.items():
        if summary.shares is not None:
            shares = summary.shares
            values = (shares.pelvis.value, shares.lumbar.value, shares.thoracic.value)
            errors += np.abs(np.array(values) - truth.shares(side.value)).tolist()
    return tuple(errors)
