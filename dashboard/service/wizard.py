"""A calibration step by step: each is judged before the next, and only what failed is repeated."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from fusion.calibration_steps import ALL_FOURS, BOWS
from fusion.results import Flag
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.calibration_steps import StepProgress, StepVerdict

FUSED_S: Final = 1.0
"""With so many seconds fused after a step, its verdict is there, or never will be."""

PATIENCE_S: Final = 60.0
"""How long they may take to come."""

QUICK_BOWS: Final = 2
NO_VERDICT: Final = Flag(
    "no_verdict", "No verdict came. Check that all sensors are sending, then repeat."
)
UNFINISHED: Final = Flag("unfinished", "The step was ended before enough was seen of it.")


class CalibrationStep(StrEnum):
    """The steps, in their order."""

    STILL = "still"
    BOW = "bow"
    TURN = "turn"
    ALL_FOURS = ALL_FOURS


ACTIVITY_OF: Final = {
    CalibrationStep.STILL: Activity.CALIBRATION_NEUTRAL,
    CalibrationStep.BOW: Activity.CALIBRATION_BOW,
    CalibrationStep.TURN: Activity.CALIBRATION_TURN,
    CalibrationStep.ALL_FOURS: Activity.CALIBRATION_NEUTRAL,
}

WHOLE: Final = tuple(CalibrationStep)
QUICK: Final = (CalibrationStep.STILL, CalibrationStep.BOW)
"""For who has done all steps before: about 20 s."""

PATHS: Final = {"whole": WHOLE, "quick": QUICK}


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"
    RUNNING = "running"
    CHECKING = "checking"
    GOOD = "good"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(slots=True)
class Wizard:
    """One calibration under way, or the last one.

    Attributes
    ----------
    path
        ``whole`` or ``quick``.
    then
        What to go on with, whatever the verdicts: for a demonstration.
    index
        The current step; past the last when finished.
    """

    path: str
    then: tuple[Activity, ...] = ()
    index: int = 0
    states: list[StepState] = field(default_factory=list)
    reasons: list[tuple[Flag, ...]] = field(default_factory=list)
    progress: StepProgress | None = None
    since_s: float = 0.0

    def __post_init__(self) -> None:
        self.states = [StepState.WAITING] * len(self.steps)
        self.reasons = [()] * len(self.steps)

    @property
    def steps(self) -> tuple[CalibrationStep, ...]:
        """All steps of the path."""
        return PATHS[self.path]

    @property
    def step(self) -> CalibrationStep:
        """The current step; not to be asked when :attr:`finished`."""
        return self.steps[self.index]

    @property
    def activity(self) -> Activity:
        """What the current step is to the recording."""
        return ACTIVITY_OF[self.step]

    @property
    def state(self) -> StepState | None:
        """How far the current step is; ``None`` when finished."""
        return None if self.finished else self.states[self.index]

    @property
    def finished(self) -> bool:
        """Whether every step is done or skipped."""
        return self.index >= len(self.steps)

    @property
    def bows(self) -> int:
        """How many bows are asked for."""
        return QUICK_BOWS if self.path == "quick" else BOWS

    @property
    def fresh(self) -> bool:
        """Whether the current step is the first, from which everything counts anew."""
        return self.index == 0

    def begin(self) -> None:
        """Begin the current step, or begin it again."""
        self._set(StepState.RUNNING)
        self.progress = None

    def check(self, now_s: float) -> None:
        """Wait for the verdict on the current step from ``now_s`` on."""
        self._set(StepState.CHECKING)
        self.since_s = now_s

    def judge(self, verdict: StepVerdict | None, now_s: float, fused_s: float) -> bool:
        """Take the verdict if it has come; return whether the step is over and passed.

        Parameters
        ----------
        verdict
            On the current step; ``None`` while there is none.
        now_s, fused_s
            The clock of :meth:`check`, and up to when on it data are fused.
        """
        if verdict is None:
            if fused_s - self.since_s > FUSED_S or now_s - self.since_s > PATIENCE_S:
                self._set(StepState.FAILED, (NO_VERDICT,))
            return False
        flags = _once(verdict.flags)
        hint = self.progress.hint if self.progress is not None else None
        if not flags and hint is not None and hint.code == "not_on_all_fours":
            flags = (hint,)
        self._set(StepState.FAILED if flags else StepState.GOOD, flags)
        if not flags or self.then:
            self.index += 1
            return True
        return False

    def skip(self) -> None:
        """Leave the current step out."""
        self._set(StepState.SKIPPED)
        self.index += 1

    def pass_over(self) -> None:
        """Go on to the next step that is not good and was not left out."""
        over = {StepState.GOOD, StepState.SKIPPED}
        while not self.finished and self.states[self.index] in over:
            self.index += 1

    def stop(self) -> None:
        """Give up the current step; it can be begun again."""
        if self.state in {StepState.RUNNING, StepState.CHECKING}:
            self._set(StepState.FAILED, (UNFINISHED,))

    def _set(self, state: StepState, reasons: tuple[Flag, ...] = ()) -> None:
        self.states[self.index] = state
        self.reasons[self.index] = reasons


def _once(flags: Sequence[Flag]) -> tuple[Flag, ...]:
    """One flag of each code: what all sensors say need be read once."""
    found: dict[str, Flag] = {}
    for flag in flags:
        found.setdefault(flag.code, flag)
    return tuple(found.values())
