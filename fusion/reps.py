"""Repetitions: which excursions were turns of the trunk, what they measured, how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fusion.excursions import Excursion, ExcursionFinder, ExcursionParameters
from fusion.grid import GRID_HZ
from fusion.results import Quality, Rep, RepMetrics, Shares, Side, Verdict
from fusion.shares import ShareSums, estimate_shares
from fusion.smoothness import coupling, onset, sparc

if TYPE_CHECKING:
    from fusion.drills import Drill
    from fusion.split import Split
    from sensors.samples import FloatArray

DOMINANCE = 0.9
"""A repetition turns by more than this part of what it bends; bows and side bends do not."""

WHOLE_BODY_SHARE = 0.8
REST_BETWEEN_SETS_S = 15.0
UNCERTAIN_SD_DEG = 4.0
SIDE_BEND_PART, SIDE_BEND_DEG = 0.4, 12.0
WIND_UP_PART = 0.65
LEAD_MIN_DEG = 6.0

COLUMNS = (
    "pelvis", "lumbar", "thoracic", "thoracolumbar", "total", "lateral", "flexion",
    "upper_w", "upper_axial", "upper_transverse", "upper_sagittal",
    "shift_sagittal", "shift_transverse", "sd", "quality", "rate",
)  # fmt: skip
"""What the repetition finder needs of every grid time, in this order."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A repetition with the sums that its set pools."""

    rep: Rep
    sums: ShareSums


class RepFinder:
    """Counts repetitions as fused frames come; any blocking gives the same repetitions.

    Parameters
    ----------
    drill
        The drill that is being done.
    split
        Where the lumbar share comes from.
    first
        Grid index of the first frame.
    parameters
        Thresholds of the excursions.
    """

    def __init__(
        self,
        drill: Drill,
        split: Split,
        first: int,
        parameters: ExcursionParameters | None = None,
    ) -> None:
        self.drill = drill
        self._split = split
        self._excursions = ExcursionFinder(first, parameters)
        self._first = first
        self._rows = np.empty((0, len(COLUMNS)))
        self.counted: list[Counted] = []
        # Pooled over the set under way.
        self.set_shares: Shares | None = None

    @property
    def set_number(self) -> int:
        """Number of the set under way, from 1."""
        return self.counted[-1].rep.set if self.counted else 1

    def update(self, turn_deg: FloatArray, rows: FloatArray) -> list[Rep]:
        """Repetitions that finished with these frames.

        Parameters
        ----------
        turn_deg
            (m,) low-passed total turn.
        rows
            (m, 16) columns :data:`COLUMNS`; ``rate`` is that of ``turn_deg``.
        """
        self._rows = np.concatenate([self._rows, rows])
        self._excursions.update(turn_deg, rows[:, COLUMNS.index("rate")])
        return self._found()

    def finish(self) -> list[Rep]:
        """The repetition that was under way when the drill ended, if it counts."""
        return self._found(last=True)

    def _found(self, *, last: bool = False) -> list[Rep]:
        found: list[Rep] = []
        while excursions := self._excursions.next(last=last):
            for excursion in excursions:
                counted = self._count(excursion)
                if counted is not None:
                    self._excursions.accept(counted.rep.total_deg)
                    self.counted.append(counted)
                    found.append(counted.rep)
        if found:
            sums = (c.sums for c in self.counted if c.rep.set == self.set_number)
            self.set_shares = estimate_shares(sums, self._split)
        self._forget()
        return found

    def _forget(self) -> None:
        n = self._excursions.needed_from - self._first
        if n > len(self._rows) // 2:
            self._rows = self._rows[n:]
            self._first += n

    def _count(self, excursion: Excursion) -> Counted | None:
        """The repetition that an excursion is, or ``None`` if it is none."""
        rows = slice(excursion.start - self._first, excursion.end + 1 - self._first)
        values = self._rows[rows].T.copy()  # each column contiguous
        column = dict(zip(COLUMNS, values, strict=True))
        out_and_hold = slice(0, excursion.hold_end - excursion.start + 1)
        top = column["total"][out_and_hold]
        high = np.abs(top) >= 0.95 * (excursion.side * top).max()
        means = values[:7, out_and_hold][:, high].mean(axis=1).tolist()
        peak = dict(zip(COLUMNS[:7], means, strict=True))
        if not self._is_rep(excursion, column, peak):
            return None
        sums = ShareSums.of(values[:3, out_and_hold].T, column["sd"][out_and_hold])
        shares = estimate_shares([sums], self._split)
        if shares is None:
            return None
        reasons = _reasons(excursion, column, peak)
        number = self._number(excursion)
        rep = Rep(
            drill=self.drill.activity,
            set=number,
            rep=len(self.counted) + 1,
            side=Side.LEFT if excursion.side > 0 else Side.RIGHT,
            start_s=excursion.start / GRID_HZ,
            hold_start_s=excursion.hold_start / GRID_HZ,
            peak_s=excursion.peak / GRID_HZ,
            hold_end_s=excursion.hold_end / GRID_HZ,
            end_s=excursion.end / GRID_HZ,
            **{f"{n}_deg": peak[n] for n in COLUMNS[:5]},
            shares=shares,
            split_source=self._split.source,
            peak_rate_dps=float(np.abs(column["rate"][out_and_hold]).max()),
            hold_s=_hold_s(excursion),
            verdict=_verdict(reasons),
            reasons=reasons,
            metrics=_metrics(excursion, column, peak),
        )
        return Counted(rep, sums)

    def _is_rep(
        self, excursion: Excursion, column: dict[str, FloatArray], peak: dict[str, float]
    ) -> bool:
        par = self._excursions.parameters
        turn = excursion.side * peak["total"]
        seconds = (excursion.end - excursion.start) / GRID_HZ
        if turn < max(par.peak_deg, par.peak_part * self._excursions.range_deg):
            return False
        if not par.min_s <= seconds <= par.max_s:
            return False
        at = excursion.peak - excursion.start
        if turn < DOMINANCE * _bent_deg(column, at):
            return False
        return excursion.side * peak["pelvis"] < WHOLE_BODY_SHARE * turn

    def _number(self, excursion: Excursion) -> int:
        if not self.counted:
            return 1
        before = self.counted[-1].rep
        side = Side.LEFT if excursion.side > 0 else Side.RIGHT
        rested = excursion.start / GRID_HZ - before.end_s > REST_BETWEEN_SETS_S
        changed = self.drill.one_side_per_set and side is not before.side
        return before.set + (1 if rested or changed else 0)


