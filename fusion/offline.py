"""A whole session at once: every drill with the heading smoothed over all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fusion.calibration import Calibration, Stretch, calibrate, verified
from fusion.chunks import chunks
from fusion.drill_result import make_drill_result
from fusion.drill_run import Motion, jumps
from fusion.drills import DRILLS, Drill, drill_of
from fusion.errors import NoDrillError, TooShortError
from fusion.grid import GRID_HZ, Grid
from fusion.lane import Stitch
from fusion.neutral import LOOK_S, Neutral, announced_neutral, first_still, moved_flag
from fusion.orientation import offline_filter
from fusion.quality import posture_flags, with_knocks
from fusion.results import DrillResult, Flag, SessionResult
from fusion.sample_watch import SampleWatch, knocks
from fusion.segments import segment_motion
from fusion.smooth_run import smooth_drill, turns_of
from fusion.spine import Reference, make_reference
from fusion.split import make_split, split_flags
from fusion.track import Track, Window
from sensors.samples import Activity, Event, FloatArray, ImuBlock, Placement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fusion.segments import SegmentMotion
    from fusion.setup import Setup

MIN_DRILL_S = 2.0
TOGETHER = 8
"""Losses of so many chunks are filled together: the more are alike, the less each costs."""


def analyze_smoothed(
    setup: Setup,
    blocks: Mapping[Placement, ImuBlock],
    events: Sequence[Event],
    progress: Callable[[float], None] | None = None,
    filter_name: str = "vqf",
    keep: Callable[[SegmentMotion], None] | None = None,
) -> SessionResult:
    """Analyse a recorded session; see :func:`fusion.pipeline.analyze_session`.

    ``keep`` is given the orientations of the segments in each drill that was analysed.
    """
    drills = announced_drills(events)
    tracks = {p: grid_track(setup.corrected(p, blocks[p])) for p in setup.chain}
    extent = common_extent(tracks)
    stretches = verified(
        [
            (e.activity, Stretch(tracks, Window.between(e.onset_s, e.end_s).clip(extent)))
            for e in events
        ]
    )
    flags = neutral_flags(events, stretches.neutral)
    told = split_flags(setup)
    calibration: Calibration | None = None
    results: list[DrillResult] = []
    for i, event in enumerate(drills):
        window = Window.between(event.onset_s, event.end_s).clip(extent)
        if len(window) < MIN_DRILL_S * GRID_HZ:
            continue
        neutral = _neutral(tracks, stretches.neutral, window)
        if neutral is None:
            flags.append(no_still_flag(window))
            continue
        if calibration is None:
            calibration = calibrate(stretches, setup, Stretch(tracks, neutral.window))
            oriented = _Oriented(setup, tracks, calibration, filter_name)
        reference = _reference(setup, oriented, calibration, neutral)
        drill = drill_of(event.activity)
        wrong = posture_flags(drill, reference)
        if wrong and not drill.upright:
            # Without knowing which way is up the spine, its rotation cannot even be named.
            flags += wrong
            continue
        results.append(
            _drill(setup, oriented, calibration, drill, reference, window, neutral, keep)
        )
        if progress is not None:
            progress((i + 1) / len(drills))
    if calibration is None or not results:
        raise NoDrillError(
            "no drill could be analysed: " + " ".join(f.sentence for f in flags)
            if flags
            else "no drill could be analysed: each lies outside the samples or is shorter than "
            f"{MIN_DRILL_S:.0f} s"
        )
    lost = {p: loss(blocks[p].t_s) for p in setup.chain}
    watches = {p: SampleWatch() for p in setup.chain}
    for p, watch in watches.items():
        watch.update(blocks[p])
        flags += watch.flags(p, lost[p])
    return SessionResult(
        placements=setup.chain,
        calibration=calibration.result,
        drills=tuple(with_knocks(r, knocks(watches)) for r in results),
        loss=lost,
        flags=(*flags, *told),
        parameters={"filter": filter_name},
    )


def announced_drills(events: Sequence[Event]) -> list[Event]:
    """The drills among the events, in time.

    Raises
    ------
    NoDrillError
        If there is none.
    """
    drills = sorted((e for e in events if e.activity in DRILLS), key=lambda e: e.onset_s)
    if not drills:
        names = " or ".join(d.value for d in DRILLS)
        raise NoDrillError(f"no drill to analyse: the events name no {names}")
    return drills


def grid_track(block: ImuBlock) -> Track:
    """All samples of one sensor on the grid.

    Raises
    ------
    TooShortError
        If there are too few.
    """
    span_s = float(np.ptp(block.t_s)) if len(block) else 0.0
    grid, track = Grid(), Track(int(span_s * GRID_HZ) + 2)
    for rows in chunks(len(block), TOGETHER):
        for on_grid in grid.push(block.part(rows)):
            track.append(on_grid)
    if len(track.extent) < GRID_HZ:
        raise TooShortError(
            f"only {len(block)} samples: a drill needs at least {MIN_DRILL_S:.0f} s of data"
        )
    return track


def common_extent(tracks: Mapping[Placement, Track]) -> Window:
    """The grid times that all sensors cover.

    Raises
    ------
    TooShortError
        If there are none.
    """
    first = max(t.extent.first for t in tracks.values())
    end = min(t.extent.end for t in tracks.values())
    if end - first < GRID_HZ:
        raise TooShortError("the sensors were never all recorded at the same time")
    return Window(first, end)


def neutral_flags(events: Sequence[Event], neutrals: Sequence[Stretch]) -> list[Flag]:
    """What to say when announced neutrals were not, or not wholly, still."""
    announced = [e for e in events if e.activity is Activity.CALIBRATION_NEUTRAL]
    flags = []
    for event in announced:
        inside = [s.window for s in neutrals if event.onset_s <= s.window.start_s <= event.end_s]
        if not inside:
            words = (
                f"The neutral announced at {event.onset_s:.1f} s held no still second and was not "
                "used: keep still until it is over."
            )
            flags.append(Flag("neutral_not_still", words))
        elif moved := moved_flag(Window.between(event.onset_s, event.end_s), inside[0]):
            flags.append(moved)
    return flags


def no_still_flag(window: Window) -> Flag:
    """What to say of a drill without a still second."""
    words = (
        f"The drill from {window.start_s:.1f} s to {window.end_s:.1f} s holds no still second, so "
        "there is no neutral to measure from and its heading is unusable: keep still for two "
        "seconds before you begin."
    )
    return Flag("no_still_second", words)


def loss(t_s: FloatArray) -> float:
    """Fraction of samples missing, judged by the usual interval between them."""
    if len(t_s) < 2:
        return 0.0
    step = np.diff(t_s)
    missing = np.sum(np.maximum(np.round(step / np.median(step)) - 1.0, 0.0))
    return float(missing / (missing + len(t_s)))


def _neutral(
    tracks: Mapping[Placement, Track], neutrals: Sequence[Stretch], drill: Window
) -> Neutral | None:
    look = int(LOOK_S * GRID_HZ)
    around = Window(drill.first - look, drill.first + look)
    announced = announced_neutral(neutrals, tracks, drill.first, around)
    if announced is not None:
        return announced
    return first_still(tracks, drill)


class _Oriented:
    """Orientations and rates of the whole chain over a session."""

    def __init__(
        self,
        setup: Setup,
        tracks: Mapping[Placement, Track],
        calibration: Calibration,
        filter_name: str,
    ) -> None:
        self.window = common_extent(tracks)
        n, m = len(setup.chain), len(self.window)
        # Each sensor's rows lie together: the filters take and give them so.
        q, gyr, gap = np.empty((n, m, 4)), np.empty((n, m, 3)), np.zeros(m, dtype=bool)
        for i, p in enumerate(setup.chain):
            np.subtract(tracks[p].rate(self.window), calibration.bias[p].bias_rad_s, out=gyr[i])
            q[i] = _orient(tracks[p], gyr[i], self.window, filter_name)
            gap |= tracks[p].gap(self.window)
        self._q, self._gyr, self._gap = q.swapaxes(0, 1), gyr.swapaxes(0, 1), gap
        self._tracks = [tracks[p] for p in setup.chain]

    def motion(self, window: Window) -> Motion:
        """What happened during ``window``."""
        at = slice(window.first - self.window.first, window.end - self.window.first)
        return Motion(
            window, self._q[at], self._gyr[at], self._gap[at], jumps(self._tracks, window)
        )


def _orient(track: Track, gyr: FloatArray, window: Window, filter_name: str) -> FloatArray:
    """Orientation (m, 4) of one sensor with the rates ``gyr`` (m, 3)."""
    if track.has_quat:
        return track.quat(window)
    stitch = Stitch(lambda: offline_filter(filter_name, GRID_HZ))
    return stitch.update(gyr, track.acc(window), track.lost(window))


def _reference(
    setup: Setup, session: _Oriented, calibration: Calibration, neutral: Neutral
) -> Reference:
    still = session.motion(neutral.window)
    return make_reference(
        {p: still.q_es[:, i] for i, p in enumerate(setup.chain)},
        calibration,
        setup.chain,
        (neutral.window.start_s, neutral.window.end_s),
    )


def _drill(
    setup: Setup,
    session: _Oriented,
    calibration: Calibration,
    drill: Drill,
    reference: Reference,
    window: Window,
    neutral: Neutral,
    keep: Callable[[SegmentMotion], None] | None,
) -> DrillResult:
    motion = session.motion(Window(min(neutral.window.end, window.first), window.end))
    smoothed = smooth_drill(drill, setup, calibration, reference, motion)
    inside = slice(window.first - motion.window.first, None)
    if keep is not None:
        turn = turns_of(reference, motion, smoothed.slips)[inside]
        drift_deg = smoothed.drift.at(motion.t_s[inside]).sensor_deg
        gap = motion.gap[inside]
        keep(segment_motion(drill.activity, window, reference, calibration, turn, drift_deg, gap))
    # Rates run straight between states two seconds apart.
    once_a_second = np.arange(window.start_s, window.end_s)
    return make_drill_result(
        drill,
        window,
        reference,
        make_split(setup, drill),
        smoothed.frames.part(inside),
        [c for c in smoothed.counted if c.rep.peak_s >= window.start_s],
        np.cumsum(np.median(smoothed.drift.rate_dps(once_a_second), axis=0)),
        smoothed.slips,
        neutral.flags,
    )
