"""What each column of our tables is, and in which unit, for the formats that can hold it."""

from __future__ import annotations

from typing import Final

_ANGLES: Final = {
    "pelvis": "Rotation of the pelvis about the spine line since neutral, left positive",
    "lumbar": "Rotation of the T12 sensor against the pelvis about the spine line, left positive; "
    "estimated from the prior or a personal share where there is no T12 sensor",
    "thoracic": "Rotation of the upper back against T12 about the spine line, left positive",
    "thoracolumbar": "Rotation of the upper back against the pelvis about the spine line, left "
    "positive",
    "total": "Pelvis and thoracolumbar rotation together, left positive",
    "lateral": "Bend of the upper back against the pelvis to the side, right positive",
    "flexion": "Bend of the upper back against the pelvis forward, forward positive",
}

_OTHERS: Final = {
    "time_s": "Time on the clock of the recording",
    "start_s": "Time at which the repetition began",
    "peak_s": "Time of the largest total turn",
    "end_s": "Time at which the person was back",
    "drill": "Name of the drill",
    "set": "Number of the set within the drill",
    "rep": "Number of the repetition within the drill",
    "side": "Side that was turned to",
    "phase": "Phase of the repetition: neutral, out, hold or return",
    "quality": "0 good, 1 doubtful, 2 unusable",
    "split_source": "Where the lumbar share comes from: measured, prior or personal",
    "peak_rate_dps": "Largest angular rate of the total turn on the way out",
    "hold_s": "How long the end of range was held",
    "verdict": "good, doubtful or rejected",
    "reasons": "Codes of what was doubtful, separated by semicolons",
    "out_s": "From the start of the repetition to its hold",
    "return_s": "From the end of the hold to being back",
    "sparc_out": "Smoothness of the way out: spectral arc length of the speed of the total turn; "
    "-1.4 is a single movement as smooth as can be, less is less smooth",
    "sparc_return": "The same for the way back",
    "pelvis_lead_s": "How much earlier the pelvis began to turn than the spine, negative if later; "
    "empty where the pelvis turned by less than 6 degrees",
    "lateral_at_peak_deg": "Bend of the upper back to the side at the peak, right positive",
    "flexion_at_peak_deg": "Bend of the upper back forward at the peak, forward positive",
    "coupling_deg": "Who turned on the way out, as the coupling angle of pelvis and thoracolumbar "
    "rotation: 90 the spine alone, 45 both alike, 0 the pelvis alone, above 90 the pelvis went "
    "the other way",
    "coupling_sd_deg": "Scatter of the coupling angle along the way out",
    "bounce_deg": "How far the end of range went back and out again",
    "pelvis_shift_deg": "How far the pelvis was tipped at the peak, forward, back or to the side; "
    "empty when seated",
}

_UNITS: Final = {"_deg": "deg", "_dps": "deg/s", "_s": "s"}


def unit(column: str) -> str:
    """Unit of a column; ``1`` for a pure number and nothing for a word."""
    if "_share" in column or column.startswith("sparc"):
        return "1"
    return next((word for end, word in _UNITS.items() if column.endswith(end)), "")


def definition(column: str) -> str:
    """One sentence on what a column holds.

    Raises
    ------
    KeyError
        It is no column of ours.
    """
    if column in _OTHERS:
        return _OTHERS[column]
    name, _, rest = column.partition("_")
    if rest == "sd_deg":
        return f"Standard deviation of the {name} rotation"
    if rest.startswith("share"):
        bound = {"share": "", "share_lo": ", lower", "share_hi": ", upper"}[rest]
        end = f"{bound} end of its 95 % interval" if bound else ""
        return f"Part of the total turn, up to the end of the hold, that the {name} made{end}"
    return _ANGLES[name]
