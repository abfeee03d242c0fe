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
from numpy.lib.stride_tricks import as_strided, sliding_window_view

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

MOST_UNKNOWN_DEG = 30.0
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


class LossFiller:
    """Fills losses block by block; any blocking gives the same samples."""

    def __init__(self) -> None:
        self._waiting_s = np.empty(0)
        self._waiting = np.empty((0, 6))
        self._left_s = np.empty(0)
        self._left = np.empty((0, 6))
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
        t_s = np.concatenate([self._waiting_s, t_s])
        values = np.concatenate([self._waiting, values])
        parts: list[Filled] = []
        at = 0
        if not self._usual_s and len(t_s) > _SEEN:
            self._usual_s = float(np.median(np.diff(t_s[: _SEEN + 1])))
        if self._usual_s:
            before = self._left_s[-1:] if len(self._left_s) else t_s[:1]
            wide = np.flatnonzero(np.diff(t_s, prepend=before) > 1.6 * self._usual_s)
            for gap in [*wide.tolist(), len(t_s)]:
                if gap > at:
                    parts.append(self._accept(t_s[at:gap], values[at:gap], silent=False))
                    at = gap
                if gap == len(t_s) or t_s[-1] - t_s[gap] < EDGE_S:
                    break
                right = slice(gap, int(np.searchsorted(t_s, t_s[gap] + EDGE_S, side="right")))
                long = bool(t_s[gap] - self._left_s[-1] > GAP_S)
                filled, jump_deg = self._fill(t_s[right], values[right], silent=long)
                behind = slice(gap, gap + 1)
                parts.append(filled)
                parts.append(
                    self._accept(t_s[behind], values[behind], silent=long, jump_deg=jump_deg)
                )
                at = gap + 1
        self._waiting_s, self._waiting = t_s[at:], values[at:]
        return _joined(parts)

    def _accept(
        self, t_s: FloatArray, values: FloatArray, *, silent: bool, jump_deg: float = 0.0
    ) -> Filled:
        """Hand out these samples and remember them as what lies left of the next gap."""
        self._left_s = np.concatenate([self._left_s, t_s])
        self._left = np.concatenate([self._left, values])
        since = int(np.searchsorted(self._left_s, self._left_s[-1] - CONTEXT_S))
        self._left_s, self._left = self._left_s[since:], self._left[since:]
        return Filled(t_s, values, np.full(len(t_s), silent), np.full(len(t_s), jump_deg))

    def _fill(
        self, right_s: FloatArray, right: FloatArray, *, silent: bool
    ) -> tuple[Filled, float]:
        """Fill the gap between what was handed out and the samples ``right`` behind it."""
        start_s, span_s = float(self._left_s[-1]), float(right_s[0] - self._left_s[-1])
        n = max(round(span_s / self._usual_s) - 1, 1)
        t_s = start_s + span_s * np.arange(1, n + 1) / (n + 1)
        part = ((t_s - start_s) / span_s)[:, None]
        values = self._left[-1] + part * (right[0] - self._left[-1])
        jump_deg = 0.0
        # Losses come in bursts: what is behind this gap may hold others, unknown as well.
        at = n + 1 + np.rint((right_s - right_s[0]) / self._usual_s).astype(int)
        modelled = span_s <= LONGEST_MODELLED_S and len(self._left) > 3 * ORDER
        if n > 1 and modelled and np.all(np.diff(at) > 0):
            near = at <= n + ORDER
            values[:, :3], sd = autoregressive(self._left[:, :3], right[near, :3], at[near])
            jump_deg = MODEL_EXCESS * float(np.degrees(sd)) * self._usual_s
        elif n > 1:
            edge = self._left[self._left_s > start_s - EDGE_S].mean(axis=0)
            values = edge + part * (right.mean(axis=0) - edge)
            jump_deg = _unknown_turn_deg(span_s, edge[:3], right[:, :3].mean(axis=0))
        return self._accept(t_s, values, silent=silent), jump_deg


def _unknown_turn_deg(span_s: float, before: FloatArray, after: FloatArray) -> float:
    """How far (SD, °) a sensor may have turned otherwise than the line between two mean rates."""
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
    n, whole = int(at[0]) - 1, np.all(np.diff(at) == 1)
    sides = (left, right) if whole and len(right) > ORDER else (left,)
    rows = np.concatenate([_histories(x) for x in sides], axis=1)
    gram = rows @ rows.T
    past, cross, count = gram[1:, 1:], gram[1:, 0], rows.shape[1]
    ridge = 1e-3 * float(np.trace(past)) / ORDER**2 + 1e-12
    weights = np.linalg.solve(past + ridge * _EYE, cross)
    squares = gram[0, 0] - 2.0 * weights @ cross + weights @ past @ weights
    error_var = max(float(squares), 0.0) / count
    length = int(at[-1])
    series = np.concatenate([left[-ORDER:], np.zeros((length, left.shape[1]))])
    series[ORDER + at - 1] = right
    is_missing = np.ones(length, dtype=bool)
    is_missing[at - 1] = False
    missing = np.flatnonzero(is_missing)
    # Each row of the predictor gives one sample minus what the model expects of it.
    predictor = np.zeros((length, length + ORDER))
    row, column = predictor.strides
    band = as_strided(predictor, (length, ORDER + 1), (row + column, column))
    band[:] = np.append(-weights[::-1], 1.0)
    unknown = predictor[:, ORDER + missing]
    known = np.column_stack([unknown.T @ (predictor @ series), missing < n])
    solved = np.linalg.solve(unknown.T @ unknown, known)[:n]
    return np.asarray(-solved[:, :-1]), float(np.sqrt(error_var * solved[:, -1].sum()))


def _histories(x: FloatArray) -> FloatArray:
    """A row for each lag 0 … ORDER: every sample that has a history, all channels one by one."""
    return sliding_window_view(x, ORDER + 1, axis=0).reshape(-1, ORDER + 1).T[::-1]


def _joined(parts: list[Filled]) -> Filled:
    if not parts:
        return Filled(np.empty(0), np.empty((0, 6)), np.empty(0, dtype=bool), np.empty(0))
    return Filled(
        np.concatenate([p.t_s for p in parts]),
        np.concatenate([p.values for p in parts]),
        np.concatenate([p.silent for p in parts]),
        np.concatenate([p.jump_deg for p in parts]),
    )
