"""Calibration at the kitchen table: six faces up in turn, and full turns against an edge.

*Accelerometer.* Whatever the pose, a sensor at rest feels gravity's magnitude, so six poses with
another axis up each give six offsets and scales: least squares on ``|s · (m − b)| − g`` (Frosio,
Pedersini & Borghese, "Autocalibration of MEMS accelerometers", IEEE Trans. Instrum. Meas. 58(6),
2009, here without their cross-axis terms). The table need not be level and the box not square.

*Gyroscope.* What it says at rest is its offset. Turned flat on the table, back to the edge it began
at, it has gone through whole turns exactly; what the integral of its rate says instead is its
scale. Cross-axis terms cannot be had this way: they are some 1 %, and a table that slopes by 0.6°,
or a hand that tips the sensor as much while it turns, looks just like them. Whoever has a turntable
whose axis is known can give a matrix in ``session.json`` (``gyr_matrix``).

Gravity is taken as the standard 9.80665 m/s². Where it is not (9.78 at the equator, 9.83 at the
poles) all three scales are off by the same factor, which no orientation depends on.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from sensors.errors import CalibrationError
from sensors.inertial_calibration import InertialCalibration
from sensors.samples import GRAVITY_MPS2, ImuBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sensors.inertial_calibration import Triple
    from sensors.samples import FloatArray

STILL_S = 2.0
"""A pose counts when it was held this long."""

_BIN_S = 0.25
_BIN_FILL = 0.8
_STILL_ACC_MPS2 = 0.12
_STILL_GYR_RADPS = np.deg2rad(0.8)
_SAME_POSE_MPS2 = 0.08
_MAX_TILT_DEG = 25.0
_MAX_GAP_S = 0.1
_TURN_TOLERANCE = 0.04
_MAX_OFFSET_MPS2 = 2.0
_MAX_SCALE_ERROR = 0.1
_MAX_GYR_OFFSET_DPS = 20.0
_MAX_RESIDUAL_MPS2 = 0.08


class Face(StrEnum):
    """Which of the sensor's axes points up."""

    X_UP = "+x"
    X_DOWN = "-x"
    Y_UP = "+y"
    Y_DOWN = "-y"
    Z_UP = "+z"
    Z_DOWN = "-z"


_FACES = tuple(Face)


@dataclass(frozen=True, slots=True)
class Still:
    """A pose that was held.

    Attributes
    ----------
    start_s, end_s
        From when to when (s).
    acc, gyr
        (3,) mean specific force (m/s²) and rate (rad/s), uncorrected.
    face
        What was up; ``None`` if the sensor lay askew.
    """

    start_s: float
    end_s: float
    acc: FloatArray
    gyr: FloatArray
    face: Face | None


class SixPositions:
    """What a sensor on the table has shown so far."""

    def __init__(self) -> None:
        self._blocks: list[ImuBlock] = []
        self._stills: tuple[Still, ...] | None = ()

    def add(self, block: ImuBlock) -> None:
        """Take in the next samples, uncorrected."""
        self._blocks.append(block)
        self._stills = None

    @property
    def stills(self) -> tuple[Still, ...]:
        """The poses held so far, in time."""
        if self._stills is None:
            self._blocks = [_joined(self._blocks)]
            self._stills = find_stills(self._blocks[0])
        return self._stills

    @property
    def missing(self) -> tuple[Face, ...]:
        """Faces that were not up yet."""
        seen = {still.face for still in self.stills}
        return tuple(face for face in Face if face not in seen)

    @property
    def turns(self) -> tuple[int, int, int]:
        """Full turns flat on the table so far, about x, y, z."""
        stills = self.stills
        if not stills:
            return 0, 0, 0
        _, turns = _full_turns(self._blocks[0], stills, _gyr_offset(stills))
        return int(turns[0]), int(turns[1]), int(turns[2])

    def calibration(self, made_unix_s: float) -> InertialCalibration:
        """Fit offsets and scales to what was shown; see :func:`calibrate`."""
        stills = self.stills
        samples = self._blocks[0] if self._blocks else _EMPTY
        return calibrate(samples, stills, made_unix_s)


