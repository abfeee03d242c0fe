"""A sensor turned over on a kitchen table: six faces up in turn, full turns, and the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from sensors.inertial_calibration import InertialCalibration
from sensors.samples import GRAVITY_MPS2, ImuBlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sensors.inertial_calibration import Triple
    from sensors.samples import FloatArray

_FACES = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, -1], [-1, 0, 0], [0, -1, 0]], float)
_STILL_S = 3.0
_FLIP_S = 1.0
_TURN_S = 3.0
_ASKEW = 0.02


@dataclass(frozen=True, slots=True)
class TableErrors:
    """How wrong the sensor is: SD of each axis, and noise per sample.

    Attributes
    ----------
    acc_offset_mps2, acc_scale, acc_noise_mps2
        Of the accelerometer.
    gyr_offset_dps, gyr_scale, gyr_noise_dps
        Of the gyroscope.
    """

    acc_offset_mps2: float = 0.25
    acc_scale: float = 0.01
    acc_noise_mps2: float = 0.015
    gyr_offset_dps: float = 0.8
    gyr_scale: float = 0.008
    gyr_noise_dps: float = 0.07


@dataclass(frozen=True, slots=True)
class TableSession:
    """What the sensor measured, from t = 0, and the calibration that makes it right."""

    samples: ImuBlock
    truth: InertialCalibration


@dataclass(frozen=True, slots=True)
class _Move:
    """A smooth turn about an axis (3,) of the sensor; angle 0 is lying still."""

    seconds: float
    axis: FloatArray
    angle_rad: float


def simulate_table(
    seed: int, rate_hz: float, *, turns: int = 1, errors: TableErrors | None = None
) -> TableSession:
    """Lay a made-up sensor on its six faces.

    Parameters
    ----------
    seed
        Of its errors, of the table's tilt and of how square its box is.
    rate_hz
        Sampling rate.
    turns
        Full turns on each face, back to where it lay; 0 = none.
    errors
        How wrong it is.
    """
    rng = np.random.default_rng(seed)
    chosen = errors or TableErrors()
    truth = _draw(rng, chosen)
    acc, gyr = _true(rng, rate_hz, turns)
    acc += rng.normal(0.0, chosen.acc_noise_mps2, acc.shape)
    gyr += np.deg2rad(rng.normal(0.0, chosen.gyr_noise_dps, gyr.shape))
    samples = ImuBlock(
        np.arange(len(acc)) / rate_hz,
        acc / truth.acc_scale + truth.acc_offset_mps2,
        gyr / truth.gyr_scale + np.deg2rad(truth.gyr_offset_dps),
    )
    return TableSession(samples, truth)


def _draw(rng: np.random.Generator, errors: TableErrors) -> InertialCalibration:
    return InertialCalibration(
        made_unix_s=0.0,
        acc_offset_mps2=_triple(rng.normal(0.0, errors.acc_offset_mps2, 3)),
        acc_scale=_triple(rng.normal(1.0, errors.acc_scale, 3)),
        gyr_offset_dps=_triple(rng.normal(0.0, errors.gyr_offset_dps, 3)),
        gyr_scale=_triple(rng.normal(1.0, errors.gyr_scale, 3)),
    )


def _true(rng: np.random.Generator, rate_hz: float, turns: int) -> tuple[FloatArray, FloatArray]:
    """Return specific force (n, 3) in m/s² and rate (n, 3) in rad/s without any error."""
    faces = _FACES + rng.normal(0.0, _ASKEW, (6, 3))
    faces /= np.linalg.norm(faces, axis=1, keepdims=True)
    up = faces[0]
    ups: list[FloatArray] = []
    rates: list[FloatArray] = []
    for move in _moves(faces, turns):
        part = (np.arange(round(move.seconds * rate_hz)) + 1) / round(move.seconds * rate_hz)
        turned = move.angle_rad * (part - np.sin(2.0 * np.pi * part) / (2.0 * np.pi))
        speed = move.angle_rad / move.seconds * (1.0 - np.cos(2.0 * np.pi * part))
        ups.append(Rotation.from_rotvec(np.outer(turned, move.axis)).inv().apply(up))
        rates.append(np.outer(speed, move.axis))
        up = ups[-1][-1]
    return GRAVITY_MPS2 * np.concatenate(ups), np.concatenate(rates)


def _moves(faces: FloatArray, turns: int) -> Iterator[_Move]:
    for number, up in enumerate(faces):
        yield _Move(_STILL_S, up, 0.0)
        if turns:
            yield _Move(_TURN_S * turns, up, 2.0 * np.pi * turns)
            yield _Move(_STILL_S, up, 0.0)
        if number + 1 < len(faces):
            axis = np.cross(faces[number + 1], up)
            sine = float(np.linalg.norm(axis))
            yield _Move(_FLIP_S, axis / sine, float(np.arctan2(sine, up @ faces[number + 1])))


def _triple(values: FloatArray) -> Triple:
    x, y, z = values.tolist()
    return x, y, z
