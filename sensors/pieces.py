"""Packets on the session clock, and the arrays of many of them made in one go."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sensors.protocols.burst import Burst, Packed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.samples import FloatArray

Piece: TypeAlias = tuple[Burst | Packed, int, list[float], float]
"""The samples of one packet or of several, how many a packet holds, the samples' session times, and
what should lie between two of them (s). A plain tuple: there is one for every notification."""


def times(pieces: list[Piece]) -> FloatArray:
    """Return the session times of the samples of all pieces."""
    if len(pieces) == 1:
        return np.array(pieces[0][2])
    return np.array([*chain.from_iterable([t_s for _, _, t_s, _ in pieces])])


def packets(piece: Piece) -> list[Piece]:
    """Return a piece as pieces of one packet each."""
    burst, size, t_s, period_s = piece
    if len(t_s) == size:
        return [piece]
    arrays = arrays_of(burst)
    parts = [slice(at, at + size) for at in range(0, len(t_s), size)]
    return [(arrays.part(part), size, t_s[part], period_s) for part in parts]


def later_part(piece: Piece, than_s: float) -> Piece | None:
    """Return what of a packet is later than ``than_s``; ``None`` if nothing is."""
    burst, _, t_s, period_s = piece
    later = next((at for at, time_s in enumerate(t_s) if time_s > than_s), None)
    if later is None:
        return None
    rest_s = t_s[later:]
    return arrays_of(burst).part(slice(later, None)), len(rest_s), rest_s, period_s


def arrays_of(burst: Burst | Packed) -> Burst:
    """Return the samples as arrays, without their times."""
    return burst.unpack(burst.raw) if isinstance(burst, Packed) else burst


def joined(pieces: list[Piece]) -> Burst:
    """Return the samples of all pieces; bytes of neighbours become arrays together."""
    if len(pieces) == 1:
        return arrays_of(pieces[0][0])
    bursts: list[Burst] = []
    unpack: Callable[[bytes], Burst] | None = None
    raw: list[bytes] = []
    for burst, _, _, _ in pieces:
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
