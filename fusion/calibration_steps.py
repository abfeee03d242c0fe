"""The steps of a calibration while they are done: how each is going, and how it turned out.

What is said of a step under way comes from the same gates as its verdict: the calibration is tried
as if the step ended now. A step that is done again takes the place of what was done before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fusion import quaternions as qt
from fusion.calibration import (
    UPRIGHT_DEG,
    CalibrationStretches,
    Stretch,
    calibrate,
    gyro_bias,
    verified,
)
from fusion.errors import CalibrationError
from fusion.frames import UP_E
from fusion.grid import GRID_HZ
from fusion.results import Flag
from fusion.stillness import SPAN, moving_mean, still_runs
from fusion.track import Window
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fusion.calibration import Calibration
    from fusion.setup import Setup
    from sensors.samples import FloatArray, Placement

STILL_S: Final = 3.0
"""Stillness that is enough for a neutral."""

BOWS: Final = 3
BOWED_DEG: Final = 15.0
UPRIGHT_AGAIN_DEG: Final = 8.0
FAST_BOW_DPS: Final = 90.0
TURNED_DEG: Final = 20.0
MIDDLE_DEG: Final = 10.0
ALL_FOURS: Final = "all_fours"
"""Name of the still step on hands and knees."""

HINTS: Final = {
    "not_on_all_fours": "Come onto hands and knees: the back is still upright.",
    "moving": "This sensor moves: keep still.",
    "bow_fast": "Slower: let a bow take about four seconds.",
    "bow_waiting": "Bow forward slowly from the hips, to about 40°.",
    "turn_left": "Turn slowly to the left.",
    "turn_right": "Now slowly to the right.",
}
"""What to do otherwise, or next."""

SEEN: Final = {
    "still": "Still for # s of # s.",
    "bows": "# of # bows seen.",
    "turned": "Left #°, right #°.",
}
"""What was seen so far, with ``#`` for each number."""

