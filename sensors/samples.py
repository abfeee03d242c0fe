"""Samples on one clock: the only form in which sensor data leave this package.

Units and axes, stated once: specific force ``acc`` in m/s² (a sensor at rest reads +9.81 on the
axis that points up), angular rate ``gyr`` in rad/s, field ``mag`` in µT, unit quaternions ``quat``
wxyz taking sensor → earth (z up). Axes are the sensor's own, right-handed. Time is seconds on the
session clock, the same for all sensors of a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sensors.inertial_calibration import InertialCalibration

FloatArray = npt.NDArray[np.float64]

SensorId = NewType("SensorId", str)
"""What identifies one physical sensor on this computer: a serial number or an address."""

GRAVITY_MPS2 = 9.80665


class Placement(StrEnum):
    """Where on the body a sensor is worn."""

    PELVIS = "pelvis"
    THORACOLUMBAR = "thoracolumbar"
    UPPER_BACK = "upper_back"


class Activity(StrEnum):
    """What the wearer was doing, as session events name it (``trial_type``)."""

    CALIBRATION_REST = "calibration_rest"
    CALIBRATION_NEUTRAL = "calibration_neutral"
    CALIBRATION_BOW = "calibration_bow"
    CALIBRATION_TURN = "calibration_turn"
    SEATED = "seated_thoracic_rotation"
    QUADRUPED = "quadruped_thoracic_rotation"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during a session.

    ``onset_s`` is on the session clock; ``duration_s`` is 0 for a mark and ``None`` while the
    activity still goes on.
    """

    onset_s: float
    duration_s: float | None
    activity: Activity

    @property
    def end_s(self) -> float:
        """Time at which the activity ended (s); infinity while it still goes on."""
        return float("inf") if self.duration_s is None else self.onset_s + self.duration_s


@dataclass(slots=True)
class ImuBlock:
    """Consecutive samples of one sensor. Nobody changes one; frozen, it would take long to make.

    Attributes
    ----------
    t_s
        (n,) strictly increasing seconds on the session clock.
    acc
        (n, 3) specific force in m/s².
    gyr
        (n, 3) angular rate in rad/s.
    mag
        (n, 3) magnetic field in µT, or ``None``.
    quat
        (n, 4) the sensor's own orientation estimate, wxyz, sensor → earth (z up), or ``None``.
    clipped
        (n,) true where any axis was at the end of its range, or ``None`` if not known.
    """

    t_s: FloatArray
    acc: FloatArray
    gyr: FloatArray
    mag: FloatArray | None = None
    quat: FloatArray | None = None
    clipped: npt.NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.t_s)

    def part(self, rows: slice) -> ImuBlock:
        """Some of the samples."""
        return ImuBlock(
            self.t_s[rows],
            self.acc[rows],
            self.gyr[rows],
            None if self.mag is None else self.mag[rows],
            None if self.quat is None else self.quat[rows],
            None if self.clipped is None else self.clipped[rows],
        )


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """What is known of one sensor before its first sample.

    ``protocol`` names the module in :mod:`sensors.protocols` that understands its bytes;
    ``rate_hz`` is the nominal (or, better, the measured) sampling rate; ``calibration`` is what its
    samples are to be corrected by, ``None`` if it was never calibrated.
    """

    sensor: SensorId
    placement: Placement
    name: str
    protocol: str
    rate_hz: float
    model: str = ""
    firmware: str = ""
    calibration: InertialCalibration | None = None
