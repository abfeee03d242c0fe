"""One simulated sensor: how it is mounted, what is wrong with it, what lies under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sensors.samples import FloatArray, Placement
from sensors.simulation import rotations

if TYPE_CHECKING:
    from sensors.simulation.severity import Severity

_SKIN_GAIN = {
    Placement.PELVIS: (0.02, 0.05),
    Placement.THORACOLUMBAR: (0.10, 0.05),
    Placement.UPPER_BACK: (0.10, 0.05),
}
"""Mean and SD of the part of the axial rotation that the skin does not follow (§8.3)."""


@dataclass(frozen=True, slots=True)
class Slip:
    """From ``t_s`` on the sensor slides, and then sits turned by ``rotvec_deg`` (3,), body axes.

    It takes ``over_s``: a knock is over at once, a strap that gives way creeps.
    """

    placement: Placement
    t_s: float
    rotvec_deg: tuple[float, float, float]
    over_s: float = 0.3


@dataclass(frozen=True, slots=True)
class SensorTruth:
    """Everything about one sensor that an analysis does not know.

    Attributes
    ----------
    q_sb
        (4,) body → sensor as mounted at the start.
    q_table
        (4,) sensor → world while it lies on the table.
    table_m
        (3,) where it lies, m, world.
    gyr_bias_dps, gyr_warmup_dps
        (3,) turn-on bias and how much it changes while warming up, °/s, sensor axes.
    gyr_matrix, gyr_g_dps
        (3, 3) scale and cross-axis; sensitivity to specific force in °/s per g.
    acc_bias_mps2, acc_matrix
        The accelerometer's.
    wobble_hz, wobble_damping
        The soft tissue under the sensor.
    skin_gain
        Part of the axial rotation that the sensor does not follow.
    arms_rad
        (3,) tilt of the sensor with the arms in drill position, body axes.
    slips
        Steps of the mounting, in time order.
    phase_s, skew
        Time of the first sample; relative rate error of its timestamps.
    """

    q_sb: FloatArray
    q_table: FloatArray
    table_m: FloatArray
    gyr_bias_dps: FloatArray
    gyr_warmup_dps: FloatArray
    gyr_matrix: FloatArray
    gyr_g_dps: FloatArray
    acc_bias_mps2: FloatArray
    acc_matrix: FloatArray
    wobble_hz: float
    wobble_damping: float
    skin_gain: float
    arms_rad: FloatArray
    slips: tuple[Slip, ...]
    phase_s: float
    skew: float


def draw_sensor(
    rng: np.random.Generator,
    severity: Severity,
    placement: Placement,
    rate_hz: float,
    slips: tuple[Slip, ...] = (),
) -> SensorTruth:
    """Draw one sensor, its mounting and the tissue under it."""
    arms_deg = rng.uniform(0.5, 1.0) * severity.arms_offset_deg * _direction(rng)
    mean, sd = _SKIN_GAIN[placement]
    return SensorTruth(
        q_sb=_draw_mounting(rng, severity),
        q_table=_draw_on_table(rng),
        table_m=np.append(rng.uniform(0.3, 0.6, 2), 0.7),
        gyr_bias_dps=rng.uniform(-1.0, 1.0, 3) * severity.gyr_bias_dps,
        gyr_warmup_dps=rng.normal(0.0, 1.0, 3) * severity.gyr_warmup_dps,
        gyr_matrix=_draw_matrix(rng, severity.gyr_scale, severity.gyr_cross),
        gyr_g_dps=rng.normal(0.0, 1.0, (3, 3)) * severity.gyr_g_dps,
        acc_bias_mps2=rng.normal(0.0, 1.0, 3) * severity.acc_bias_mps2,
        acc_matrix=_draw_matrix(rng, severity.acc_scale, severity.acc_cross),
        wobble_hz=rng.uniform(6.0, 10.0),
        wobble_damping=rng.uniform(0.2, 0.4),
        skin_gain=severity.skin_gain * float(np.clip(rng.normal(mean, sd), -0.05, 0.25)),
        arms_rad=np.deg2rad(arms_deg) * (placement is Placement.UPPER_BACK),
        slips=tuple(sorted((s for s in slips if s.placement is placement), key=lambda s: s.t_s)),
        phase_s=rng.uniform(0.0, 1.0 / rate_hz) * severity.unsynchronised,
        skew=1e-6 * severity.clock_skew_ppm * rng.normal(),
    )


def draw_slips(
    rng: np.random.Generator, severity: Severity, placement: Placement, duration_s: float
) -> tuple[Slip, ...]:
    """Draw the slips of one sensor in a session: 5–15° about any axis (§8.3)."""
    times_s = rng.uniform(0.0, duration_s, rng.poisson(severity.slips_per_min * duration_s / 60.0))
    slips = []
    for t_s in times_s:
        x, y, z = (rng.uniform(5.0, 15.0) * _direction(rng)).tolist()
        slips.append(Slip(placement, float(t_s), (x, y, z)))
    return tuple(slips)


def _direction(rng: np.random.Generator) -> FloatArray:
    vector: FloatArray = rng.normal(size=3)
    return vector / np.linalg.norm(vector)


def _draw_matrix(rng: np.random.Generator, scale: float, cross: float) -> FloatArray:
    matrix: FloatArray = rng.normal(0.0, 1.0, (3, 3)) * cross
    matrix[np.diag_indices(3)] = 1.0 + rng.normal(0.0, 1.0, 3) * scale
    return matrix


def _draw_mounting(rng: np.random.Generator, severity: Severity) -> FloatArray:
    """Body → sensor: small turns about x, y and z after a quarter turn about the long axis."""
    x, y, z = np.deg2rad(rng.uniform(-1.0, 1.0, 3) * severity.mounting_deg)
    quarters = int(rng.integers(4)) if severity.quarter_turns else 0
    q = rotations.from_rotvec(np.array([x, 0.0, 0.0]))
    q = rotations.multiply(q, rotations.from_rotvec(np.array([0.0, y, 0.0])))
    q = rotations.multiply(q, rotations.from_rotvec(np.array([0.0, 0.0, z])))
    return rotations.multiply(q, rotations.about_y(np.array(0.5 * np.pi * quarters)))


def _draw_on_table(rng: np.random.Generator) -> FloatArray:
    """Sensor → world of a sensor put down on any face, turned anyhow, not quite level."""
    face = rotations.from_rotvec(0.5 * np.pi * rng.integers(4) * np.eye(3)[rng.integers(2)])
    yaw = rotations.about_z(np.array(rng.uniform(-np.pi, np.pi)))
    tilt = rotations.from_rotvec(np.deg2rad(rng.normal(0.0, 2.0, 3)))
    return rotations.multiply(rotations.multiply(yaw, tilt), face)
