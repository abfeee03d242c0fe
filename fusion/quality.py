"""What lowers trust in a session, each with a code and a sentence.

Every code is explained in ``docs/reasons.md``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.grid import GRID_HZ
from fusion.results import Flag, Frames, Quality, Rep, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fusion.calibration import CalibrationStretches
    from fusion.drills import Drill
    from fusion.slips import Slip
    from fusion.spine import Reference
    from sensors.samples import ImuBlock, Placement

MUCH_LOST = 0.05
MUCH_UNUSABLE = 0.2
SLUMPED_DEG = 20.0
UPRIGHT_AT_LEAST = 0.7
LEVEL_AT_MOST = 0.5
SWAPPED_DEG = 8.0


def drill_flags(
    drill: Drill, reference: Reference, frames: Frames, slips: Sequence[Slip]
) -> tuple[Flag, ...]:
    """What has to be said of one drill.

    Parameters
    ----------
    drill, reference, frames
        Which drill, its neutral, and its frames.
    slips
        Slips found in it.
    """
    flags = [slip.flag(reference.chain, GRID_HZ) for slip in slips]
    flags += posture_flags(drill, reference)
    sd = frames.sd_deg[:, 3]
    known = sd[np.isfinite(sd)]
    unusable = np.mean(frames.quality == Quality.UNUSABLE) if len(frames) else 1.0
    if len(known) and np.mean(known > 8.0) > MUCH_UNUSABLE:
        words = (
            "The heading between the sensors is unusable: nobody returned to a still neutral often "
            "enough to hold it."
        )
        flags.append(Flag("heading_unusable", words))
    elif unusable > MUCH_UNUSABLE:
        words = f"For {unusable:.0%} of the drill a sensor was silent."
        flags.append(Flag("sensor_silent", words))
    flexion = frames.angles_deg[:, 6]
    if drill.upright and np.isfinite(flexion).any() and np.nanmedian(flexion) > SLUMPED_DEG:
        words = "The back was rounded by more than 20° for most of the drill: rotation falls in it."
        flags.append(Flag("flexion_out_of_range", words))
    return tuple(flags)


def posture_flags(drill: Drill, reference: Reference) -> list[Flag]:
    """Whether the spine lay at neutral as the drill has it."""
    lean = abs(reference.vertical)
    if drill.upright and lean < UPRIGHT_AT_LEAST:
        words = "The spine was not upright at the neutral of a seated drill."
        return [Flag("posture_mismatch", words)]
    if not drill.upright and lean > LEVEL_AT_MOST:
        words = (
            "On all fours the spine lies level, but by its calibration it was upright: record a "
            "still neutral sitting tall before it, or give the sensors' mounting in session.json."
        )
        return [Flag("posture_mismatch", words)]
    return []


def sample_flags(
    blocks: Mapping[Placement, ImuBlock], loss: Mapping[Placement, float]
) -> tuple[Flag, ...]:
    """What has to be said of the samples: losses and clipped ranges."""
    flags = []
    for placement, block in blocks.items():
        name = placement.value.replace("_", " ")
        if loss[placement] > MUCH_LOST:
            words = f"The {name} sensor lost {loss[placement]:.0%} of its samples."
            flags.append(Flag("much_lost", words, placement))
        if block.clipped is not None and block.clipped.any():
            words = (
                f"The {name} sensor reached the end of its range {int(block.clipped.sum())} times: "
                "angles after that may be off."
            )
            flags.append(Flag("saturated", words, placement))
    return tuple(flags)


def bow_flags(stretches: CalibrationStretches, chain: Sequence[Placement]) -> tuple[Flag, ...]:
    """Whether the sensors may be swapped: in a bow the upper back tilts at least as the pelvis."""
    if not stretches.bow or not stretches.neutral:
        return ()
    pelvis, upper = (
        max(_tilt_range_deg(bow.tracks[p].acc(bow.window)) for bow in stretches.bow)
        for p in (chain[0], chain[-1])
    )
    if pelvis <= upper + SWAPPED_DEG:
        return ()
    words = (
        f"In the bow the pelvis sensor tilted by {pelvis:.0f}° but the upper back sensor by only "
        f"{upper:.0f}°: the two may be swapped."
    )
    return (Flag("sensors_swapped", words),)


def mark_slips(reps: Sequence[Rep], slips: Sequence[Slip]) -> tuple[Rep, ...]:
    """Repetitions during which a sensor slipped are doubtful."""
    marked = []
    for rep in reps:
        hit = any(
            slip.after / GRID_HZ <= rep.end_s and rep.start_s <= slip.before / GRID_HZ
            for slip in slips
        )
        if hit and rep.verdict is not Verdict.REJECTED:
            rep = replace(rep, verdict=Verdict.DOUBTFUL, reasons=(*rep.reasons, "slip"))
        marked.append(rep)
    return tuple(marked)


def _tilt_range_deg(acc: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    """Largest inclination (°) during a stretch against its beginning; 0 without accelerometer."""
    n = int(0.3 * GRID_HZ)
    if len(acc) <= n or np.isnan(acc).all():
        return 0.0
    total = np.cumsum(np.vstack([np.zeros((1, 3)), acc]), axis=0)
    up = total[n:] - total[:-n]
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    return float(np.degrees(np.arccos(np.clip(up @ up[0], -1.0, 1.0)).max()))
