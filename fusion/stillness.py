"""Stillness is verified, not assumed: where, within a stretch, the wearer really kept still.

A sensor keeps still over a second if its rate hardly varies, its mean rate is no more than sway
(once the gyroscope bias is known; a plausible bias where it is not) and gravity does not move in
its axes. Sway and breathing of a quiet body pass: 0.15–0.6 °/s are usual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fusion import quaternions as qt
from fusion.grid import GRID_HZ
from fusion.track import Track, Window

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sensors.samples import FloatArray

SPAN = int(1.0 * GRID_HZ)
SMOOTH = int(0.2 * GRID_HZ)
MAX_RATE_SD_DPS = 2.5
MAX_RATE_DPS = 4.0
MAX_RATE_UNKNOWN_BIAS_DPS = 12.0
MAX_TILT_DEG = 2.0


def still_runs(tracks: Iterable[tuple[Track, FloatArray | None]], window: Window) -> list[Window]:
    """Maximal runs inside ``window`` during which every sensor kept still, longest first.

    Parameters
    ----------
    tracks
        Each sensor's track with its gyroscope bias (3,) in rad/s, or ``None`` if not known.
    window
        Where to look; only what all tracks hold is looked at.

    Returns
    -------
    list of Window
        Each at least one second long; empty if there is none.
    """
    pairs = list(tracks)
    for track, _ in pairs:
        window = window.clip(track.extent)
    if len(window) < SPAN:
        return []
    still = np.ones(len(window) - SPAN + 1, dtype=bool)
    for track, bias in pairs:
        still &= _still_starts(track, bias, window)
    return _runs(still, window.first)


def _still_starts(track: Track, bias: FloatArray | None, window: Window) -> npt.NDArray[np.bool_]:
    """Whether the second that begins at each index of ``window`` is still."""
    rate = track.rate(window)
    gyr_dps = np.degrees(rate if bias is None else rate - bias)
    smooth = moving_mean(gyr_dps, SMOOTH)
    smooth = np.vstack([smooth, np.repeat(smooth[-1:], SMOOTH - 1, axis=0)])
    mean = moving_mean(smooth, SPAN)
    variance = np.maximum(moving_mean(smooth**2, SPAN) - mean**2, 0.0)
    limit = MAX_RATE_DPS if bias is not None else MAX_RATE_UNKNOWN_BIAS_DPS
    ok = variance @ np.ones(3) < MAX_RATE_SD_DPS**2
    ok &= qt.length(mean) < limit
    acc = track.acc(window)
    if not np.isnan(acc).all():
        half = SPAN // 2
        f = moving_mean(acc, half)
        a, b = f[: len(ok)], f[half : half + len(ok)]
        size = qt.length(f)
        cosine = np.einsum("ij,ij->i", a, b) / (size[: len(ok)] * size[half : half + len(ok)])
        ok &= cosine > np.cos(np.radians(MAX_TILT_DEG))
    gap = track.gap(window)
    if gap.any():
        ok &= moving_mean(gap[:, None].astype(float), SPAN)[:, 0] <= 0.05
    return np.asarray(ok)


def moving_mean(x: FloatArray, n: int) -> FloatArray:
    """Mean of ``n`` successive rows, for each row that has that many from it on."""
    total = np.cumsum(np.vstack([np.zeros((1, x.shape[1])), x]), axis=0)
    return np.asarray((total[n:] - total[:-n]) / n)


def _runs(starts: npt.NDArray[np.bool_], first: int) -> list[Window]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], starts.astype(np.int8), [0]])))
    runs = [
        Window(first + int(a), first + int(b) - 1 + SPAN)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]
    return sorted(runs, key=lambda w: (-len(w), w.first))
