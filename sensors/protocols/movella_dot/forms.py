"""The Movella DOT's measurements: checked one by one, turned into arrays many at a time."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from sensors.errors import ProtocolError
from sensors.protocols.burst import BOOL, Burst, Joined, Packed, unknown
from sensors.protocols.movella_dot.characteristics import PROTOCOL
from sensors.protocols.movella_dot.payloads import CLIPPED, LAYOUTS, MAG_PER_LSB, PayloadId
from sensors.protocols.values import DEGREE, any_in_row, need, need_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.protocols.burst import BoolArray
    from sensors.samples import FloatArray

Checked: TypeAlias = tuple[list[int], bytes, bool]
"""Times of payloads; their numbers in double precision, quaternions at length one and rates in
rad/s, all else as it was; and whether all are far from the end of any range."""

_UT_PER_AU: Final = 40.0
_SMALL: Final = 1e-9
_SHORTEST, _LONGEST = 0.95, 1.05
"""What is shorter or longer is no quaternion of a rotation."""

_NO_ROTATION: Final = "a quaternion that is no rotation"

_USUAL_ROW: Final = struct.Struct(LAYOUTS[PayloadId.CUSTOM_5].row)
_USUAL_NUMBERS: Final = struct.Struct("10d")

_MAX_ACC, _MAX_GYR_DPS = 16 * 9.81 * 0.999, 2000 * 0.999
_MAX_GYR = _MAX_GYR_DPS * DEGREE
_ENDS: Final = {"acc": _MAX_ACC, "gyr_dps": _MAX_GYR_DPS}
"""The ends of the ranges of what a sensor measures, in the units in which it sends it."""


def checked_usual(data: bytes) -> Checked:
    """Check payloads of the kind that we ask for, one behind the other.

    As :meth:`Form.checked_any` would: numbers that have names cost half as much.

    Raises
    ------
    ProtocolError
        One holds nothing that a sensor measures.
    """
    all_ticks, rows, far = [], [], True
    hypot, pack = math.hypot, _USUAL_NUMBERS.pack
    for ticks, w, x, y, z, ax, ay, az, gx, gy, gz in _USUAL_ROW.iter_unpack(data):
        length, size = hypot(w, x, y, z), hypot(ax, ay, az, gx, gy, gz)
        if not size < _MAX_ACC:  # a quick turn, most likely
            need_numbers((size,), PROTOCOL, data)
            far = far and hypot(ax, ay, az) < _MAX_ACC and hypot(gx, gy, gz) < _MAX_GYR_DPS
        if not _SHORTEST < length < _LONGEST:
            raise ProtocolError(PROTOCOL, _NO_ROTATION, data)
        all_ticks.append(ticks)
        rows.append(
            pack(
                w / length, x / length, y / length, z / length,
                ax, ay, az, gx * DEGREE, gy * DEGREE, gz * DEGREE,
            )
        )  # fmt: skip
    return all_ticks, b"".join(rows), far


class Form:
    """One kind of payload: checked one by one, turned into arrays many at a time.

    Parameters
    ----------
    kind
        Which.
    rate_hz
        Output rate.
    """

    def __init__(self, kind: PayloadId, rate_hz: float) -> None:
        layout = LAYOUTS[kind]
        self._used, self._sizes = layout.used, {layout.used}
        self._what = f"payload {kind.value}"
        self._row = struct.Struct(layout.row)
        columns = layout.columns
        count = sum(part.stop - part.start for part in columns.values())
        self._numbers = struct.Struct(f"{count}d")
        self._rows = np.dtype((np.float64, (count,)))
        self._rate_hz = rate_hz
        where = {name: np.s_[:, part] for name, part in columns.items()}
        self._acc, self._dv, self._gyr = where.get("acc"), where.get("dv"), where.get("gyr_dps")
        self._quat, self._dq, self._mag = where.get("quat"), where.get("dq"), where.get("mag_au")
        self._status, self._clips = where.get("status"), where.get("clips")
        self._turns = self._quat is not None or self._dq is not None
        self._measures = self._turns or self._gyr is not None
        self._measured = [(part, _ENDS[name]) for name, part in columns.items() if name in _ENDS]
        # Rates made of orientations may be at the end of their range though every number is small,
        # and a sensor that says itself what was clipped has the last word.
        direct = self._dq is None and self._status is None and self._clips is None
        self._unpack = self.unpack
        self._unpack_far = self.unpack_far if direct else self._unpack
        self._checked = checked_usual if kind is PayloadId.CUSTOM_5 else self.checked_any

    def packed(self, data: bytes) -> Packed:
        """Check a payload.

        Raises
        ------
        ProtocolError
            It is cut short, or holds nothing that a sensor measures.
        """
        if len(data) < self._used:
            need(data, self._used, PROTOCOL, self._what)
        (ticks,), numbers, far = self._checked(data[: self._used])
        return Packed(1, numbers, self._unpack_far if far else self._unpack, ticks)

    def join(self, data: Sequence[bytes]) -> Joined | None:
        """Check several payloads; ``None`` if they are not all good and as long as they should."""
        if {*map(len, data)} != self._sizes:
            return None
        try:
            ticks, numbers, far = self._checked(b"".join(data))
        except ProtocolError:
            return None
        count, unpack = len(data), self._unpack_far if far else self._unpack
        return Joined(count, numbers, unpack, (1,) * count, ticks)

    def checked_any(self, data: bytes) -> Checked:
        """Check payloads of any kind, one behind the other; raises as :func:`checked_usual`.

        Of few that is quicker than with arrays.
        """
        if not self._measures:
            raise ProtocolError(PROTOCOL, "a payload without rates or quaternion", data)
        all_ticks, rows, far = [], [], True
        hypot, turns, pack = math.hypot, self._turns, self._numbers.pack
        gyr = None if self._gyr is None else self._gyr[1]
        for ticks, *values in self._row.iter_unpack(data):
            size = hypot(*values)
            if not size < _MAX_ACC:
                need_numbers(values, PROTOCOL, data)
                far = far and all(hypot(*values[part]) < most for part, most in self._measured)
            if turns:
                w, x, y, z = values[:4]
                length = hypot(w, x, y, z)
                if not _SHORTEST < length < _LONGEST:
                    raise ProtocolError(PROTOCOL, _NO_ROTATION, data)
                values[:4] = w / length, x / length, y / length, z / length
            if gyr is not None:
                x, y, z = values[gyr]
                values[gyr] = x * DEGREE, y * DEGREE, z * DEGREE
            all_ticks.append(ticks)
            rows.append(pack(*values))
        return all_ticks, b"".join(rows), far

    def unpack(self, raw: bytes) -> Burst:
        """Make arrays of checked payloads, one behind the other."""
        numbers: FloatArray = np.frombuffer(raw, self._rows)
        burst = self._arrays(numbers)
        clipped = any_in_row(abs(burst.acc) > _MAX_ACC) | any_in_row(abs(burst.gyr) > _MAX_GYR)
        if self._status is not None:
            clipped |= (numbers[self._status][:, 0].astype(np.uint16) & CLIPPED) > 0
        if self._clips is not None:
            clipped |= any_in_row(numbers[self._clips] > 0)
        burst.clipped = clipped
        return burst

    def unpack_far(self, raw: bytes) -> Burst:
        """Make arrays of payloads whose numbers are all far from the end of any range."""
        numbers: FloatArray = np.frombuffer(raw, self._rows)
        return self._arrays(numbers, np.zeros(len(numbers), BOOL))

    def _arrays(self, numbers: FloatArray, clipped: BoolArray | None = None) -> Burst:
        """Make arrays of rows of numbers."""
        if self._acc is not None:
            acc = numbers[self._acc]
        elif self._dv is not None:
            acc = numbers[self._dv] * self._rate_hz
        else:
            acc = unknown(len(numbers))
        if self._gyr is not None:
            gyr = numbers[self._gyr]
        elif self._dq is not None:
            gyr = _turned(numbers[self._dq]) * self._rate_hz
        else:
            gyr = unknown(len(numbers))
        mag = None if self._mag is None else numbers[self._mag] * (MAG_PER_LSB * _UT_PER_AU)
        quat = None if self._quat is None else numbers[self._quat]
        return Burst(acc, gyr, mag, quat, clipped)


def _turned(quat: FloatArray) -> FloatArray:
    """Return the rotation vectors (n, 3) of unit quaternions, the short way round."""
    w, vector = quat[:, :1], quat[:, 1:]
    sine = np.linalg.norm(vector, axis=1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, np.abs(w)) * np.copysign(1.0, w)
    turned: FloatArray = vector * np.where(sine > _SMALL, angle / np.maximum(sine, _SMALL), 2.0)
    return turned
