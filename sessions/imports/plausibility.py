"""Whether samples can be what their column names say: units and axes, as far as physics tells.

A body-worn accelerometer reads gravity in the middle of its distribution, whatever the wearer
does. A gyroscope must explain how gravity turns in the sensor's axes, d(acc)/dt = -gyr × acc for
slow movement; rates in °/s predict 57 times the tilt that is seen, and a left-handed set of axes
predicts it backwards.
"""

from __future__ import annotations

import numpy as np

from sensors.samples import GRAVITY_MPS2, FloatArray

GRAVITY_RANGE_MPS2 = (4.0, 30.0)
"""For the median length of acc: shaken without pause, sensors of a public benchmark reach 13."""

MAX_RATE_RAD_S = 70.0
"""4000 °/s, the end of the widest range that body-worn gyroscopes have."""

_WINDOW_S = 0.25
_MIN_TILT = 0.05
"""Part of gravity by which it must seem to turn within a window for that window to count."""

_MIN_WINDOWS = 10
_MIN_AGREEMENT = 0.7
"""Correlation above which the two sensors are believed to see the same movement. Drills reach 0.8
even with wrong units; linear acceleration without rotation 0.5, by chance and of either sign."""

_GAIN_IF_DEG_PER_S = (0.005, 0.05)
"""Around π / 180; that of real sensors in rad/s is 0.6 to 2.3."""


def doubt_acc(acc: FloatArray) -> str | None:
    """Say what is wrong with the unit of ``acc``, (n, 3) in m/s²; ``None`` if nothing is."""
    median = float(np.median(np.linalg.norm(acc, axis=1)))
    low, high = GRAVITY_RANGE_MPS2
    if low <= median <= high:
        return None
    seen = f"the length of acc is {median:.3g} in the middle, where gravity must give 9.81 m/s²"
    if 0.66 < median < 1.33:
        return f"{seen}; it looks like g: multiply by {GRAVITY_MPS2}."
    if 660 < median < 1330:
        return f"{seen}; it looks like mg: multiply by {GRAVITY_MPS2 / 1000:.5f}."
    if median < 2:
        return f"{seen}; gravity seems to have been removed: export the raw acceleration."
    return f"{seen}; check the unit."


def doubt_gyr(t_s: FloatArray, acc: FloatArray, gyr: FloatArray) -> str | None:
    """Say what is wrong with the unit or the axes of ``gyr``; ``None`` if nothing shows.

    Parameters
    ----------
    t_s
        (n,) sample times in s.
    acc
        (n, 3) specific force in m/s².
    gyr
        (n, 3) angular rate as given.
    """
    fastest = float(np.quantile(np.linalg.norm(gyr, axis=1), 0.999))
    if fastest > MAX_RATE_RAD_S:
        return (
            f"gyr reaches {fastest:.4g} rad/s, more than any gyroscope measures;"
            " it looks like °/s: multiply by 0.0174533."
        )
    gain, agreement = tilt_gain(t_s, acc, gyr)
    if agreement < -_MIN_AGREEMENT:
        return (
            "gyr turns against the tilt that acc shows; the axes are left-handed or"
            " the sign of gyr (or acc) is reversed on some of them."
        )
    low, high = _GAIN_IF_DEG_PER_S
    if agreement > _MIN_AGREEMENT and low < gain < high:
        return (
            "gyr predicts far more tilt than acc shows; it looks like °/s: multiply by 0.0174533."
        )
    return None


def tilt_gain(t_s: FloatArray, acc: FloatArray, gyr: FloatArray) -> tuple[float, float]:
    """Return least-squares gain and correlation of seen on predicted turn of gravity.

    The gain is 1 for ``gyr`` in rad/s and π / 180 for °/s.

    Both are 0 where the sensor was hardly ever tilted.
    """
    window = round(_WINDOW_S / float(np.median(np.diff(t_s)))) if len(t_s) > 1 else 0
    count = len(t_s) // window if window else 0
    if count <= _MIN_WINDOWS:
        return 0.0, 0.0
    cut = count * window
    mean_acc = acc[:cut].reshape(count, window, 3).mean(axis=1)
    mean_gyr = gyr[:cut].reshape(count, window, 3).mean(axis=1)
    step_s = np.diff(t_s[:cut].reshape(count, window).mean(axis=1))
    rate = 0.5 * (mean_gyr[1:] + mean_gyr[:-1])
    middle = 0.5 * (mean_acc[1:] + mean_acc[:-1])
    predicted = -np.cross(rate, middle) * step_s[:, None]
    seen = np.diff(mean_acc, axis=0)
    size = np.linalg.norm(predicted, axis=1)
    used = (size > _MIN_TILT * GRAVITY_MPS2) & (step_s < 2 * _WINDOW_S)
    if np.count_nonzero(used) < _MIN_WINDOWS:
        return 0.0, 0.0
    product = float(np.sum(predicted[used] * seen[used]))
    power = float(np.sum(predicted[used] ** 2))
    seen_power = float(np.sum(seen[used] ** 2))
    if seen_power == 0.0:
        return 0.0, 0.0
    return product / power, product / np.sqrt(power * seen_power)
