"""The engine: entries in; recording, frames and state out. No clock, no task, no socket.

Everything that happens in a session is an entry: what the source yields and what the person does.
Each goes the same way: it is kept for the next recording, handed to the running one, and only then
decoded and fused. The time is what the caller says, so that the same engine runs live and, as fast
as it can, without a screen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.service.describe import rep_happening
from dashboard.service.fuser import Fuser
from dashboard.service.guide import Guide
from dashboard.service.hub import Happening
from dashboard.service.links import SensorLink
from dashboard.service.prelude import Prelude
from dashboard.service.recorder import Recorder, Zero
from dashboard.service.steps import CALIBRATION_STEPS, DRILLS, Step, StepKind
from dashboard.service.validity import Validity
from dashboard.service.wire import frame_values
from dashboard.service.wizard import CalibrationStep, StepState, Wizard
from fusion.calibration_steps import BOWS
from sensors.drivers.base import ActivityChange
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dashboard.service.hub import Hub
    from dashboard.service.steps import Entry
    from fusion.calibration_steps import StepVerdict
    from fusion.setup import Setup
    from fusion.updates import Update
    from sensors.drivers.base import Source, SourceItem


LOOK_S: Final = 0.25
"""How often is looked how a step of the calibration goes."""


class RefusedError(Exception):
    """Something that cannot be done now; ``str()`` tells the person why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where recordings go, and what is in them.

    Attributes
    ----------
    new_recording
        Makes the folder and names the file in it.
    meta
        What a reader should know of the session.
    keep_before
        Whether a recording begins with what came before it was asked for.
    """

    new_recording: Callable[[Activity | None], Path]
    meta: dict[str, object]
    keep_before: Callable[[], bool] = lambda: True


class Engine:
    """One service's session after session.

    Parameters
    ----------
    source
        An entered source; only asked for what it is, and to perform.
    setup
        How the sensors are worn.
    hub
        Where frames go.
    place
        Where recordings go.
    started_unix_s
        Wall clock at the zero of the session clock (s since 1970).
    """

    def __init__(
        self, source: Source, setup: Setup, hub: Hub, place: Place, started_unix_s: float
    ) -> None:
        self.links = {info.sensor: SensorLink(info) for info in source.sensors}
        self.activity: Activity | None = None
        self.activity_since_s = 0.0
        self.guide: Guide | None = None
        self.wizard: Wizard | None = None
        self.validity = Validity()
        self.recorder: Recorder | None = None
        self.recording_since_s = 0.0
        self.marks: list[float] = []
        self.ended = False
        self.closed: deque[Path] = deque()
        """Recordings that were finished and wait to be analysed; whoever does it takes them."""
        self.origin_s = source.origin_s
        self.fuser = Fuser(source.sensors, source.origin_s, setup)
        self._source = source
        self._hub = hub
        self._place = place
        self._zero = Zero(source.origin_s, started_unix_s)
        self._by_wearer = source.kind == "simulated"
        self._prelude = Prelude()
        self._published_s = float("-inf")
        self._name = ""
        self._looked_s = float("-inf")
        self._repeatable = False

    # What happens, in order

    def take(self, item: SourceItem) -> None:
        """Take in what the source yields next."""
        if not isinstance(item, ActivityChange):
            link = self.links.get(item.sensor)
            if link is not None:
                link.take(item)
                self.validity.note(item, link.info.placement)
        self._enter(item)
        if isinstance(item, ActivityChange):
            self._follow(item)

    def advance(self, now_s: float) -> None:
        """Do what time demands and publish what became known; call it every few milliseconds."""
        self._lead(now_s)
        update = self.fuser.advance()
        if update is not None:
            self._publish(update)
            for rep in update.reps:
                self._hub.tell(rep_happening(rep))
        self._lead_wizard(now_s)

    # What a person, or the wearer, does

    def begin(self, activity: Activity, now_s: float, *, guided: bool = False) -> None:
        """Begin an activity, or lead the wearer to it; a drill is recorded."""
        self._leave_wizard()
        if activity in DRILLS:
            self._record_drill(activity, now_s)
        if self._by_wearer:
            self._start_guide((activity,), now_s)
        elif guided and activity in DRILLS:
            self._start_guide((Activity.CALIBRATION_NEUTRAL, activity), now_s)
        else:
            self.guide = None
            self._source.perform(activity)
            self._begin(activity, now_s)

    def calibrate(
        self, now_s: float, then: Sequence[Activity] = (), *, path: str = "quick"
    ) -> None:
        """Lead the wearer through the calibration, and to ``then``.

        ``path`` is one of :data:`dashboard.service.wizard.PATHS`.
        """
        self._leave_wizard()
        self.wizard = Wizard(path, tuple(then))
        self._repeatable = True
        self._begin_step(now_s)

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
        self._leave_wizard()
        wizard.index = wizard.steps.index(CalibrationStep(step))
        self._begin_step(now_s)

    def skip(self, now_s: float) -> None:
        """Leave out the current step of the calibration.

        Raises
        ------
        RefusedError
            If there is none.
        """
        wizard = self.wizard
        if wizard is None or wizard.finished:
            raise RefusedError("There is no step that could be left out.")
        self._leave_wizard()
        self.guide = None
        self._source.perform(None)
        self._end(now_s)
        wizard.skip()
        self._next_step(now_s)

    def end(self, now_s: float) -> None:
        """End the running activity.

        Raises
        ------
        RefusedError
            If there is none.
        """
        if self.activity is None and self.guide is None:
            raise RefusedError("Nothing is running that could be ended.")
        self._leave_wizard()
        self.guide = None
        self._source.perform(None)
        self._end(now_s)

    def mark(self, now_s: float) -> None:
        """Set a mark."""
        self.marks.append(round(now_s - self.origin_s, 3))
        self._enter(Step(now_s, StepKind.MARK))

    def rezero(self, now_s: float) -> None:
        """Take the next still second as neutral.

        Raises
        ------
        RefusedError
            If no drill is running.
        """
        if self.activity not in DRILLS:
            raise RefusedError("Only a running drill can be zeroed again: press Start first.")
        self._enter(Step(now_s, StepKind.REZERO))

    def record(self, now_s: float, drill: Activity | None = None) -> None:
        """Begin a recording.

        Raises
        ------
        RefusedError
            If one is running.
        """
        if self.recorder is not None:
            raise RefusedError("A recording is running already.")
        self.recorder = Recorder(
            lambda: self._place.new_recording(drill),
            self._source.sensors,
            self._zero,
            self._place.meta,
            self._prelude.entries(before=self._place.keep_before()),
        )
        self.recording_since_s = now_s
        self.ended = False
        self.marks.clear()
        self.fuser.begin_session()
        self._hub.tell(Happening(now_s - self.origin_s, "recording_started"))

    def stop(self, now_s: float) -> None:
        """End activity and recording.

        Raises
        ------
        RefusedError
            If nothing is running.
        """
        if self.recorder is None and self.activity is None and self.guide is None:
            raise RefusedError("Nothing is being recorded.")
        self._source.perform(None)
        self.close(now_s)

    def close(self, now_s: float) -> None:
        """End whatever goes on, and close the recording with everything that was taken in."""
        self._leave_wizard()
        self.guide = None
        self._end(now_s)
        self.ended = True
        recorder, self.recorder = self.recorder, None
        if recorder is None:
            return
        recorder.close()
        self._hub.tell(Happening(now_s - self.origin_s, "recording_stopped"))
        self._prelude.end_recording()
        if recorder.path is not None:
            self.closed.append(recorder.path)

    # How it is done

    def _enter(self, entry: Entry) -> None:
        self._prelude.keep(entry)
        if self.recorder is not None:
            self.recorder.write(entry)
        self.fuser.take(entry)
        if isinstance(entry, Step):
            self._tell(entry)

    def _tell(self, step: Step) -> None:
        named = step.kind in {StepKind.BEGIN, StepKind.END}
        facts = {"activity": step.activity.value} if named else {}
        self._hub.tell(Happening(step.arrival_s - self.origin_s, step.kind.value, facts))

    def _publish(self, update: Update) -> None:
        fresh = update.frames.t_s > self._published_s
        if not fresh.any():
            return
        values = frame_values(update.frames, update.phase, update.share_now)
        t_s = update.frames.t_s[fresh]
        self._published_s = float(t_s[-1])
        self._hub.publish(t_s, values[fresh], self.fuser.last_arrival_s)

    def _follow(self, change: ActivityChange) -> None:
        """Do as the wearer does, where the source can tell.

        What the simulated wearer was asked for and begins after all when the person has stopped
        it is not followed.
        """
        if change.activity is Activity.MARK:
            self.mark(change.arrival_s)
        elif change.begins and (self.guide is not None or not self._by_wearer):
            self._begin(change.activity, change.arrival_s)
        elif change.activity is self.activity:
            self._end(change.arrival_s)

    def _record_drill(self, drill: Activity, at_s: float) -> None:
        """See that a drill is recorded; what is played has been recorded already."""
        if self.recorder is None and self._source.kind != "replay":
            self.record(at_s, drill)

    def _begin(self, activity: Activity, at_s: float) -> None:
        if activity is self.activity:
            return
        self._end(at_s)
        if activity in DRILLS:
            self._record_drill(activity, at_s)
        self.activity, self.activity_since_s, self.ended = activity, at_s, False
        if activity in DRILLS:
            self._repeatable = False
        wizard = self.wizard
        led = self.guide is not None and wizard is not None and wizard.state is StepState.RUNNING
        self._name = wizard.step if led and wizard is not None else ""
        fresh = led and wizard is not None and wizard.fresh
        self._enter(Step(at_s, StepKind.BEGIN, activity, self._name, fresh))
        if self.guide is not None:
            self.guide.began(activity, at_s)
            self._drop_finished_guide()

    def _end(self, at_s: float) -> None:
        activity, self.activity = self.activity, None
        if activity is None:
            return
        self._enter(Step(at_s, StepKind.END, activity, self._name))
        if self.guide is not None:
            if self.guide.ended(activity, at_s):
                self._source.perform(self.guide.activity)
            self._drop_finished_guide()
            if self.wizard is not None and self.wizard.state is StepState.RUNNING:
                self.wizard.check(at_s)

    def _start_guide(
        self, steps: Sequence[Activity], now_s: float, posture: Activity | None = None
    ) -> None:
        self.guide = None
        self._end(now_s)
        self.ended = False
        self.guide = Guide(steps, now_s, by_wearer=self._by_wearer)
        self._source.perform(self.guide.activity, posture)

    def _begin_step(self, now_s: float) -> None:
        """Lead the wearer to the wizard's current step."""
        assert self.wizard is not None
        self.wizard.begin()
        on_all_fours = self.wizard.step is CalibrationStep.ALL_FOURS
        posture = Activity.QUADRUPED if on_all_fours else None
        self._start_guide((self.wizard.activity,), now_s, posture)

    def _next_step(self, now_s: float) -> None:
        """Go on with what is left, or end the calibration."""
        wizard = self.wizard
        assert wizard is not None
        wizard.pass_over()
        if not wizard.finished:
            self._begin_step(now_s)
            return
        status = self.fuser.status
        self.validity.calibrated(now_s, status.flags if status is not None else ())
        if wizard.then:
            self._start_guide(wizard.then, now_s)

    def _leave_wizard(self) -> None:
        if self.wizard is not None and not self.wizard.finished:
            self.wizard.stop()

    def _drop_finished_guide(self) -> None:
        if self.guide is not None and self.guide.done:
            self.guide = None

    def _lead_wizard(self, now_s: float) -> None:
        """Look how the step under way goes; judge the one that ended."""
        wizard = self.wizard
        if self.activity in CALIBRATION_STEPS and now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            progress = self.fuser.progress(BOWS if wizard is None else wizard.bows)
            if wizard is not None and wizard.state is StepState.RUNNING:
                wizard.progress = progress
            if progress is not None and progress.done >= 1.0 and not self._by_wearer and self.guide:
                self._end(now_s)
        if wizard is None or wizard.state is not StepState.CHECKING:
            return
        if wizard.judge(self._verdict(wizard), now_s, self.origin_s + self._published_s):
            self._next_step(now_s)

    def _verdict(self, wizard: Wizard) -> StepVerdict | None:
        """What fusion says of the current step, if it has come that far."""
        status = self.fuser.status
        verdict = None if status is None else status.steps.get(wizard.step)
        begun_s = self.activity_since_s - self.origin_s
        return None if verdict is None or verdict.start_s < begun_s - 0.1 else verdict

    def _lead(self, now_s: float) -> None:
        while self.guide is not None and (cue := self.guide.due(now_s)) is not None:
            if cue.begins:
                self._begin(cue.activity, now_s)
            else:
                self._end(now_s)
