"""What one sensor's accelerometer and gyroscope are off by, measured once and taken off ever after.

Per axis an offset and a scale: ``true = scale · (measured − offset)``. Cross-axis terms are left
out: on the chips in use they are below what a kitchen table can show. Raw bytes are never changed;
the correction is made where they are decoded and is written into every recording.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sensors.samples import FloatArray

Triple: TypeAlias = tuple[float, float, float]

VERSION = 1
NO_OFFSET: Triple = (0.0, 0.0, 0.0)
NO_SCALE: Triple = (1.0, 1.0, 1.0)

_MAX_SCALE_ERROR = 0.5


@dataclass(frozen=True, slots=True)
class InertialCalibration:
    """One sensor's offsets and scales, on its own axes.

    Attributes
    ----------
    made_unix_s
        When it was measured (s since 1970).
    acc_offset_mps2, acc_scale
        Of the accelerometer: m/s², and a factor.
    gyr_offset_dps, gyr_scale
        Of the gyroscope: °/s, and a factor.
    poses
        Still poses it comes from.
    residual_mps2
        RMS of what is left of gravity's magnitude in these poses (m/s²).
    turns
        Full turns about x, y, z behind the gyroscope's scales; 0 = that scale was not measured.
    """

    made_unix_s: float
    acc_offset_mps2: Triple = NO_OFFSET
    acc_scale: Triple = NO_SCALE
    gyr_offset_dps: Triple = NO_OFFSET
    gyr_scale: Triple = NO_SCALE
    poses: int = 0
    residual_mps2: float = 0.0
    turns: tuple[int, int, int] = (0, 0, 0)

    def acc(self, measured: FloatArray) -> FloatArray:
        """Return the true specific force (n, 3) in m/s² of the measured one."""
        corrected: FloatArray = np.subtract(measured, self.acc_offset_mps2) * self.acc_scale
        return corrected

    def gyr(self, measured: FloatArray) -> FloatArray:
        """Return the true angular rate (n, 3) in rad/s of the measured one."""
        offset = np.deg2rad(self.gyr_offset_dps)
        corrected: FloatArray = (measured - offset) * self.gyr_scale
        return corrected

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "version": VERSION,
            "made_unix_s": self.made_unix_s,
            "acc_offset_mps2": list(self.acc_offset_mps2),
            "acc_scale": list(self.acc_scale),
            "gyr_offset_dps": list(self.gyr_offset_dps),
            "gyr_scale": list(self.gyr_scale),
            "poses": self.poses,
            "residual_mps2": self.residual_mps2,
            "turns": list(self.turns),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> InertialCalibration:
        """Read a JSON object.

        Raises
        ------
        ValueError, KeyError, TypeError
            It is none, is of a newer version, or holds numbers no sensor has.
        """
        if value["version"] != VERSION:
            raise ValueError(f"version {value['version']}, this program knows {VERSION}")
        turns = _triple(value["turns"])
        return cls(
            made_unix_s=_number(value["made_unix_s"]),
            acc_offset_mps2=_triple(value["acc_offset_mps2"]),
            acc_scale=_scale(value["acc_scale"]),
            gyr_offset_dps=_triple(value["gyr_offset_dps"]),
            gyr_scale=_scale(value["gyr_scale"]),
            poses=int(value["poses"]),
            residual_mps2=_number(value["residual_mps2"]),
            turns=(int(turns[0]), int(turns[1]), int(turns[2])),
        )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _triple(value: object) -> Triple:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    x, y, z = (_number(part) for part in value)
    return x, y, z


def _scale(value: object) -> Triple:
    scale = _triple(value)
    if any(abs(factor - 1.0) > _MAX_SCALE_ERROR for factor in scale):
        raise ValueError(f"no sensor is off by a factor of {scale}")
    return scale
