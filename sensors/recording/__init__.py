"""One session's raw bytes and events in one append-only file; everything else follows from it.

The file is an MCAP (``profile`` "torso"), written without chunks and flushed as data arrives, so
that a cut at any byte loses at most the last message. Closing adds MCAP's summary, with which any
MCAP viewer opens it at once; packing then puts the same messages into compressed, indexed chunks.
Topics:

``/meta``
    The first message: format version, zero of the session clock on the host's monotonic clock
    (``origin_s``) and on the wall clock (``started_unix_s``), the sensors with the calibrations
    that hold for them, and what the caller added. JSON.
``/sensors/<sensor>/<characteristic>``
    Notifications, encoding ``x-torso-notification``: 8 bytes of little-endian float64, the arrival
    in host monotonic seconds to the last bit, then the value as it came.
``/links``, ``/reports``, ``/activities``, ``/events``
    Link states, battery and signal, what a simulated wearer did, and what the person at the screen
    did. JSON; an event is written when it begins and again when it ends.

``log_time`` is wall clock in ns: ``started_unix_s`` plus session time, so that it runs evenly even
where the computer's wall clock was set during the session.
"""

from sensors.recording.background import BackgroundWriter
from sensors.recording.claim import is_being_written
from sensors.recording.packing import pack_recording
from sensors.recording.reader import Reading, Recording, read_meta, read_recording
from sensors.recording.writer import RecordingWriter

__all__ = [
    "BackgroundWriter",
    "Reading",
    "Recording",
    "RecordingWriter",
    "is_being_written",
    "pack_recording",
    "read_meta",
    "read_recording",
]
