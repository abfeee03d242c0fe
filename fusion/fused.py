"""Spine angles, split and quality put together into frames and into what repetitions need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion import quaternions as qt
from fusion.grid import GRID_HZ
from fusion.reps import UNCERTAIN_SD_DEG
from fusion.results import Frames, Phase, Quality, Rep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fusion.spine import Reference, SegmentTurns, SpineAngles
    from fusion.split import Split
    from sensors.samples import FloatArray


@dataclass(frozen=True, slots=True)
class Fused:
    """Fused values at consecutive grid times, known or bridged.

    Attributes
    ----------
    first
        Grid index of the first row.
    angles_deg, sd_deg, quality
        As in :class:`fusion.results.Frames`, but bridged over gaps.
    gap
        (m,) where a sensor was silent.
    upper
        (m, 4) turn of the upper back, its axis in the axes of the spine at neutral.
    shift_deg
        (m, 2) inclination of the pelvis against its neutral about two fixed axes across the spine
        line; NaN unless the spine is level and its axes across are known.
    """

    first: int
    angles_deg: FloatArray
    sd_deg: FloatArray
    quality: npt.NDArray[np.uint8]
    gap: npt.NDArray[np.bool_]
    upper: FloatArray
    shift_deg: FloatArray

    @property
    def total_deg(self) -> FloatArray:
        """(m,) total turn."""
        return self.angles_deg[:, 4]

    def frames(self) -> Frames:
        """The frames to hand out: nothing is invented inside a gap."""
        angles, sd = self.angles_deg, self.sd_deg
        if self.gap.any():
            angles, sd = angles.copy(), sd.copy()
            angles[self.gap] = np.nan
            sd[self.gap] = np.nan
        t_s = np.arange(self.first, self.first + len(angles)) / GRID_HZ
        return Frames(t_s, angles, sd, self.quality)

    def since_moved(self, seen: SegmentTurns, moved_deg: FloatArray) -> Fused:
        """The same, with pelvis and total as if the person had not turned as a whole.

        On all fours a person who faces elsewhere is far from the neutral's axes without a turn.

        Parameters
        ----------
        seen
            What this was fused from.
        moved_deg
            (m,) how far the person had turned about the vertical.
        """
        if not moved_deg.any():
            return self
        facing = np.radians(seen.heading.sensor_deg[:, 0] + moved_deg)
        turn, reference = seen.turn[:, 0], seen.reference
        pelvis = np.degrees(qt.twist_rad(qt.turned(-facing, turn), reference.u))
        angles = self.angles_deg.copy()
        angles[:, [0, 4]] += (pelvis - angles[:, 0])[:, None]
        shift = _shift_deg(reference, qt.turned(-np.radians(moved_deg), turn))
        return replace(self, angles_deg=angles, shift_deg=shift)

    def rows(self, rate_dps: FloatArray) -> FloatArray:
        """Columns :data:`fusion.reps.COLUMNS` for the repetition finder."""
        sd = self.sd_deg[:, 3]
        return np.column_stack(
            [self.angles_deg, self.upper, self.shift_deg, sd, self.quality, rate_dps]
        )


def fuse(
    seen: SegmentTurns, angles: SpineAngles, sd_deg: Mapping[str, FloatArray], split: Split
) -> Fused:
    """Frames of the turns of the segments.

    Parameters
    ----------
    seen
        What was measured.
    angles
        Its :func:`fusion.spine.spine_angles`.
    sd_deg
        Their :func:`fusion.uncertainty.axial_sd_deg`.
    split
        Where the lumbar share comes from.
    """
    turn, reference = seen.turn, seen.reference
    pelvis, spine = angles.axial["pelvis"], angles.axial["thoracolumbar"]
    worst_sd = spine_sd = sd_deg["thoracolumbar"]
    if "lumbar" in angles.axial:
        lumbar = angles.axial["lumbar"]
        lumbar_sd, thoracic_sd = sd_deg["lumbar"], sd_deg["thoracic"]
        # A T12 sensor that was silent leaves the split unknown.
        worst_sd = np.maximum(spine_sd, np.maximum(lumbar_sd, thoracic_sd))
    else:  # an estimated split is wide by nature
        lumbar, lumbar_sd, thoracic_sd = split.lumbar_deg(spine, spine_sd)
    thoracic, total = spine - lumbar, pelvis + spine
    return Fused(
        first=seen.first,
        angles_deg=np.column_stack(
            [pelvis, lumbar, thoracic, spine, total, angles.lateral, angles.flexion]
        ),
        sd_deg=np.column_stack([sd_deg["pelvis"], lumbar_sd, thoracic_sd, spine_sd]),
        quality=grade(worst_sd, seen.gap),
        gap=seen.gap,
        upper=np.column_stack([turn[:, -1, 0], turn[:, -1, 1:] @ reference.axes_e.T]),
        shift_deg=_shift_deg(reference, turn[:, 0]),
    )


def grade(sd_deg: FloatArray, gap: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """Quality (m,) from the uncertainty of the least known rotation of the spine and the gaps."""
    quality = np.full(len(sd_deg), Quality.GOOD, dtype=np.uint8)
    quality[sd_deg > UNCERTAIN_SD_DEG] = Quality.DOUBTFUL
    quality[gap | (sd_deg > 2 * UNCERTAIN_SD_DEG)] = Quality.UNUSABLE
    return quality


def phases_of(reps: tuple[Rep, ...], t_s: FloatArray) -> npt.NDArray[np.uint8]:
    """Phase (m,) of each time, as the finished repetitions have it."""
    phase = np.full(len(t_s), Phase.NEUTRAL, dtype=np.uint8)
    for rep in reps:
        phase[_between(t_s, rep.start_s, rep.hold_start_s)] = Phase.OUT
        phase[_between(t_s, rep.hold_end_s, rep.end_s + 0.5 / GRID_HZ)] = Phase.RETURN
        phase[_between(t_s, rep.hold_start_s, rep.hold_end_s)] = Phase.HOLD
    return phase


def phase_now(
    turn_deg: FloatArray, rate_dps: FloatArray, neutral_deg: float
) -> npt.NDArray[np.uint8]:
    """Phase (m,) as it looks at the time, before a repetition is finished."""
    outward = np.sign(turn_deg) * rate_dps
    phase = np.full(len(turn_deg), Phase.HOLD, dtype=np.uint8)
    phase[outward > 5.0] = Phase.OUT
    phase[outward < -5.0] = Phase.RETURN
    phase[np.abs(turn_deg) < neutral_deg] = Phase.NEUTRAL
    return phase


def _between(t_s: FloatArray, start_s: float, end_s: float) -> slice:
    lo, hi = np.searchsorted(t_s, [start_s - 1e-9, end_s - 1e-9])
    return slice(int(lo), int(hi))


def _shift_deg(reference: Reference, turn: FloatArray) -> FloatArray:
    """Bend (m, 2) of the pelvis, of a spine that is level and whose axes across are known.

    A seated pelvis that tips says slumping, not shifting.
    """
    if not reference.ml or reference.upright:
        return np.full((len(turn), 2), np.nan)
    _, forward, sideways = np.degrees(qt.swing_twist(turn, reference.axes_e))
    return np.column_stack([sideways, forward])
