"""The low-pass in front of the repetition finder, causal and zero-phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, sosfilt, sosfilt_zi, sosfiltfilt

from fusion.grid import GRID_HZ

if TYPE_CHECKING:
    from sensors.samples import FloatArray

LIVE_HZ = 5.0
SMOOTH_HZ = 6.0


class LowPass:
    """Second-order Butterworth, block by block, that starts settled on the first value."""

    def __init__(self) -> None:
        self._sos = butter(2, LIVE_HZ, fs=GRID_HZ, output="sos")
        self._state: FloatArray | None = None
        self._last = 0.0

    def update(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Filtered values (m,) and their rate per second."""
        if not len(x):
            return x, x
        if self._state is None:
            self._state = sosfilt_zi(self._sos) * x[0]
            self._last = float(x[0])
        y, self._state = sosfilt(self._sos, x, zi=self._state)
        rate = np.diff(y, prepend=self._last) * GRID_HZ
        self._last = float(y[-1])
        return np.asarray(y), np.asarray(rate)


def smooth_lowpass(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Zero-phase filtered values (m,) and their rate per second."""
    if len(x) < 16:
        return x, np.zeros_like(x)
    y = sosfiltfilt(butter(2, SMOOTH_HZ, fs=GRID_HZ, output="sos"), x)
    return np.asarray(y), np.gradient(y) * GRID_HZ
