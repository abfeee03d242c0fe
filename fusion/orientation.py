"""Orientation of one sensor from its gyroscope and accelerometer.

VQF (Laidig & Seel 2023, doi:10.1016/j.inffus.2022.10.014; package ``vqf``) is the default: the most
accurate inclination and the cheapest sample of those measured. The filters of ``ahrs`` are there
for comparison. All of them run magnetometer-free, on bias-corrected rates, with specific force in,
and give sensor → earth (z up) with a heading that is theirs alone.

VQF learns no bias here. At rest it would take slow true rotation for bias (a turn of 30° at 0.5 °/s
comes out as 4°), and it calls a worn pelvis at rest for half of a drill; from motion it learns what
:mod:`fusion.heading` then has to unlearn. The bias is taken out beforehand
(:mod:`fusion.calibration`), what is left of it belongs to the heading model alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from vqf import VQF, offlineVQF

from fusion import quaternions as qt
from fusion.filter_names import FILTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.samples import FloatArray

VQF_PARAMETERS = {
    "restBiasEstEnabled": False,
    "motionBiasEstEnabled": False,
    "magDistRejectionEnabled": False,
}


class OrientationFilter(Protocol):
    """What an orientation filter must promise."""

    def update(self, gyr: FloatArray, acc: FloatArray) -> FloatArray:
        """Continue with ``gyr`` (n, 3) rad/s and ``acc`` (n, 3) m/s²; give ``q_es`` (n, 4).

        Calls with one sample, a block or a whole session give the same orientations.
        """
        ...


class VqfFilter:
    """VQF 6D, causal.

    Parameters
    ----------
    rate_hz
        Sampling rate, fixed.
    """

    def __init__(self, rate_hz: float) -> None:
        self._vqf = VQF(1.0 / rate_hz, **VQF_PARAMETERS)

    def update(self, gyr: FloatArray, acc: FloatArray) -> FloatArray:
        """See :class:`OrientationFilter`."""
        out = self._vqf.updateBatch(_contiguous(gyr), _contiguous(acc))
        return np.asarray(out["quat6D"])


def smooth_orientation(gyr: FloatArray, acc: FloatArray, rate_hz: float) -> FloatArray:
    """VQF 6D forwards and backwards over a whole session: ``q_es`` (n, 4).

    Parameters
    ----------
    gyr, acc
        (n, 3) rad/s with the bias taken out, and (n, 3) m/s².
    rate_hz
        Sampling rate, fixed.
    """
    out = offlineVQF(_contiguous(gyr), _contiguous(acc), None, 1.0 / rate_hz, dict(VQF_PARAMETERS))
    return np.asarray(out["quat6D"])


class AhrsFilter:
    """A filter of the ``ahrs`` package, started at the inclination of its first sample.

    Parameters
    ----------
    name
        ``"madgwick"``, ``"mahony"`` or ``"ekf"``.
    rate_hz
        Sampling rate, fixed.

    Notes
    -----
    In 6D all three take specific force and give sensor → earth with z up. Mahony's default integral
    gain winds up on real motion (mean error 30° on the BROAD trials); 0.0012 is the value of that
    benchmark.
    """

    def __init__(self, name: str, rate_hz: float) -> None:
        # ahrs costs half a second of start-up that the default filter need not pay.
        from ahrs.filters import EKF, Madgwick, Mahony

        makers = {
            "madgwick": lambda: Madgwick(frequency=rate_hz, gain=0.033),
            "mahony": lambda: Mahony(frequency=rate_hz, k_P=0.74, k_I=0.0012),
            "ekf": lambda: EKF(frequency=rate_hz),
        }
        self._step = makers[name]()
        self._q: FloatArray | None = None

    def update(self, gyr: FloatArray, acc: FloatArray) -> FloatArray:
        """See :class:`OrientationFilter`."""
        step = self._step.update if hasattr(self._step, "update") else self._step.updateIMU
        out = np.empty((len(gyr), 4))
        for i, (rate, force) in enumerate(zip(gyr, acc, strict=True)):
            if self._q is None:
                self._q = level(force)
            else:
                self._q = np.asarray(step(self._q, rate, force), dtype=float)
            out[i] = self._q
        return out


def make_filter(name: str, rate_hz: float) -> OrientationFilter:
    """The orientation filter called ``name``, one of :data:`fusion.filter_names.FILTERS`.

    Raises
    ------
    ValueError
        If there is no such filter.
    """
    if name not in FILTERS:
        raise ValueError(f"no orientation filter {name!r}: use one of {', '.join(FILTERS)}")
    return VqfFilter(rate_hz) if name == "vqf" else AhrsFilter(name, rate_hz)


def offline_filter(name: str, rate_hz: float) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """What orients a whole session: VQF forwards and backwards, all others forwards.

    Raises
    ------
    ValueError
        If there is no such filter.
    """
    if name == "vqf":
        return lambda gyr, acc: smooth_orientation(gyr, acc, rate_hz)
    return make_filter(name, rate_hz).update


def level(acc: FloatArray) -> FloatArray:
    """Orientation ``q_es`` (4,) with the smallest rotation that puts ``acc`` (3,) upright."""
    up = qt.normalize(acc)
    if up[2] < -0.999999:
        return np.array([0.0, 1.0, 0.0, 0.0])
    return qt.normalize(np.array([1.0 + up[2], up[1], -up[0], 0.0]))


def _contiguous(x: FloatArray) -> FloatArray:
    return np.ascontiguousarray(x, dtype=float)
