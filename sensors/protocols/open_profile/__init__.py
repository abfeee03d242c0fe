"""The open firmware profile, version 1: everything a spine sensor says and is told.

The profile closes the holes of the usual sensors: every packet carries a sequence number and the
device's own microseconds, scale and measured rate can be read, losses on the sensor are flagged and
samples may travel with the sensor's own orientation. It works from 20-byte notifications up.

* :mod:`~sensors.protocols.open_profile.packets`: the data notification
* :mod:`~sensors.protocols.open_profile.characteristics`: info, scale, config, status
* :mod:`~sensors.protocols.open_profile.commands`: control and time sync

All integers are little-endian. Decoders return a value or raise
:class:`~sensors.errors.ProtocolError`; they keep no state.
"""

from sensors.protocols.open_profile.characteristics import (
    PROTOCOL,
    SERVICE,
    Characteristic,
    Config,
    DeviceState,
    Info,
    Scale,
    Status,
)
from sensors.protocols.open_profile.commands import (
    Control,
    SyncReply,
    SyncRequest,
    decode_control,
    encode_control,
)
from sensors.protocols.open_profile.packets import (
    MAX_SAMPLES,
    BlockKind,
    DataPacket,
    capacity,
    decode_packet,
    encode_packet,
)

__all__ = [
    "MAX_SAMPLES",
    "PROTOCOL",
    "SERVICE",
    "BlockKind",
    "Characteristic",
    "Config",
    "Control",
    "DataPacket",
    "DeviceState",
    "Info",
    "Scale",
    "Status",
    "SyncReply",
    "SyncRequest",
    "capacity",
    "decode_control",
    "decode_packet",
    "encode_control",
    "encode_packet",
]
