"""Units that nobody named, found where physics leaves no choice.

A body-worn accelerometer reads gravity in the middle of its distribution. A gyroscope's rate must
explain how gravity turns in the sensor's axes, and what is read in °/s explains 57 times too much.
Sampling rates from 20 to 1000 Hz leave one unit of time for any step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sessions.imports.plausibility import MAX_RATE_RAD_S, tilt_gain
from sessions.imports.samples import RATE_RANGE_HZ

if TYPE_CHECKING:
    from sensors.samples import FloatArray

_GRAVITY = {"m/s2": (6.5, 13.5), "g": (0.66, 1.33), "mg": (660.0, 1330.0)}
_TILT_GAIN = {"rad/s": (0.3, 3.0), "deg/s": (0.005, 0.05)}
_SURE = 0.7


def unit_of_time(time: FloatArray) -> str | None:
    """Find the unit of times (n,) by their step; ``None`` if no unit makes a rate that is used."""
    if len(time) < 2:
        return None
    step = float(np.median(np.diff(time)))
    low_hz, high_hz = RATE_RANGE_HZ
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)):
        if 0.99 / high_hz <= step * factor <= 1.01 / low_hz:
            return unit
    return None


def unit_of_acc(acc: FloatArray) -> str | None:
    """Find the unit of specific force (n, 3) by gravity; ``None`` if it shows none."""
    median = float(np.median(np.linalg.norm(acc, axis=1)))
    return next((unit for unit, (low, high) in _GRAVITY.items() if low <= median <= high), None)


def unit_of_gyr(t_s: FloatArray, acc_mps2: FloatArray | None, gyr: FloatArray) -> str | None:
    """Find the unit of rates (n, 3) by their size or by the tilt that ``acc_mps2`` shows."""
    if float(np.quantile(np.linalg.norm(gyr, axis=1), 0.999)) > MAX_RATE_RAD_S:
        return "deg/s"
    if acc_mps2 is None:
        return None
    gain, agreement = tilt_gain(t_s, acc_mps2, gyr)
    if agreement < _SURE:
        return None
    return next((unit for unit, (low, high) in _TILT_GAIN.items() if low < gain < high), None)
