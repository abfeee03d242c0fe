"""What can go wrong between a sensor and a sample.

SensorError
├── ProtocolError        bytes that no firmware of this family sends
├── ConnectionLostError  the link is gone (drivers)
├── SourceEndedError     a replayed or simulated source has nothing more to give
└── RecordingError       a recording cannot be written or read
    ├── RecordingFormatError
    └── RecordingWriteError

Every leaf carries the data a caller needs and a sentence a person can act on.
"""

from __future__ import annotations


class SensorError(Exception):
    """Root of everything :mod:`sensors` raises; ``str()`` is written for the person at the screen."""


class ProtocolError(SensorError):
    """A notification that no firmware of this family sends: truncated, garbled or foreign."""

    def __init__(self, protocol: str, reason: str, data: bytes) -> None:
        self.protocol = protocol
        self.reason = reason
        self.data = data
        super().__init__(f"{protocol}: {reason} ({len(data)} bytes: {data[:24].hex()})")
