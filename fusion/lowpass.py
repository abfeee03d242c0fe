"""The low-pass in front of the repetition finder, causal and zero-phase.

Small enough to be written here: ``scipy.signal`` would take longer to import than all the rest.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from fusion.grid import GRID_HZ

if TYPE_CHECKING:
    from sensors.samples import FloatArray

LIVE_HZ = 5.0
SMOOTH_HZ = 6.0

_REACH = 100
"""Farther than so many samples away nothing counts any more (1e-11)."""


class Butterworth:
    """Second order, block by block, settled on the first value.

    Parameters
    ----------
    cutoff_hz
        Half power there, of values at the rate of the grid.
    """

    def __init__(self, cutoff_hz: float) -> None:
        k = np.tan(np.pi * cutoff_hz / GRID_HZ)  # the bilinear transform, warped to the cut-off
        scale = 1.0 / (1.0 + np.sqrt(2.0) * k + k**2)
        self._gain = float(k**2 * scale)
        self._a1 = float(2.0 * (k**2 - 1.0) * scale)
        self._a2 = float((1.0 - np.sqrt(2.0) * k + k**2) * scale)
        self._before: FloatArray | None = None
        self._y1 = self._y2 = 0.0

    def update(self, x: FloatArray) -> FloatArray:
        """Filtered values (m,)."""
        if not len(x):
            return x
        if self._before is None:
            self._before = np.repeat(x[:1], 2)
            self._y1 = self._y2 = float(x[0])
        x = np.concatenate([self._before, x])
        self._before = x[-2:]
        driven = self._gain * (x[2:] + 2.0 * x[1:-1] + x[:-2])
        a1, a2, y1, y2 = self._a1, self._a2, self._y1, self._y2
        y = []
        for value in driven.tolist():
            y1, y2 = value - a1 * y1 - a2 * y2, y1
            y.append(y1)
        self._y1, self._y2 = y1, y2
        return np.array(y)


class LowPass:
    """Values and their rate as they come."""

    def __init__(self) -> None:
        self._filter = Butterworth(LIVE_HZ)
        self._last: float | None = None

    def update(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Filtered values (m,) and their rate per second."""
        if not len(x):
            return x, x
        y = self._filter.update(x)
        rate = np.diff(y, prepend=y[0] if self._last is None else self._last) * GRID_HZ
        self._last = float(y[-1])
        return y, np.asarray(rate)


def smooth_lowpass(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Zero-phase filtered values (m,) and their rate per second."""
    if len(x) < 16:
        return x, np.zeros_like(x)
    # Both ends are mirrored in their last value, so that no step starts the filter.
    padded = np.pad(x, _REACH, "reflect", reflect_type="odd")
    y = np.convolve(padded, _both_ways(), "valid")
    return y, np.gradient(y) * GRID_HZ


@cache
def _both_ways() -> FloatArray:
    """What a Butterworth filter makes of a single 1, first forwards, then backwards."""
    forth = Butterworth(SMOOTH_HZ)
    forth.update(np.zeros(1))
    response = forth.update(np.eye(1, _REACH + 1)[0])
    return np.convolve(response, response[::-1])
