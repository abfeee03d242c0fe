"""One drill under way, causally: orientations in, frames and repetitions out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from fusion import quaternions as qt
from fusion.bends import Bend, BendFinder
from fusion.chunks import chunks
from fusion.drills import SEATED, Drill
from fusion.dwells import Dwell, DwellFinder, StillnessFilter
from fusion.fused import Fused, fuse, phase_now
from fusion.grid import GRID_HZ
from fusion.heading_estimate import HeadingEstimate
from fusion.lowpass import LowPass
from fusion.reps import Counted, RepFinder
from fusion.restlessness import UNSURE_DEG, HeadingFilters
from fusion.slips import SLIP_SD_DEG, Slip, SlipFinder, mended
from fusion.spine import Reference, SegmentTurns, spine_angles, turns
from fusion.split import make_split
from fusion.tissue import Ringing
from fusion.track import Window
from fusion.uncertainty import LIVE, axial_sd_deg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.calibration import Calibration
    from fusion.heading import HeadingFilter, HeadingParameters
    from fusion.results import Rep
    from fusion.setup import Setup
    from fusion.track import Track
    from sensors.samples import FloatArray

MAX_TILT_DEG = 12.0
"""A dwell whose sensors are inclined by more than this against neutral is another posture."""


NEUTRAL_DEG = 6.0
"""A total turn smaller than this is shown as neutral."""


@dataclass(frozen=True, slots=True)
class Jump:
    """A jump of one sensor's heading at a grid index, by ``by_deg`` ± ``sd_deg``."""

    at: int
    sensor: int
    sd_deg: float
    by_deg: float = 0.0


Happening: TypeAlias = Dwell | Bend | Jump
"""What changes what is known of the headings."""


def jumps(tracks: Sequence[Track], window: Window) -> tuple[Jump, ...]:
    """All jumps of the chain's sensors within ``window``."""
    return tuple(
        Jump(at, i, sd_deg)
        for i, track in enumerate(tracks)
        for at, sd_deg in track.jumps(window.clip(track.extent))
    )


@dataclass(frozen=True, slots=True)
class Motion:
    """Orientations and rates of the whole chain at consecutive grid times.

    Attributes
    ----------
    window
        Which grid times.
    q_es
        (m, n, 4) orientations, from the pelvis upwards.
    gyr
        (m, n, 3) angular rates in rad/s without bias.
    gap
        (m,) where a sensor was silent.
    jumps
        Where filled losses may have missed a turn.
    """

    window: Window
    q_es: FloatArray
    gyr: FloatArray
    gap: npt.NDArray[np.bool_]
    jumps: tuple[Jump, ...] = ()

    def parts(self) -> list[Motion]:
        """The same in :mod:`fusion.chunks`, jumps left out."""
        first = self.window.first
        return [
            Motion(
                Window(first + rows.start, first + rows.stop),
                self.q_es[rows],
                self.gyr[rows],
                self.gap[rows],
            )
            for rows in chunks(len(self.gap))
        ]

    @property
    def t_s(self) -> FloatArray:
        """(m,) the grid times."""
        return np.arange(self.window.first, self.window.end) / GRID_HZ

    @property
    def speed_dps(self) -> FloatArray:
        """(m,) magnitude of the uppermost sensor's rate."""
        return np.asarray(np.degrees(qt.length(self.gyr[:, -1])))


@dataclass(frozen=True, slots=True)
class RunUpdate:
    """What became known with some more motion."""

    fused: Fused
    phase: npt.NDArray[np.uint8]
    reps: list[Rep]


def rate_sd_dps(calibration: Calibration, reference: Reference) -> FloatArray:
    """Standard deviation (n,) of each sensor's residual bias, from the pelvis upwards."""
    return np.array([calibration.bias[p].sd_dps for p in reference.chain])


