"""Blocks in, frames and repetitions out: one pipeline, live and offline.

Live, :class:`Pipeline` is causal: blocks of any size are pushed as they come, activities begin and
end, and :meth:`Pipeline.advance` gives everything that became known. Offline,
:func:`analyze_session` gives the same result columns with the heading smoothed over each drill, or,
with ``live=True``, exactly what the causal pipeline says about the same samples.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.calibration import Calibration, Stretch, calibrate, gyro_bias
from fusion.calibration_steps import BOWS, CalibrationSteps, StepProgress
from fusion.chain import Chain
from fusion.cues import LAST, current_cue
from fusion.drill_run import DrillRun, jumps, take_in
from fusion.drills import DRILLS, SEATED, drill_of
from fusion.errors import NoDrillError, TooShortError
from fusion.grid import GRID_HZ
from fusion.live_record import DrillRecord
from fusion.neutral import LOOK_S, announced_neutral, first_still, moved_flag
from fusion.offline import analyze_smoothed, announced_drills
from fusion.orders import Kind, Order, Orders
from fusion.quality import with_knocks
from fusion.results import (
    Flag,
    Rep,
    SessionResult,
)
from fusion.sample_watch import knocks
from fusion.shares import shares_now
from fusion.spine import Reference, make_reference
from fusion.split import make_split, split_flags
from fusion.stillness import SPAN
from fusion.track import Window
from fusion.updates import Part, Status, Update, joined
from sensors.samples import Activity, Event, FloatArray, ImuBlock, Placement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fusion.setup import PersonalSplit, Setup

KEEP_S = 120.0
STEP = 10
"""Stillness is looked for every so many grid steps, so that blocking changes nothing."""

SLICE_S = 0.5
"""Length of the blocks in which a recorded session is given to the causal pipeline."""

CALIBRATIONS = (
    Activity.CALIBRATION_REST,
    Activity.CALIBRATION_NEUTRAL,
    Activity.CALIBRATION_BOW,
    Activity.CALIBRATION_TURN,
)


def analyze_session(
    setup: Setup,
    blocks: Mapping[Placement, ImuBlock],
    events: Sequence[Event],
    *,
    live: bool = False,
    progress: Callable[[float], None] | None = None,
    filter_name: str = "vqf",
) -> SessionResult:
    """Analyse a recorded session.

    Parameters
    ----------
    setup
        Sensors worn and what is known about them.
    blocks
        All samples of each sensor, on one clock.
    events
        What the wearer did, and when.
    live
        Causally, as the live display does, instead of smoothed over each drill.
    progress
        Called with the fraction done, 0 … 1.
    filter_name
        Orientation filter, one of :data:`fusion.filter_names.FILTERS`.

    Raises
    ------
    NoDrillError
        If there is no drill, or none that could be analysed.
    TooShortError
        If there are too few samples.
    CalibrationError
        If nothing tells which way is up the spine.
    """
    if not live:
        return analyze_smoothed(setup, blocks, events, progress, filter_name)
    announced_drills(events)
    pipeline = Pipeline(setup, filter_name=filter_name)
    for event in sorted(events, key=lambda e: e.onset_s):
        if event.activity is not Activity.MARK:
            pipeline.begin(event.activity, event.onset_s)
            pipeline.end(event.end_s, event.activity)
    start_s = min(float(blocks[p].t_s[0]) for p in setup.chain)
    end_s = max(float(blocks[p].t_s[-1]) for p in setup.chain)
    edges_s = np.append(np.arange(start_s, end_s, SLICE_S)[1:], np.inf)
    cuts = {p: np.searchsorted(blocks[p].t_s, edges_s) for p in setup.chain}
    at = dict.fromkeys(setup.chain, 0)
    for i in range(len(edges_s)):
        for p in setup.chain:
            if cuts[p][i] > at[p]:
                pipeline.push(p, blocks[p].part(slice(at[p], int(cuts[p][i]))))
                at[p] = int(cuts[p][i])
        pipeline.advance()
        if progress is not None and i % 100 == 0:
            progress(i / len(edges_s))
    return pipeline.finish()


class Pipeline:
    """The causal pipeline.

    Parameters
    ----------
    setup
        Sensors worn.
    keep
        Keep frames and repetitions for :meth:`finish`. Off for an endless live display.
    filter_name
        Orientation filter, one of :data:`fusion.filter_names.FILTERS`.
    """

    def __init__(self, setup: Setup, *, keep: bool = True, filter_name: str = "vqf") -> None:
        self._setup = setup
        self._keep = keep
        self._filter_name = filter_name
        self._chain = Chain(setup, filter_name)
        self._next: int | None = None
        self._orders = Orders()
        self._activity: Order | None = None
        self._steps = CalibrationSteps(setup)
        self._neutral_q: dict[Window, dict[Placement, FloatArray]] = {}
        self._calibration: Calibration | None = None
        self._run: DrillRun | None = None
        self._seek: int | None = 0
        self._share = np.zeros(4)
        self._records: list[DrillRecord] = []
        self._late_reps: list[Rep] = []
        self._flags: dict[str, Flag] = {}
        self._moved: list[Flag] = []
        self._sd_deg = float("inf")

    def push(self, placement: Placement, block: ImuBlock) -> None:
        """Take in samples of one sensor, later than all it gave before.

        Parameters
        ----------
        placement
            Where the sensor is worn.
        block
            Its samples.
        """
        self._chain.push(placement, block)

    def begin(self, activity: Activity, t_s: float, name: str = "", *, fresh: bool = False) -> None:
        """An activity begins at session time ``t_s``; the one under way ends.

        ``name`` and ``fresh`` are for steps of a calibration, see
        :meth:`fusion.calibration_steps.CalibrationSteps.take`.
        """
        self._orders.give(t_s, Kind.BEGIN, activity, name, fresh=fresh)

    def end(self, t_s: float, activity: Activity | None = None) -> None:
        """The activity under way ends at ``t_s``; with ``activity``, only if it is that one."""
        self._orders.give(t_s, Kind.END, activity)

    def use_split(self, own: PersonalSplit | None) -> None:
        """Use this lumbar share of the wearer's own from the next drill on, ``None`` = the prior's.

        Only two sensors need one.
        """
        self._setup = replace(self._setup, personal_split=own)

    def mark(self, t_s: float) -> None:
        """Something was marked; it changes no number."""

    def rezero(self, t_s: float) -> None:
        """Take the first still second after ``t_s`` as neutral."""
        self._orders.give(t_s, Kind.REZERO)

    def progress(self, bows: int = BOWS) -> StepProgress | None:
        """How the calibration step under way is going; ``None`` if there is none.

        ``bows`` is how many are asked for.
        """
        running = self._activity
        if running is None or running.activity not in CALIBRATIONS or self._next is None:
            return None
        window = self._chain.known(Window(running.at, self._next))
        if len(window) < SPAN:
            return None
        stretch = Stretch(self._chain.tracks, window)
        return self._steps.progress(running.activity, stretch, running.name, bows)

    def advance(self) -> Update:
        """Process what all sensors have reached; see :class:`Update`."""
        parts: list[Part] = []
        ready = self._chain.ready
        if ready is not None:
            if self._next is None:
                self._next = self._seek = self._chain.first
            while self._next < ready:
                parts.append(self._process(self._next, self._piece(self._next, ready)))
            self._forget()
        return self._update(parts)

    def finish(self) -> SessionResult:
        """End the session and give its result.

        Raises
        ------
        NoDrillError
            If there was no drill, or none that could be analysed.
        TooShortError
            If there are too few samples.
        """
        if self._next is None:
            raise TooShortError("too few samples: the sensors never gave a second of data together")
        self._end_activity(self._next)
        results = [r.result for r in self._records if r.result is not None]
        if not results or self._calibration is None:
            said = list(self._flags.values())
            why = said[-1].sentence if said else "none had a still second to measure from"
            raise NoDrillError(f"no drill could be analysed: {why}")
        # What was used of a neutral in motion counts, whatever neutrals came later.
        flags = dict.fromkeys((*self._moved, *self._flags.values()))
        return SessionResult(
            placements=self._setup.chain,
            calibration=self._calibration.result,
            drills=tuple(with_knocks(r, knocks(self._chain.watches)) for r in results),
            loss=self._chain.loss,
            flags=(*flags, *self._chain.flags, *split_flags(self._setup)),
            parameters={"filter": self._filter_name},
        )

    def _piece(self, at: int, ready: int) -> int:
        """Where the piece that starts at ``at`` ends, once all orders due there are carried out."""
        while order := self._orders.due(at):
            self._apply(order, at)
        end = min(ready, self._orders.next_at)
        return end if self._seek is None else min(end, (at // STEP + 1) * STEP)

    def _process(self, start: int, end: int) -> Part:
        window = Window(start, end)
        self._next = end
        if self._seek is not None and start % STEP == 0:
            self._look_for_neutral(self._seek, start)
        self._chain.orient_to(end)
        late, self._late_reps = self._late_reps, []
        if self._run is None:
            return Part.unknown(window)
        update = self._run.update(self._chain.motion(window))
        segments = update.fused.angles_deg[:, :3]
        share = shares_now(segments, self._share, 1.0 / GRID_HZ)
        if self._keep and self._run.reps is not None:
            self._records[-1].add(update.fused)
        reps = (*late, *update.reps)
        return Part(update.fused.frames(), update.phase, share, reps)

    def _apply(self, order: Order, at: int) -> None:
        if order.kind is Kind.REZERO:
            self._seek = at
        elif order.kind is Kind.BEGIN and order.activity is not None:
            self._end_activity(at)
            self._activity = replace(order, at=at)
            if order.activity in DRILLS:
                self._begin_drill(order.activity, at)
        elif order.activity is None or (
            self._activity is not None and order.activity is self._activity.activity
        ):
            self._end_activity(at)

    def _end_activity(self, at: int) -> None:
        if self._activity is None:
            return
        done, self._activity = self._activity, None
        if done.activity in DRILLS:
            self._end_drill()
        elif done.activity in CALIBRATIONS:
            self._take_calibration(done, self._chain.known(Window(done.at, at)))

    def _take_calibration(self, done: Order, window: Window) -> None:
        """Keep the samples of a calibration step and calibrate from all steps that count."""
        assert done.activity is not None
        tracks = {p: track.excerpt(window) for p, track in self._chain.tracks.items()}
        new = self._steps.take(done.activity, Stretch(tracks, window), done.name, fresh=done.fresh)
        stretches = self._steps.stretches
        if done.activity is Activity.CALIBRATION_NEUTRAL:
            self._say_of_neutral(window, new)
        for still in new:
            self._neutral_q[still] = self._chain.q_es(still)
        for p in self._setup.chain:
            bias = gyro_bias(p, stretches.rest, stretches.neutral)
            if bias.source != "none":
                self._chain.set_bias(p, bias.bias_rad_s)
        if stretches.neutral:
            self._calibration = self._steps.calibrated()
            if new and self._run is not None:
                self._measure_from(self._reference(new[-1]))
        found = self._calibration.result.flags if stretches.neutral and self._calibration else ()
        flags = (*found, *self._flags.values())
        self._steps.judge(done.name, done.activity, window, flags)

    def _say_of_neutral(self, announced: Window, still: Sequence[Window]) -> None:
        """Say what was wrong with a neutral, until there is a better one."""
        words = "The neutral held no still second: sit tall and keep still, then repeat it."
        inside = [w for w in still if announced.first <= w.first < announced.end]
        flag = moved_flag(announced, inside[0]) if inside else Flag("neutral_not_still", words)
        for code in ("neutral_not_still", "neutral_in_motion"):
            self._flags.pop(code, None)
        if flag is not None:
            self._flags[flag.code] = flag
            self._moved += [flag] if inside else []

    def _begin_drill(self, activity: Activity, at: int) -> None:
        around = Window(at - int(LOOK_S * GRID_HZ), at)
        stills = self._steps.stretches.neutral
        neutral = announced_neutral(stills, self._chain.tracks, at, around)
        if neutral is None:
            self._seek = at
            if self._run is not None:
                self._run.end_drill()
            return
        self._start_run(activity, self._reference(neutral.window), at, neutral.flags)

    def _end_drill(self) -> None:
        self._seek = None
        if self._run is not None and self._run.reps is not None:
            self._late_reps += self._run.finish()
            if self._keep:
                self._records[-1].close()
            self._run.end_drill()

    def _look_for_neutral(self, since: int, now: int) -> None:
        """Take the first still second since ``since``, if it has come by ``now``."""
        tracks = self._chain.tracks
        found = first_still(tracks, Window(max(since, now - 2 * SPAN), now), since)
        if found is None:
            return
        self._seek = None
        if self._calibration is None or not self._steps.stretches.neutral:
            stretch = Stretch({p: t.excerpt(found.window) for p, t in tracks.items()}, found.window)
            for p in self._setup.chain:
                bias = gyro_bias(p, self._steps.stretches.rest, (stretch,))
                self._chain.set_bias(p, bias.bias_rad_s)
            self._calibration = calibrate(self._steps.stretches, self._setup, stretch)
        reference = self._reference(found.window)
        if self._activity is not None and self._activity.activity in DRILLS:
            if self._run is not None and self._run.reps is not None:
                self._measure_from(reference)
            else:
                self._start_run(self._activity.activity, reference, now, found.flags)
        else:
            self._measure_from(reference)

    def _measure_from(self, reference: Reference) -> None:
        assert self._calibration is not None
        if self._run is None:
            at = int(reference.neutral_s[1] * GRID_HZ)
            self._run = DrillRun(None, self._setup, self._calibration, reference, at)
        else:
            self._run.set_reference(reference, self._calibration)

    def _start_run(
        self, activity: Activity, reference: Reference, at: int, flags: tuple[Flag, ...]
    ) -> None:
        assert self._calibration is not None
        self._run = DrillRun(drill_of(activity), self._setup, self._calibration, reference, at)
        since = Window(int(reference.neutral_s[1] * GRID_HZ), at)
        for jump in jumps(list(self._chain.tracks.values()), since):
            take_in(self._run.heading, jump)
        if self._keep:
            began = self._activity.at if self._activity is not None else at
            self._records.append(DrillRecord(activity, began, self._run, flags))

    def _reference(self, still: Window) -> Reference:
        assert self._calibration is not None
        q = self._neutral_q.get(still) or self._chain.q_es(still)
        return make_reference(q, self._calibration, self._setup.chain, (still.start_s, still.end_s))

    def _forget(self) -> None:
        """Drop what no neutral and no calibration step under way can need."""
        assert self._next is not None
        since = self._next - int(KEEP_S * GRID_HZ)
        if self._activity is not None and self._activity.activity in CALIBRATIONS:
            since = min(since, self._activity.at)
        self._chain.forget_before(since, slack=int(KEEP_S * GRID_HZ))

    def _update(self, parts: list[Part]) -> Update:
        part = joined(parts)
        if len(part.frames):
            # What is said of the last frames holds until there are others.
            self._sd_deg = float(part.frames.sd_deg[-1, 3])
        return Update(part.frames, part.phase, part.share, part.reps, self._status())

    def _slip_flags(self) -> list[Flag]:
        slips = self._run.slips if self._run is not None else []
        return [slip.flag(self._setup.chain, GRID_HZ) for slip in slips]

    def _status(self) -> Status:
        run, activity = self._run, self._activity.activity if self._activity else None
        finder = run.reps if run is not None else None
        split = run.split if run is not None else make_split(self._setup, SEATED)
        result = self._calibration.result if self._calibration is not None else None
        cue = None
        if finder is not None:
            reps = [c.rep for c in finder.counted[-LAST:]]
            cue = current_cue(reps, finder.drill, self._sd_deg)
        return Status(
            activity=activity,
            drill=activity if activity in DRILLS else None,
            set=finder.set_number if finder is not None else None,
            neutral_known=run is not None and (activity not in DRILLS or finder is not None),
            calibration=result,
            set_shares=finder.set_shares if finder is not None else None,
            split_source=split.source,
            flags=(*(result.flags if result else ()), *self._flags.values(), *self._slip_flags()),
            cue=cue,
            steps=dict(self._steps.verdicts),
        )
