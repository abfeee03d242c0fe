"""The Movella DOT's stream: one sample a notification, its own microseconds, no counter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sensors.errors import ProtocolError
from sensors.protocols.burst import Burst, ClockFacts, Exchange, unknown
from sensors.protocols.movella_dot.characteristics import PROTOCOL, Characteristic
from sensors.protocols.movella_dot.device import Battery, Report
from sensors.protocols.movella_dot.messages import decode_message
from sensors.protocols.movella_dot.payloads import (
    LAYOUTS,
    Payload,
    PayloadId,
    decode_payload,
    measured_kind,
)
from sensors.protocols.values import DEGREE, unit

if TYPE_CHECKING:
    from sensors.samples import FloatArray

_USUAL = {
    Characteristic.LONG: PayloadId.CUSTOM_5,
    Characteristic.MEDIUM: PayloadId.RATE_MAG,
    Characteristic.SHORT: PayloadId.QUATERNION,
}
"""What comes on each characteristic as long as the sensor has not said what it sends."""

_UT_PER_AU = 40.0
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
        self._rate_hz = rate_hz
        self._kind: PayloadId | None = None

    def feed(self, characteristic: str, data: bytes) -> tuple[Burst, ...]:
        """Take in a value; see :class:`~sensors.protocols.burst.Reader`."""
        match characteristic:
            case Characteristic.LONG | Characteristic.MEDIUM | Characteristic.SHORT:
                return (self._burst(self._payload(Characteristic(characteristic), data), data),)
            case Characteristic.MEASUREMENT:
                self._kind = measured_kind(data)
            case Characteristic.BATTERY:
                self.status = Battery.decode(data)
            case Characteristic.REPORT:
                self.status = Report.decode(data)
            case Characteristic.ACKNOWLEDGE | Characteristic.MESSAGE_NEWS:
                self.status = decode_message(data)
        return ()

    def _payload(self, characteristic: Characteristic, data: bytes) -> Payload:
        kind = self._kind
        if kind is None or LAYOUTS[kind].characteristic is not characteristic:
            kind = _USUAL[characteristic]
        return decode_payload(kind, data)

    def _burst(self, payload: Payload, data: bytes) -> Burst:
        quat = None if payload.quat is None else unit(payload.quat, PROTOCOL, data)[None]
        acc, gyr = self._acc(payload), self._gyr(payload, data)
        if quat is None and math.isnan(gyr[0, 0]):
            raise ProtocolError(PROTOCOL, "a payload without rates or quaternion", data)
        return Burst(
            acc,
            gyr,
            mag=None if payload.mag_au is None else payload.mag_au[None] * _UT_PER_AU,
            quat=quat,
            clipped=np.array([payload.clipped or _at_end(acc, _MAX_ACC) or _at_end(gyr, _MAX_GYR)]),
            ticks=payload.time_us,
        )

    def _acc(self, payload: Payload) -> FloatArray:
        if payload.acc is not None:
            return payload.acc[None]
        return unknown(1) if payload.dv is None else payload.dv[None] * self._rate_hz

    def _gyr(self, payload: Payload, data: bytes) -> FloatArray:
        if payload.gyr_dps is not None:
            return payload.gyr_dps[None] * DEGREE
        if payload.dq is None:
            return unknown(1)
        w, *vector = unit(payload.dq, PROTOCOL, data)
        sine = float(np.linalg.norm(vector))
        angle = 2.0 * np.arctan2(sine, abs(w)) * np.copysign(1.0, w)
        return np.array([vector]) * (angle / sine if sine > 1e-9 else 2.0) * self._rate_hz


def _at_end(vector: FloatArray, limit: float) -> bool:
    return any(abs(value) > limit for value in vector[0].tolist())
