"""Measurements: milliseconds of the *first* sample, then all of acc, all of gyro, all of mag."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sensors.errors import ProtocolError
from sensors.protocols.movesense.commands import PROTOCOL
from sensors.protocols.values import floats, need

if TYPE_CHECKING:
    from sensors.samples import FloatArray

RATES_HZ: Final = (13, 26, 52, 104, 208)
_BASE_HZ: Final = 13
TIME_BYTES: Final = 4
VECTOR_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement of several vectors.

    Attributes
    ----------
    time_ms
        Device milliseconds of the first sample, modulo 2³².
    values
        (vectors, n, 3): acc m/s², gyro °/s, mag µT, as far as they were subscribed to.
    """

    time_ms: int
    values: FloatArray


def imu6_path(rate_hz: int) -> str:
    """Return the path of accelerometer and gyroscope.

    Raises
    ------
    ValueError
        The sensor does not have this rate.
    """
    if rate_hz not in RATES_HZ:
        raise ValueError(f"a Movesense measures at {RATES_HZ} Hz, not at {rate_hz}")
    return f"/Meas/IMU6/{rate_hz}"


def samples_per_packet(rate_hz: float) -> int:
    """How many samples one measurement holds: 4 at 52 Hz, 8 at 104 Hz, 16 at 208 Hz."""
    return max(1, round(rate_hz / _BASE_HZ))


def measurement_bytes(vectors: int, samples: int) -> int:
    """Length of a whole measurement."""
    return TIME_BYTES + VECTOR_BYTES * vectors * samples


def decode_measurement(data: bytes, vectors: int) -> Measurement:
    """Read a whole measurement of ``vectors`` sensors (IMU6: 2).

    Raises
    ------
    ProtocolError
        Its length is none of a whole measurement, or its numbers none of a sensor.
    """
    need(data, measurement_bytes(vectors, 1), PROTOCOL, "a measurement")
    size = len(data) - TIME_BYTES
    if size % (VECTOR_BYTES * vectors):
        raise ProtocolError(PROTOCOL, f"a measurement of {len(data)} bytes is not whole", data)
    samples = size // (VECTOR_BYTES * vectors)
    values = floats(data, TIME_BYTES, 3 * vectors * samples, PROTOCOL)
    return Measurement(
        int.from_bytes(data[:TIME_BYTES], "little"), values.reshape(vectors, samples, 3)
    )


def encode_measurement(measurement: Measurement) -> bytes:
    """Write a whole measurement."""
    head = struct.pack("<I", measurement.time_ms % (1 << 32))
    return head + np.asarray(measurement.values, dtype="<f4").tobytes()
