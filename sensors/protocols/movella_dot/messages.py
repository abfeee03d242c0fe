"""The message service: synchronising the clocks of several sensors over their own radio."""

from __future__ import annotations

from enum import Enum
from typing import Final

from sensors.errors import ProtocolError
from sensors.protocols.movella_dot.characteristics import PROTOCOL

SYNC: Final = 2
_START, _STOP, _STATUS = 0x01, 0x02, 0x08


class SyncReply(Enum):
    """What a sensor answers about synchronisation."""

    STARTED = (0x03, 0x00)
    NOT_ENOUGH_SAMPLES = (0x03, 0x05)
    SKEW_TOO_LARGE = (0x03, 0x07)
    START_TIMING = (0x03, 0x08)
    NOT_STARTED = (0x03, 0x09)
    STOPPED = (0x50, 0x00)
    SYNCED = (0x51, 0x04)
    NOT_SYNCED = (0x51, 0x09)


def encode_message(group: int, content: bytes) -> bytes:
    """Frame a message: group, length, content, checksum."""
    frame = bytes([group, len(content)]) + content
    return frame + bytes([-sum(frame) % 256])


def decode_message(data: bytes) -> tuple[int, bytes]:
    """Return a message's group and content.

    Raises
    ------
    ProtocolError
        It is cut short or its checksum is wrong.
    """
    if len(data) < 3 or len(data) < data[1] + 3:
        raise ProtocolError(PROTOCOL, "a message cut short", data)
    frame = data[: data[1] + 3]
    if sum(frame) % 256:
        raise ProtocolError(PROTOCOL, "a message whose checksum is wrong", data)
    return frame[0], frame[2:-1]


def decode_sync_reply(data: bytes) -> SyncReply:
    """Read an answer about synchronisation.

    Raises
    ------
    ProtocolError
        It is none.
    """
    group, content = decode_message(data)
    if group == SYNC and len(content) == 2:
        for reply in SyncReply:
            if reply.value == tuple(content):
                return reply
    raise ProtocolError(PROTOCOL, "no answer about synchronisation", data)


def start_sync(root_address: str) -> bytes:
    """Return what makes a sensor follow the clock of the root, itself included.

    Parameters
    ----------
    root_address
        MAC of the sensor whose clock the others take over, as printed.
    """
    mac = bytes(reversed(bytes.fromhex(root_address.replace(":", ""))))
    return encode_message(SYNC, bytes([_START]) + mac)


def stop_sync() -> bytes:
    """Return what ends synchronisation."""
    return encode_message(SYNC, bytes([_STOP]))


def sync_status() -> bytes:
    """Return what asks whether a sensor is synchronised."""
    return encode_message(SYNC, bytes([_STATUS]))
