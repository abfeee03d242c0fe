"""Fixed layouts: a struct with its length check, so that no decoder unpacks unchecked bytes."""

from __future__ import annotations

import struct
from typing import Any

from sensors.errors import ProtocolError

PROTOCOL = "open_profile"
"""Name of this protocol in :attr:`sensors.samples.SensorInfo.protocol`."""

VERSION = 1
"""Major version of the profile, its packets and its characteristics."""


def refuse(reason: str, data: bytes) -> ProtocolError:
    """Return the error that says why ``data`` is not of this profile."""
    return ProtocolError(PROTOCOL, reason, data)


class Layout:
    """One fixed-size little-endian layout.

    Parameters
    ----------
    name
        What the bytes are, for the error sentence.
    fields
        :mod:`struct` format without byte order.
    """

    def __init__(self, name: str, fields: str) -> None:
        self.name = name
        self._struct = struct.Struct("<" + fields)
        self.size = self._struct.size

    def pack(self, *values: float) -> bytes:
        """Return the bytes of ``values``; ``struct.error`` if one does not fit its field."""
        return self._struct.pack(*values)

    def unpack(self, data: bytes) -> tuple[Any, ...]:
        """Return the fields of ``data``; :class:`~sensors.errors.ProtocolError` on a wrong size."""
        if len(data) != self.size:
            raise refuse(f"{self.name} has {self.size} bytes", data)
        return self._struct.unpack(data)

    def unpack_versioned(self, data: bytes) -> tuple[Any, ...]:
        """Return the fields after a first byte that must be the profile's version."""
        version, *fields = self.unpack(data)
        if version != VERSION:
            raise refuse(f"{self.name} of version {version}, this program knows {VERSION}", data)
        return tuple(fields)
