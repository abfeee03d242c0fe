"""Leading the wearer through a calibration: step after step, each judged before the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from dashboard.service.steps import CALIBRATION_STEPS, RefusedError
from dashboard.service.wizard import CalibrationStep, StepState, Wizard
from fusion.calibration_steps import BOWS
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.service.fuser import Fuser
    from dashboard.service.validity import Validity
    from fusion.calibration_steps import StepVerdict

LOOK_S: Final = 0.25
"""How often is looked how a step goes."""


class Session(Protocol):
    """The session in which the wearer is led; the engine is one."""

    activity: Activity | None
    activity_since_s: float
    origin_s: float
    fuser: Fuser
    validity: Validity

    @property
    def by_clock(self) -> bool:
        """Whether what runs ends when the clock, and not the wearer, says so."""

    def lead(
        self, steps: Sequence[Activity], now_s: float, posture: Activity | None = None
    ) -> None:
        """Lead the wearer to activities, one after another."""

    def interrupt(self, now_s: float) -> None:
        """End what runs and what it was leading to."""

    def end_activity(self, at_s: float) -> None:
        """End what runs; what it was leading to goes on."""


class Tutor:
    """The calibrations of a session, one at a time.

    Parameters
    ----------
    session
        Where steps are begun and ended.

    Attributes
    ----------
    wizard
        The calibration under way, or the last one.
    """

    def __init__(self, session: Session) -> None:
        self.wizard: Wizard | None = None
        self._session = session
        self._looked_s = float("-inf")
        self._repeatable = False

    @property
    def step(self) -> CalibrationStep | None:
        """The step that is being done; ``None`` if none is."""
        wizard = self.wizard
        return wizard.step if wizard is not None and wizard.state is StepState.RUNNING else None

    @property
    def fresh(self) -> bool:
        """Whether that step is the first, from which everything counts anew."""
        return self.wizard is not None and self.step is not None and self.wizard.fresh

    def calibrate(
        self, now_s: float, then: Sequence[Activity] = (), *, path: str = "quick"
    ) -> None:
        """Lead the wearer through the calibration, and to ``then``.

        ``path`` is one of :data:`dashboard.service.wizard.PATHS`.
        """
        self.leave()
        self.wizard = Wizard(path, tuple(then))
        self._repeatable = True
        self._begin(self.wizard, now_s)

    def repeat(self, now_s: float, step: str) -> None:
        """Do a step of the last calibration again.

        Raises
        ------
        RefusedError
            If there is none, or a drill has been done since.
        """
        wizard = self.wizard
        if wizard is None or step not in wizard.steps or not self._repeatable:
            raise RefusedError("Calibrate from the start: single steps are repeated at once only.")
        self.leave()
        wizard.index = wizard.steps.index(CalibrationStep(step))
        self._begin(wizard, now_s)

    def skip(self, now_s: float) -> None:
        """Leave out the current step.

        Raises
        ------
        RefusedError
            If there is none.
        """
        wizard = self.wizard
        if wizard is None or wizard.finished:
            raise RefusedError("There is no step that could be left out.")
        self.leave()
        self._session.interrupt(now_s)
        wizard.skip()
        self._go_on(wizard, now_s)

    def leave(self) -> None:
        """Give up the current step; it can be repeated."""
        if self.wizard is not None and not self.wizard.finished:
            self.wizard.stop()

    def drill_began(self) -> None:
        """Take note that a drill goes on from the calibration as it is now."""
        self._repeatable = False

    def step_ended(self, at_s: float) -> None:
        """Take note that what the wearer was led to has ended."""
        if self.wizard is not None and self.step is not None:
            self.wizard.check(at_s)

    def advance(self, now_s: float, fused_s: float) -> None:
        """Look how the step under way goes; judge the one that ended.

        Parameters
        ----------
        now_s, fused_s
            The source's clock, and up to when on it data are fused.
        """
        self._look(now_s)
        wizard = self.wizard
        if wizard is None or wizard.state is not StepState.CHECKING:
            return
        if wizard.judge(self._verdict(wizard), now_s, fused_s):
            self._go_on(wizard, now_s)

    def _look(self, now_s: float) -> None:
        session, wizard = self._session, self.wizard
        if session.activity not in CALIBRATION_STEPS or now_s - self._looked_s < LOOK_S:
            return
        self._looked_s = now_s
        progress = session.fuser.progress(BOWS if wizard is None else wizard.bows)
        if wizard is not None and self.step is not None:
            wizard.progress = progress
        if progress is not None and progress.done >= 1.0 and session.by_clock:
            session.end_activity(now_s)

    def _begin(self, wizard: Wizard, now_s: float) -> None:
        """Lead the wearer to the current step."""
        wizard.begin()
        on_all_fours = wizard.step is CalibrationStep.ALL_FOURS
        posture = Activity.QUADRUPED if on_all_fours else None
        self._session.lead((wizard.activity,), now_s, posture)

    def _go_on(self, wizard: Wizard, now_s: float) -> None:
        """Go on with what is left, or end the calibration."""
        wizard.pass_over()
        if not wizard.finished:
            self._begin(wizard, now_s)
            return
        status = self._session.fuser.status
        self._session.validity.calibrated(now_s, status.flags if status is not None else ())
        if wizard.then:
            self._session.lead(wizard.then, now_s)

    def _verdict(self, wizard: Wizard) -> StepVerdict | None:
        """What fusion says of the current step, if it has come that far."""
        session = self._session
        status = session.fuser.status
        verdict = None if status is None else status.steps.get(wizard.step)
        begun_s = session.activity_since_s - session.origin_s
        return None if verdict is None or verdict.start_s < begun_s - 0.1 else verdict
