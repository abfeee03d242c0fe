"""Blocks in, frames and repetitions out: one pipeline, live and offline.

Live, :class:`Pipeline` is causal: blocks of any size are pushed as they come, activities begin and
end, and :meth:`Pipeline.advance` gives everything that became known. Offline,
:func:`analyze_session` gives the same result columns with the heading smoothed over each drill, or,
with ``live=True``, exactly what the causal pipeline says about the same samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fusion.calibration import Calibration, CalibrationWindows, calibrate, find_windows
from fusion.drill_run import DrillRun, Motion
from fusion.drills import DRILLS, drill_of
from fusion.errors import CalibrationError, NoDrillError, TooShortError
from fusion.fused import Fused
from fusion.grid import GRID_HZ
from fusion.lane import Lane
from fusion.neutral import Neutral, announced_neutral, first_still
from fusion.results import (
    CalibrationResult,
    Cue,
    DrillResult,
    Flag,
    Frames,
    Quality,
    Rep,
    SessionResult,
    Shares,
    SplitSource,
)
from fusion.setup import Setup
from fusion.shares import shares_now
from fusion.spine import Reference, make_reference
from fusion.track import Window
from sensors.samples import Activity, Event, FloatArray, ImuBlock, Placement

MAX_LAG_S = 1.0
"""A sensor further behind the newest sample than this is not waited for."""

KEEP_S = 180.0
STEP = 10
"""Live, stillness is looked for every so many grid steps, so that blocking changes nothing."""


@dataclass(frozen=True, slots=True)
class Status:
    """Where a live session stands.

    Attributes
    ----------
    activity
        What is going on, or ``None``.
    drill, set
        The drill under way and its set, or ``None``.
    neutral_known
        Whether angles are relative to a still neutral.
    calibration
        The calibration in force, or ``None`` before the first still second.
    set_shares
        Pooled shares of the set under way.
    split_source
        Where the lumbar share comes from.
    flags
        What lowers trust.
    cue
        The one thing to do better, if any.
    """

    activity: Activity | None
    drill: Activity | None
    set: int | None
    neutral_known: bool
    calibration: CalibrationResult | None
    set_shares: Shares | None
    split_source: SplitSource
    flags: tuple[Flag, ...]
    cue: Cue | None


@dataclass(frozen=True, slots=True)
class Update:
    """What became known since the last :meth:`Pipeline.advance`.

    Attributes
    ----------
    frames
        New frames; NaN while there is no neutral or a sensor is silent.
    phase
        (n,) :class:`fusion.results.Phase` as it looks now.
    share_now
        (n, 3) running shares of pelvis, lumbar and thoracic.
    reps
        Repetitions that finished.
    status
        Where the session stands.
    """

    frames: Frames
    phase: np.ndarray[tuple[int], np.dtype[np.uint8]]
    share_now: FloatArray
    reps: tuple[Rep, ...]
    status: Status


class Pipeline:
    """The causal pipeline.

    Parameters
    ----------
    setup
        Sensors worn.
    keep
        Keep frames and repetitions for :meth:`finish`. Off for an endless live display.
    filter_name
        Orientation filter, one of :data:`fusion.orientation.FILTERS`.
    """

    def __init__(self, setup: Setup, *, keep: bool = True, filter_name: str = "vqf") -> None:
        self._setup = setup
        self._keep = keep
        self._lanes = {p: Lane(filter_name) for p in setup.chain}
        self._loss = {p: LossCount() for p in setup.chain}
        self._next: int | None = None
        self._orders: list[_Order] = []
        self._activity: tuple[Activity, int] | None = None
        self._announced: list[tuple[Activity, Window]] = []
        self._neutrals_wanted = 0
        self._windows = CalibrationWindows()
        self._calibration: Calibration | None = None
        self._run: DrillRun | None = None
        self._seek: int | None = 0
        self._share = np.zeros(4)
        self._records: list[_Record] = []
        self._flags: dict[str, Flag] = {}

    def push(self, placement: Placement, block: ImuBlock) -> None:
        """Take in samples of one sensor, later than all it gave before.

        Parameters
        ----------
        placement
            Where the sensor is worn.
        block
            Its samples.
        """
        self._loss[placement].update(block.t_s)
        self._lanes[placement].push(block)

    def begin(self, activity: Activity, t_s: float) -> None:
        """An activity begins at session time ``t_s``; the one under way ends."""
        self._order(t_s, activity, "begin")

    def end(self, t_s: float) -> None:
        """The activity under way ends at session time ``t_s``."""
        self._order(t_s, None, "end")

    def rezero(self, t_s: float) -> None:
        """Take the first still second after ``t_s`` as neutral."""
        self._order(t_s, None, "rezero")

    def advance(self) -> Update:
        """Process what all sensors have reached; see :class:`Update`."""
        parts: list[_Part] = []
        ready = self._ready()
        if ready is not None:
            if self._next is None:
                self._next = max(lane.track.extent.first for lane in self._lanes.values())
            while self._next < ready:
                parts.append(self._process(self._piece(ready)))
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
        self._apply(_Order(self._next, None, "end"))
        results = tuple(r.result(self._setup) for r in self._records if r.usable)
        if not results or self._calibration is None:
            why = next(iter(self._flags.values())).sentence if self._flags else "there was none"
            raise NoDrillError(f"no drill could be analysed: {why}")
        return SessionResult(
            placements=self._setup.chain,
            calibration=self._calibration.result,
            drills=results,
            loss={p: count.fraction for p, count in self._loss.items()},
            flags=tuple(self._flags.values()),
        )

    def _order(self, t_s: float, activity: Activity | None, kind: str) -> None:
        self._orders.append(_Order(int(np.ceil(t_s * GRID_HZ - 1e-6)), activity, kind))
        self._orders.sort(key=lambda order: order.at)

    def _ready(self) -> int | None:
        """Grid index up to which everything that is worth waiting for has come."""
        ends = [lane.track.extent.end for lane in self._lanes.values()]
        if min(ends) == 0:
            return None
        return max(min(ends), max(ends) - int(MAX_LAG_S * GRID_HZ))

    def _piece(self, ready: int) -> int:
        """Where the next piece ends: at the next order, or soon while stillness is sought."""
        assert self._next is not None
        while self._orders and self._orders[0].at <= self._next:
            self._apply(self._orders.pop(0))
        end = ready if not self._orders else min(ready, self._orders[0].at)
        if self._seek is not None:
            end = min(end, (self._next // STEP + 1) * STEP)
        return end

    def _process(self, end: int) -> _Part:
        assert self._next is not None
        window = Window(self._next, end)
        self._next = end
        if self._seek is not None:
            self._look_for_neutral(end)
        if self._run is None:
            return _Part.unknown(window)
        update = self._run.update(self._motion(window))
        share = shares_now(update.fused.angles_deg[:, :3], self._share, 1.0 / GRID_HZ)
        if self._keep and self._records and self._records[-1].run is self._run:
            self._records[-1].add(update.fused)
        return _Part(update.fused.frames(), update.phase, share, tuple(update.reps))

    def _motion(self, window: Window) -> Motion:
        """Orientations and rates over ``window``; a sensor that lags is held and counts as silent."""
        q, gyr, gap, gaps = [], [], np.zeros(len(window), dtype=bool), []
        for i, placement in enumerate(self._setup.chain):
            lane = self._lanes[placement]
            known = window.clip(lane.track.extent)
            missing = len(window) - len(known)
            if not len(known):
                known = Window(lane.track.extent.end - 1, lane.track.extent.end)
                missing = len(window) - 1
            gap |= np.append(lane.track.gap(known), np.ones(missing, dtype=bool))
            q.append(np.pad(lane.q_es(known), ((0, missing), (0, 0)), mode="edge"))
            gyr.append(np.pad(lane.rate(known), ((0, missing), (0, 0)), mode="edge"))
            gaps += [(i, g) for g in lane.gaps if window.first < g.end <= window.end]
        return Motion(window, np.stack(q, axis=1), np.stack(gyr, axis=1), gap, tuple(gaps))

    def _apply(self, order: _Order) -> None:
        if order.kind == "rezero":
            self._seek = order.at
            return
        self._end_activity(order.at)
        if order.kind == "begin" and order.activity is not None:
            self._activity = (order.activity, order.at)
            self._neutrals_wanted += order.activity is Activity.CALIBRATION_NEUTRAL
            if order.activity in DRILLS:
                self._begin_drill(order.activity, order.at)

    def _end_activity(self, at: int) -> None:
        if self._activity is None:
            return
        activity, start = self._activity
        self._activity = None
        if activity in DRILLS:
            if self._records:
                self._records[-1].end(at)
            self._run = self._free_run(at)
        elif activity in CALIBRATION:
            self._announced.append((activity, Window(start, at)))
            self._calibrate(None)

    def _calibrate(self, fallback: Window | None) -> None:
        """Calibrate from what was announced so far, keeping earlier windows that were forgotten."""
        tracks = {p: lane.track for p, lane in self._lanes.items()}
        self._windows = find_windows(tracks, self._announced)
        if not (self._windows.neutral or self._windows.rest or fallback):
            return
        for p, lane in self._lanes.items():
            known = self._windows.neutral or ((fallback,) if fallback else ())
            lane.set_bias(gyro_bias(lane.track, self._windows.rest, known).bias_rad_s)
        if self._windows.neutral or fallback:
            self._calibration = calibrate(tracks, self._windows, self._setup, fallback)
