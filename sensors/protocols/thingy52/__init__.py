"""Nordic Thingy:52, for recordings.

* :mod:`~sensors.protocols.thingy52.raw`: what it is told, and what it sends
* :mod:`~sensors.protocols.thingy52.reader`: the stream

Source: Nordic's own firmware, *Nordic-Thingy52-FW*. Little-endian. No counter, no time: the samples
are counted. Recording-grade: see ``firmware_notes/thingy52.md``.
"""

from sensors.protocols.thingy52.raw import (
    CONFIG,
    LED,
    PROTOCOL,
    RAW,
    SERVICE,
    Settings,
    decode_raw,
    encode_raw,
    light,
)
from sensors.protocols.thingy52.reader import Thingy52Reader

__all__ = [
    "CONFIG",
    "LED",
    "PROTOCOL",
    "RAW",
    "SERVICE",
    "Settings",
    "Thingy52Reader",
    "decode_raw",
    "encode_raw",
    "light",
]
