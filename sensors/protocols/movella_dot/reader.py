"""The Movella DOT's stream: one sample a notification, its own microseconds, no counter."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.errors import ProtocolError
from sensors.protocols.burst import Burst, Claim, ClockFacts, Exchange, Packed, unknown
from sensors.protocols.movella_dot.characteristics import PROTOCOL, Characteristic
from sensors.protocols.movella_dot.device import Battery, Report
from sensors.protocols.movella_dot.messages import SYNC, SyncReply, decode_message
from sensors.protocols.movella_dot.payloads import (
    CLIPPED,
    LAYOUTS,
    MAG_PER_LSB,
    PayloadId,
    measured_kind,
)
from sensors.protocols.values import (
    DEGREE,
    MAX_NUMBER,
    alike,
    any_in_row,
    need,
    need_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sensors.samples import FloatArray

_USUAL: Final[dict[str, PayloadId]] = {
    Characteristic.LONG: PayloadId.CUSTOM_5,
    Characteristic.MEDIUM: PayloadId.RATE_MAG,
    Characteristic.SHORT: PayloadId.QUATERNION,
}
"""What comes on each characteristic as long as the sensor has not said what it sends."""

_SYNCHRONISED: Final = {
    (SYNC, bytes(SyncReply.SYNCED.value)): True,
    (SYNC, bytes(SyncReply.STARTED.value)): True,
    (SYNC, bytes(SyncReply.NOT_SYNCED.value)): False,
    (SYNC, bytes(SyncReply.STOPPED.value)): False,
}
"""Which answers say whether it is; all others leave it open."""

_TIME_BYTES: Final = 4
_UT_PER_AU: Final = 40.0
_SMALL: Final = 1e-9
_SHORTEST, _LONGEST = 0.95, 1.05
"""What is shorter or longer is no quaternion of a rotation."""

_MAX_ACC, _MAX_GYR = 16 * 9.81 * 0.999, 2000 * 0.999 * DEGREE


class MovellaDotReader:
    """A :class:`~sensors.protocols.burst.Reader` of Movella DOTs.

    Parameters
    ----------
    rate_hz
        Output rate, for payloads that hold changes over one period.
    """

    clock: ClockFacts | None = ClockFacts(1e-6, 32)
    sequence_wrap = 0

    def __init__(self, rate_hz: float) -> None:
        self.period_s: float | None = None
        self.status: object | None = None
        self.exchange: Exchange | None = None
        self.claim: Claim | None = None
        self._rate_hz = rate_hz
        self._kind: PayloadId | None = None
        self._forms: dict[str, Form] = {}

    def feed(self, characteristic: str, data: bytes) -> tuple[Packed, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        form = self._forms.get(characteristic)
        if form is None and characteristic in _USUAL:
            form = self._form_of(characteristic)
        if form is not None:
            return (form.packed(data),)
        match characteristic:
            case Characteristic.MEASUREMENT:
                self._kind = measured_kind(data)
                self._forms.clear()
            case Characteristic.BATTERY:
                self.status = Battery.decode(data)
            case Characteristic.REPORT:
                self.status = Report.decode(data)
            case Characteristic.ACKNOWLEDGE | Characteristic.MESSAGE_NEWS:
                self.status = decode_message(data)
                synchronised = _SYNCHRONISED.get(self.status)
                if synchronised is not None:
                    self.claim = Claim(synchronised)
        return ()

    def join(self, characteristic: str, data: list[bytes]) -> tuple[Packed, list[int]] | None:
        """Take in several values; see :class:`~sensors.protocols.burst.Joining`."""
        form = self._forms.get(characteristic)
        return None if form is None else form.join(data)

    def _form_of(self, characteristic: str) -> Form:
        kind = self._kind
        if kind is None or LAYOUTS[kind].characteristic != characteristic:
            kind = _USUAL[characteristic]
        form = self._forms[characteristic] = Form(kind, self._rate_hz)
        return form


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
        where = layout.columns
        self._used = layout.used
        self._what = f"payload {kind.value}"
        self._row = struct.Struct(layout.row)
        columns = sum(part.stop - part.start for part in where.values())
        self._numbers = struct.Struct(f"{columns}d")
        self._rows = np.dtype((np.float64, (columns,)))
        self._rate_hz = rate_hz
        self._acc, self._dv, self._gyr = where.get("acc"), where.get("dv"), where.get("gyr_dps")
        self._quat, self._dq, self._mag = where.get("quat"), where.get("dq"), where.get("mag_au")
        self._status, self._clips = where.get("status"), where.get("clips")
        self._turns = self._quat is not None or self._dq is not None
        self._measures = self._turns or self._gyr is not None
        # Rates made of orientations may be at the end of their range though every number is small,
        # and a sensor that says itself what was clipped has the last word.
        direct = self._dq is None and self._status is None and self._clips is None
        self._far = _MAX_ACC if direct else 0.0
        self._unpack, self._unpack_far = self.unpack, self.unpack_far

    def packed(self, data: bytes) -> Packed:
        """Check a payload.

        Raises
        ------
        ProtocolError
            It is cut short, or holds nothing that a sensor measures.
        """
        if len(data) < self._used:
            need(data, self._used, PROTOCOL, self._what)
        (ticks,), numbers, unpack = self._checked([data])
        return Packed(1, numbers, unpack, ticks)

    def join(self, data: list[bytes]) -> tuple[Packed, list[int]] | None:
        """Check several payloads; ``None`` if they are not all good and as long as they should."""
        if not alike(data, self._used):
            return None
        try:
            ticks, numbers, unpack = self._checked(data)
        except ProtocolError:
            return None
        return Packed(len(data), numbers, unpack), ticks

    def _checked(self, data: Sequence[bytes]) -> tuple[list[int], bytes, Callable[[bytes], Burst]]:
        """Return times and numbers of payloads, and what makes arrays of them.

        Quaternions come out at length one and rates in rad/s, all else as it was; in double
        precision. Of few payloads that is quicker than with arrays.
        """
        all_ticks, rows, largest = [], [], 0.0
        hypot, turns, gyr = math.hypot, self._turns, self._gyr
        unpack, pack = self._row.unpack_from, self._numbers.pack
        for each in data:
            ticks, *values = unpack(each)
            size = hypot(*values)
            if not size < MAX_NUMBER:
                need_numbers(values, PROTOCOL, each)
            if turns:
                w, x, y, z = values[:4]
                length = hypot(w, x, y, z)
                if not _SHORTEST < length < _LONGEST:
                    raise ProtocolError(PROTOCOL, "a quaternion that is no rotation", each)
                values[:4] = w / length, x / length, y / length, z / length
            elif not self._measures:
                raise ProtocolError(PROTOCOL, "a payload without rates or quaternion", each)
            if gyr is not None:
                x, y, z = values[gyr]
                values[gyr] = x * DEGREE, y * DEGREE, z * DEGREE
            if size > largest:
                largest = size
            all_ticks.append(ticks)
            rows.append(pack(*values))
        return all_ticks, b"".join(rows), self._unpack_far if largest < self._far else self._unpack

    def unpack(self, raw: bytes) -> Burst:
        """Make arrays of checked payloads, one behind the other."""
        numbers = self._numbers_of(raw)
        burst = self._arrays(numbers)
        clipped = any_in_row(abs(burst.acc) > _MAX_ACC) | any_in_row(abs(burst.gyr) > _MAX_GYR)
        if self._status is not None:
            clipped |= (numbers[:, self._status.start].astype(np.uint16) & CLIPPED) > 0
        if self._clips is not None:
            clipped |= any_in_row(numbers[:, self._clips] > 0)
        burst.clipped = clipped
        return burst

    def unpack_far(self, raw: bytes) -> Burst:
        """Make arrays of payloads whose numbers are all far from the end of any range."""
        numbers = self._numbers_of(raw)
        burst = self._arrays(numbers)
        burst.clipped = np.zeros(len(numbers), np.bool_)
        return burst

    def _numbers_of(self, raw: bytes) -> FloatArray:
        return np.frombuffer(raw, self._rows)

    def _arrays(self, numbers: FloatArray) -> Burst:
        """Make arrays of rows of numbers."""
        if self._acc is not None:
            acc = numbers[:, self._acc]
        elif self._dv is not None:
            acc = numbers[:, self._dv] * self._rate_hz
        else:
            acc = unknown(len(numbers))
        if self._gyr is not None:
            gyr = numbers[:, self._gyr]
        elif self._dq is not None:
            gyr = _turned(numbers[:, self._dq]) * self._rate_hz
        else:
            gyr = unknown(len(numbers))
        mag = None if self._mag is None else numbers[:, self._mag] * (MAG_PER_LSB * _UT_PER_AU)
        quat = None if self._quat is None else numbers[:, self._quat]
        return Burst(acc, gyr, mag, quat)


def _turned(quat: FloatArray) -> FloatArray:
    """Return the rotation vectors (n, 3) of unit quaternions, the short way round."""
    w, vector = quat[:, :1], quat[:, 1:]
    sine = np.linalg.norm(vector, axis=1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, np.abs(w)) * np.copysign(1.0, w)
    turned: FloatArray = vector * np.where(sine > _SMALL, angle / np.maximum(sine, _SMALL), 2.0)
    return turned
