"""Packets on the session clock, and the arrays of many of them made in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from sensors.protocols.burst import Burst, Packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.samples import FloatArray

Piece: TypeAlias = tuple[Burst | Packed, int, float, float, float]
"""A burst, its samples, the last one's session time, the time between them, and what that should
be (s). A plain tuple: there is one for every notification."""


_MANY: Final = 50
"""From so many on, arrays are quicker than a loop; what comes out is the same."""


def times(pieces: list[Piece]) -> FloatArray:
    """Return the session times of the samples of all pieces."""
    if len(pieces) > _MANY:
        _, counts, ends_s, steps_s, _ = zip(*pieces, strict=True)
        each = np.array(counts)
        to_last = np.cumsum(each).repeat(each) - np.arange(1, each.sum() + 1)
        found: FloatArray = np.repeat(ends_s, each) - np.repeat(steps_s, each) * to_last
        return found
    t_s: list[float] = []
    for _, count, last_t_s, step_s, _ in pieces:
        if count == 1:
            t_s.append(last_t_s)
        else:
            t_s += [last_t_s - step_s * to_last for to_last in range(count - 1, -1, -1)]
    return np.array(t_s)


def later_part(piece: Piece, than_s: float) -> Piece | None:
    """Return what of a piece is later than ``than_s``; ``None`` if nothing is."""
    burst, count, last_t_s, step_s, period_s = piece
    while count and last_t_s - step_s * (count - 1.0) <= than_s:
        count -= 1
    if count == 0:
        return None
    return unpacked(burst).last(count), count, last_t_s, step_s, period_s


def joined(pieces: list[Piece]) -> Burst:
    """Return the samples of all pieces; bytes of neighbours become arrays together."""
    bursts: list[Burst] = []
    unpack: Callable[[bytes], Burst] | None = None
    raw: list[bytes] = []
    for burst, _, _, _, _ in pieces:
        if isinstance(burst, Packed):
            if burst.unpack is unpack:
                raw.append(burst.raw)
                continue
            if unpack is not None:
                bursts.append(unpack(b"".join(raw)))
            unpack, raw = burst.unpack, [burst.raw]
        else:
            if unpack is not None:
                bursts.append(unpack(b"".join(raw)))
                unpack = None
            bursts.append(burst)
    if unpack is not None:
        bursts.append(unpack(b"".join(raw)))
    if len(bursts) == 1:
        return bursts[0]
    return Burst(
        np.concatenate([b.acc for b in bursts]),
        np.concatenate([b.gyr for b in bursts]),
        _known([b.mag for b in bursts]),
        _known([b.quat for b in bursts]),
        _known([b.clipped for b in bursts]),
    )


def _known(parts: list[np.ndarray | None]) -> np.ndarray | None:
    """Join what all have."""
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if len(known) == len(parts) else None
