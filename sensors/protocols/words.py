"""Rows of little-endian 16-bit numbers, as most chips give them and most families send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.protocols.burst import BOOL, Burst
from sensors.protocols.values import any_in_row

if TYPE_CHECKING:
    from sensors.protocols.burst import BoolArray
    from sensors.protocols.values import RawArray
    from sensors.samples import FloatArray

_ACC, _GYR, _MAG = np.s_[:, :3], np.s_[:, 3:6], np.s_[:, 6:9]
_IMU: Final = 6

_HIGHEST, _LOWEST = 0x7F, 0x80
_RAIL: Final = np.uint16(np.iinfo(np.int16).max)
_RAILS: Final = np.uint16(2)
"""Numbers of the array's own kind: any other has to be converted each time."""


_FLOAT: Final = np.dtype(np.float64)

_FEW: Final = 64
"""Up to so many rows are multiplied with as many: that is quicker than with one for all."""


class Words:
    """What a family's rows are: acceleration, rate and perhaps field, three numbers each.

    Parameters
    ----------
    worth
        What is one of each, in SI units: (6,), or (9,) with the field.
    columns
        Numbers in a row.
    first
        How many come before the acceleration.
    """

    def __init__(self, worth: FloatArray, columns: int, first: int = 0) -> None:
        self._worth = worth
        self._worth_of_few = np.tile(worth, (_FEW, 1))
        self._row = np.dtype(("<i2", (columns,)))
        self._used = np.s_[:, first : first + len(worth)]
        self._imu = np.s_[:, first : first + _IMU]
        self._whole = len(worth) == columns
        self._field = len(worth) > _IMU

    def unpack(self, raw: bytes) -> Burst:
        """Make arrays of rows, one behind the other."""
        values: RawArray = np.frombuffer(raw, self._row)
        si = (values if self._whole else values[self._used]).astype(_FLOAT)
        count = len(si)
        np.multiply(si, self._worth_of_few[:count] if count <= _FEW else self._worth, si)
        high = raw[1::2]
        if _HIGHEST in high or _LOWEST in high:
            clipped = at_rail(values[self._imu])
        else:  # no number is near the end of the 16 bits
            clipped = np.zeros(count, BOOL)
        return Burst(si[_ACC], si[_GYR], si[_MAG] if self._field else None, None, clipped)


def at_rail(values: RawArray) -> BoolArray:
    """Return which rows of ``values`` (n, m) hold a number at the end of the 16 bits."""
    # -32768, -32767 and 32767 are neighbours where there is no sign: one comparison finds all.
    return any_in_row(values.view(np.uint16) - _RAIL <= _RAILS)
