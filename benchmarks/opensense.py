"""OpenSim's OpenSense: inverse kinematics of a chain of three segments from their orientations.

OpenSense makes no orientations; it takes the sensors' own, in one world, and finds the joint angles
that fit them best. So it gets orientations as good as torso's, headings made equal at neutral, is
placed on the model at that neutral by its own `IMUPlacer`, and tracks with its own tool. Joints are
gimbals: the spine bends and turns freely, as OpenSim's lumbar joints do.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from fusion import quaternions as qt

try:
    import opensim
except ImportError:  # only the extra `bench` brings it, and not for every Python
    opensim = None

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sensors.samples import FloatArray

SEGMENTS = ("pelvis", "thoracolumbar", "upper_back")
HEADER = "DataType=Quaternion\nversion=3\nOpenSimVersion=4.6\nendheader\n"
TO_Y_UP = Rotation.from_rotvec([-np.pi / 2, 0.0, 0.0])
"""OpenSim's world is y up."""


def installed() -> bool:
    """Whether OpenSim is here."""
    return opensim is not None


def turns(t_s: FloatArray, q_es: FloatArray, still_q: FloatArray) -> FloatArray:
    """Turn of each segment since neutral (m, 3, 4), as inverse kinematics finds it.

    Parameters
    ----------
    t_s
        (m,) seconds.
    q_es
        (m, 3, 4) orientations of the sensors in one world, z up.
    still_q
        (k, 3, 4) the same during the neutral.
    """
    neutral = np.stack([qt.mean(still_q[:, i]) for i in range(len(SEGMENTS))])
    with _folder():
        write_orientations(Path("neutral.sto"), t_s[:1], neutral[None])
        write_orientations(Path("drill.sto"), t_s, q_es)
        place(Path("neutral.sto"))
        track(Path("drill.sto"), t_s)
        angles = read_angles(Path("ik_drill.mot"))
    turned, out = None, []
    for i in range(len(SEGMENTS)):
        joint = Rotation.from_euler("XYZ", angles[:, 3 * i : 3 * i + 3], degrees=True)
        turned = joint if turned is None else turned * joint
        out.append(np.roll((TO_Y_UP.inv() * turned * TO_Y_UP).as_quat(), 1, axis=1))
    return np.stack(out, axis=1)


def place(calibration: Path) -> None:
    """Make ``model.osim``: the chain with each sensor where it is at the neutral."""
    model, zero = opensim.Model(), opensim.Vec3(0)
    parent = model.getGround()
    for name in SEGMENTS:
        body = opensim.Body(name, 1.0, zero, opensim.Inertia(1, 1, 1, 0, 0, 0))
        model.addBody(body)
        at = zero if name == SEGMENTS[0] else opensim.Vec3(0, 0.2, 0)
        model.addJoint(opensim.GimbalJoint(f"{name}_joint", parent, at, zero, body, zero, zero))
        parent = body
    model.finalizeConnections()
    model.printToXML("chain.osim")
    placer = opensim.IMUPlacer()
    placer.set_model_file("chain.osim")
    placer.set_orientation_file_for_calibration(str(calibration))
    placer.set_sensor_to_opensim_rotations(opensim.Vec3(-np.pi / 2, 0, 0))
    placer.set_output_model_file("model.osim")
    placer.run(False)


def track(orientations: Path, t_s: FloatArray) -> None:
    """Run the tool over all of ``orientations``; leaves ``ik_<name>.mot``."""
    tool = opensim.IMUInverseKinematicsTool()
    tool.set_model_file("model.osim")
    tool.set_orientations_file(str(orientations))
    tool.set_sensor_to_opensim_rotations(opensim.Vec3(-np.pi / 2, 0, 0))
    tool.set_results_directory(".")
    tool.set_report_errors(False)
    # Left to itself it stops after two seconds.
    tool.setStartTime(float(t_s[0]))
    tool.setEndTime(float(t_s[-1]))
    tool.run(False)


def write_orientations(path: Path, t_s: FloatArray, q_es: FloatArray) -> None:
    """Write orientations (m, 3, 4) as OpenSense reads them."""
    names = "\t".join(f"{name}_imu" for name in SEGMENTS)
    lines = [f"DataRate=100.000000\n{HEADER}time\t{names}"]
    for at, row in zip(t_s.tolist(), q_es.tolist(), strict=True):
        cells = "\t".join(",".join(f"{x:.9g}" for x in q) for q in row)
        lines.append(f"{at:.6f}\t{cells}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def read_angles(path: Path) -> FloatArray:
    """Joint angles (m, 9) in degrees that the tool wrote."""
    body = path.read_text(encoding="utf-8").split("endheader\n", 1)[1].lstrip()
    rows = [line.split() for line in body.splitlines()[1:]]
    return np.array(rows, dtype=float)[:, 1:]


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder of its own to work in, because the tools write beside where they stand."""
    opensim.Logger.setLevelString("off")
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)