def _bent_deg(column: dict[str, FloatArray], at: int) -> float:
    """How far the upper back is bent at a row against the first, wherever the person faces."""
    (w, a, t, s), (w0, a0, t0, s0) = (
        [column[f"upper_{part}"][row] for part in ("w", "axial", "transverse", "sagittal")]
        for row in (at, 0)
    )
    # What is no twist about the spine line of the rotation from the one to the other.
    same = w0 * w + a0 * a + t0 * t + s0 * s
    twist = w0 * a - a0 * w - t0 * s + s0 * t
    return float(np.degrees(2.0 * np.arccos(min(1.0, np.hypot(same, twist)))))


def without_wind_ups(counted: list[Counted]) -> list[Counted]:
    """The repetitions of an all-fours drill without those that only wound up for the next.

    Starting elbow-to-floor turns to the other side first. Such a turn lies between two larger ones
    to the opposite side, time after time.
    """
    reps = [c.rep for c in counted]
    kept = []
    for i, c in enumerate(counted):
        around = [reps[j] for j in (i - 1, i + 1) if 0 <= j < len(reps)]
        opposite = [abs(r.total_deg) for r in around if r.side is not c.rep.side]
        wound = len(opposite) == len(around) and len(opposite) > 0
        if not (wound and abs(c.rep.total_deg) < WIND_UP_PART * min(opposite)):
            kept.append(c)
    return renumbered(kept)


def without_settling(counted: list[Counted], neutral_end_s: float) -> list[Counted]:
    """The repetitions without what only brought the wearer to the first stillness of the drill.

    Who moves about before there is a neutral settles down; only turns of the usual size count.
    """
    later = [abs(c.rep.total_deg) for c in counted if c.rep.end_s > neutral_end_s]
    if not later:
        return counted
    least_deg = WIND_UP_PART * float(np.median(later))
    return [c for c in counted if c.rep.end_s > neutral_end_s or abs(c.rep.total_deg) >= least_deg]


def renumbered(counted: list[Counted]) -> list[Counted]:
    """Repetitions numbered from 1 in time; sets keep theirs, without holes."""
    sets = {s: i + 1 for i, s in enumerate(dict.fromkeys(c.rep.set for c in counted))}
    return [
        replace(c, rep=replace(c.rep, rep=i + 1, set=sets[c.rep.set]))
        for i, c in enumerate(counted)
    ]


