"""What lowers trust in a session, each with a code and a sentence.

Every code is explained in ``docs/reasons.md``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.frames import UP_E
from fusion.grid import GRID_HZ
from fusion.results import ANGLES, DrillResult, Flag, Frames, Quality, Rep, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.drills import Drill
    from fusion.slips import Slip
    from fusion.spine import Reference
    from sensors.samples import Placement

MUCH_UNUSABLE = 0.2
SLUMPED_DEG = 20.0
LATERAL_DEG = 35.0
TURNED_DEG = 75.0
"""No spine turns further against its pelvis: a sensor is not where it is said to be, or slid."""

SWAPPED_DEG = 10.0
"""So much further than what sits higher the pelvis never turns in a drill."""

RARELY = 0.02
TALL_AT_LEAST = float(np.cos(np.radians(20.0)))
LEANING_SIDEWAYS_AT_MOST = float(np.sin(np.radians(15.0)))
LEVEL_AT_MOST = 0.5


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
    flags += posture_flags(drill, reference) + neutral_flags(drill, reference)
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
    return (*flags, *_range_flags(drill, frames), *_order_flags(frames))


def _order_flags(frames: Frames) -> list[Flag]:
    """Whether the pelvis turned further than the upper back, which is above it."""
    pelvis, upper = (frames.angles_deg[:, ANGLES.index(name)] for name in ("pelvis", "total"))
    known = np.isfinite(pelvis) & np.isfinite(upper)
    if not known.any():
        return []
    turned, above = (np.ptp(np.percentile(a[known], (5.0, 95.0))) for a in (pelvis, upper))
    if turned <= above + SWAPPED_DEG:
        return []
    words = (
        f"In the drill the pelvis sensor went {turned:.0f}° from side to side but the upper back "
        f"sensor only {above:.0f}°: the two may be swapped."
    )
    return [Flag("sensors_swapped", words)]


def _range_flags(drill: Drill, frames: Frames) -> list[Flag]:
    """Whether the back was bent all the while, or went where no back goes."""
    flags = []
    turned, lateral, flexion = (frames.angles_deg[:, i] for i in (3, 5, 6))
    if np.isfinite(flexion).any() and abs(bent := float(np.nanmedian(flexion))) > SLUMPED_DEG:
        how = "rounded" if bent > 0 else "arched"
        words = (
            f"The back was {how} by {abs(bent):.0f}° for most of the drill: rotation falls in it."
        )
        if not drill.upright:
            words = (
                f"The back was {how} by {abs(bent):.0f}° against its neutral for most of the drill."
            )
        flags.append(Flag("flexion_out_of_range", words))
    known = np.isfinite(turned)
    far = (np.abs(turned) > TURNED_DEG) | (np.abs(lateral) > LATERAL_DEG) & np.isfinite(lateral)
    if known.any() and np.mean(far[known]) > RARELY:
        words = (
            f"The spine seemed to turn by more than {TURNED_DEG:.0f}° or to bend to the side by "
            f"more than {LATERAL_DEG:.0f}°, which no spine does: look how the sensors sit, and "
            "calibrate again."
        )
        flags.append(Flag("range_implausible", words))
    return flags


def posture_flags(drill: Drill, reference: Reference) -> list[Flag]:
    """Whether the spine lay at neutral as the drill has it."""
    if drill.upright and not reference.upright:
        words = "The spine was not upright at the neutral of a seated drill."
        return [Flag("posture_mismatch", words)]
    if not drill.upright and abs(reference.vertical) > LEVEL_AT_MOST:
        words = (
            "On all fours the spine lies level, but by its calibration it was upright: record a "
            "still neutral sitting tall before it, or give the sensors' mounting in session.json."
        )
        return [Flag("posture_mismatch", words)]
    return []


def neutral_flags(drill: Drill, reference: Reference) -> list[Flag]:
    """Whether the neutral was taken straight: leaning, it is no middle to turn from."""
    if drill.upright and reference.upright and 0.0 < reference.vertical < TALL_AT_LEAST:
        lean = np.degrees(np.arccos(reference.vertical))
        words = f"At the neutral the spine leaned by {lean:.0f}°: sit tall for it."
        return [Flag("neutral_leaning", words)]
    sideways = abs(float(reference.transverse @ UP_E))
    if reference.ml and sideways > LEANING_SIDEWAYS_AT_MOST:
        lean = np.degrees(np.arcsin(sideways))
        words = f"At the neutral the trunk was tipped to one side by {lean:.0f}°: begin level."
        return [Flag("neutral_leaning", words)]
    return []


def with_knocks(drill: DrillResult, knocks: Sequence[tuple[float, Placement]]) -> DrillResult:
    """``drill`` with the knocks (s, sensor) inside it said, and their repetitions doubtful."""
    inside = [(at_s, p) for at_s, p in knocks if drill.start_s <= at_s <= drill.end_s]
    if not inside:
        return drill
    flags = [
        Flag(
            "knock",
            f"The {p.value.replace('_', ' ')} sensor was struck at {at_s:.0f} s: look whether it "
            "still sits as it did.",
            p,
        )
        for at_s, p in inside
    ]
    reps = tuple(
        doubted(rep, "knock")
        if any(rep.start_s <= at_s <= rep.end_s for at_s, _ in inside)
        else rep
        for rep in drill.reps
    )
    return replace(drill, reps=reps, flags=(*drill.flags, *flags))


def doubted(rep: Rep, reason: str) -> Rep:
    """``rep`` with one more reason not to trust it."""
    if reason in rep.reasons or rep.verdict is Verdict.REJECTED:
        return rep
    return replace(rep, verdict=Verdict.DOUBTFUL, reasons=(*rep.reasons, reason))


def mark_slips(reps: Sequence[Rep], slips: Sequence[Slip]) -> tuple[Rep, ...]:
    """Repetitions during which a sensor slipped are doubtful."""
    marked = []
    for rep in reps:
        hit = any(
            slip.after / GRID_HZ <= rep.end_s and rep.start_s <= slip.before / GRID_HZ
            for slip in slips
        )
        marked.append(doubted(rep, "slip") if hit else rep)
    return tuple(marked)
