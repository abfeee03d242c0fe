"""Segment orientations for OpenSim: one ``.sto`` of quaternions per drill.

OpenSim's reader wants ``DataType=Quaternion``, strictly increasing times and line feeds; a gap in
time is fine, so times at which a sensor was silent are left out. Orientations are those of the body
(x anterior, y cranial, z right, as OpenSim's bodies are) in OpenSim's ground (y up, x where the
pelvis faced at neutral): ``sensor_to_opensim_rotations`` is 0 0 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fusion import quaternions as qt
from fusion.grid import GRID_HZ
from fusion.offline import analyze_smoothed
from sensors.samples import Placement
from sessions.receipts import software_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.segments import SegmentMotion
    from sessions.imports.session import ImportedSession

FRAMES = {
    Placement.PELVIS: "pelvis_imu",
    Placement.THORACOLUMBAR: "lumbar_imu",
    Placement.UPPER_BACK: "torso_imu",
}
"""Columns are named after the body an IMU sits on; these are the usual bodies of a trunk."""

_Y_UP = np.array([np.sqrt(0.5), -np.sqrt(0.5), 0.0, 0.0])
"""Rotation (4,) from an earth with z up to OpenSim's ground."""


def segments_of(session: ImportedSession) -> tuple[SegmentMotion, ...]:
    """Orientations of the segments in each drill; raises :class:`FusionError` if there is none."""
    kept: list[SegmentMotion] = []
    analyze_smoothed(session.setup, session.blocks, session.events, keep=kept.append)
    return tuple(kept)


def opensim_files(segments: Sequence[SegmentMotion]) -> dict[str, bytes]:
    """Content of one file per drill, by name."""
    return {
        f"{number:02d}_{motion.drill}_orientations.sto": _sto(motion)
        for number, motion in enumerate(segments, start=1)
    }


def _sto(motion: SegmentMotion) -> bytes:
    header = [
        f"DataRate={GRID_HZ:.6f}",
        "DataType=Quaternion",
        "version=3",
        "OpenSimVersion=4.6",
        f"Software=torso {software_version()}",
        "Definition=rotation body to ground as w,x,y,z; body x anterior y cranial z right;"
        " ground y up x forward at neutral; time in s",
        "endheader",
        "\t".join(["time", *(FRAMES[p] for p in motion.placements)]),
    ]
    known = ~motion.gap
    q = qt.multiply(_Y_UP, motion.q_eb[known]) + 0.0
    lines = [
        "\t".join([f"{t_s:.2f}", *(",".join(f"{part:.8f}" for part in one) for one in row)])
        for t_s, row in zip(motion.t_s[known].tolist(), q.tolist(), strict=True)
    ]
    return ("\n".join([*header, *lines]) + "\n").encode()
