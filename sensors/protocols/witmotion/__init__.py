"""WitMotion WT901BLE and WT9011DCL, the ``55 61`` family.

* :mod:`~sensors.protocols.witmotion.frames`: frames in a stream of bytes
* :mod:`~sensors.protocols.witmotion.registers`: what is written and asked
* :mod:`~sensors.protocols.witmotion.reader`: the stream

Source: WitMotion's *BLE 5.0 protocol*, and recordings of a WT901BLE67. Little-endian, signed. No
checksum, no counter, no time: the frames are counted.
"""

from sensors.protocols.witmotion.frames import FRAME_BYTES, Frames, encode_frame, encode_reply
from sensors.protocols.witmotion.reader import WitMotionReader
from sensors.protocols.witmotion.registers import (
    NOTIFY,
    PROTOCOL,
    SERVICE,
    WRITE,
    Register,
    RegisterReply,
    battery_percent,
    read_register,
    save,
    set_rate,
    unlock,
    write_register,
)

__all__ = [
    "FRAME_BYTES",
    "NOTIFY",
    "PROTOCOL",
    "SERVICE",
    "WRITE",
    "Frames",
    "Register",
    "RegisterReply",
    "WitMotionReader",
    "battery_percent",
    "encode_frame",
    "encode_reply",
    "read_register",
    "save",
    "set_rate",
    "unlock",
    "write_register",
]
