"""Orientations leave in the form that OpenSim's reader wants."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from fusion import quaternions as qt
from fusion.segments import SegmentMotion
from sensors.samples import Activity, Placement
from sessions.exports.checks import Check, check_export
from sessions.exports.formats import export_session
from sessions.exports.opensim import opensim_files


@pytest.fixture
def turned() -> SegmentMotion:
    """A pelvis that stays and an upper back that turns to the left; silent for a while."""
    q = qt.about_vertical(np.linspace(0, 0.5, 50))
    gap = np.zeros(50, np.bool_)
    gap[10:20] = True
    return SegmentMotion(
        Activity.SEATED,
        (Placement.PELVIS, Placement.UPPER_BACK),
        np.round(np.arange(50) * 0.01 + 3, 2),
        np.stack([np.tile(qt.IDENTITY, (50, 1)), q], axis=1),
        gap,
    )


def read(data: bytes) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Labels, times (n,) and quaternions (n, k, 4), as the format is documented."""
    assert b"\r" not in data
    head, _, body = data.decode().partition("endheader\n")
    assert "DataType=Quaternion\n" in head
    labels, *rows = (line.split("\t") for line in body.splitlines())
    times = np.array([float(row[0]) for row in rows])
    assert (np.diff(times) > 0).all()
    return labels, times, np.array([[c.split(",") for c in row[1:]] for row in rows], float)


def test_a_turn_to_the_left_is_one_about_up(turned: SegmentMotion) -> None:
    ((name, data),) = opensim_files([turned]).items()
    assert name == "01_seated_thoracic_rotation_orientations.sto"
    labels, times, q = read(data)
    assert labels == ["time", "pelvis_imu", "torso_imu"]
    assert len(times) == 40
    last = qt.multiply(q[-1, 1], qt.conjugate(q[-1, 0]))
    np.testing.assert_allclose(last, [np.cos(0.25), 0, np.sin(0.25), 0], atol=1e-7)


def test_opensim_reads_it(turned: SegmentMotion, tmp_path: Path) -> None:
    if find_spec("opensim") is None:
        pytest.skip("OpenSim is not packaged for this Python or computer")
    ((name, data),) = opensim_files([turned]).items()
    path = tmp_path / name
    path.write_bytes(data)
    assert check_export("opensim", tmp_path, [path]) == Check("opensim", True)
    path.write_bytes(data.replace(b"DataType=Quaternion\n", b""))
    failed = check_export("opensim", tmp_path, [path])
    assert failed.passed is False
    assert str(failed).startswith("Checked by opensim: FAILS: ")


def test_a_still_wearer_stays_at_neutral(raw_folder: Path, tmp_path: Path) -> None:
    (path,) = export_session(raw_folder, tmp_path / "out", "opensim")
    _, _, q = read(path.read_bytes())
    np.testing.assert_allclose(np.linalg.norm(q, axis=-1), 1, atol=1e-7)
    assert np.abs(q @ q[0, 0]).min() > 0.999
