"""What goes over the live stream, byte for byte as ``docs/live_stream.md`` says. Pure."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from fusion.results import ANGLES, SD_ANGLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fusion.results import Frames
    from sensors.samples import FloatArray

VERSION: Final = 1
KIND_FRAMES: Final = 1

VALUES: Final = (
    *ANGLES,
    *(f"{name}_sd" for name in SD_ANGLES),
    "share_pelvis",
    "share_lumbar",
    "share_thoracic",
    "state",
)
"""Columns of a row after ``dt``."""

COLUMNS: Final = ("dt", *VALUES)
"""Columns of a row as sent."""

HEADER: Final = struct.Struct("<BBHIIfdd")

_UINT32 = 1 << 32

Float32Array = npt.NDArray[np.float32]


class WireError(ValueError):
    """Bytes or text that ``docs/live_stream.md`` does not allow."""


@dataclass(frozen=True, slots=True)
class FrameMessage:
    """One decoded message of frames.

    Attributes
    ----------
    first
        Number of the first frame (counts every frame of the session, modulo 2³²).
    skipped
        Frames this viewer missed because it was slow, in all.
    age_s
        Seconds from the arrival of the newest notification to the sending.
    sent_unix_s
        The sender's wall clock at sending.
    t_s
        (n,) session time of each frame in s.
    values
        (n, 15) columns :data:`VALUES`, float32.
    """

    first: int
    skipped: int
    age_s: float
    sent_unix_s: float
    t_s: FloatArray
    values: Float32Array

    def __len__(self) -> int:
        return len(self.t_s)


def frame_values(
    frames: Frames, phase: npt.NDArray[np.uint8], share_now: FloatArray
) -> Float32Array:
    """Fused frames as rows of :data:`VALUES`.

    Parameters
    ----------
    frames
        n fused frames.
    phase
        (n,) :class:`~fusion.results.Phase`.
    share_now
        (n, 3) shares of pelvis, lumbar and thoracic just now; NaN where too small to say.

    Returns
    -------
    (n, 15) float32.
    """
    values = np.empty((len(frames), len(VALUES)), dtype=np.float32)
    values[:, :7] = frames.angles_deg
    values[:, 7:11] = frames.sd_deg
    values[:, 11:14] = share_now
    values[:, 14] = frames.quality + 4 * phase
    return values


def encode_frames(
    t_s: FloatArray,
    values: Float32Array,
    *,
    first: int,
    skipped: int,
    age_s: float,
    sent_unix_s: float,
) -> bytes:
    """Encode consecutive frames as one binary message.

    Parameters
    ----------
    t_s
        (n,) session time in s, 1 ≤ n ≤ 65535.
    values
        (n, 15) columns :data:`VALUES`.
    first, skipped, age_s, sent_unix_s
        As in :class:`FrameMessage`.
    """
    rows = np.empty((len(t_s), len(COLUMNS)), dtype="<f4")
    rows[:, 0] = t_s - t_s[0]
    rows[:, 1:] = values
    header = HEADER.pack(
        VERSION,
        KIND_FRAMES,
        len(t_s),
        first % _UINT32,
        skipped % _UINT32,
        age_s,
        t_s[0],
        sent_unix_s,
    )
    return header + rows.tobytes()


def decode_frames(data: bytes) -> FrameMessage:
    """Decode one binary message.

    Raises
    ------
    WireError
        If the message is of another version or kind, or its length is not what it says.
    """
    if len(data) < HEADER.size:
        raise WireError(f"a message of {len(data)} bytes is shorter than its header")
    version, kind, n, first, skipped, age_s, t0_s, sent_unix_s = HEADER.unpack_from(data)
    if (version, kind) != (VERSION, KIND_FRAMES):
        raise WireError(f"version {version}, kind {kind} is not known")
    if len(data) != HEADER.size + 4 * len(COLUMNS) * n:
        raise WireError(f"{len(data)} bytes do not hold {n} frames")
    rows = np.frombuffer(data, dtype="<f4", offset=HEADER.size).reshape(n, len(COLUMNS))
    return FrameMessage(
        first=first,
        skipped=skipped,
        age_s=age_s,
        sent_unix_s=sent_unix_s,
        t_s=t0_s + rows[:, 0].astype(np.float64),
        values=rows[:, 1:],
    )


def encode_json(message: Mapping[str, object]) -> str:
    """Encode a JSON message; what is not a finite number becomes ``null``."""
    return json.dumps(_finite(message), ensure_ascii=False, separators=(",", ":"))


def _finite(value: object) -> object:
    """Replace NaN and infinities, which JSON has no word for."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
