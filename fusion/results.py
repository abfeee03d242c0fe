"""What fusion hands out: fused frames, repetitions and what is known about them.

The meaning of every number is defined in ``docs/method.md``: axial angles in degrees, positive to
the wearer's left; every standard deviation is one sigma of everything not known at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import numpy.typing as npt

    from sensors.samples import Activity, FloatArray, Placement

ANGLES = ("pelvis", "lumbar", "thoracic", "thoracolumbar", "total", "lateral", "flexion")
"""Columns of :attr:`Frames.angles_deg`."""

SD_ANGLES = ANGLES[:4]
"""Columns of :attr:`Frames.sd_deg`."""


class Side(StrEnum):
    """The side a repetition turned to."""

    LEFT = "left"
    RIGHT = "right"


class Phase(IntEnum):
    """Where in a repetition a frame lies."""

    NEUTRAL = 0
    OUT = 1
    HOLD = 2
    RETURN = 3


class Quality(IntEnum):
    """How far a frame can be trusted."""

    GOOD = 0
    DOUBTFUL = 1
    UNUSABLE = 2


class Verdict(StrEnum):
    """How far a repetition, a calibration or a session can be trusted."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    REJECTED = "rejected"


class SplitSource(StrEnum):
    """Where the lumbar share comes from."""

    MEASURED = "measured"
    PERSONAL = "personal"
    PRIOR = "prior"


@dataclass(frozen=True, slots=True)
class Flag:
    """A thing that lowers trust: a stable ``code``, a sentence, and the sensor it concerns."""

    code: str
    sentence: str
    placement: Placement | None = None


NOTES = frozenset({"magnetometer_unused", "sensor_unused", "orientation_unused", "unit_found"})
"""Codes that are said and lower no verdict."""

USELESS = frozenset({"heading_unusable"})
"""Codes with which the angles of a drill say nothing."""


def verdict_of(flags: Iterable[Flag]) -> Verdict:
    """How far something can be trusted of which ``flags`` have to be said."""
    codes = {flag.code for flag in flags} - NOTES
    if codes & USELESS:
        return Verdict.REJECTED
    return Verdict.DOUBTFUL if codes else Verdict.GOOD


@dataclass(frozen=True, slots=True)
class Cue:
    """A thing to do better, seen in at least two of the last three repetitions.

    ``level`` is ``"amber"`` or ``"red"``.
    """

    code: str
    sentence: str
    level: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    lo: float
    hi: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of the total turn contributed by each segment; the three values sum to 1."""

    pelvis: Interval
    lumbar: Interval
    thoracic: Interval


@dataclass(frozen=True, slots=True)
class Frames:
    """Fused results on the uniform grid.

    Attributes
    ----------
    t_s
        (n,) seconds on the session clock, multiples of the grid step.
    angles_deg
        (n, 7) columns :data:`ANGLES`; NaN where nothing is known.
    sd_deg
        (n, 4) one standard deviation of columns :data:`SD_ANGLES`.
    quality
        (n,) :class:`Quality` as uint8.
    """

    t_s: FloatArray
    angles_deg: FloatArray
    sd_deg: FloatArray
    quality: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.t_s)

    def part(self, rows: slice) -> Frames:
        """Some of the rows."""
        return Frames(self.t_s[rows], self.angles_deg[rows], self.sd_deg[rows], self.quality[rows])


@dataclass(frozen=True, slots=True)
class RepMetrics:
    """Per-repetition measures beyond the contract's columns; NaN where they mean nothing.

    ``coupling_deg`` says who turned on the way out: 90° the spine alone, 45° pelvis and spine
    alike, 0° the pelvis alone, above 90° a pelvis that turned the other way; ``coupling_sd_deg`` is
    its scatter. ``bounce_deg`` is how far the end of range went back and out again,
    ``pelvis_shift_deg`` how far the pelvis was tipped at the peak (all fours only).
    """

    out_s: float
    return_s: float
    sparc_out: float
    sparc_return: float
    pelvis_lead_s: float
    lateral_at_peak_deg: float
    flexion_at_peak_deg: float
    coupling_deg: float = float("nan")
    coupling_sd_deg: float = float("nan")
    bounce_deg: float = 0.0
    pelvis_shift_deg: float = float("nan")


@dataclass(frozen=True, slots=True)
class Rep:
    """One excursion out and back. Angles (°, left positive) are those at the peak."""

    drill: Activity
    set: int
    rep: int
    side: Side
    start_s: float
    hold_start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    pelvis_deg: float
    lumbar_deg: float
    thoracic_deg: float
    thoracolumbar_deg: float
    total_deg: float
    shares: Shares
    split_source: SplitSource
    peak_rate_dps: float
    hold_s: float
    verdict: Verdict
    reasons: tuple[str, ...]
    metrics: RepMetrics


@dataclass(frozen=True, slots=True)
class SideSummary:
    """What one side of one drill came to."""

    repetitions: int
    median_peak_deg: float
    best_peak_deg: float
    shares: Shares | None


NOTABLE_DEG = 7.0
"""Above the largest published minimal detectable change, 6.3° (Johnson 2012)."""

NOTABLE_PART = 0.15


@dataclass(frozen=True, slots=True)
class DrillResult:
    """One drill, from its start to its end."""

    drill: Activity
    start_s: float
    end_s: float
    neutral_s: tuple[float, float]
    frames: Frames
    phase: npt.NDArray[np.uint8]
    reps: tuple[Rep, ...]
    split_source: SplitSource
    sides: dict[Side, SideSummary]
    side_difference_deg: Interval | None
    drift_deg_per_min: dict[Placement, float]
    flags: tuple[Flag, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """How far the drill's angles can be trusted, by its own flags."""
        return verdict_of(self.flags)

    @property
    def side_difference_notable(self) -> bool | None:
        """Whether right and left differ by more than 7°, 15 % of their mean and twice the SE.

        ``None`` where one side was not done. One session is no proof: healthy people differ too.
        """
        found = self.side_difference_deg
        if found is None:
            return None
        mean = sum(side.median_peak_deg for side in self.sides.values()) / len(self.sides)
        se = (found.hi - found.lo) / 3.92
        return abs(found.value) >= max(NOTABLE_DEG, NOTABLE_PART * mean, 2.0 * se)


@dataclass(frozen=True, slots=True)
class PlacementCalibration:
    """How one sensor sits on the body."""

    placement: Placement
    method: str
    verdict: Verdict
    q_sb: FloatArray
    gyr_bias_rad_s: FloatArray
    sd_deg: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """Sensor-to-segment calibration of all sensors of a session, with its verdict."""

    verdict: Verdict
    sensors: dict[Placement, PlacementCalibration]
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionResult:
    """Everything fusion has to say about one session."""

    placements: tuple[Placement, ...]
    calibration: CalibrationResult
    drills: tuple[DrillResult, ...]
    loss: dict[Placement, float]
    flags: tuple[Flag, ...] = ()
    parameters: dict[str, object] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """The worst of the session, its calibration and its drills."""
        found = {
            verdict_of(self.flags),
            self.calibration.verdict,
            *(d.verdict for d in self.drills),
        }
        return max(found, key=list(Verdict).index)
