"""One uniform grid for all sensors, whatever their rates, gaps and clocks.

Gyroscope and accelerometer are averaged over each grid step by integrating the straight lines
between samples. The turn between any two grid times is therefore that of the samples, at any
sampling rate, and high rates are filtered before they are thinned out. Losses are filled first
(:mod:`fusion.losses`): a filter that is never told of 1 % lost samples drifts three times as fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fusion import quaternions as qt
from fusion.chunks import chunks
from fusion.losses import Filled, LossFiller, silence

if TYPE_CHECKING:
    import numpy.typing as npt

    from sensors.samples import FloatArray, ImuBlock

GRID_HZ = 100.0


@dataclass(frozen=True, slots=True)
class GridBlock:
    """Samples of one sensor on the grid.

    Attributes
    ----------
    first
        Index of the first grid time; grid time k is ``k / GRID_HZ``.
    gyr, acc
        (n, 3) mean rate (rad/s) and specific force (m/s²) over the step that ends at each time.
    quat
        (n, 4) the sensor's own orientation at each time, or ``None``.
    silent
        (n,) 0, or 1 inside a gap, or 2 inside one so long that nobody knows how the sensor moved.
    jump_deg
        (n,) standard deviation of the turn that filled losses may have missed in this step (°).
    """

    first: int
    gyr: FloatArray
    acc: FloatArray
    quat: FloatArray | None
    silent: npt.NDArray[np.uint8]
    jump_deg: FloatArray

    def __len__(self) -> int:
        return len(self.silent)


class Grid:
    """Turns the blocks of one sensor, as they come, into grid blocks.

    A sensor that gives rates and forces is taken by these, whatever orientation it gives beside
    them; one that does not, by its own orientation. Its first block tells.
    """

    def __init__(self, rate_hz: float = GRID_HZ) -> None:
        self._rate_hz = rate_hz
        self._next: int | None = None
        self._losses = LossFiller()
        self._t_s = np.empty(0)
        self._values = np.empty((0, 6))
        self._silent = np.empty(0, dtype=np.uint8)
        self._jump_deg = np.empty(0)
        self._by_rates: bool | None = None
        self._own: tuple[FloatArray, FloatArray] | None = None

    def push(self, block: ImuBlock) -> list[GridBlock]:
        """Everything that became known with this block, chunk by chunk.

        ``block`` continues the earlier ones: its times are later than all before.
        """
        filled = self._filled(block)
        known = (self._put(filled.part(rows)) for rows in chunks(len(filled.t_s)))
        return [on_grid for on_grid in known if on_grid is not None]

    def _put(self, filled: Filled) -> GridBlock | None:
        self._append(filled)
        if len(self._t_s) < 2:
            return None
        if self._next is None:
            self._next = int(np.ceil(self._t_s[0] * self._rate_hz - 1e-6)) + 1
        last = int(np.floor(self._t_s[-1] * self._rate_hz + 1e-6))
        if last < self._next:
            return None
        grid_s = np.arange(self._next - 1, last + 1) / self._rate_hz
        at = _intervals(self._t_s, grid_s)
        total = _integral(self._t_s, self._values, grid_s, at)
        mean = (total[1:] - total[:-1]) * self._rate_hz
        out = GridBlock(
            first=self._next,
            gyr=mean[:, :3],
            acc=mean[:, 3:],
            quat=None if self._own is None else _nlerp(*self._own, grid_s[1:]),
            silent=self._silent[at[1:] + 1],
            jump_deg=self._jumps(grid_s),
        )
        self._next = last + 1
        self._forget((last - 1) / self._rate_hz)
        return out

    def _filled(self, block: ImuBlock) -> Filled:
        """Samples without losses; a sensor that sends orientations only is taken as it is."""
        values = np.concatenate([block.gyr, block.acc], axis=1)
        finite = np.isfinite(values)
        if self._by_rates is None:
            self._by_rates = bool(finite.all(axis=1).any())
        if block.quat is None or self._by_rates:
            if finite.all():
                return self._losses.push(block.t_s, values)
            # One number that is none would be in every angle from then on: it is a lost sample.
            known = finite.all(axis=1)
            return self._losses.push(block.t_s[known], values[known])
        kept_s, kept = self._own or (np.empty(0), np.empty((0, 4)))
        self._own = np.concatenate([kept_s, block.t_s]), np.concatenate([kept, block.quat])
        span_s = np.diff(block.t_s, prepend=kept_s[-1:] if len(kept_s) else block.t_s[:1])
        return Filled(block.t_s, values, silence(span_s), np.zeros(len(span_s)))

    def _jumps(self, grid_s: FloatArray) -> FloatArray:
        """Unknown turn of each step between grid times, several losses in one step together."""
        out = np.zeros(len(grid_s) - 1)
        missed = np.flatnonzero(self._jump_deg)
        if not len(missed):
            return out
        step = np.searchsorted(grid_s, self._t_s[missed], side="left") - 1
        inside = (step >= 0) & (step < len(out))
        np.add.at(out, step[inside], self._jump_deg[missed[inside]] ** 2)
        return np.sqrt(out)

    def _append(self, filled: Filled) -> None:
        self._t_s = np.concatenate([self._t_s, filled.t_s])
        self._values = np.concatenate([self._values, filled.values])
        self._silent = np.concatenate([self._silent, filled.silent])
        self._jump_deg = np.concatenate([self._jump_deg, filled.jump_deg])

    def _forget(self, done_s: float) -> None:
        """Forget what no later grid time can need."""
        keep = max(int(np.searchsorted(self._t_s, done_s)) - 2, 0)
        self._t_s, self._values = self._t_s[keep:], self._values[keep:]
        self._silent, self._jump_deg = self._silent[keep:], self._jump_deg[keep:]
        if self._own is not None:
            self._own = self._own[0][keep:], self._own[1][keep:]


def _integral(
    t_s: FloatArray, x: FloatArray, grid_s: FloatArray, at: npt.NDArray[np.intp]
) -> FloatArray:
    """Integral of the polygon from its first corner to each grid time, in interval ``at``."""
    step = t_s[1:] - t_s[:-1]
    cumulative = np.zeros_like(x)
    area = x[1:] + x[:-1]
    area *= (0.5 * step)[:, None]
    np.cumsum(area, axis=0, out=cumulative[1:])
    part = grid_s - t_s.take(at)
    # x₀·part + slope·part²/2 with slope = (x₁ − x₀)/step, sorted by x₀ and x₁.
    later = 0.5 * part * part / step.take(at)
    start, end = x.take(at, axis=0), x.take(at + 1, axis=0)
    start *= (part - later)[:, None]
    end *= later[:, None]
    out = cumulative.take(at, axis=0)
    out += start
    out += end
    return out


def _intervals(t_s: FloatArray, grid_s: FloatArray) -> npt.NDArray[np.intp]:
    before = t_s.searchsorted(grid_s, side="left") - 1
    return np.minimum(np.maximum(before, 0), len(t_s) - 2)


def _nlerp(t_s: FloatArray, quat: FloatArray, grid_s: FloatArray) -> FloatArray:
    """Normalised linear interpolation between neighbouring samples (they are close)."""
    at = _intervals(t_s, grid_s)
    a, b = quat[at], quat[at + 1]
    b = np.where(np.sum(a * b, axis=1, keepdims=True) < 0, -b, b)
    part = ((grid_s - t_s[at]) / (t_s[at + 1] - t_s[at]))[:, None]
    return qt.normalize(a + part * (b - a))
