"""What a sensor of the open profile is told: control, and the exchange that compares clocks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from sensors.protocols.open_profile.layout import Layout, refuse

_REQUEST = Layout("time sync request", "2BHI")
_REPLY = Layout("time sync reply", "2BH4I")
_OP_REQUEST = 1
_OP_REPLY = 2
_MAX_CONTROL_BYTES = 4


class Control(IntEnum):
    """Commands of the control characteristic."""

    START = 1
    STOP = 2
    IDENTIFY = 3
    ZERO_COUNTERS = 4
    POWER_OFF = 5
    SELF_TEST = 6


def encode_control(command: Control) -> bytes:
    """Return the value to write for ``command``."""
    return bytes([command])


def decode_control(data: bytes) -> Control:
    """Read a written command; bytes after the first are reserved for arguments.

    Raises
    ------
    ProtocolError
        Not 1 to 4 bytes, or no such command.
    """
    if not 1 <= len(data) <= _MAX_CONTROL_BYTES:
        raise refuse(f"a command has 1 to {_MAX_CONTROL_BYTES} bytes", data)
    if data[0] not in set(Control):
        raise refuse(f"command {data[0]} is unknown", data)
    return Control(data[0])


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """The host asks what time it is (8 bytes): ``host_low`` is echoed, in whatever unit."""

    id: int
    host_low: int

    def encode(self) -> bytes:
        """Return the value to write."""
        return _REQUEST.pack(_OP_REQUEST, 0, self.id, self.host_low)

    @classmethod
    def decode(cls, data: bytes) -> SyncRequest:
        """Read a request; :class:`~sensors.errors.ProtocolError` on a wrong size or opcode."""
        op, _, number, host_low = _REQUEST.unpack(data)
        if op != _OP_REQUEST:
            raise refuse(f"a time sync request has opcode {_OP_REQUEST}", data)
        return cls(number, host_low)


@dataclass(frozen=True, slots=True)
class SyncReply:
    """The device answers (20 bytes).

    ``received_us`` and ``sent_us`` are device µs at receipt and at hand-over to the radio stack,
    64 bit: on the wire their low words and the common high word of the device clock at hand-over.
    ``radio_anchors`` = the two are times of radio events, good to µs.
    """

    id: int
    echo: int
    received_us: int
    sent_us: int
    radio_anchors: bool = False

    def encode(self) -> bytes:
        """Return the notification."""
        return _REPLY.pack(
            _OP_REPLY, self.radio_anchors, self.id, self.echo,
            self.received_us & 0xFFFFFFFF, self.sent_us & 0xFFFFFFFF, self.sent_us >> 32,
        )  # fmt: skip

    @classmethod
    def decode(cls, data: bytes) -> SyncReply:
        """Read a reply; :class:`~sensors.errors.ProtocolError` on a wrong size or opcode."""
        op, flags, number, echo, received, sent, high = _REPLY.unpack(data)
        if op != _OP_REPLY:
            raise refuse(f"a time sync reply has opcode {_OP_REPLY}", data)
        sent_us = (high << 32) + sent
        received_us = sent_us - ((sent - received) & 0xFFFFFFFF)
        if received_us < 0:
            raise refuse("received before the device's clock began", data)
        return cls(number, echo, received_us, sent_us, bool(flags & 1))
