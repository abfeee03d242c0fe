"""Movella DOT, earlier Xsens DOT.

* :mod:`~sensors.protocols.movella_dot.payloads`: what it measures
* :mod:`~sensors.protocols.movella_dot.device`: info, control, battery, reports
* :mod:`~sensors.protocols.movella_dot.messages`: synchronisation between sensors
* :mod:`~sensors.protocols.movella_dot.reader`: the stream

Source: *Movella DOT BLE Services Specifications*, XD0506P revision C (2023). Little-endian.
"""

from sensors.protocols.movella_dot.characteristics import PROTOCOL, Characteristic
from sensors.protocols.movella_dot.device import (
    Battery,
    DeviceInfo,
    Report,
    ReportType,
    identify,
    output_rate,
    power_off,
    tag,
)
from sensors.protocols.movella_dot.messages import (
    SyncReply,
    decode_message,
    encode_message,
    start_sync,
    stop_sync,
    sync_status,
)
from sensors.protocols.movella_dot.payloads import (
    Payload,
    PayloadId,
    decode_payload,
    encode_payload,
    start_measuring,
    stop_measuring,
)
from sensors.protocols.movella_dot.reader import MovellaDotReader

__all__ = [
    "PROTOCOL",
    "Battery",
    "Characteristic",
    "DeviceInfo",
    "MovellaDotReader",
    "Payload",
    "PayloadId",
    "Report",
    "ReportType",
    "SyncReply",
    "decode_message",
    "decode_payload",
    "encode_message",
    "encode_payload",
    "identify",
    "output_rate",
    "power_off",
    "start_measuring",
    "start_sync",
    "stop_measuring",
    "stop_sync",
    "sync_status",
    "tag",
]
