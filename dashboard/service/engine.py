"""The engine: entries in; recording, frames and state out. No clock, no task, no socket.

Everything that happens in a session is an entry: what the source yields and what the person does.
Each goes the same way: it is kept for the next recording, handed to the running one, and only then
decoded and fused. The time is what the caller says, so that the same engine runs live and, as fast
as it can, without a screen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.service.describe import rep_happening
from dashboard.service.fuser import Fuser
from dashboard.service.guide import Guide
from dashboard.service.hub import Happening
from dashboard.service.links import SensorLink
from dashboard.service.prelude import Prelude
from dashboard.service.recorder import Recorder, Zero
from dashboard.service.steps import DRILLS, RefusedError, Step, StepKind
from dashboard.service.tutor import Tutor
from dashboard.service.validity import Validity
from dashboard.service.wire import frame_values
from sensors.drivers.base import ActivityChange
from sensors.samples import Activity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dashboard.service.hub import Hub
    from dashboard.service.steps import Entry
    from fusion.setup import Setup
    from fusion.updates import Update
    from sensors.drivers.base import Source, SourceItem


@dataclass(frozen=True, slots=True)
class Place:
    """Where recordings go, and what is in them.

    Attributes
    ----------
    new_recording
        Makes the folder and names the file in it.
    meta
        Tells what a reader should know of the session.
    keep_before
        Whether a recording begins with what came before it was asked for.
    """

    new_recording: Callable[[Activity | None], Path]
    meta: Callable[[], dict[str, object]]
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
        self.tutor = Tutor(self)

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
        self._follow_guide(now_s)
        update = self.fuser.advance()
        if update is not None:
            self._publish(update)
            for rep in update.reps:
                self._hub.tell(rep_happening(rep))
        self.tutor.advance(now_s, self.origin_s + self._published_s)

    # What a person, or the wearer, does

    def begin(self, activity: Activity, now_s: float, *, guided: bool = False) -> None:
        """Begin an activity, or lead the wearer to it; a drill is recorded."""
        self.tutor.leave()
        if activity in DRILLS:
            self._record_drill(activity, now_s)
        if self._by_wearer:
            self.lead((activity,), now_s)
        elif guided and activity in DRILLS:
            self.lead((Activity.CALIBRATION_NEUTRAL, activity), now_s)
        else:
            self.guide = None
            self._source.perform(activity)
            self._begin(activity, now_s)

    def end(self, now_s: float) -> None:
        """End the running activity.

        Raises
        ------
        RefusedError
            If there is none.
        """
        if self.activity is None and self.guide is None:
            raise RefusedError("Nothing is running that could be ended.")
        self.tutor.leave()
        self.interrupt(now_s)

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
            self._place.meta(),
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
        self.tutor.leave()
        self.guide = None
        self.end_activity(now_s)
        self.ended = True
        recorder, self.recorder = self.recorder, None
        if recorder is None:
            return
        recorder.close()
        self._hub.tell(Happening(now_s - self.origin_s, "recording_stopped"))
        self._prelude.end_recording()
        if recorder.path is not None:
            self.closed.append(recorder.path)

    # What the wearer is led through

    @property
    def by_clock(self) -> bool:
        """Whether the wearer is led to what runs, and it ends when the clock says so."""
        return self.guide is not None and not self._by_wearer

    def lead(
        self, steps: Sequence[Activity], now_s: float, posture: Activity | None = None
    ) -> None:
        """Lead the wearer to activities, one after another, in a posture if it matters."""
        self.guide = None
        self.end_activity(now_s)
        self.ended = False
        self.guide = Guide(steps, now_s, by_wearer=self._by_wearer)
        self._source.perform(self.guide.activity, posture)

    def interrupt(self, now_s: float) -> None:
        """End what runs and what it was leading to."""
        self.guide = None
        self._source.perform(None)
        self.end_activity(now_s)

    def end_activity(self, at_s: float) -> None:
        """End what runs; what it was leading to goes on."""
        activity, self.activity = self.activity, None
        if activity is None:
            return
        self._enter(Step(at_s, StepKind.END, activity, self._name))
        if self.guide is not None:
            if self.guide.ended(activity, at_s):
                self._source.perform(self.guide.activity)
            self._drop_finished_guide()
            self.tutor.step_ended(at_s)

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
            self.end_activity(change.arrival_s)

    def _record_drill(self, drill: Activity, at_s: float) -> None:
        """See that a drill is recorded; what is played has been recorded already."""
        if self.recorder is None and self._source.kind != "replay":
            self.record(at_s, drill)

    def _begin(self, activity: Activity, at_s: float) -> None:
        if activity is self.activity:
            return
        self.end_activity(at_s)
        if activity in DRILLS:
            self._record_drill(activity, at_s)
        self.activity, self.activity_since_s, self.ended = activity, at_s, False
        if activity in DRILLS:
            self.tutor.drill_began()
        led = self.guide is not None
        self._name = (self.tutor.step or "") if led else ""
        fresh = led and self.tutor.fresh
        self._enter(Step(at_s, StepKind.BEGIN, activity, self._name, fresh))
        if self.guide is not None:
            self.guide.began(activity, at_s)
            self._drop_finished_guide()

    def _drop_finished_guide(self) -> None:
        if self.guide is not None and self.guide.done:
            self.guide = None

    def _follow_guide(self, now_s: float) -> None:
        while self.guide is not None and (cue := self.guide.due(now_s)) is not None:
            if cue.begins:
                self._begin(cue.activity, now_s)
            else:
                self.end_activity(now_s)
