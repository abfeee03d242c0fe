"""What the person at the screen does in a session, as entries between the sensors' own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sensors.drivers.base import SourceItem
from sensors.samples import Activity

CALIBRATION_STEPS = frozenset(
    {
        Activity.CALIBRATION_REST,
        Activity.CALIBRATION_NEUTRAL,
        Activity.CALIBRATION_BOW,
        Activity.CALIBRATION_TURN,
    }
)

DRILLS = frozenset({Activity.SEATED, Activity.QUADRUPED})


class RefusedError(Exception):
    """Something that cannot be done now; ``str()`` tells the person why and what to do."""


class StepKind(StrEnum):
    """What happened."""

    BEGIN = "begin"
    END = "end"
    MARK = "mark"
    REZERO = "rezero"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done at ``arrival_s`` (host monotonic s); ``activity`` for begin and end.

    A step of a calibration has a ``name``: done again, it takes the place of what was done before.
    ``fresh`` is the first of a calibration from the start.
    """

    arrival_s: float
    kind: StepKind
    activity: Activity = Activity.MARK
    name: str = ""
    fresh: bool = False


Entry: TypeAlias = SourceItem | Step
"""Everything a session consists of, in order."""
