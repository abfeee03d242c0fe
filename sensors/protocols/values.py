"""What several families need: errors, lengths, vectors."""

from __future__ import annotations

import math
import operator
import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.errors import ProtocolError
from sensors.samples import GRAVITY_MPS2

if TYPE_CHECKING:
    from sensors.samples import FloatArray

DEGREE: Final = math.pi / 180.0
G: Final = GRAVITY_MPS2

MAX_NUMBER: Final = 1e6
"""Larger than anything measured, in any unit in use."""


def need(data: bytes, least: int, protocol: str, what: str) -> None:
    """Refuse a value that is shorter than what it should hold.

    Raises
    ------
    ProtocolError
        It is; cut short by a small MTU, most likely.
    """
    if len(data) < least:
        raise ProtocolError(protocol, f"{what} of {len(data)} bytes, not {least}", data)


def floats(data: bytes, at: int, count: int, protocol: str) -> FloatArray:
    """Return ``count`` little-endian single-precision numbers.

    Raises
    ------
    ProtocolError
        One is no number that a sensor can measure.
    """
    values = struct.unpack_from(f"<{count}f", data, at)
    # Not a number and infinity fail this comparison, too.
    if not sum(map(operator.mul, values, values)) < MAX_NUMBER**2:
        raise ProtocolError(protocol, "a number that no sensor measures", data)
    return np.array(values)


def shorts(data: bytes, at: int, count: int) -> FloatArray:
    """Return ``count`` little-endian 16-bit numbers."""
    return np.frombuffer(data, "<i2", count, at).astype(np.float64)


def unit(quat: FloatArray, protocol: str, data: bytes) -> FloatArray:
    """Return a quaternion (4,) at length one.

    Raises
    ------
    ProtocolError
        It is far from it: this is no orientation.
    """
    norm = math.hypot(*quat.tolist())
    if not abs(norm - 1.0) < 0.05:
        raise ProtocolError(protocol, "a quaternion that is no rotation", data)
    return quat / norm
