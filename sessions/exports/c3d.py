"""Rotations of the segments for programs of movement laboratories: one ``.c3d`` per drill.

The group ``ROTATION``, an extension that Visual3D and Theia read, holds a 4 × 4 matrix per segment
and frame; where a sensor was silent it is NaN. Body to laboratory: body x anterior, y cranial,
z right; laboratory z up, x where the pelvis faced at neutral. Needs the package ``ezc3d``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from fusion.grid import GRID_HZ
from sensors.samples import Placement
from sessions.errors import OutputError
from sessions.receipts import software_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.segments import SegmentMotion
    from sensors.samples import FloatArray

NAMES: Final = {
    Placement.PELVIS: "pelvis",
    Placement.THORACOLUMBAR: "lumbar",
    Placement.UPPER_BACK: "torso",
}
_DEFINITION: Final = (
    "Rotation body to laboratory. Body: x anterior, y cranial, z right.",
    "Laboratory: z up, x where the pelvis faced at neutral. No positions.",
)


def c3d_files(segments: Sequence[SegmentMotion]) -> dict[str, bytes]:
    """Content of one file per drill, by name.

    Raises
    ------
    OutputError
        ``ezc3d`` is not installed.
    """
    return {
        f"{number:02d}_{motion.drill}.c3d": _c3d(f"{number:02d}_{motion.drill}.c3d", motion)
        for number, motion in enumerate(segments, start=1)
    }


def _c3d(name: str, motion: SegmentMotion) -> bytes:
    try:
        import ezc3d
    except ImportError:
        reason = "needs the package ezc3d, which is not installed: pip install ezc3d"
        raise OutputError(name, reason) from None
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [GRID_HZ]
    file["data"]["points"] = np.zeros((4, 0, len(motion.t_s)))
    # USED, DATA_START and RATIO are the library's own; set by hand they spoil the file.
    file.add_parameter("ROTATION", "RATE", [GRID_HZ])
    file.add_parameter("ROTATION", "LABELS", [NAMES[p] for p in motion.placements])
    file["data"]["rotations"] = _matrices(motion)
    file.add_parameter("TORSO", "SOFTWARE", [f"torso {software_version()}"])
    file.add_parameter("TORSO", "DEFINITION", list(_DEFINITION))
    file.add_parameter("TORSO", "START_S", [float(motion.t_s[0])])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drill.c3d"
        file.write(str(path))
        return path.read_bytes()


def _matrices(motion: SegmentMotion) -> FloatArray:
    """Rotations as (4, 4, segments, frames)."""
    w, x, y, z = np.moveaxis(motion.q_eb, -1, 0)
    matrix = np.zeros((4, 4, *w.shape))
    matrix[3, 3] = 1.0
    matrix[0, :3] = 1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)
    matrix[1, :3] = 2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)
    matrix[2, :3] = 2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)
    matrix[:, :, motion.gap] = np.nan
    return np.ascontiguousarray(np.swapaxes(matrix, 2, 3))
