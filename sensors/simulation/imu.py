"""What an inertial sensor on a moving segment would have sent.

Gyroscope and accelerometer samples are means over the sampling interval that ends with the
sample, as of a sensor that integrates on the chip: chaining the noise-free rates gives the
orientation exactly. Motion in between is followed at 400 Hz or more. Error model and magnitudes:
biomechanics reference §8.3–8.4, :mod:`sensors.simulation.severity`.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sensors.samples import GRAVITY_MPS2, FloatArray, ImuBlock, Placement
from sensors.simulation import rotations
from sensors.simulation.unit import SensorTruth, Slip, draw_sensor

if TYPE_CHECKING:
    from sensors.simulation.motion import Body
    from sensors.simulation.severity import Severity

_TRUTH_HZ = 400.0
_WARMUP_S = 200.0
_FULL_SCALE = 32768

Steps = npt.NDArray[np.int64]
"""Numbers of fine time steps, counted from the first sample."""


class Imu:
    """One sensor on a body, sampling from its phase on, block after block.

    Parameters
    ----------
    body
        The wearer's true motion.
    placement
        The segment it is worn on.
    truth
        Its errors and mounting.
    severity
        Magnitudes of its noise and ranges.
    rate_hz
        Sampling rate.
    rng
        Randomness of the noise.
    """

    def __init__(
        self,
        body: Body,
        placement: Placement,
        truth: SensorTruth,
        severity: Severity,
        rate_hz: float,
        rng: np.random.Generator,
    ) -> None:
        self.truth = truth
        self._body = body
        self._placement = placement
        self._severity = severity
        self._rng = rng
        self._rate_hz = rate_hz
        self._steps = int(np.ceil(_TRUTH_HZ / rate_hz))
        self._wobble = Wobble(
            truth.wobble_hz, truth.wobble_damping, severity.wobble_gain, rate_hz * self._steps
        )
        self._walk_dps: FloatArray = np.zeros((1, 3))
        self._taken = 0
        self._last_q: FloatArray = self._mounted(np.array([-self._steps]))[0]

    @property
    def next_s(self) -> float:
        """Time of the next sample."""
        return float(self._time_s(np.array([self._taken * self._steps]))[0])

    def take(self, count: int) -> ImuBlock:
        """Sample ``count`` times more."""
        first = (self._taken - 1) * self._steps + 1
        fine = np.arange(first - 1, first + count * self._steps + 1)
        q, site_m = self._mounted(fine)
        step_hz = self._rate_hz * self._steps
        q_true = rotations.multiply(q[1:-1], self._wobble.follow(q))
        acc = self._specific_force(q_true, np.diff(site_m, 2, axis=0) * step_hz**2)
        gyr = self._rate(q_true[self._steps - 1 :: self._steps])
        t_s = self._time_s(fine[self._steps :: self._steps][:count])
        self._taken += count
        return self._measured(t_s, gyr, acc)

    def _time_s(self, fine: Steps) -> FloatArray:
        return self.truth.phase_s + fine / (self._rate_hz * self._steps)

    def _mounted(self, fine: Steps) -> tuple[FloatArray, FloatArray]:
        """Orientation sensor → world (n, 4) and position (n, 3), without the wobble."""
        t_s = self._time_s(fine)
        segment = self._body.segments(t_s)[self._placement]
        truth = self.truth
        q = rotations.multiply(segment.q, rotations.about_y(-truth.skin_gain * segment.axial_rad))
        if truth.arms_rad.any():
            tilt = rotations.from_rotvec(segment.arms[:, None] * truth.arms_rad)
            q = rotations.multiply(q, tilt)
        for slip in truth.slips:
            done = _minimum_jerk((t_s - slip.t_s) / slip.over_s)
            turned = rotations.from_rotvec(done[:, None] * np.deg2rad(slip.rotvec_deg))
            q = rotations.multiply(q, turned)
        q = rotations.multiply(q, rotations.conjugate(truth.q_sb))
        return self._or_on_table(q, segment.site_m, segment.worn)

    def _or_on_table(
        self, q: FloatArray, site_m: FloatArray, worn: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        if worn.min() == 1.0:
            return q, site_m
        truth = self.truth
        table = np.broadcast_to(truth.q_table, q.shape)
        q = np.where(worn[:, None] < 1.0, rotations.slerp(table, q, worn), q)
        return q, truth.table_m + worn[:, None] * (site_m - truth.table_m)

    def _rate(self, q: FloatArray) -> FloatArray:
        """Mean rate (n, 3) in rad/s over the intervals that end at orientations (n, 4)."""
        before = np.concatenate([self._last_q, q[:-1]])
        self._last_q = q[-1:]
        return rotations.to_rotvec(rotations.multiply(rotations.conjugate(before), q)) * (
            self._rate_hz
        )

    def _specific_force(self, q: FloatArray, acceleration: FloatArray) -> FloatArray:
        """Mean specific force over each sampling interval, from fine steps, sensor axes."""
        upward = acceleration + np.array([0.0, 0.0, GRAVITY_MPS2])
        fine = rotations.rotate(rotations.conjugate(q), upward)
        means: FloatArray = fine.reshape(-1, self._steps, 3).mean(axis=1)
        return means

    def _measured(self, t_s: FloatArray, gyr: FloatArray, acc: FloatArray) -> ImuBlock:
        truth, severity = self.truth, self._severity
        noise = self._rng.standard_normal((len(t_s), 9))
        white = np.sqrt(0.5 * self._rate_hz)
        force_g = acc / GRAVITY_MPS2
        warm = 1.0 - np.exp(-t_s / _WARMUP_S)
        gyr_dps = (
            np.rad2deg(gyr) @ truth.gyr_matrix.T
            + truth.gyr_bias_dps
            + warm[:, None] * truth.gyr_warmup_dps
            + self._walked_dps(noise[:, 6:])
            + force_g @ truth.gyr_g_dps.T
            + severity.gyr_noise_dps_rthz * white * noise[:, :3]
        )
        force = (
            acc @ truth.acc_matrix.T
            + truth.acc_bias_mps2
            + severity.acc_noise_mps2_rthz * white * noise[:, 3:6]
        )
        gyr_dps, gyr_clipped = _digitised(gyr_dps, severity.gyr_range_dps)
        force, acc_clipped = _digitised(force, severity.acc_range_g * GRAVITY_MPS2)
        clipped = gyr_clipped | acc_clipped
        return ImuBlock(t_s * (1.0 + truth.skew), force, np.deg2rad(gyr_dps), clipped=clipped)

    def _walked_dps(self, noise: FloatArray) -> FloatArray:
        """Random walk of the bias (n, 3), going on from the last block."""
        step_dps = self._severity.gyr_walk_dps_rts / np.sqrt(self._rate_hz)
        walk = np.cumsum(np.concatenate([self._walk_dps, step_dps * noise]), axis=0)[1:]
        self._walk_dps = walk[-1:]
        return walk


def draw_imu(
    body: Body,
    placement: Placement,
    severity: Severity,
    rate_hz: float,
    seed: np.random.SeedSequence,
    slips: tuple[Slip, ...] = (),
) -> Imu:
    """Draw a sensor for one segment of a body; arguments as of :class:`Imu`."""
    drawing, noise = (np.random.default_rng(child) for child in seed.spawn(2))
    truth = draw_sensor(drawing, severity, placement, rate_hz, slips)
    return Imu(body, placement, truth, severity, rate_hz, noise)


class Wobble:
    """Soft tissue under a sensor: a damped spring driven by the segment's angular acceleration.

    Parameters
    ----------
    natural_hz, damping
        Of the tissue: 6–10 Hz, 0.2–0.4 (§8.3).
    gain
        1 = a mass on a spring, 0 = rigid.
    step_hz
        Rate of the orientations it is given.
    """

    def __init__(self, natural_hz: float, damping: float, gain: float, step_hz: float) -> None:
        natural = 2.0 * np.pi * natural_hz
        # A spring that swings is one complex mode: its imaginary part is what is seen. Pushed
        # evenly from step to step, it is exact.
        mode = natural * complex(-damping, np.sqrt(1.0 - damping**2))
        self._turn = np.exp(mode / step_hz)
        self._push = (self._turn - 1.0) / mode
        self._seen = -gain / mode.imag
        self._step_hz = step_hz
        self._state = np.zeros(3, complex)

    def follow(self, q: FloatArray) -> FloatArray:
        """Turn of the sensor (n, 4) at the inner ones of orientations (n + 2, 4)."""
        steps = rotations.to_rotvec(rotations.multiply(rotations.conjugate(q[:-1]), q[1:]))
        pushes = self._push * np.diff(steps, axis=0) * self._step_hz**2
        swings = [
            list(accumulate(pushed, lambda swing, push: self._turn * swing + push, initial=state))
            for pushed, state in zip(pushes.T.tolist(), self._state.tolist(), strict=True)
        ]
        states = np.array(swings).T
        self._state = states[-1]
        return rotations.from_rotvec(self._seen * states[:-1].imag)


def _digitised(values: FloatArray, full_range: float) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Values in steps of a 16-bit converter, and which samples were at the end of its range."""
    if np.isinf(full_range):
        return values, np.zeros(len(values), dtype=np.bool_)
    counts = np.rint(values * (_FULL_SCALE / full_range))
    limited = np.clip(counts, -_FULL_SCALE, _FULL_SCALE - 1)
    clipped = ((limited == -_FULL_SCALE) | (limited == _FULL_SCALE - 1)).any(axis=1)
    return limited * (full_range / _FULL_SCALE), clipped


def _minimum_jerk(s: FloatArray) -> FloatArray:
    s = np.clip(s, 0.0, 1.0)
    return s**3 * (10.0 + s * (6.0 * s - 15.0))
