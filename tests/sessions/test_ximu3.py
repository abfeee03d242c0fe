"""Samples leave in the layout of the x-IMU3 logger."""

from pathlib import Path

import numpy as np
import pytest

from sessions.exports.formats import export_session
from sessions.imports.source import read_source


def test_rates_and_forces_in_its_units(raw_folder: Path, tmp_path: Path) -> None:
    export_session(raw_folder, tmp_path / "out", "ximu3")
    block = next(iter(read_source(raw_folder).blocks.values()))
    path = tmp_path / "out" / "pelvis" / "Inertial.csv"
    header, first, *_ = path.read_text(encoding="utf-8").splitlines()
    assert header.startswith("Timestamp (us),Gyroscope X (deg/s),")
    assert header.endswith(",Accelerometer Z (g)")
    assert "e" not in first.lower().split(",")[0]
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    np.testing.assert_allclose(table[:, 0] / 1e6, block.t_s, atol=1e-6)
    np.testing.assert_allclose(np.radians(table[:, 1:4]), block.gyr, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(table[:, 4:] * 9.80665, block.acc, rtol=1e-7, atol=1e-12)


def test_its_reader_reads_it(raw_folder: Path, tmp_path: Path) -> None:
    ximu3csv = pytest.importorskip("ximu3csv", reason="it comes with the dev extra")
    export_session(raw_folder, tmp_path / "out", "ximu3")
    devices = ximu3csv.read(str(tmp_path / "out"))
    assert sorted(d.device_name for d in devices) == ["pelvis", "upper_back"]
    length = np.linalg.norm(devices[0].inertial.accelerometer.xyz, axis=1)
    assert np.median(length) == pytest.approx(1, abs=0.01)
