"""What several families need: errors, lengths, vectors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.errors import ProtocolError
from sensors.samples import GRAVITY_MPS2

if TYPE_CHECKING:
    from sensors.samples import FloatArray

DEGREE: Final = math.pi / 180.0
G: Final = GRAVITY_MPS2


def need(data: bytes, least: int, protocol: str, what: str) -> None:
    """Refuse a value that is shorter than what it should hold.

    Raises
    ------
    ProtocolError
        It is; cut short by a small MTU, most likely.
    """
    if len(data) < least:
        raise ProtocolError(protocol, f"{what} of {len(data)} bytes, not {least}", data)


def floats(data: bytes, at: int, count: int) -> FloatArray:
    """Return ``count`` little-endian single-precision numbers."""
    return np.frombuffer(data, "<f4", count, at).astype(np.float64)


def shorts(data: bytes, at: int, count: int) -> FloatArray:
    """Return ``count`` little-endian 16-bit numbers."""
    return np.frombuffer(data, "<i2", count, at).astype(np.float64)


def finite(values: FloatArray, protocol: str, data: bytes) -> FloatArray:
    """Return ``values`` if they are numbers a sensor can measure.

    Raises
    ------
    ProtocolError
        One is not.
    """
    if not np.isfinite(values).all() or np.abs(values).max(initial=0.0) > 1e6:
        raise ProtocolError(protocol, "a number that no sensor measures", data)
    return values


def unit(quat: FloatArray, protocol: str, data: bytes) -> FloatArray:
    """Return quaternions (n, 4) of length one.

    Raises
    ------
    ProtocolError
        One is far from it: these are no orientations.
    """
    norm = np.linalg.norm(quat, axis=1, keepdims=True)
    if not (np.abs(norm - 1.0) < 0.05).all():
        raise ProtocolError(protocol, "a quaternion that is no rotation", data)
    out: FloatArray = quat / norm
    return out