def find_stills(samples: ImuBlock) -> tuple[Still, ...]:
    """Find the poses that were held for :data:`STILL_S` or longer.

    Parameters
    ----------
    samples
        Of one sensor, uncorrected.
    """
    if len(samples) == 0:
        return ()
    bins = _Bins(samples)
    runs: list[list[int]] = []
    for index in np.flatnonzero(bins.still).tolist():
        if runs and runs[-1][-1] == index - 1 and bins.same_pose(runs[-1][0], index):
            runs[-1].append(index)
        else:
            runs.append([index])
    needed = round(STILL_S / _BIN_S)
    return tuple(bins.held(run) for run in runs if len(run) >= needed)


def calibrate(
    samples: ImuBlock, stills: Sequence[Still], made_unix_s: float
) -> InertialCalibration:
    """Fit offsets and scales.

    Parameters
    ----------
    samples
        Of one sensor, uncorrected.
    stills
        The poses in them, from :func:`find_stills`.
    made_unix_s
        When this was (s since 1970).

    Raises
    ------
    CalibrationError
        A face is missing, or what was found is more than a chip can be off by.
    """
    missing = [face for face in Face if face not in {still.face for still in stills}]
    if missing:
        raise CalibrationError(
            f"these axes were not up for {STILL_S:g} s: {', '.join(missing)}. Lay the sensor on"
            " each of its six faces and leave it alone"
        )
    offset, scale, residual_mps2 = _fit_acc(np.array([still.acc for still in stills]))
    _check_acc(offset, scale, residual_mps2)
    bias = _gyr_offset(stills)
    if np.abs(np.rad2deg(bias)).max() > _MAX_GYR_OFFSET_DPS:
        raise CalibrationError("the gyroscope says it turns although it lies still: it is broken")
    angles_deg, turns = _full_turns(samples, stills, bias)
    gyr_scale = np.where(turns > 0, 360.0 * turns / np.where(turns > 0, angles_deg, 1.0), 1.0)
    return InertialCalibration(
        made_unix_s=made_unix_s,
        acc_offset_mps2=_triple(offset),
        acc_scale=_triple(scale),
        gyr_offset_dps=_triple(np.rad2deg(bias)),
        gyr_scale=_triple(gyr_scale),
        poses=len(stills),
        residual_mps2=residual_mps2,
        turns=(int(turns[0]), int(turns[1]), int(turns[2])),
    )


class _Bins:
    """Samples in quarters of a second: mean, scatter, and whether they are all there."""

    def __init__(self, samples: ImuBlock) -> None:
        values = np.hstack([samples.acc, samples.gyr])
        index = ((samples.t_s - samples.t_s[0]) / _BIN_S).astype(int)
        count = np.bincount(index)
        safe = np.maximum(count, 1)[:, None]
        mean = _binned(index, values) / safe
        variance = _binned(index, (values - mean[index]) ** 2) / safe
        scatter = np.sqrt(variance)
        period_s = float(np.median(np.diff(samples.t_s))) if len(samples) > 1 else _BIN_S
        self.still = (
            (count >= _BIN_FILL * _BIN_S / period_s)
            & (scatter[:, :3].max(axis=1) < _STILL_ACC_MPS2)
            & (scatter[:, 3:].max(axis=1) < _STILL_GYR_RADPS)
        )
        self._mean = mean
        self._start_s = float(samples.t_s[0])

    def same_pose(self, first: int, other: int) -> bool:
        """Whether gravity is where it was: a slow turn has little scatter, too."""
        moved = self._mean[first, :3] - self._mean[other, :3]
        return float(np.linalg.norm(moved)) < _SAME_POSE_MPS2

    def held(self, run: Sequence[int]) -> Still:
        """Return the pose of neighbouring bins, without the two in which hands may be."""
        inner = run[1:-1]
        mean = self._mean[inner].mean(axis=0)
        return Still(
            start_s=self._start_s + inner[0] * _BIN_S,
            end_s=self._start_s + (inner[-1] + 1) * _BIN_S,
            acc=mean[:3],
            gyr=mean[3:],
            face=_face(mean[:3]),
        )


