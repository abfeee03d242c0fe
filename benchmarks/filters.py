"""Orientation filters of others, each called as its own documentation calls it.

All of them run magnetometer-free. Those that do not estimate a gyroscope bias get the one that was
measured at rest, as a careful user would do; those that do estimate one also run as they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ahrs.filters import EKF, Madgwick, Mahony
from vqf import VQF, offlineVQF

from fusion.orientation import VqfFilter, level, smooth_orientation
from sensors.samples import GRAVITY_MPS2

try:
    import imufusion
except ModuleNotFoundError:  # only the extra `bench` brings it
    imufusion = None

HAS_IMUFUSION = imufusion is not None

TOLD = {"restBiasEstEnabled": False}
"""Of a bias that is known; a worn sensor at rest is none."""

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.samples import FloatArray


@dataclass(frozen=True, slots=True)
class Samples:
    """One sensor's uniform samples.

    Attributes
    ----------
    gyr, acc
        (n, 3) rad/s and m/s².
    bias
        (3,) mean rate at rest, rad/s.
    rate_hz
        Sampling rate.
    """

    gyr: FloatArray
    acc: FloatArray
    bias: FloatArray
    rate_hz: float

    @property
    def unbiased(self) -> FloatArray:
        """Rates (n, 3) with the bias at rest taken out."""
        return np.ascontiguousarray(self.gyr - self.bias)


def torso_offline(s: Samples) -> FloatArray:
    """What torso runs on a recorded session: VQF both ways, bias taken out and not estimated."""
    return smooth_orientation(s.unbiased, s.acc, s.rate_hz)


def torso_live(s: Samples) -> FloatArray:
    """The same, causal."""
    return VqfFilter(s.rate_hz).update(s.unbiased, s.acc)


def vqf_told(s: Samples) -> FloatArray:
    """VQF that is given the bias at rest and goes on estimating it from motion."""
    run = VQF(1.0 / s.rate_hz, **TOLD)
    return np.asarray(run.updateBatch(s.unbiased, np.ascontiguousarray(s.acc))["quat6D"])


def vqf_told_offline(s: Samples) -> FloatArray:
    """The same forwards and backwards: the best orientations there are without torso."""
    out = offlineVQF(s.unbiased, s.acc, None, 1.0 / s.rate_hz, dict(TOLD))
    return np.asarray(out["quat6D"])


def vqf_online(s: Samples) -> FloatArray:
    """VQF with its own rest and motion bias estimation."""
    return np.asarray(VQF(1.0 / s.rate_hz).updateBatch(s.gyr, s.acc)["quat6D"])


def vqf_offline(s: Samples) -> FloatArray:
    """VQF forwards and backwards, else as it comes."""
    return np.asarray(offlineVQF(s.gyr, s.acc, None, 1.0 / s.rate_hz)["quat6D"])


def vqf_untold(s: Samples) -> FloatArray:
    """VQF with rest updates off and no bias given: what is left if nobody takes care of it."""
    run = VQF(1.0 / s.rate_hz, restBiasEstEnabled=False)
    return np.asarray(run.updateBatch(s.gyr, s.acc)["quat6D"])


def madgwick(s: Samples) -> FloatArray:
    """Madgwick of ahrs over the whole arrays, with its own gain."""
    start = level(s.acc[0])
    return np.asarray(
        Madgwick(gyr=s.unbiased, acc=s.acc, frequency=s.rate_hz, gain=0.033, q0=start).Q
    )


def mahony(s: Samples) -> FloatArray:
    """Mahony of ahrs with the gains of the BROAD benchmark: its own wind up on real motion."""
    start = level(s.acc[0])
    return np.asarray(
        Mahony(gyr=s.unbiased, acc=s.acc, frequency=s.rate_hz, k_P=0.74, k_I=0.0012, q0=start).Q
    )


def ekf(s: Samples) -> FloatArray:
    """The extended Kalman filter of ahrs."""
    return np.asarray(EKF(gyr=s.unbiased, acc=s.acc, frequency=s.rate_hz, q0=level(s.acc[0])).Q)


def imufusion_6d(s: Samples) -> FloatArray:
    """The filter of imufusion (x-io), which takes °/s and g, sample by sample."""
    run = imufusion.Ahrs()
    run.set_sample_period(1.0 / s.rate_hz)
    out = np.empty((len(s.gyr), 4))
    for i, (rate, force) in enumerate(
        zip(np.degrees(s.unbiased), s.acc / GRAVITY_MPS2, strict=True)
    ):
        run.update_no_magnetometer(rate, force)
        out[i] = run.get_quaternion()
    return out


PEERS: dict[str, Callable[[Samples], FloatArray]] = {
    "vqf, as it comes": vqf_online,
    "vqf offline, as it comes": vqf_offline,
    "vqf, no bias, no rest": vqf_untold,
    "vqf + bias at rest": vqf_told,
    "ahrs Madgwick + bias": madgwick,
    "ahrs Mahony + bias": mahony,
    "ahrs EKF + bias": ekf,
}
if imufusion is not None:
    PEERS["imufusion + bias"] = imufusion_6d
