"""Whether samples can be what their column names say: units and axes, as far as physics tells.

A body-worn accelerometer reads gravity in the middle of its distribution, whatever the wearer
does. A gyroscope must explain how gravity turns in the sensor's axes, d(acc)/dt = -gyr × acc for
slow movement; rates in °/s predict 57 times the tilt that is seen, and a left-handed set of axes
predicts it backwards.
"""

from __future__ import annotations

import numpy as np

from sensors.samples import GRAVITY_MPS2, FloatArray

GRAVITY_RANGE_MPS2 = (6.5, 13.0)
MAX_RATE_RAD_S = 70.0
"""4000 °/s, the end of the widest range that body-worn gyroscopes have."""

_WINDOW_S = 0.5
_MIN_TILT = 0.25
_MIN_WINDOWS = 10
_DEG_PER_S_BELOW = 0.15


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
    gain = _tilt_gain(t_s, acc, gyr)
    if gain is None or gain > 0.5:
        return None
    if gain < -0.5:
        return (
            "gyr turns against the tilt that acc shows; the axes are left-handed or"
            " the sign of gyr (or acc) is reversed on some of them."
        )
    if abs(gain) < _DEG_PER_S_BELOW:
        return (
            "gyr predicts far more tilt than acc shows; it looks like °/s: multiply by 0.0174533."
        )
    return None


def _tilt_gain(t_s: FloatArray, acc: FloatArray, gyr: FloatArray) -> float | None:
    """Seen over predicted turn of gravity, least squares over windows in which much is predicted.

    ``None`` where the sensor was hardly ever tilted.
    """
    window = round(_WINDOW_S / float(np.median(np.diff(t_s))))
    count = len(t_s) // window if window else 0
    if count < _MIN_WINDOWS:
        return None
    cut = count * window
    mean_acc = acc[:cut].reshape(count, window, 3).mean(axis=1)
    mean_gyr = gyr[:cut].reshape(count, window, 3).mean(axis=1)
    middle_s = t_s[:cut].reshape(count, window).mean(axis=1)
    step_s = np.diff(middle_s)
    rate = 0.5 * (mean_gyr[1:] + mean_gyr[:-1])
    middle = 0.5 * (mean_acc[1:] + mean_acc[:-1])
    predicted = -np.cross(rate, middle) * step_s[:, None]
    seen = np.diff(mean_acc, axis=0)
    size = np.linalg.norm(predicted, axis=1)
    used = (size > _MIN_TILT * GRAVITY_MPS2) & (step_s < 2 * _WINDOW_S)
    if np.count_nonzero(used) < _MIN_WINDOWS:
        return None
    return float(np.sum(predicted[used] * seen[used]) / np.sum(size[used] ** 2))