def _reasons(
    excursion: Excursion, column: dict[str, FloatArray], peak: dict[str, float]
) -> tuple[str, ...]:
    at = excursion.peak - excursion.start
    lateral = abs(peak["lateral"])
    checks = {
        "heading_unusable": column["sd"][at] > 2 * UNCERTAIN_SD_DEG,
        "heading_uncertain": UNCERTAIN_SD_DEG < column["sd"][at] <= 2 * UNCERTAIN_SD_DEG,
        "samples_lost": bool(np.any(column["quality"] >= Quality.UNUSABLE))
        and column["sd"][at] <= 2 * UNCERTAIN_SD_DEG,
        "no_return": not excursion.returned,
        "side_bend": lateral > SIDE_BEND_PART * abs(peak["thoracolumbar"])
        and lateral > SIDE_BEND_DEG,
    }
    return tuple(code for code, applies in checks.items() if applies)


def _verdict(reasons: tuple[str, ...]) -> Verdict:
    if "heading_unusable" in reasons:
        return Verdict.REJECTED
    return Verdict.DOUBTFUL if reasons else Verdict.GOOD


def _hold_s(excursion: Excursion) -> float:
    held = (excursion.hold_end - excursion.hold_start) / GRID_HZ
    return held if held >= ExcursionParameters().min_hold_s else 0.0


def _metrics(
    excursion: Excursion, column: dict[str, FloatArray], peak: dict[str, float]
) -> RepMetrics:
    out = slice(0, excursion.hold_start - excursion.start + 1)
    back = slice(excursion.hold_end - excursion.start, None)
    speed = np.abs(column["rate"])
    coupled = coupling(column["pelvis"][out], column["thoracolumbar"][out], GRID_HZ, excursion.side)
    return RepMetrics(
        out_s=(excursion.hold_start - excursion.start) / GRID_HZ,
        return_s=(excursion.end - excursion.hold_end) / GRID_HZ,
        sparc_out=sparc(speed[out], GRID_HZ),
        sparc_return=sparc(speed[back], GRID_HZ),
        pelvis_lead_s=_pelvis_lead_s(column, out, peak["pelvis"]),
        lateral_at_peak_deg=peak["lateral"],
        flexion_at_peak_deg=peak["flexion"],
        coupling_deg=coupled[0],
        coupling_sd_deg=coupled[1],
        bounce_deg=_bounce_deg(excursion.side * column["total"], excursion.side * column["rate"]),
        pelvis_shift_deg=_pelvis_shift_deg(column, excursion.peak - excursion.start),
    )


def _pelvis_shift_deg(column: dict[str, FloatArray], at: int) -> float:
    """How far (°) the pelvis is tipped at the peak, whichever is larger; NaN if it cannot be said.

    Forward or back against the drill's neutral, which gravity shows. To the side against the start
    of the repetition: on all fours that is a turn about the vertical, of which only seconds are
    free of drift.
    """
    side = column["shift_sagittal"]
    return float(max(abs(column["shift_transverse"][at]), abs(side[at] - side[0])))


def _bounce_deg(turn_deg: FloatArray, rate_dps: FloatArray) -> float:
    """How far (°) the end of range went back and out again: its second largest swing."""
    near = np.flatnonzero(turn_deg >= ExcursionParameters().hold_part * turn_deg.max())
    end = slice(int(near[0]), int(near[-1]) + 1)
    reversals = np.flatnonzero(np.diff(np.sign(rate_dps[end])))
    if len(reversals) < 3:
        return 0.0
    # Of the low-passed turn, whose rate this is: skin that rings does not bounce.
    swings = np.sort(np.abs(np.diff(np.cumsum(rate_dps[end])[reversals]))) / GRID_HZ
    return float(swings[-2])


def _pelvis_lead_s(column: dict[str, FloatArray], out: slice, pelvis_peak_deg: float) -> float:
    """How much earlier the pelvis began to turn than the spine; NaN where it hardly turned."""
    if abs(pelvis_peak_deg) < LEAD_MIN_DEG:
        return float("nan")
    pelvis, spine = onset(column["pelvis"][out]), onset(column["thoracolumbar"][out])
    if pelvis is None or spine is None:
        return float("nan")
    return (spine - pelvis) / GRID_HZ
