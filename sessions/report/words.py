"""What the report says alike every time: names, definitions, and who should ask first."""

from __future__ import annotations

from typing import Final

DRILLS: Final = {
    "seated_thoracic_rotation": "Seated rotation",
    "quadruped_thoracic_rotation": "Rotation on all fours",
}

SPLIT: Final = {
    "measured": "Lumbar and thoracic were measured with a sensor at T12.",
    "personal": "No sensor at T12: lumbar and thoracic follow this person's own calibrated split.",
    "prior": "No sensor at T12: lumbar and thoracic follow a typical split from the literature and"
    " are not a measurement (drawn hatched).",
}

MEASURES: Final = {
    "total_deg": "Total",
    "thoracic_deg": "Thoracic",
    "lumbar_deg": "Lumbar",
    "thoracolumbar_deg": "Spine",
    "pelvis_deg": "Pelvis",
}
"""Numbers whose change is shown; ``Spine`` only where its parts were not measured."""

ASK_FIRST: Final = (
    "With osteoporosis or a vertebra that was ever broken, after recent surgery or injury, with an "
    "inflammatory or unstable spine or cancer in bone, do not do these drills, or ask a clinician "
    "first; where turning is allowed at all, turn slowly and well inside a comfortable range."
)

DEFINITIONS: Final = (
    "Angles are rotations about the line of the spine against the still start position, at "
    "the peak of each repetition; a side's number is their median. Pelvis: sacrum against its "
    "own start. Lumbar: T12 on pelvis. Thoracic: upper back (T1–T4) on T12. Spine: upper back "
    "on pelvis. Total: pelvis and spine together. Towards the side is positive.",
    "Shares are the parts of the total while turning, pooled over all repetitions that count; "
    "they sum to 100. Square brackets hold 95 % intervals: scatter of the repetitions and 2° "
    "of error of sensors on skin (for angles), everything the fusion does not know (for "
    "shares).",
    "Usual is the mean of up to five sessions of the same person before. A real change is one "
    "beyond the minimal detectable change (MDC), which 95 of 100 sessions without change stay "
    "within. It comes from the person's own differences between sessions (standard error of "
    "measurement, SEM), and while these are few, mostly from published ones (SEM 2.3°). Each "
    "number is judged by itself: of twenty, one may stand out by chance. Real does not mean "
    "good or bad.",
    "No population norm fits these places and definitions; compare a person with themselves.",
)
