"""Codes → words and the next step, in one place, in plain language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sensors.drivers.base import LinkState, LinkTrouble
from sensors.drivers.link import WORDS as TROUBLE_WORDS
from sensors.samples import Activity, Placement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fusion.results import Flag

GUESTS_WATCH: Final = "You are watching. Whoever wears the sensors can give you control."
TOO_FAST: Final = "That was too many commands at once. Wait a moment, then try again."

SERVICE_AWAY: Final = (
    "The connection to the sensors' program is lost; it is being started again. A running "
    "recording is kept up to this moment."
)

PLACEMENT_NAMES: Final = {
    Placement.PELVIS: "pelvis",
    Placement.THORACOLUMBAR: "T12",
    Placement.UPPER_BACK: "upper back",
}

ACTIVITY_NAMES: Final = {
    Activity.CALIBRATION_REST: "sensors on the table",
    Activity.CALIBRATION_NEUTRAL: "sit tall and still",
    Activity.CALIBRATION_BOW: "slow bows",
    Activity.CALIBRATION_TURN: "turn left and right",
    Activity.SEATED: "seated rotation",
    Activity.QUADRUPED: "rotation on all fours",
    Activity.MARK: "mark",
}

ACTIVITY_WORDS: Final = {
    Activity.CALIBRATION_REST: "Leave all sensors lying still on the table.",
    Activity.CALIBRATION_NEUTRAL: "Take your starting position, tall, and keep still.",
    Activity.CALIBRATION_BOW: "Bow forward slowly from the hips, back straight, three times.",
    Activity.CALIBRATION_TURN: "Turn slowly to the left, back, and to the right.",
    Activity.SEATED: "Turn left and right as far as is comfortable; rest briefly in the middle.",
    Activity.QUADRUPED: "Turn one side up as far as is comfortable; rest briefly in the middle.",
}

ALL_FOURS_WORDS: Final = "Come onto hands and knees, hands under shoulders, and keep still."

LINK_WORDS: Final = {
    LinkState.CONNECTING: "Connecting…",
    LinkState.STALLED: TROUBLE_WORDS[LinkTrouble.SILENT],
    LinkState.LOST: TROUBLE_WORDS[LinkTrouble.BROKEN],
}

LOW_BATTERY_PERCENT: Final = 15
HIGH_LOSS: Final = 0.05

REASON_WORDS: Final = {
    "heading_unusable": "direction too uncertain to count",
    "heading_uncertain": "direction uncertain: keep still in the middle for a moment",
    "samples_lost": "data lost during the turn",
    "no_return": "no return to the middle",
    "slip": "a sensor slipped",
    "knock": "a sensor was struck",
    "side_bend": "bent to the side",
}
"""Why a repetition is doubtful, in a few words; codes as in ``docs/reasons.md``."""

SOURCE_NAMES: Final = {
    "simulated": "simulated wearer",
    "replay": "played recording",
    "ble": "Bluetooth sensors",
}

SOURCE_FAILED: Final = (
    "The sensors' program stopped because of an error in it. What was recorded is kept; start "
    "torso again to go on."
)

FUSION_FAILED: Final = (
    "The calculation stopped because of an error in this program. The recording goes on and can "
    "be analysed later; press Stop and calibrate again to see angles."
)

CALIBRATED_BY_ANOTHER: Final = "The calibration was made by somebody else: calibrate again."
CALIBRATION_OLD: Final = "The calibration is # minutes old: check it, that is quick."
SENSOR_WAS_AWAY: Final = "This sensor was away for a while: see that it sits as it did, and check."
SENSOR_MOVED: Final = "This sensor has moved on the skin: fix it and calibrate again."
SITS_OTHERWISE: Final = (
    "This sensor sits #° otherwise than last time: see that it is where it belongs, the right way "
    "up. If it is, all is well."
)

CLOCK_LEFT: Final = (
    "It left the clock of the others: their times may be some ms apart. Run 'torso synchronise' "
    "before the next session."
)

ANALYSIS_RUNNING: Final = "The session is being analysed."
ANALYSIS_DONE: Final = "The session is analysed and in the library."


def rep_words(reasons: Iterable[str]) -> str:
    """Say the reasons of a repetition in plain words; empty if there are none."""
    return ", ".join(REASON_WORDS.get(code, code.replace("_", " ")) for code in reasons)


def flag_words(flag: Flag) -> str:
    """Say a flag as a sentence, naming the sensor it concerns."""
    if flag.placement is None:
        return flag.sentence
    return f"Sensor on the {PLACEMENT_NAMES[flag.placement]}: {flag.sentence}"


def guide_words(activity: Activity) -> str:
    """Say what the wearer should do."""
    return ACTIVITY_WORDS[activity]


def link_words(state: LinkState, trouble: LinkTrouble | None = None) -> str | None:
    """Say what is wrong with a link and what to do; ``None`` while it is fine."""
    if state is LinkState.STREAMING:
        return None
    return LINK_WORDS[state] if trouble is None else TROUBLE_WORDS[trouble]


def sensor_words(
    state: LinkState,
    loss: float,
    battery_percent: int | None,
    trouble: LinkTrouble | None = None,
    *,
    clock_left: bool = False,
) -> str | None:
    """Say what there is to say about a sensor; ``None`` while it is fine.

    Parameters
    ----------
    state
        How its link is doing.
    loss
        Fraction of samples lost, 0 to 1.
    battery_percent
        0–100, or ``None`` if not known.
    trouble
        Why the link is as it is, where the source knows.
    clock_left
        Whether it was synchronised with others and is so no longer.
    """
    if state is not LinkState.STREAMING:
        return link_words(state, trouble)
    if battery_percent is not None and battery_percent <= LOW_BATTERY_PERCENT:
        return f"Battery at {battery_percent} %: charge it before the next session."
    if loss > HIGH_LOSS:
        return f"{loss:.0%} of the data are lost. Keep the receiver in sight of the sensors."
    return CLOCK_LEFT if clock_left else None
