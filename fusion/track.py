"""What one sensor has given so far, on the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fusion import quaternions as qt
from fusion.grid import GRID_HZ, GridBlock

if TYPE_CHECKING:
    from sensors.samples import FloatArray


FOREVER_S = 1e9
"""Later than any session: what still goes on ends here."""


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open range of grid indices."""

    first: int
    end: int

    def __len__(self) -> int:
        return max(0, self.end - self.first)

    @property
    def start_s(self) -> float:
        """Time of the first sample (s)."""
        return self.first / GRID_HZ

    @property
    def end_s(self) -> float:
        """Time of the end (s)."""
        return self.end / GRID_HZ

    @classmethod
    def between(cls, start_s: float, end_s: float) -> Window:
        """The grid times from ``start_s`` to before ``end_s``."""
        first, end = (
            int(np.ceil(min(t_s, FOREVER_S) * GRID_HZ - 1e-6)) for t_s in (start_s, end_s)
        )
        return cls(first, end)

    def clip(self, other: Window) -> Window:
        """The part inside ``other``."""
        first = max(self.first, other.first)
        return Window(first, max(first, min(self.end, other.end)))


class Rows:
    """Rows on the grid, contiguous, growing at the end and forgetting at the start.

    Parameters
    ----------
    width
        Columns.
    room
        For so many rows there is room from the start.
    dtype
        Of what.
    """

    def __init__(self, width: int, room: int = 0, dtype: npt.DTypeLike = float) -> None:
        self._first = 0
        self._n = 0
        self._data = np.empty((room, width), dtype)

    @property
    def extent(self) -> Window:
        """The range of grid indices held."""
        return Window(self._first, self._first + self._n)

    def append(self, first: int, rows: npt.NDArray[Any]) -> None:
        """Add the rows that follow; ``first`` is the grid index of the first of them."""
        if self._n == 0:
            self._first = first
        need = self._n + len(rows)
        if need > len(self._data):
            room = max(need, 2 * len(self._data))
            grown = np.empty((room, self._data.shape[1]), self._data.dtype)
            grown[: self._n] = self._data[: self._n]
            self._data = grown
        self._data[self._n : need] = rows
        self._n = need

    def forget_before(self, index: int) -> None:
        """Drop what lies before ``index``; it copies the rest, so call it rarely."""
        drop = min(max(0, index - self._first), self._n)
        if drop:
            self._data = self._data[drop : self._n].copy()
            self._first += drop
            self._n -= drop

    def __getitem__(self, window: Window) -> npt.NDArray[Any]:
        lo = window.first - self._first
        hi = window.end - self._first
        if lo < 0 or hi > self._n:
            raise IndexError(f"{window} is outside {self.extent}")
        return self._data[lo:hi]


class Track:
    """What one sensor has given, on the grid.

    Parameters
    ----------
    room
        For so many rows there is room from the start.
    """

    def __init__(self, room: int = 0) -> None:
        self._gyr, self._acc, self._quat = Rows(3, room), Rows(3, room), Rows(4)
        self._silent = Rows(1, room, np.uint8)
        self._jumps: list[tuple[int, float]] = []
        self.has_quat = False

    @property
    def extent(self) -> Window:
        """The range of grid indices held."""
        return self._silent.extent

    def append(self, block: GridBlock) -> None:
        """Add the block that follows."""
        self._gyr.append(block.first, block.gyr)
        self._acc.append(block.first, block.acc)
        if block.quat is not None:
            self._quat.append(block.first, block.quat)
            self.has_quat = True
        self._silent.append(block.first, block.silent[:, None])
        if block.jump_deg.any():
            jumps = np.flatnonzero(block.jump_deg).tolist()
            self._jumps += [(block.first + i, float(block.jump_deg[i])) for i in jumps]

    def forget_before(self, index: int) -> None:
        """Drop what lies before grid ``index``."""
        for rows in (self._gyr, self._acc, self._quat, self._silent):
            rows.forget_before(index)
        self._jumps = self.jumps(Window(index, self.extent.end))

    def excerpt(self, window: Window) -> Track:
        """A track of its own that holds only ``window``."""
        out = Track(len(window))
        out.has_quat = self.has_quat
        out._gyr.append(window.first, self._gyr[window])
        out._acc.append(window.first, self._acc[window])
        out._silent.append(window.first, self._silent[window])
        out._jumps = self.jumps(window)
        if self.has_quat:
            out._quat.append(window.first, self._quat[window])
        return out

    def rate(self, window: Window) -> FloatArray:
        """Angular rate (n, 3) in rad/s, from the orientations where the sensor sends only those."""
        if not self.has_quat:
            return self._gyr[window]
        before = Window(window.first - 1, window.end).clip(self.extent)
        q = self.quat(before)
        step = qt.rotation_vector(qt.multiply(qt.conjugate(q[:-1]), q[1:])) * GRID_HZ
        return np.vstack([np.zeros((len(window) - len(step), 3)), step])

    def acc(self, window: Window) -> FloatArray:
        """Specific force (n, 3) in m/s²."""
        return self._acc[window]

    def quat(self, window: Window) -> FloatArray:
        """The orientation (n, 4) of a sensor that sends its own."""
        return self._quat[window]

    def gap(self, window: Window) -> npt.NDArray[np.bool_]:
        """True (n,) inside gaps."""
        return np.asarray(self._silent[window][:, 0] > 0)

    def jumps(self, window: Window) -> list[tuple[int, float]]:
        """Grid indices at which filled losses may have missed a turn, with its SD (°)."""
        return [jump for jump in self._jumps if window.first <= jump[0] < window.end]

    def lost(self, window: Window) -> npt.NDArray[np.bool_]:
        """True (n,) inside gaps so long that nobody knows how the sensor moved."""
        return np.asarray(self._silent[window][:, 0] > 1)
