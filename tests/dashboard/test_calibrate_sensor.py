"""``torso calibrate-sensor`` as a person uses it."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.calibrating import choose, open_store
from dashboard.cli import main
from dashboard.unattended import record
from sensors.drivers.simulated import SimulatedSource
from sensors.drivers.table import TableSource
from sensors.errors import CalibrationError
from sensors.recording import read_recording
from sensors.samples import SensorId
from sessions.library import open_library

TABLE = SensorId("simulated-table")


def run(*options: str | Path) -> int:
    return main(["calibrate-sensor", "--source", "simulated", *map(str, options)])


def test_live_with_turns(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--fast", "--turns", "--seed", "3") == 0
    said = capsys.readouterr()
    truth = TableSource(seed=3).session.truth
    kept = open_store().get(TABLE)
    assert kept is not None
    assert kept.acc_scale == pytest.approx(truth.acc_scale, abs=1e-3)
    assert kept.gyr_scale == pytest.approx(truth.gyr_scale, abs=1e-3)
    assert "accelerometer  offset" in said.out
    assert said.err.splitlines()[0].endswith("+x, -x, +y, -y, +z, -z")
    assert len(set(said.err.splitlines())) == len(said.err.splitlines())


def test_it_ends_by_itself_when_all_faces_were_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--fast", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sensor"] == TABLE
    assert Path(found["file"]).is_file()
    assert found["calibration"]["poses"] == 11, "the last face's turn was not waited for"


def test_from_a_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.mcap"
    asyncio.run(record(TableSource(seed=2, speed=None), path))
    assert run(path, "--data", tmp_path / "elsewhere", "--json") == 0
    found = json.loads(capsys.readouterr().out)["calibration"]
    assert found["made_unix_s"] == read_recording(path).started_unix_s
    assert found["turns"] == [2, 2, 2]
    assert open_store(tmp_path / "elsewhere").get(TABLE) is not None
    assert open_store().get(TABLE) is None
    assert open_library(tmp_path / "elsewhere").list() == (), "it is not taken for a session"


def test_calibrating_again_gives_the_same(tmp_path: Path) -> None:
    """The correction of last time is not in what is measured this time."""
    path = tmp_path / "table.mcap"
    asyncio.run(record(TableSource(speed=None), path))
    assert run(path) == 0
    first = open_store().get(TABLE)

    class Corrected(TableSource):
        def __init__(self) -> None:
            super().__init__(speed=None)
            self.sensors = (replace(self.sensors[0], calibration=first),)

    again = tmp_path / "again.mcap"
    asyncio.run(record(Corrected(), again))
    assert read_recording(again).sensors[0].calibration == first
    assert run(again) == 0
    second = open_store().get(TABLE)
    assert first is not None
    assert second is not None
    assert second.acc_offset_mps2 == pytest.approx(first.acc_offset_mps2, rel=1e-9)
    assert second.gyr_offset_dps == pytest.approx(first.gyr_offset_dps, rel=1e-9)
    assert second.gyr_scale == pytest.approx(first.gyr_scale, rel=1e-9)


def test_worn_sensors_are_no_calibration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "worn.mcap"
    asyncio.run(record(SimulatedSource(speed=None, duration_s=8.0), path))
    assert run(path) == 3
    assert "--sensor" in capsys.readouterr().err
    assert run(path, "--sensor", "simulated-pelvis") == 3
    assert "were not up for 2 s" in capsys.readouterr().err
    assert run(path, "--sensor", "nobody") == 3
    assert "simulated-upper-back" in capsys.readouterr().err


def test_a_file_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "missing.mcap") == 2
    (tmp_path / "other.mcap").write_text("hello")
    assert run(tmp_path / "other.mcap") == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_forgetting(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--fast") == 0
    assert run("--forget", TABLE) == 0
    assert run("--forget", TABLE) == 0
    assert "had no calibration" in capsys.readouterr().out
    assert open_store().get(TABLE) is None


def test_a_sensor_is_chosen_by_id_or_name() -> None:
    sensors = SimulatedSource().sensors
    assert choose(sensors, sensors[1].sensor) is choose(sensors, sensors[1].name) is sensors[1]
    assert choose(sensors[:1], None) is sensors[0]
    with pytest.raises(CalibrationError, match="none"):
        choose((), None)
