"""Packets on the session clock, and the arrays of many of them made in one go."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from sensors.protocols.burst import Burst, Joined, Packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.samples import FloatArray

Samples: TypeAlias = Burst | Packed | Joined
Piece: TypeAlias = tuple[Samples, Sequence[int], Sequence[float], Sequence[float], float]
"""The samples of one packet or of several; for each packet how many it holds, its last one's
session time and the time between them; and what that should be (s). A plain tuple: there is one for
every notification."""

_MANY: Final = 50
"""From so many on, arrays are quicker than a loop; what comes out is the same."""


def times(pieces: list[Piece]) -> FloatArray:
    """Return the session times of the samples of all pieces."""
    if len(pieces) == 1:
        samples, sizes, ends_s, steps_s, _ = pieces[0]
        if samples.count == len(ends_s):
            return np.array(ends_s)
    else:
        _, *each, _ = zip(*pieces, strict=True)
        sizes, ends_s, steps_s = (list(chain.from_iterable(parts)) for parts in each)
    if len(sizes) > _MANY:
        counts = np.array(sizes)
        to_last = np.cumsum(counts).repeat(counts) - np.arange(1, counts.sum() + 1)
        found: FloatArray = np.repeat(ends_s, counts) - np.repeat(steps_s, counts) * to_last
        return found
    t_s: list[float] = []
    for size, end_s, step_s in zip(sizes, ends_s, steps_s, strict=True):
        t_s += [end_s - step_s * to_last for to_last in range(size - 1, -1, -1)]
    return np.array(t_s)


def packets(piece: Piece) -> list[Piece]:
    """Return a piece as pieces of one packet each."""
    burst, sizes, ends_s, steps_s, period_s = piece
    if len(ends_s) == 1:
        return [piece]
    arrays, at = arrays_of(burst), 0
    found: list[Piece] = []
    for size, end_s, step_s in zip(sizes, ends_s, steps_s, strict=True):
        part = arrays.part(slice(at, at + size))
        found.append((part, (size,), (end_s,), (step_s,), period_s))
        at += size
    return found


def later_part(packet: Piece, than_s: float) -> Piece | None:
    """Return what of a packet is later than ``than_s``; ``None`` if nothing is."""
    burst, (size,), (end_s,), (step_s,), period_s = packet
    count = size
    while count and end_s - step_s * (count - 1.0) <= than_s:
        count -= 1
    if count == size:
        return packet
    if count == 0:
        return None
    later = arrays_of(burst).part(slice(size - count, None))
    return later, (count,), (end_s,), (step_s,), period_s


def arrays_of(samples: Samples) -> Burst:
    """Return the samples as arrays, without their times."""
    return samples if isinstance(samples, Burst) else samples.unpack(samples.raw)


def joined(pieces: list[Piece]) -> Burst:
    """Return the samples of all pieces; bytes of neighbours become arrays together."""
    bursts: list[Burst] = []
    unpack: Callable[[bytes], Burst] | None = None
    raw: list[bytes] = []
    for samples, *_ in pieces:
        if isinstance(samples, Burst):
            if unpack is not None:
                bursts.append(unpack(b"".join(raw)))
                unpack = None
            bursts.append(samples)
        elif samples.unpack is unpack:
            raw.append(samples.raw)
        else:
            if unpack is not None:
                bursts.append(unpack(b"".join(raw)))
            unpack, raw = samples.unpack, [samples.raw]
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
