"""What has to be known of a session before its first sample."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fusion.frames import AXIS_NAMES
from sensors.samples import FloatArray, Placement

if TYPE_CHECKING:
    from collections.abc import Mapping

UPPER_BACK_LEVELS = ("T1", "T2", "T3", "T4")


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
    """A person's own lumbar share of the thoracolumbar rotation, with its standard deviation."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Setup:
    """Sensors worn and what is known about them.

    Raises
    ------
    ValueError
        If pelvis or upper back is missing, or the level of the upper sensor is unknown.
    """

    placements: tuple[Placement, ...]
    upper_back_level: str = "T2"
    mounting: Mapping[Placement, Mounting] = field(default_factory=dict)
    personal_split: PersonalSplit | None = None

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

    @property
    def chain(self) -> tuple[Placement, ...]:
        """The sensors from the pelvis upwards."""
        return tuple(p for p in Placement if p in self.placements)
