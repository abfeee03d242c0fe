"""Movesense (Medical, HR+, HR2, Flash) through the GATT SensorData protocol, firmware 2.3 or newer.

* :mod:`~sensors.protocols.movesense.commands`: what is asked and answered
* :mod:`~sensors.protocols.movesense.measurements`: what is measured
* :mod:`~sensors.protocols.movesense.reader`: the stream, its parts joined

Source: movesense.com, *GATT SensorData protocol*; vectors recorded from a sensor. Little-endian.
"""

from sensors.protocols.movesense.commands import (
    NOTIFY,
    PROTOCOL,
    SERVICE,
    WRITE,
    Answer,
    Code,
    decode_answer,
    encode_answer,
    get,
    hello,
    subscribe,
    unsubscribe,
)
from sensors.protocols.movesense.measurements import (
    Measurement,
    decode_measurement,
    encode_measurement,
    imu6_path,
    samples_per_packet,
)
from sensors.protocols.movesense.reader import IMU6_REFERENCE, MovesenseReader

__all__ = [
    "IMU6_REFERENCE",
    "NOTIFY",
    "PROTOCOL",
    "SERVICE",
    "WRITE",
    "Answer",
    "Code",
    "Measurement",
    "MovesenseReader",
    "decode_answer",
    "decode_measurement",
    "encode_answer",
    "encode_measurement",
    "get",
    "hello",
    "imu6_path",
    "samples_per_packet",
    "subscribe",
    "unsubscribe",
]