class DrillRun:
    """Follows one drill (or, with ``drill`` ``None``, free movement: frames but no repetitions).

    Parameters
    ----------
    drill
        Which drill.
    setup, calibration, reference
        What is worn, how it sits, and the neutral.
    first
        Grid index of the first frame.
    """

    def __init__(
        self,
        drill: Drill | None,
        setup: Setup,
        calibration: Calibration,
        reference: Reference,
        first: int,
        parameters: HeadingParameters | None = None,
    ) -> None:
        self.split = make_split(setup, drill or SEATED)
        self.reps = RepFinder(drill, self.split, first) if drill else None
        self._lowpass = LowPass()
        self._ringing = Ringing(4 if len(reference.chain) > 2 else 2)
        self._parameters = parameters
        self._counted = self.reps.counted if self.reps else []
        self._slip_finder = SlipFinder(reference.axes_e, reference.ml)
        self.set_reference(reference, calibration)

    @property
    def slips(self) -> list[Slip]:
        """Slips of sensors so far."""
        return self._slip_finder.found

    @property
    def counted(self) -> list[Counted]:
        """Repetitions so far, also once the drill has ended."""
        return self._counted

    def set_reference(self, reference: Reference, calibration: Calibration) -> None:
        """Measure from this neutral from now on; repetitions go on."""
        self.reference = reference
        self.calibration = calibration
        sd = rate_sd_dps(self.calibration, reference)
        self.heading = HeadingFilters(
            reference.neutral_s[1], sd, self._parameters, calibration.common_sd_dps
        )
        self._stillness = StillnessFilter(reference.axes_s, sd)
        self._dwells = DwellFinder()
        self._bends = BendFinder(reference)
        self._slip_finder.measure_anew(reference.axes_e, reference.ml)
        self._slips_of_before = len(self.slips)

    def update(self, motion: Motion) -> RunUpdate:
        """Continue with the motion that follows."""
        turn = turns(self.reference, motion.q_es)
        still = self._stillness.update(motion.gyr) & ~motion.gap
        dwells = self._dwells.update(motion.window.first, still, turn, motion.speed_dps)
        estimate = self._follow_heading(motion, dwells)
        turn = self._mended(turn, motion.window)
        seen = SegmentTurns(motion.window.first, self.reference, turn, estimate, motion.gap)
        angles = spine_angles(seen)
        rings_deg, loose_deg = self._ringing.update(angles.columns)
        fused = fuse(
            seen, angles, axial_sd_deg(seen, angles, rings_deg, loose_deg, LIVE), self.split
        )
        counted = fused.since_moved(seen, self.heading.moved_deg(motion.t_s))
        turn_deg, rate_dps = self._lowpass.update(counted.total_deg)
        reps: list[Rep] = []
        if self.reps is not None:
            reps = self.reps.update(turn_deg, counted.rows(rate_dps))
        return RunUpdate(fused, phase_now(turn_deg, rate_dps, NEUTRAL_DEG), reps)

    def finish(self) -> list[Rep]:
        """The repetition that was under way when the drill ended, if it counts."""
        if self.reps is None:
            return []
        return self.reps.finish()

    def end_drill(self) -> None:
        """Go on with frames, without counting."""
        self.reps = None

    def _mended(self, turn: FloatArray, window: Window) -> FloatArray:
        """Turns without what slips since the last neutral added, as soon as they are known."""
        for slip in self.slips[self._slips_of_before :]:
            turn = mended(turn, window.first, slip, slip.known)
        return turn

    def _follow_heading(self, motion: Motion, dwells: Sequence[Dwell]) -> HeadingEstimate:
        """Drift at each time of ``motion``, as known at that time."""
        bends = self._bends.update(motion.window.first, motion.q_es, motion.gyr, motion.gap)
        happenings = heading_events(dwells, motion.jumps, self._slip_finder, bends)
        parts: list[HeadingEstimate] = []
        at = motion.window.first
        for index, happening in happenings:
            cut = min(max(index, at), motion.window.end)
            if cut > at:
                parts.append(self.heading.at(np.arange(at, cut) / GRID_HZ))
                at = cut
            take_in(self.heading, happening)
        if at < motion.window.end or not parts:
            parts.append(self.heading.at(np.arange(at, motion.window.end) / GRID_HZ))
        if len(parts) == 1:
            return parts[0]
        return HeadingEstimate(
            np.concatenate([p.joint_deg for p in parts]),
            np.concatenate([p.variance_deg2 for p in parts]),
        )


def heading_events(
    dwells: Sequence[Dwell],
    missed: Sequence[Jump],
    finder: SlipFinder,
    bends: Sequence[Bend] = (),
) -> list[tuple[int, Happening]]:
    """Dwells in the neutral posture, bends, slips, missed turns, in the order they become known.

    A slip that a dwell confirms lets the heading of that sensor jump before the dwell is used; what
    a dwell says that ends where a turn was missed is from before it.
    """
    events: list[tuple[int, Happening]] = [(bend.known, bend) for bend in bends]
    wide = sorted(jump.at for jump in missed if jump.sd_deg > UNSURE_DEG)
    for dwell in dwells:
        while wide and wide[0] < dwell.known:
            wide.pop(0)
            finder.lose_heading()
        slip = finder.update(dwell)
        if slip is not None:
            events.append((dwell.known, slip_jump(slip, dwell.known)))
        if finder.tilt_deg(dwell) <= MAX_TILT_DEG:
            events.append((dwell.known, dwell))
    if wide:
        finder.lose_heading()
    return sorted([*events, *((jump.at, jump) for jump in missed)], key=lambda e: e[0])


def slip_jump(slip: Slip, at: int) -> Jump:
    """What a slip did to the heading of its sensor, put at grid index ``at``."""
    return Jump(at, slip.sensor, SLIP_SD_DEG, slip.turned_deg)


def take_in(heading: HeadingFilter | HeadingFilters, happening: Happening) -> None:
    """Tell the heading filter of a dwell, of a bend or of a jump."""
    if isinstance(happening, Dwell):
        heading.observe(happening)
    elif isinstance(happening, Bend):
        heading.observe_bend(happening)
    else:
        t_s = happening.at / GRID_HZ
        heading.disturb(t_s, happening.sensor, happening.sd_deg, happening.by_deg)