def _binned(index: np.ndarray[tuple[int], np.dtype[np.int_]], values: FloatArray) -> FloatArray:
    return np.column_stack([np.bincount(index, weights=column) for column in values.T])


def _face(acc: FloatArray) -> Face | None:
    axis = int(np.argmax(np.abs(acc)))
    if abs(acc[axis]) < np.cos(np.deg2rad(_MAX_TILT_DEG)) * np.linalg.norm(acc):
        return None
    return _FACES[2 * axis + int(acc[axis] < 0.0)]


def _fit_acc(poses: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Return offset (3,) in m/s², scale (3,), and the RMS residual of ``poses`` (n, 3) in m/s²."""

    def residuals(parameters: FloatArray) -> FloatArray:
        true = parameters[3:] * (poses - parameters[:3])
        left: FloatArray = np.linalg.norm(true, axis=1) - GRAVITY_MPS2
        return left

    highest, lowest = poses.max(axis=0), poses.min(axis=0)
    start = np.concatenate([(highest + lowest) / 2.0, 2.0 * GRAVITY_MPS2 / (highest - lowest)])
    found = least_squares(residuals, start, method="lm")
    return found.x[:3], found.x[3:], float(np.sqrt(np.mean(found.fun**2)))


def _check_acc(offset: FloatArray, scale: FloatArray, residual_mps2: float) -> None:
    if np.abs(offset).max() > _MAX_OFFSET_MPS2 or np.abs(scale - 1.0).max() > _MAX_SCALE_ERROR:
        raise CalibrationError(
            f"the accelerometer would be off by {np.abs(offset).max():.2f} m/s² and"
            f" {100.0 * np.abs(scale - 1.0).max():.0f} %, which is more than a chip can be. Lay the"
            " sensor on a firm table and begin again; if that does not help, its range is not what"
            " it says"
        )
    if residual_mps2 > _MAX_RESIDUAL_MPS2:
        raise CalibrationError(
            f"gravity differs by {residual_mps2:.2f} m/s² between poses. Do not hold the sensor:"
            " let it lie, on a table that does not shake"
        )


def _gyr_offset(stills: Sequence[Still]) -> FloatArray:
    """Return what the gyroscope says at rest (3,) in rad/s."""
    seconds = [still.end_s - still.start_s for still in stills]
    offset: FloatArray = np.average([still.gyr for still in stills], axis=0, weights=seconds)
    return offset


def _full_turns(
    samples: ImuBlock, stills: Sequence[Still], bias: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the angle (3,) in degrees the gyroscope saw about each axis, and the full turns."""
    angles_deg, turns = np.zeros(3), np.zeros(3)
    for before, after in itertools.pairwise(stills):
        if before.face is None or before.face is not after.face:
            continue
        between = samples.part(
            slice(*np.searchsorted(samples.t_s, [before.end_s, after.start_s]).tolist())
        )
        if len(between) < 2 or np.diff(between.t_s).max() > _MAX_GAP_S:
            continue
        # About an axis that stands still in the sensor, rates add up like angles.
        angle = np.trapezoid(between.gyr - bias, between.t_s, axis=0)
        angle_deg = float(np.rad2deg(np.linalg.norm(angle)))
        whole = round(angle_deg / 360.0)
        if whole > 0 and abs(angle_deg / 360.0 - whole) <= _TURN_TOLERANCE * whole:
            axis = _FACES.index(before.face) // 2
            angles_deg[axis] += angle_deg
            turns[axis] += whole
    return angles_deg, turns


_EMPTY = ImuBlock(np.empty(0), np.empty((0, 3)), np.empty((0, 3)))


def _joined(blocks: Iterable[ImuBlock]) -> ImuBlock:
    parts = list(blocks)
    return ImuBlock(
        np.concatenate([block.t_s for block in parts]),
        np.concatenate([block.acc for block in parts]),
        np.concatenate([block.gyr for block in parts]),
    )


def _triple(values: FloatArray) -> Triple:
    x, y, z = values.tolist()
    return x, y, z
