"""A wearer who performs activities one after another, planned only as far ahead as needed."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from sensors.samples import Activity, Event
from sensors.simulation.activities import Marker, Scene, Script
from sensors.simulation.motion import Body
from sensors.simulation.track import Move, Pose, Track

if TYPE_CHECKING:
    import numpy as np

    from sensors.simulation.wearer import Wearer

_IDLE_S = 0.25


class Change(NamedTuple):
    """At ``t_s`` an activity began, or ended."""

    t_s: float
    activity: Activity
    begins: bool


class Performer:
    """One wearer's plan and body over time.

    Parameters
    ----------
    wearer
        Who performs.
    rng
        Randomness of the movements.
    worn
        Whether the sensors are on the body at time 0.

    Attributes
    ----------
    scene
        What activities are made from.
    body
        True motion of the segments; valid up to the time planned so far.
    changes
        Beginnings and ends of activities planned so far.
    """

    def __init__(self, wearer: Wearer, rng: np.random.Generator, *, worn: bool = True) -> None:
        start = Pose(
            heading_deg=wearer.heading_deg,
            pitch_deg=wearer.tall_pitch_deg,
            worn=float(worn),
        )
        self.scene = Scene(wearer, rng, Track(start))
        self.body = Body(wearer, self.scene.track)
        self.changes: list[Change] = []
        self._script: Script | None = None
        self._waiting: deque[Script] = deque()
        self._running: Activity | None = None

    @property
    def running(self) -> Activity | None:
        """The activity under way at the end of the plan."""
        return self._running

    def add(self, script: Script) -> None:
        """Perform ``script`` when everything asked before has ended."""
        self._waiting.append(script)

    def stop(self) -> None:
        """Forget what is waiting; end a drill after its repetition, anything else at once."""
        self._waiting.clear()
        if self._running in (Activity.SEATED, Activity.QUADRUPED):
            self.scene.stopping = True
        else:
            self._abandon()

    def run(self) -> None:
        """Plan until everything asked has ended."""
        while self._step():
            pass

    def plan_until(self, t_s: float) -> None:
        """Plan at least up to ``t_s``; with nothing to do the wearer stays as they are."""
        while self.scene.now_s < t_s:
            if not self._step():
                self.scene.track.append(Move(self.scene.pose, _IDLE_S))

    def events(self) -> tuple[Event, ...]:
        """Session events of all activities so far, in order of their onset."""
        events: list[Event] = []
        onset: dict[Activity, float] = {}
        for change in self.changes:
            if change.begins:
                onset[change.activity] = change.t_s
            else:
                start_s = onset.pop(change.activity)
                events.append(Event(start_s, change.t_s - start_s, change.activity))
        events.extend(Event(start_s, None, activity) for activity, start_s in onset.items())
        return tuple(sorted(events, key=lambda event: event.onset_s))

    def _step(self) -> bool:
        """Plan one move or marker; false when there is nothing left to do."""
        if self._script is None:
            if not self._waiting:
                return False
            self._script = self._waiting.popleft()
            self.scene.stopping = False
        item = next(self._script, None)
        if item is None:
            self._script = None
        elif isinstance(item, Marker):
            self._mark(item.activity, begins=item.begins)
        else:
            self.scene.track.append(item)
        return True

    def _abandon(self) -> None:
        self._script = None
        if self._running is not None:
            self._mark(self._running, begins=False)

    def _mark(self, activity: Activity, *, begins: bool) -> None:
        self.changes.append(Change(self.scene.now_s, activity, begins))
        self._running = activity if begins else None
