"""MbientLab MetaMotion R, RL and S (MetaWear).

* :mod:`~sensors.protocols.metamotion.commands`: what configures it, as whole conversations
* :mod:`~sensors.protocols.metamotion.messages`: what it sends
* :mod:`~sensors.protocols.metamotion.reader`: the stream

Raw notifications have neither time nor number, so the sensor's own processors are told to put
acceleration, rate and a tick into one packet of 19 bytes. Source: facts from MbientLab's SDK and
its tests. Little-endian.
"""

from sensors.protocols.metamotion.commands import (
    ACC_RANGE_G,
    GYR_RANGE_DPS,
    NOTIFY,
    PROTOCOL,
    SERVICE,
    WRITE,
    Chip,
    blink,
    configure,
    read_battery,
    start,
    stop,
)
from sensors.protocols.metamotion.messages import (
    Battery,
    Fused,
    decode_battery,
    decode_fused,
    decode_packed_gyro,
    decode_vector,
    encode_fused,
)
from sensors.protocols.metamotion.reader import MetaMotionReader

__all__ = [
    "ACC_RANGE_G",
    "GYR_RANGE_DPS",
    "NOTIFY",
    "PROTOCOL",
    "SERVICE",
    "WRITE",
    "Battery",
    "Chip",
    "Fused",
    "MetaMotionReader",
    "blink",
    "configure",
    "decode_battery",
    "decode_fused",
    "decode_packed_gyro",
    "decode_vector",
    "encode_fused",
    "read_battery",
    "start",
    "stop",
]
