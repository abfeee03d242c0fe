"""Packets on the session clock, and the arrays of many of them made in one go."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from sensors.protocols.burst import Burst, Packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.samples import FloatArray

Piece: TypeAlias = tuple[Burst | Packed, int, list[float], list[float], float]
"""The samples of one packet or of several; how many a packet holds; for each packet its last one's
session time and the time between them; and what that should be (s). A plain tuple: there is one for
every notification."""

_MANY: Final = 50
"""From so many on, arrays are quicker than a loop; what comes out is the same."""


def times(pieces: list[Piece]) -> FloatArray:
    """Return the session times of the samples of all pieces."""
    if len(pieces) == 1 and pieces[0][1] == 1:
        return np.array(pieces[0][2])
    if len(pieces) > _MANY:
        _, sizes, all_ends_s, all_steps_s, _ = zip(*pieces, strict=True)
        ends, steps = list(chain.from_iterable(all_ends_s)), list(chain.from_iterable(all_steps_s))
        each = np.repeat(sizes, [*map(len, all_ends_s)])
        to_last = np.cumsum(each).repeat(each) - np.arange(1, each.sum() + 1)
        found: FloatArray = np.repeat(ends, each) - np.repeat(steps, each) * to_last
        return found
    t_s: list[float] = []
    for _, size, ends_s, steps_s, _ in pieces:
        if size == 1:
            t_s += ends_s
            continue
        for at, end_s in enumerate(ends_s):
            step_s = steps_s[at]
            t_s += [end_s - step_s * to_last for to_last in range(size - 1, -1, -1)]
    return np.array(t_s)


def packets(piece: Piece) -> list[Piece]:
    """Return a piece as pieces of one packet each."""
    burst, size, ends_s, steps_s, period_s = piece
    if len(ends_s) == 1:
        return [piece]
    arrays = arrays_of(burst)
    return [
        (arrays.part(slice(at * size, (at + 1) * size)), size, [end_s], [step_s], period_s)
        for at, (end_s, step_s) in enumerate(zip(ends_s, steps_s, strict=True))
    ]


def later_part(packet: Piece, than_s: float) -> Piece | None:
    """Return what of a packet is later than ``than_s``; ``None`` if nothing is."""
    burst, size, (end_s,), (step_s,), period_s = packet
    count = size
    while count and end_s - step_s * (count - 1.0) <= than_s:
        count -= 1
    if count == size:
        return packet
    if count == 0:
        return None
    later = arrays_of(burst).part(slice(size - count, None))
    return later, count, [end_s], [step_s], period_s


def arrays_of(burst: Burst | Packed) -> Burst:
    """Return the samples as arrays, without their times."""
    return burst.unpack(burst.raw) if isinstance(burst, Packed) else burst


def joined(pieces: list[Piece]) -> Burst:
    """Return the samples of all pieces; bytes of neighbours become arrays together."""
    if len(pieces) == 1:
        burst = pieces[0][0]
        return burst.unpack(burst.raw) if isinstance(burst, Packed) else burst
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
