"""Missing samples of a signal that rings, estimated from the samples around them.

Source: Janssen, Veldhuis & Vries 1986 (doi:10.1109/TASSP.1986.1164824), without the iteration: an
autoregressive model is fitted to what came before; the missing samples are those that leave the
smallest prediction errors. The fit is regularised, because what hardly moves, or rings at one
frequency alone, does not tell so many coefficients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from sensors.samples import FloatArray

ORDER = 12
_EYE = np.eye(ORDER)


def autoregressive(
    left: FloatArray, right: FloatArray, at: npt.NDArray[np.int_]
) -> tuple[FloatArray, FloatArray]:
    """Estimate the samples missing in g alike gaps, each of n samples in k channels.

    Parameters
    ----------
    left
        (g, a, k) samples before each gap, none missing, more than :data:`ORDER`.
    right
        (g, b, k) samples behind it.
    at
        (b,) their places, counted from the last of ``left``; those left out are missing too. The
        first is n + 1.

    Returns
    -------
    values, sd
        (g, n, k) the samples, all channels by one model, and (g,) the standard deviation of their
        sum, by the prediction errors before the gap or behind it, whichever are larger.
    """
    gaps, _, channels = left.shape
    n, length = int(at[0]) - 1, int(at[-1])
    gram, count = _products(left)
    past, cross = gram[:, 1:, 1:], gram[:, 1:, 0]
    ridge = 1e-3 * past.trace(axis1=1, axis2=2) / ORDER**2 + 1e-12
    weights = np.linalg.solve(past + ridge[:, None, None] * _EYE, cross[..., None])[..., 0]
    squares = gram[:, 0, 0] - (weights * (cross + ridge[:, None] * weights)).sum(axis=1)
    series = np.zeros((gaps, ORDER + length, channels))
    series[:, :ORDER] = left[:, -ORDER:]
    series[:, ORDER - 1 + at] = right
    is_missing = np.ones(length, dtype=bool)
    is_missing[at - 1] = False
    missing = np.flatnonzero(is_missing)
    # Each row of the predictor gives one sample minus what the model expects of it. All rows are
    # alike, each one place further to the right: in rows longer by one they stand in one column.
    row = length + ORDER
    flat = np.zeros((gaps, length * (row + 1)))
    band = flat.reshape(gaps, length, row + 1)
    band[..., :ORDER] = -weights[:, None, ::-1]
    band[..., ORDER] = 1.0
    predictor = flat[:, : length * row].reshape(gaps, length, row)
    unknown = predictor[..., ORDER + missing]
    known = np.empty((gaps, len(missing), channels + 1))
    errors = predictor @ series
    known[..., :-1] = unknown.swapaxes(1, 2) @ errors
    known[..., -1] = missing < n
    solved = np.linalg.solve(unknown.swapaxes(1, 2) @ unknown, known)
    errors -= unknown @ solved[..., :-1]
    # Who begins to move in the gap does not go on as before: the larger of both errors holds.
    before = np.maximum(squares, 0.0) / count
    behind = (errors * errors).sum(axis=(1, 2)) / (channels * max(length - len(missing), 1))
    variance = np.maximum(before, behind) * solved[:, :n, -1].sum(axis=1)
    return np.asarray(-solved[:, :n, :-1]), np.asarray(np.sqrt(variance))


def _products(x: FloatArray) -> tuple[FloatArray, int]:
    """Sums (g, ORDER + 1, ORDER + 1) of products of lags 0 … ORDER over all samples with a history.

    Also how many samples those were, all channels one by one.
    """
    gaps, samples, channels = x.shape
    used = (samples - ORDER) * channels
    # All channels in one row: a lag of one sample is one of as many places as channels.
    lags = channels * np.arange(ORDER, -1, -1)
    lagged = x.reshape(gaps, -1).take(lags[:, None] + np.arange(used), axis=1)
    return lagged @ lagged.swapaxes(1, 2), used