_SMOOTH: Final = int(0.3 * GRID_HZ)
_SAID_OF: Final = {
    Activity.CALIBRATION_NEUTRAL: (),
    Activity.CALIBRATION_BOW: ("bow_", "sensors_swapped"),
    Activity.CALIBRATION_TURN: ("turn_", "sensors_swapped"),
}
"""How the codes begin that speak against a step."""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How a step is going.

    ``done`` is 0 … 1; at 1 it can end. ``sentence`` says what was seen so far, ``hint`` what to do
    otherwise, if anything.
    """

    done: float
    sentence: str
    hint: Flag | None = None


@dataclass(frozen=True, slots=True)
class StepVerdict:
    """How a step that began at ``start_s`` (session time) turned out: what speaks against it."""

    start_s: float
    flags: tuple[Flag, ...]


class CalibrationSteps:
    """All steps of a session so far.

    Parameters
    ----------
    setup
        Sensors worn.

    Attributes
    ----------
    stretches
        What of them counts, verified.
    verdicts
        How each named step turned out.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._announced: list[tuple[str, Activity, Stretch]] = []
        self.stretches = CalibrationStretches()
        self.verdicts: dict[str, StepVerdict] = {}

    def take(
        self, activity: Activity, stretch: Stretch, name: str = "", *, fresh: bool = False
    ) -> list[Window]:
        """Take in a step that has ended; return the stillness that is new.

        Parameters
        ----------
        activity, stretch
            What was done, and its samples.
        name
            What this step is called; one of the same name takes its place later.
        fresh
            The sensors may have been put on anew: of what was before, only the rest on the table
            counts, as soon as this step holds a still second.
        """
        known = {s.window for s in self.stretches.neutral}
        if fresh:
            self.verdicts.clear()
        kept = [one for one in self._announced if not name or one[0] != name]
        if fresh and verified([(activity, stretch)]).neutral:
            kept = [one for one in kept if one[1] is Activity.CALIBRATION_REST]
        self._announced = [*kept, (name, activity, stretch)]
        self.stretches = verified([(a, s) for _, a, s in self._announced])
        return [s.window for s in self.stretches.neutral if s.window not in known]

    def judge(self, name: str, activity: Activity, window: Window, flags: Sequence[Flag]) -> None:
        """Keep the verdict of a named step; ``flags`` are all that speak against something."""
        if not name:
            return
        self.verdicts.pop(name, None)
        before = {flag for verdict in self.verdicts.values() for flag in verdict.flags}
        own = tuple(flag for flag in _said_of(activity, flags) if flag not in before)
        self.verdicts[name] = StepVerdict(window.start_s, own)

    def progress(
        self, activity: Activity, stretch: Stretch, name: str = "", bows: int = BOWS
    ) -> StepProgress:
        """How the step under way is going.

        Parameters
        ----------
        activity, stretch, name
            The step, with its samples so far.
        bows
            How many bows are asked for.
        """
        if activity is Activity.CALIBRATION_BOW:
            return self._bowing(stretch, bows)
        if activity is Activity.CALIBRATION_TURN:
            return self._turning(stretch)
        return self._keeping_still(stretch, on_all_fours=name == ALL_FOURS)

    def _keeping_still(self, stretch: Stretch, *, on_all_fours: bool) -> StepProgress:
        bias = self._bias() if self.stretches.rest else {}
        pairs = {p: (t, bias.get(p)) for p, t in stretch.tracks.items()}
        runs = still_runs(pairs.values(), stretch.window)
        still_s = len(runs[0]) / GRID_HZ if runs else 0.0
        done = min(still_s / STILL_S, 1.0)
        sentence = _seen("still", min(still_s, STILL_S), STILL_S)
        recent = Window(max(stretch.window.first, stretch.window.end - SPAN), stretch.window.end)
        if on_all_fours and self._upright(stretch, recent):
            return StepProgress(0.0, sentence, _hint("not_on_all_fours"))
        if done < 1.0 and len(recent) >= SPAN:
            for placement, pair in pairs.items():
                if not still_runs([pair], recent):
                    return StepProgress(done, sentence, _hint("moving", placement))
        return StepProgress(done, sentence)

    def _bowing(self, stretch: Stretch, bows: int) -> StepProgress:
        top = self._setup.chain[-1]
        tilt_deg = _tilt_deg(stretch, top, self._tall_up(top, stretch))
        count = min(_excursions(tilt_deg), bows)
        sentence = _seen("bows", count, bows)
        if not len(tilt_deg):
            return StepProgress(0.0, sentence)
        rate = moving_mean(stretch.rate(top), _SMOOTH)
        if np.degrees(qt.length(rate)).max() > FAST_BOW_DPS:
            return StepProgress(count / bows, sentence, _hint("bow_fast"))
        if count == 0:
            deep = tilt_deg.max() >= BOWED_DEG
            return StepProgress(0.0, sentence, None if deep else _hint("bow_waiting"))
        return StepProgress(count / bows, sentence, self._trial(Activity.CALIBRATION_BOW, stretch))

    def _turning(self, stretch: Stretch) -> StepProgress:
        top = self._setup.chain[-1]
        up, bias = self._tall_up(top, stretch), self._bias().get(top, np.zeros(3))
        turned_deg = np.degrees(np.cumsum((stretch.rate(top) - bias) @ up)) / GRID_HZ
        left = max(float(turned_deg.max()), 0.0)
        right = max(float(-turned_deg.min()), 0.0)
        sentence = _seen("turned", left, right)
        sides = (left >= TURNED_DEG) + (right >= TURNED_DEG)
        done = sides / 2 if sides < 2 or abs(turned_deg[-1]) < MIDDLE_DEG else 0.9
        if left < TURNED_DEG:
            hint = _hint("turn_left")
        elif right < TURNED_DEG:
            hint = _hint("turn_right")
        else:
            return StepProgress(done, sentence, self._trial(Activity.CALIBRATION_TURN, stretch))
        return StepProgress(done, sentence, hint)

    def _trial(self, activity: Activity, stretch: Stretch) -> Flag | None:
        """The first thing that would speak against the step if it ended now."""
        others = [(a, s) for _, a, s in self._announced if a is not activity]
        try:
            found = calibrate(verified([*others, (activity, stretch)]), self._setup)
        except CalibrationError:
            return None
        return next(iter(_said_of(activity, found.result.flags)), None)

    def calibrated(self) -> Calibration:
        """Calibrate from all steps that count."""
        return calibrate(self.stretches, self._setup)

    def _bias(self) -> Mapping[Placement, FloatArray]:
        rest, worn = self.stretches.rest, self.stretches.neutral
        return {p: gyro_bias(p, rest, worn).bias_rad_s for p in self._setup.chain}

    def _tall_up(self, placement: Placement, stretch: Stretch) -> FloatArray:
        """Up in a sensor's axes when its wearer sat tall; at the step's beginning if not known."""
        if self.stretches.neutral:
            return self.stretches.neutral[0].up_s(placement)
        first = stretch.window.first
        return Stretch(stretch.tracks, Window(first, first + _SMOOTH)).up_s(placement)

    def _upright(self, stretch: Stretch, recent: Window) -> bool:
        """Whether the back is as upright as when its wearer sat tall."""
        if not self.stretches.neutral or not len(recent):
            return False
        now = Stretch(stretch.tracks, recent)
        tall = self.stretches.neutral[0]
        off = [_angle_deg(now.up_s(p), tall.up_s(p)) for p in self._setup.chain]
        return float(np.median(off)) < UPRIGHT_DEG


def _seen(what: str, *numbers: float) -> str:
    said = SEEN[what]
    for number in numbers:
        said = said.replace("#", f"{number:.0f}", 1)
    return said


def _hint(code: str, placement: Placement | None = None) -> Flag:
    return Flag(code, HINTS[code], placement)


def _said_of(activity: Activity, flags: Sequence[Flag]) -> list[Flag]:
    if activity is Activity.CALIBRATION_NEUTRAL:
        return [flag for flag in flags if flag.code in {"neutral_not_still", "not_on_all_fours"}]
    return [flag for flag in flags if flag.code.startswith((*_SAID_OF[activity], "no_neutral"))]


def _tilt_deg(stretch: Stretch, placement: Placement, up: FloatArray) -> FloatArray:
    """How far a sensor is tilted (n,) in ° from where ``up`` was up."""
    track, window = stretch.tracks[placement], stretch.window
    if len(window) <= _SMOOTH:
        return np.empty(0)
    acc = track.acc(window)
    if np.isnan(acc).all():
        ups = qt.rotate(qt.conjugate(track.quat(window)), UP_E)
    else:
        ups = qt.normalize(moving_mean(acc, _SMOOTH))
    return np.asarray(np.degrees(np.arccos(np.clip(ups @ up, -1.0, 1.0))))


def _excursions(tilt_deg: FloatArray) -> int:
    """How often the tilt went out and came back."""
    state = np.where(tilt_deg > BOWED_DEG, 1, np.where(tilt_deg < UPRIGHT_AGAIN_DEG, -1, 0))
    ends = state[state != 0]
    return int(np.sum((ends[:-1] == 1) & (ends[1:] == -1)))


def _angle_deg(a: FloatArray, b: FloatArray) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b, -1.0, 1.0))))
