"""Smoothness and coordination of one movement."""

from __future__ import annotations

import cmath
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sensors.samples import FloatArray

COUPLED_DPS = 5.0


def sparc(
    speed: FloatArray,
    rate_hz: float,
    *,
    pad_level: int = 4,
    cut_hz: float = 10.0,
    amplitude: float = 0.05,
) -> float:
    """Spectral arc length of a speed profile; less negative is smoother.

    Parameters
    ----------
    speed
        (n,) magnitude of the velocity over one lobe (out, or return, not both), any unit.
    rate_hz
        Sampling rate.
    pad_level, cut_hz, amplitude
        Zero padding, highest frequency and amplitude threshold.

    Returns
    -------
    float
        −1.40 for one minimum-jerk movement of any duration; NaN for fewer than 8 samples or none
        moving.

    Notes
    -----
    Balasubramanian et al. 2015 (doi:10.1186/s12984-015-0090-9). Applied to angular rate after
    Melendez-Calderon et al. 2021.
    """
    if len(speed) < 8 or not speed.max() > 0:
        return float("nan")
    n = 1 << ((len(speed) - 1).bit_length() + pad_level)
    below = min(int(cut_hz * n / rate_hz), n // 2) + 1
    # A speed is never negative, so that no component is larger than the one at 0 Hz.
    spectrum = np.abs(np.fft.rfft(speed, n)[:below])
    spectrum /= spectrum[0]
    strong = spectrum[: int(np.flatnonzero(spectrum >= amplitude)[-1]) + 1]
    rise = strong[1:] - strong[:-1]
    # Frequencies are equally far apart and count as a part of their span.
    return float(-np.sqrt(rise * rise + 1.0 / len(rise) ** 2).sum()) if len(rise) else 0.0


def onset(angle_deg: FloatArray, part: float = 0.05) -> int | None:
    """First index at which a movement has covered ``part`` of its largest excursion."""
    moved = np.abs(angle_deg - angle_deg[0])
    if not moved.max() > 0:
        return None
    return int(np.argmax(moved >= part * moved.max()))


def coupling(
    proximal_deg: FloatArray, distal_deg: FloatArray, rate_hz: float, side: int
) -> tuple[float, float]:
    """Mean coupling angle and its scatter (°) of two angles (n,) on their way out to ``side``.

    Notes
    -----
    Vector coding (Needham et al. 2015) of rates over 0.2 s, while they exceed 5 °/s together;
    circular mean and deviation ``√(2(1 − R̄))``. NaN where nothing moved for a fifth of a second.
    """
    span = max(int(0.2 * rate_hz), 1)
    proximal, distal = (
        side * (x[span:] - x[:-span]) * rate_hz / span for x in (proximal_deg, distal_deg)
    )
    together = proximal + 1j * distal
    speed = np.abs(together)
    moving = speed > COUPLED_DPS
    if np.count_nonzero(moving) < span:
        return float("nan"), float("nan")
    mean = complex((together[moving] / speed[moving]).mean())
    scatter = math.degrees(math.sqrt(2.0 * max(1.0 - abs(mean), 0.0)))
    return math.degrees(cmath.phase(mean)), scatter
