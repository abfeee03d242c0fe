"""What several families need: errors, lengths, vectors."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sensors.errors import ProtocolError
from sensors.protocols.burst import BOOL
from sensors.samples import GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.protocols.burst import BoolArray
    from sensors.samples import FloatArray

RawArray = npt.NDArray[np.int16]

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


def alike(data: Sequence[bytes], size: int) -> bool:
    """Whether all values are of this length."""
    return {*map(len, data)} == {size}


def need_numbers(values: Sequence[float], protocol: str, data: bytes) -> None:
    """Refuse numbers of which one is none that a sensor can measure.

    Raises
    ------
    ProtocolError
        One is.
    """
    # Not a number and infinity fail this comparison, too.
    if not math.hypot(*values) < MAX_NUMBER:
        raise ProtocolError(protocol, "a number that no sensor measures", data)


def floats(data: bytes, at: int, count: int, protocol: str) -> FloatArray:
    """Return ``count`` little-endian single-precision numbers; raises as :func:`need_numbers`."""
    values = struct.unpack_from(f"<{count}f", data, at)
    need_numbers(values, protocol, data)
    return np.array(values)


def shorts(data: bytes, at: int, count: int) -> FloatArray:
    """Return ``count`` little-endian 16-bit numbers."""
    return np.frombuffer(data, "<i2", count, at).astype(np.float64)


def unit(quat: FloatArray) -> FloatArray:
    """Return quaternions (n, 4), none of length zero, at length one."""
    lengths: FloatArray = np.sqrt(np.vecdot(quat, quat))
    return np.divide(quat, lengths[:, None])


def any_in_row(found: BoolArray) -> BoolArray:
    """Return which rows (n, columns) hold a true: in the usual case, none, without looking."""
    if not np.count_nonzero(found):
        return np.zeros(len(found), BOOL)
    rows: BoolArray = np.logical_or.reduce(found, axis=1)
    return rows
