"""Segment shares: of each degree turned, how much came from pelvis, lumbar and thoracic spine.

The share of segment i is the ridge regression slope through the origin of its angle x_i on the
total turn A = Σ x_i::

    s_i = (Σ w x_i A + κ² π_i) / (Σ w A² + κ²)

over the samples out and hold. The shares sum to 1 exactly, keep the sign of a counter-rotation, are
dominated by the end of range, and tend to the prior π as the turn vanishes. Sets pool the sums;
ratios are never averaged and never taken between peaks at different instants.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from fusion.results import Interval, Shares, SplitSource
from fusion.split import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fusion.split import Split
    from sensors.samples import FloatArray

KAPPA_DEG = 3.0
PRIOR_PELVIS = 0.10
SENSOR_SD_DEG = 2.0
"""Systematic axial error of one sensor on skin (Bailes 2024 suggests 1.8–3.5°); no number of
repetitions averages it out."""

SHOW_DEG = 8.0
"""Below this root-mean-square turn a share says nothing."""

NOW_S = 0.4
_NORMAL = np.array([NormalDist().inv_cdf(part) for part in PARTS.tolist()])


@dataclass(frozen=True, slots=True)
class ShareSums:
    """What a repetition adds to the shares of its set.

    Attributes
    ----------
    xa
        Mean of pelvis, lumbar, thoracic times the total turn (°²).
    aa
        Mean of the squared total turn (°²).
    drift_var
        Mean variance of the total turn by heading drift (°²).
    """

    xa: tuple[float, ...]
    aa: float
    drift_var: float

    @classmethod
    def of(cls, segments_deg: FloatArray, sd_deg: FloatArray) -> ShareSums:
        """Sums over samples (m, 3) of pelvis, lumbar, thoracic with ``sd_deg`` (m,) of the turn."""
        total = segments_deg.sum(axis=1)
        n = len(total)
        return cls(
            xa=tuple((total @ segments_deg / n).tolist()),
            aa=float(total @ total) / n,
            drift_var=float(sd_deg @ sd_deg) / n,
        )


def estimate_shares(repetitions: Iterable[ShareSums], split: Split) -> Shares | None:
    """Pooled shares with 95 % intervals; ``None`` if the turns are too small to say.

    Parameters
    ----------
    repetitions
        Sums of one repetition, or of all of a set.
    split
        Where the lumbar share comes from: with two sensors its interval is the split's.
    """
    sums = list(repetitions)
    if not sums:
        return None
    n = len(sums)
    aa = sum(s.aa for s in sums) / n
    if aa < SHOW_DEG**2:
        return None
    spine = 1.0 - PRIOR_PELVIS
    prior = (PRIOR_PELVIS, spine * split.mean, spine * (1.0 - split.mean))
    xa = (sum(values) / n for values in zip(*(s.xa for s in sums), strict=True))
    pelvis, lumbar, thoracic = (
        (x + KAPPA_DEG**2 * usual) / (aa + KAPPA_DEG**2) for x, usual in zip(xa, prior, strict=True)
    )
    drift = sum(s.drift_var for s in sums) / n / aa
    noise = SENSOR_SD_DEG**2 / aa
    pelvis_var = noise * (1.0 + pelvis**2) + drift
    if split.source is not SplitSource.MEASURED:
        return _split_by_prior(pelvis, math.sqrt(pelvis_var), split)
    return Shares(
        _normal(pelvis, pelvis_var),
        _normal(lumbar, noise * (2.0 + lumbar**2) + drift),
        _normal(thoracic, noise * (1.0 + (1.0 - thoracic) ** 2) + drift),
    )


def shares_now(segments_deg: FloatArray, state: FloatArray, step_s: float) -> FloatArray:
    """Running shares (m, 3) of samples (m, 3), exponentially windowed; ``state`` (4,) is carried.

    NaN where the windowed turn is below :data:`SHOW_DEG`.
    """
    keep = float(np.exp(-step_s / NOW_S))
    total = segments_deg.sum(axis=1, keepdims=True)
    new = (1 - keep) * total * np.concatenate([segments_deg, total], axis=1)
    held, windowed = state.tolist(), []
    for row in new.tolist():
        held = [keep * before + value for before, value in zip(held, row, strict=True)]
        windowed.append(held)
    state[:] = held
    sums = np.array(windowed).reshape(-1, 4)
    shown = sums[:, 3:] > SHOW_DEG**2
    return np.where(shown, sums[:, :3] / np.where(shown, sums[:, 3:], 1.0), np.nan)


def _normal(value: float, variance: float) -> Interval:
    half = 1.96 * math.sqrt(variance)
    return Interval(value, value - half, value + half)


def _split_by_prior(pelvis: float, pelvis_sd: float, split: Split) -> Shares:
    """Shares with two sensors: pelvis measured, the rest split by a Beta distribution."""
    shares = split.likely
    rest = 1.0 - np.clip(pelvis + pelvis_sd * _NORMAL, 0.0, 1.0)
    lumbar = np.outer(rest, shares)
    thoracic = np.outer(rest, 1.0 - shares)
    mean = (1.0 - pelvis) * split.mean
    return Shares(
        pelvis=_normal(pelvis, pelvis_sd**2),
        lumbar=Interval(mean, *_central(lumbar)),
        thoracic=Interval(1.0 - pelvis - mean, *_central(thoracic)),
    )


def _central(values: FloatArray) -> tuple[float, float]:
    lo, hi = np.quantile(values, [0.025, 0.975])
    return float(lo), float(hi)
