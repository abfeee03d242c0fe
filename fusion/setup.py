"""What has to be known of a session before its first sample."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.frames import AXIS_NAMES
from sensors.samples import FloatArray, ImuBlock, Placement

if TYPE_CHECKING:
    from collections.abc import Mapping

UPPER_BACK_LEVELS = ("T1", "T2", "T3", "T4")
MIN_PERSONAL_SD = 0.05
EXPIRES_DAYS = 90.0
MAX_GYR_ERROR = 0.2
"""No gyroscope's axes and scales are off by more."""


@dataclass(frozen=True, slots=True)
class Mounting:
    """Which of a sensor's own axes point forward and up on a wearer who stands upright.

    Names as in ``session.json``: ``"-z"``, ``"x"`` …

    Raises
    ------
    ValueError
        If a name is unknown or the two axes are not perpendicular.
    """

    anterior: str
    cranial: str

    def __post_init__(self) -> None:
        for name in (self.anterior, self.cranial):
            if name not in AXIS_NAMES:
                raise ValueError(f"unknown sensor axis {name!r}: use one of x, y, z, -x, -y, -z")
        if self.anterior[-1] == self.cranial[-1]:
            raise ValueError(f"{self.anterior!r} and {self.cranial!r} are the same axis")

    @property
    def anterior_s(self) -> FloatArray:
        """Forward in the sensor's axes, (3,)."""
        return AXIS_NAMES[self.anterior]

    @property
    def cranial_s(self) -> FloatArray:
        """Up the spine in the sensor's axes, (3,)."""
        return AXIS_NAMES[self.cranial]


@dataclass(frozen=True, slots=True)
class PersonalSplit:
    """A person's own lumbar share of the thoracolumbar rotation, with its standard deviation.

    ``age_days`` is how long ago it was measured.

    Raises
    ------
    ValueError
        If it is no share, or claims to be surer than any measurement on skin is.
    """

    mean: float
    sd: float
    age_days: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 < self.mean < 1.0:
            raise ValueError("a lumbar share lies between 0 and 1")
        if not MIN_PERSONAL_SD <= self.sd < np.sqrt(self.mean * (1.0 - self.mean)):
            raise ValueError(
                f"no share measured on skin is known better than ± {MIN_PERSONAL_SD:g}, nor worse "
                "than not at all"
            )
        if not self.age_days >= 0.0:
            raise ValueError("age_days is a number of days, 0 or more")

    @property
    def expired(self) -> bool:
        """Whether it was measured too long ago to be used."""
        return self.age_days > EXPIRES_DAYS


@dataclass(frozen=True, slots=True)
class Setup:
    """Sensors worn and what is known about them.

    Raises
    ------
    ValueError
        If pelvis or upper back is missing, the level of the upper sensor is unknown, or a gyroscope
        matrix is none.

    Notes
    -----
    ``gyr_matrix`` holds, where one was measured, what takes a sensor's measured rate to the true
    one: ``true = matrix · measured`` in the sensor's axes, (3, 3).
    """

    placements: tuple[Placement, ...]
    upper_back_level: str = "T2"
    mounting: Mapping[Placement, Mounting] = field(default_factory=dict)
    personal_split: PersonalSplit | None = None
    gyr_matrix: Mapping[Placement, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = {Placement.PELVIS, Placement.UPPER_BACK} - set(self.placements)
        if missing:
            names = " and ".join(sorted(p.value.replace("_", " ") for p in missing))
            raise ValueError(f"spine rotation needs a sensor on pelvis and upper back: no {names}")
        if self.upper_back_level not in UPPER_BACK_LEVELS:
            raise ValueError(
                f"unknown upper back level {self.upper_back_level!r}: use one of "
                + ", ".join(UPPER_BACK_LEVELS)
            )
        for matrix in self.gyr_matrix.values():
            check_gyr_matrix(matrix)

    @property
    def chain(self) -> tuple[Placement, ...]:
        """The sensors from the pelvis upwards."""
        return tuple(p for p in Placement if p in self.placements)

    def corrected(self, placement: Placement, block: ImuBlock) -> ImuBlock:
        """``block`` with its rates taken through the sensor's gyroscope matrix, if it has one."""
        matrix = self.gyr_matrix.get(placement)
        return block if matrix is None else replace(block, gyr=block.gyr @ matrix.T)


def check_gyr_matrix(matrix: FloatArray) -> None:
    """Refuse what cannot be the axes and scales of a gyroscope.

    Raises
    ------
    ValueError
        If it is not (3, 3), not finite, or further than any gyroscope from the unit matrix.
    """
    if matrix.shape != (3, 3) or not np.isfinite(matrix).all():
        raise ValueError("a gyroscope matrix has three rows of three numbers")
    if np.abs(matrix - np.eye(3)).max() > MAX_GYR_ERROR:
        raise ValueError(
            "no gyroscope is that far off: a gyroscope matrix takes measured rates to true ones in "
            "the sensor's own axes, so it is nearly the unit matrix"
        )
