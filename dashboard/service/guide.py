"""Leading the wearer through one step after another, with a moment to get ready before each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Sequence

READY_S: Final = 3.0

DURATIONS_S: Final = {
    Activity.CALIBRATION_REST: 6.0,
    Activity.CALIBRATION_NEUTRAL: 12.0,
    Activity.CALIBRATION_BOW: 30.0,
    Activity.CALIBRATION_TURN: 25.0,
}
"""How long a step takes at most; it ends when enough was seen. Drills have no end of their own."""


class GuidePhase(StrEnum):
    """What the wearer is doing about the current step."""

    READY = "ready"
    DO = "do"


@dataclass(frozen=True, slots=True)
class Cue:
    """What is to happen now: ``activity`` begins, or the running one ends."""

    begins: bool
    activity: Activity


class Guide:
    """A plan of steps and how far it has come.

    Parameters
    ----------
    steps
        Activities, one after another; a drill can only be the last.
    now_s
        When it begins, on the source's clock.
    by_wearer
        The source tells when the wearer begins and ends (the simulated one does); otherwise the
        steps go by time.
    """

    def __init__(self, steps: Sequence[Activity], now_s: float, *, by_wearer: bool) -> None:
        self.steps = tuple(steps)
        self.index = 0
        self.phase = GuidePhase.READY
        self._by_wearer = by_wearer
        self._since_s = now_s

    @property
    def done(self) -> bool:
        """Whether there is nothing left to lead through."""
        return self.index >= len(self.steps)

    @property
    def activity(self) -> Activity:
        """The current step; not to be asked when :attr:`done`."""
        return self.steps[self.index]

    def remaining_s(self, now_s: float) -> float | None:
        """Seconds until the current phase ends; ``None`` if nobody knows."""
        ends_s = self._ends_s()
        return None if ends_s is None else max(0.0, ends_s - now_s)

    def due(self, now_s: float) -> Cue | None:
        """Return what the clock says is to happen now; ask again until ``None``."""
        ends_s = None if self.done else self._ends_s()
        if ends_s is None or now_s < ends_s:
            return None
        return Cue(self.phase is GuidePhase.READY, self.activity)

    def began(self, activity: Activity, now_s: float) -> None:
        """Take note that an activity began."""
        if not self.done and activity is self.activity:
            self.phase, self._since_s = GuidePhase.DO, now_s
            if activity not in DURATIONS_S:
                self.index = len(self.steps)

    def ended(self, activity: Activity, now_s: float) -> bool:
        """Take note that an activity ended; return whether the next step's turn has come."""
        if self.done or activity is not self.activity or self.phase is not GuidePhase.DO:
            return False
        self.index += 1
        self.phase, self._since_s = GuidePhase.READY, now_s
        return not self.done

    def _ends_s(self) -> float | None:
        if self._by_wearer:
            return None
        if self.phase is GuidePhase.READY:
            return self._since_s + READY_S
        duration_s = DURATIONS_S.get(self.activity)
        return None if duration_s is None else self._since_s + duration_s
