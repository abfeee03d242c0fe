"""What can go wrong between a sensor and a sample.

SensorError
├── ProtocolError              bytes that no firmware of this family sends
├── ConnectionLostError        a link is gone and will not come back by itself
├── ClocksNotAlignedError      sensors could not be put on one clock by their own radio
├── CalibrationError           what a sensor showed at the table is no calibration
├── CalibrationStoreError      a kept calibration cannot be read or written
├── RoleError                  which sensor is worn where cannot be read or written
│   └── NoRolesError           no sensor has a place yet
├── CannotShowError            a sensor has no lamp that could blink
├── DriverError                a driver of another package cannot be used
├── SourceEndedError           a source that was already used up is asked for more
└── RecordingError             a recording cannot be written or read
    ├── RecordingExistsError   writing would overwrite a file
    ├── RecordingWriteError    the disk refused: full, gone, not allowed
    │   └── RecordingGoneError  the file being written has vanished from its place
    └── RecordingFormatError   the file is no recording of this program

Every leaf carries the data a caller needs and a sentence a person can act on.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class SensorError(Exception):
    """Root of everything :mod:`sensors` raises; ``str()`` is for the person at the screen."""


class ProtocolError(SensorError):
    """A notification that no firmware of this family sends: truncated, garbled or foreign."""

    def __init__(self, protocol: str, reason: str, data: bytes) -> None:
        self.protocol = protocol
        self.reason = reason
        self.data = data
        super().__init__(f"{protocol}: {reason} ({len(data)} bytes: {data[:24].hex()})")


class ConnectionLostError(SensorError):
    """The link to a sensor is gone and was not found again."""

    def __init__(self, sensor: str, what: str) -> None:
        self.sensor = sensor
        super().__init__(
            f"The sensor {sensor} {what}. Bring it closer, check that it is charged and switched "
            "on, then connect again."
        )


class ClocksNotAlignedError(SensorError):
    """Sensors could not be put on one clock; ``reason`` says what ``sensor`` did."""

    def __init__(self, sensor: str, reason: str) -> None:
        self.sensor = sensor
        self.reason = reason
        super().__init__(
            f"The clocks were not aligned: {sensor} – {reason}. Lay the sensors side by side, away "
            "from other radios, and try again. Or go on without: every clock is then followed by "
            "itself, to some thousandths of a second."
        )


class CalibrationError(SensorError):
    """No calibration can be made of what the sensor showed; ``reason`` says what to do."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The sensor is not calibrated: {reason}.")


class CalibrationStoreError(SensorError):
    """A sensor's kept calibration cannot be read or written; ``path`` is the file."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"{path}: this sensor's calibration {reason}. Calibrate it again, or delete the file to"
            " go without."
        )


class RoleError(SensorError):
    """Which sensor is worn where cannot be read or written; ``path`` is the file."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: this file {reason}. Delete it and choose the sensors anew.")


class NoRolesError(RoleError):
    """No sensor has a place yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reason = "no places"
        SensorError.__init__(
            self,
            "No sensor has a place yet. Find them with 'torso scan', then say where each is worn: "
            "torso roles pelvis=ID upper_back=ID   (or add --source simulated)",
        )


class CannotShowError(SensorError):
    """A sensor has no lamp that this program could switch on."""

    def __init__(self, sensor: str) -> None:
        self.sensor = sensor
        super().__init__(
            f"The sensor {sensor} cannot blink. Switch it off and look which one has gone, or name "
            "the sensors with their maker's app."
        )


class DriverError(SensorError):
    """A driver of another package cannot be used; ``name`` is that of its entry point."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"The driver '{name}' {reason}. Update or uninstall its package.")


class SourceEndedError(SensorError):
    """A source that was already iterated is asked for items again."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"This {kind} source has ended. Start a new one to go on.")


class RecordingError(SensorError):
    """A recording cannot be written or read; ``path`` is the file."""

    def __init__(self, path: Path, sentence: str) -> None:
        self.path = path
        super().__init__(f"{path}: {sentence}")


class RecordingExistsError(RecordingError):
    """There is a file of that name already; recordings are never overwritten."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, "this file exists and recordings are never overwritten. Choose another name."
        )


class RecordingWriteError(RecordingError):
    """The operating system refused to write; ``reason`` is what it said."""

    def __init__(self, path: Path, reason: OSError) -> None:
        self.reason = reason
        if reason.errno in {errno.ENOSPC, errno.EDQUOT}:
            sentence = "the disk is full. Everything up to this moment is kept; free some space."
        else:
            why = reason.strerror or str(reason)
            sentence = f"cannot be written ({why}). Check that the folder exists and is yours."
        super().__init__(path, sentence)


class RecordingGoneError(RecordingWriteError):
    """The file being written has vanished from its place; ``reason`` is why it cannot return."""

    def __init__(self, path: Path, reason: OSError) -> None:
        super().__init__(path, reason)
        why = reason.strerror or str(reason)
        self.args = (
            f"{path}: has vanished while it was written and cannot be put back ({why})."
            " Check that the disk is connected and the folder is yours.",
        )


class RecordingFormatError(RecordingError):
    """The file is not a recording of this program; ``reason`` says how one can tell."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"not a torso recording: {reason}.")
