"""Lost samples, filled so that the heading does not jump.

A sensor on soft tissue rings at 6–10 Hz. A straight line across a burst of lost samples takes
whatever the ringing happened to be at its edges for a turn that lasted as long as the burst: a
degree of heading each time. Missing rates are therefore estimated by a model that continues the
ringing from both sides (:mod:`fusion.autoregression`). Gaps too long for that are bridged between
the mean rates of either side. Everything filled in a long gap is marked silent.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion.autoregression import ORDER, autoregressive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.samples import FloatArray

GAP_S = 0.1
"""Inside a longer interval between two samples nothing is written out."""

EDGE_S = 0.12
"""A gap is filled once samples of this long after it have come."""

CONTEXT_S = 0.8
"""So much before a gap, counted by the usual interval, tells how it goes on."""

LONGEST_MODELLED_S = 0.4
MOST_UNKNOWN_DEG = 40.0
SILENT_S = 1.0
"""In so long a silence a back may turn from end to end, however it turned before and after, and
an orientation filter has to start anew."""

_SEEN = 20


@dataclass(frozen=True, slots=True)
class Filled:
    """Samples without losses.

    Attributes
    ----------
    t_s, values
        (n,) times and (n, 6) values.
    silent
        (n,) how long a gap the interval that ends at the sample lies in, see :func:`silence`.
    jump_deg
        (n,) standard deviation of the turn that filling may have missed up to this sample (°),
        0 at all but the first sample behind a loss.
    """

    t_s: FloatArray
    values: FloatArray
    silent: npt.NDArray[np.uint8]
    jump_deg: FloatArray

    def part(self, rows: slice) -> Filled:
        """Some of the samples."""
        return Filled(self.t_s[rows], self.values[rows], self.silent[rows], self.jump_deg[rows])


@dataclass(frozen=True, slots=True)
class _Hole:
    """Rows ``first`` … ``end`` of what is written, to be filled; behind it ``right`` at places.

    ``at`` (b,) counts these from the last sample before the hole, by the usual interval.
    """

    first: int
    end: int
    right_s: FloatArray
    right: FloatArray
    at: npt.NDArray[np.int_]


def silence(span_s: FloatArray | float) -> npt.NDArray[np.uint8]:
    """0 for intervals between samples that are no gap, 1 for gaps, 2 where nobody knows the way."""
    span_s = np.asarray(span_s)
    return np.add(span_s > GAP_S, span_s >= SILENT_S, dtype=np.uint8)


class LossFiller:
    """Fills losses block by block; any blocking gives the same samples."""

    def __init__(self) -> None:
        self._waiting_s = np.empty(0)
        self._waiting = np.empty((0, 6))
        self._handed: list[tuple[FloatArray, FloatArray]] = []
        self._usual_s = 0.0
        self._context = 0
        self._spare = 0  # so many of the samples in ``_handed`` are more than the next gap needs

    def push(self, t_s: FloatArray, values: FloatArray) -> Filled:
        """Everything that became known with these samples.

        Parameters
        ----------
        t_s
            (m,) times, later than all before.
        values
            (m, 6) angular rate and specific force.
        """
        if len(self._waiting_s):
            t_s = np.concatenate([self._waiting_s, t_s])
            values = np.concatenate([self._waiting, values])
        if not self._usual_s and len(t_s) > _SEEN:
            self._learn_interval(t_s[: _SEEN + 1])
        if not self._usual_s or not len(t_s):
            self._waiting_s, self._waiting = t_s, values
            return Filled(np.empty(0), np.empty((0, 6)), np.empty(0, dtype=np.uint8), np.empty(0))
        before = np.concatenate([self._handed[-1][0][-1:] if self._handed else t_s[:1], t_s[:-1]])
        gaps = np.flatnonzero(t_s - before > 1.6 * self._usual_s)
        waiting = gaps[t_s[-1] - t_s[gaps] < EDGE_S]
        end = int(waiting[0]) if len(waiting) else len(t_s)
        self._waiting_s, self._waiting = t_s[end:], values[end:]
        gaps = gaps[gaps < end]
        if not len(gaps):
            whole = Filled(t_s[:end], values[:end], np.zeros(end, dtype=np.uint8), np.zeros(end))
            return self._hand_out(whole)
        lost = np.maximum(np.rint((t_s[gaps] - before[gaps]) / self._usual_s).astype(int) - 1, 1)
        left_s, left = self._left()
        room = np.ones(end, dtype=int)
        room[gaps] += lost
        place = len(left_s) - 1 + np.cumsum(room)
        size = int(place[-1]) + 1
        written = Filled(
            np.empty(size), np.empty((size, 6)), np.zeros(size, dtype=np.uint8), np.zeros(size)
        )
        written.t_s[: len(left_s)], written.values[: len(left_s)] = left_s, left
        written.t_s[place], written.values[place] = t_s[:end], values[:end]
        edges = np.searchsorted(t_s, t_s[gaps] + EDGE_S, side="right")
        self._fill(
            written,
            [
                self._hole(place[gap] - n, n, t_s[gap:edge], values[gap:edge])
                for gap, edge, n in zip(gaps.tolist(), edges.tolist(), lost.tolist(), strict=True)
            ],
        )
        return self._hand_out(written.part(slice(len(left_s), None)))

    def _learn_interval(self, t_s: FloatArray) -> None:
        self._usual_s = float(np.median(np.diff(t_s)))
        if self._usual_s:
            self._context = int(CONTEXT_S / self._usual_s) + 1
            self._spare = -self._context

    def _hand_out(self, filled: Filled) -> Filled:
        """Keep of what goes out as much as the next gap needs on its left."""
        if len(filled.t_s):
            self._handed.append((filled.t_s, filled.values))
            self._spare += len(filled.t_s)
            while len(self._handed[0][0]) <= self._spare:
                self._spare -= len(self._handed.pop(0)[0])
        return filled

    def _left(self) -> tuple[FloatArray, FloatArray]:
        """What was handed out last, as far as it tells how the next samples go on."""
        if not self._handed:
            return np.empty(0), np.empty((0, 6))
        t_s, values = (np.concatenate(parts) for parts in zip(*self._handed, strict=True))
        return t_s[-self._context :], values[-self._context :]

    def _hole(self, first: int, n: int, right_s: FloatArray, right: FloatArray) -> _Hole:
        at = n + 1 + np.rint((right_s - right_s[0]) / self._usual_s).astype(int)
        return _Hole(first, first + n, right_s, right, at)

    def _fill(self, out: Filled, holes: Sequence[_Hole]) -> None:
        """Fill all holes, each after those that lie in what tells how it goes on.

        Holes that wait for equally many others are filled together, which costs little more than
        one alone.
        """
        waves: dict[int, list[_Hole]] = defaultdict(list)
        wave, filled_to = 0, -self._context
        for hole in holes:
            wave = wave + 1 if hole.first - self._context < filled_to else 0
            filled_to = hole.end
            waves[wave].append(hole)
        for _, together in sorted(waves.items()):
            self._model(out, [hole for hole in together if self._bridge(out, hole)])

    def _bridge(self, out: Filled, hole: _Hole) -> bool:
        """Fill the hole with a line; true if the rates should rather be modelled."""
        n, rows = hole.end - hole.first, slice(hole.first, hole.end)
        context = slice(max(hole.first - self._context, 0), hole.first)
        left_s, left = out.t_s[context], out.values[context]
        start_s, span_s = float(left_s[-1]), float(hole.right_s[0] - left_s[-1])
        part = np.arange(1, n + 1)[:, None] / (n + 1)
        out.t_s[rows] = start_s + span_s * part[:, 0]
        out.silent[hole.first : hole.end + 1] = silence(span_s)
        # Losses come in bursts: what is behind this gap may hold others, unknown as well.
        in_order = bool((hole.at[1:] > hole.at[:-1]).all())
        modelled = span_s <= LONGEST_MODELLED_S and len(left) > 3 * ORDER and in_order
        before, after = left[-1], hole.right[0]
        if n > 1 and not modelled:
            before, after = left[left_s > start_s - EDGE_S].mean(axis=0), hole.right.mean(axis=0)
            out.jump_deg[hole.end] = _unknown_turn_deg(span_s, before[:3], after[:3])
        out.values[rows] = before + part * (after - before)
        return n > 1 and modelled

    def _model(self, out: Filled, holes: Sequence[_Hole]) -> None:
        """Fill the rates of holes, none of which lies in what tells how another goes on."""
        alike: dict[tuple[int, ...], list[_Hole]] = defaultdict(list)
        for hole in holes:
            near = hole.at[hole.at <= hole.at[0] - 1 + ORDER].tolist()
            alike[min(hole.first, self._context), *near].append(hole)
        for (context, *at), same in alike.items():
            left = np.array([out.values[h.first - context : h.first, :3] for h in same])
            right = np.array([h.right[: len(at), :3] for h in same])
            found, sd = autoregressive(left, right, np.array(at))
            jump_deg = np.degrees(sd) * self._usual_s
            for hole, rates, jump in zip(same, found, jump_deg.tolist(), strict=True):
                out.values[hole.first : hole.end, :3] = rates
                out.jump_deg[hole.end] = jump


def _unknown_turn_deg(span_s: float, before: FloatArray, after: FloatArray) -> float:
    """How far (SD, °) a sensor may have turned otherwise than the line between two mean rates."""
    if span_s >= SILENT_S:
        return MOST_UNKNOWN_DEG
    rate_dps = np.degrees(max(np.linalg.norm(before), np.linalg.norm(after)))
    return min(MOST_UNKNOWN_DEG, span_s * (3.0 + 0.3 * float(rate_dps)))
