"""Lost samples, filled so that the heading does not jump.

A sensor on soft tissue rings at 6–10 Hz. A straight line across a burst of lost samples takes
whatever the ringing happened to be at its edges for a turn that lasted as long as the burst: a
degree of heading each time. Missing rates are therefore estimated by least squares from an
autoregressive model of the samples around them (Janssen, Veldhuis & Vries 1986,
doi:10.1109/TASSP.1986.1164824), which continues the ringing from both sides. Gaps too long for that
are bridged between the mean rates of either side. Everything filled in a long gap is marked silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sensors.samples import FloatArray

GAP_S = 0.1
"""Inside a longer interval between two samples nothing is written out."""

EDGE_S = 0.12
"""A gap is filled once samples of this long after it have come."""

CONTEXT_S = 0.8
LONGEST_MODELLED_S = 0.4
ORDER = 12
MODEL_EXCESS = 1.0
"""Real errors of a filled gap against those that the fitted model expects (simulator)."""

MOST_UNKNOWN_DEG = 40.0
SILENT_S = 1.0
"""In so long a silence a back may turn from end to end, however it turned before and after."""

_SEEN = 20
_EYE = np.eye(ORDER)


@dataclass(frozen=True, slots=True)
class Filled:
    """Samples without losses.

    Attributes
    ----------
    t_s, values
        (n,) times and (n, 6) values.
    silent
        (n,) whether the interval that ends at the sample lies in a long gap.
    jump_deg
        (n,) standard deviation of the turn that filling may have missed up to this sample (°),
        0 at all but the first sample behind a loss.
    """

    t_s: FloatArray
    values: FloatArray
    silent: npt.NDArray[np.bool_]
    jump_deg: FloatArray

    def since(self, first: int) -> Filled:
        """The samples from ``first`` on."""
        new = slice(first, None)
        return Filled(self.t_s[new], self.values[new], self.silent[new], self.jump_deg[new])


class LossFiller:
    """Fills losses block by block; any blocking gives the same samples."""

    def __init__(self) -> None:
        self._waiting_s = np.empty(0)
        self._waiting = np.empty((0, 6))
        self._handed: list[tuple[FloatArray, FloatArray]] = []
        self._usual_s = 0.0

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
            self._usual_s = float(np.median(np.diff(t_s[: _SEEN + 1])))
        if not self._usual_s or not len(t_s):
            self._waiting_s, self._waiting = t_s, values
            return Filled(np.empty(0), np.empty((0, 6)), np.empty(0, dtype=bool), np.empty(0))
        before = np.concatenate([self._handed[-1][0][-1:] if self._handed else t_s[:1], t_s[:-1]])
        gaps = np.flatnonzero(t_s - before > 1.6 * self._usual_s)
        waiting = gaps[t_s[-1] - t_s[gaps] < EDGE_S]
        end = int(waiting[0]) if len(waiting) else len(t_s)
        self._waiting_s, self._waiting = t_s[end:], values[end:]
        gaps = gaps[gaps < end]
        if not len(gaps):
            whole = Filled(t_s[:end], values[:end], np.zeros(end, dtype=bool), np.zeros(end))
            return self._hand_out(whole)
        lost = np.maximum(np.rint((t_s[gaps] - before[gaps]) / self._usual_s).astype(int) - 1, 1)
        left_s, left = self._left()
        room = np.ones(end, dtype=int)
        room[gaps] += lost
        place = len(left_s) - 1 + np.cumsum(room)
        size = int(place[-1]) + 1
        written = Filled(
            np.empty(size), np.empty((size, 6)), np.zeros(size, dtype=bool), np.zeros(size)
        )
        written.t_s[: len(left_s)], written.values[: len(left_s)] = left_s, left
        written.t_s[place], written.values[place] = t_s[:end], values[:end]
        edges = np.searchsorted(t_s, t_s[gaps] + EDGE_S, side="right")
        holes = zip(gaps.tolist(), edges.tolist(), place[gaps].tolist(), lost.tolist(), strict=True)
        for gap, edge, end_of_hole, n in holes:
            hole = slice(end_of_hole - n, end_of_hole)
            self._fill(written, hole, t_s[gap:edge], values[gap:edge])
        return self._hand_out(written.since(len(left_s)))

    def _hand_out(self, filled: Filled) -> Filled:
        """Keep of what goes out as much as the next gap needs on its left."""
        if len(filled.t_s):
            self._handed.append((filled.t_s, filled.values))
            while self._handed[0][0][-1] < filled.t_s[-1] - CONTEXT_S:
                self._handed.pop(0)
        return filled

    def _left(self) -> tuple[FloatArray, FloatArray]:
        """What was handed out last, as far as it tells how the next samples go on."""
        if not self._handed:
            return np.empty(0), np.empty((0, 6))
        t_s, values = (np.concatenate(parts) for parts in zip(*self._handed, strict=True))
        since = _context_from(t_s)
        return t_s[since:], values[since:]

    def _fill(self, out: Filled, hole: slice, right_s: FloatArray, right: FloatArray) -> None:
        """Fill the ``hole`` left of the samples ``right``."""
        n = hole.stop - hole.start
        context = slice(_context_from(out.t_s[: hole.start]), hole.start)
        left_s, left = out.t_s[context], out.values[context]
        start_s, span_s = float(left_s[-1]), float(right_s[0] - left_s[-1])
        out.t_s[hole] = start_s + span_s * np.arange(1, n + 1) / (n + 1)
        part = ((out.t_s[hole] - start_s) / span_s)[:, None]
        values = left[-1] + part * (right[0] - left[-1])
        jump_deg = 0.0
        # Losses come in bursts: what is behind this gap may hold others, unknown as well.
        at = n + 1 + np.rint((right_s - right_s[0]) / self._usual_s).astype(int)
        modelled = span_s <= LONGEST_MODELLED_S and len(left) > 3 * ORDER
        if n > 1 and modelled and (at[1:] > at[:-1]).all():
            near = at <= n + ORDER
            values[:, :3], sd = autoregressive(left[:, :3], right[near, :3], at[near])
            jump_deg = MODEL_EXCESS * float(np.degrees(sd)) * self._usual_s
        elif n > 1:
            edge = left[left_s > start_s - EDGE_S].mean(axis=0)
            values = edge + part * (right.mean(axis=0) - edge)
            jump_deg = _unknown_turn_deg(span_s, edge[:3], right[:, :3].mean(axis=0))
        out.values[hole] = values
        out.silent[hole.start : hole.stop + 1] = span_s > GAP_S
        out.jump_deg[hole.stop] = jump_deg


def _context_from(t_s: FloatArray) -> int:
    """Index from which on samples tell how those behind the last one go on."""
    return int(np.searchsorted(t_s, t_s[-1] - CONTEXT_S))


def _unknown_turn_deg(span_s: float, before: FloatArray, after: FloatArray) -> float:
    """How far (SD, °) a sensor may have turned otherwise than the line between two mean rates."""
    if span_s >= SILENT_S:
        return MOST_UNKNOWN_DEG
    rate_dps = np.degrees(max(np.linalg.norm(before), np.linalg.norm(after)))
    return min(MOST_UNKNOWN_DEG, span_s * (3.0 + 0.3 * float(rate_dps)))


def autoregressive(
    left: FloatArray, right: FloatArray, at: npt.NDArray[np.int_]
) -> tuple[FloatArray, float]:
    """Estimate the samples (n, k) missing between ``left`` (a, k) and the first of ``right``.

    One model of order :data:`ORDER` is fitted to all k channels; the missing samples are those
    that leave the smallest prediction errors. Also given is the standard deviation of their sum,
    by the prediction errors of the known ones.

    Parameters
    ----------
    left
        (a, k) samples before the gap, none missing.
    right
        (b, k) samples behind it.
    at
        (b,) their places, counted from the last of ``left``; those left out are missing too.

    Notes
    -----
    Source: Janssen, Veldhuis & Vries 1986, without the iteration; the fit is regularised, because
    a second of samples may hold less than the order has coefficients.
    """
    n, whole = int(at[0]) - 1, int(at[-1]) - int(at[0]) == len(at) - 1
    sides = (left, right) if whole and len(right) > ORDER else (left,)
    gram, count = _products(sides)
    past, cross = gram[1:, 1:], gram[1:, 0]
    ridge = 1e-3 * float(past.trace()) / ORDER**2 + 1e-12
    weights = np.linalg.solve(past + ridge * _EYE, cross)
    squares = gram[0, 0] - 2.0 * weights @ cross + weights @ past @ weights
    error_var = max(float(squares), 0.0) / count
    length = int(at[-1])
    series = np.concatenate([left[-ORDER:], np.zeros((length, left.shape[1]))])
    series[ORDER + at - 1] = right
    is_missing = np.ones(length, dtype=bool)
    is_missing[at - 1] = False
    missing = np.flatnonzero(is_missing)
    # Each row of the predictor gives one sample minus what the model expects of it. All rows are
    # alike, each one place further to the right: in rows longer by one they stand in one column.
    row = length + ORDER
    flat = np.zeros(length * (row + 1))
    band = flat.reshape(length, row + 1)
    band[:, :ORDER] = -weights[::-1]
    band[:, ORDER] = 1.0
    predictor = flat[: length * row].reshape(length, row)
    unknown = predictor[:, ORDER + missing]
    known = np.empty((len(missing), series.shape[1] + 1))
    known[:, :-1] = unknown.T @ (predictor @ series)
    known[:, -1] = missing < n
    solved = np.linalg.solve(unknown.T @ unknown, known)[:n]
    return np.asarray(-solved[:, :-1]), float(np.sqrt(error_var * solved[:, -1].sum()))


def _products(sides: tuple[FloatArray, ...]) -> tuple[FloatArray, int]:
    """Sums (ORDER + 1, ORDER + 1) of products of lags 0 … ORDER over all samples with a history.

    Also how many samples those were, all channels one by one.
    """
    gram, count = np.zeros((ORDER + 1, ORDER + 1)), 0
    for x in sides:
        # All channels in one row: a lag of one sample is one of as many places as channels.
        row, k = np.ascontiguousarray(x).ravel(), x.shape[1]
        used = (len(x) - ORDER) * k
        lagged = np.array([row[at : at + used] for at in range(ORDER * k, -1, -k)])
        gram += lagged @ lagged.T
        count += used
    return gram, count
