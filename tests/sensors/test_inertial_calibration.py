"""A calibration corrects, is kept per sensor, goes into the recording and is used on decoding."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.calibration_store import CalibrationStore
from sensors.decoding import StreamDecoder
from sensors.drivers.base import Notification
from sensors.drivers.calibrated import CalibratedSource
from sensors.drivers.radio import PERFECT_RADIO
from sensors.drivers.replay import ReplaySource
from sensors.drivers.simulated import SimulatedSource
from sensors.errors import CalibrationStoreError, RecordingFormatError
from sensors.inertial_calibration import InertialCalibration
from sensors.recording import RecordingWriter, read_recording
from sensors.samples import SensorId

CALIBRATION = InertialCalibration(
    made_unix_s=1.75e9,
    acc_offset_mps2=(0.1, -0.2, 0.3),
    acc_scale=(1.01, 0.99, 1.002),
    gyr_offset_dps=(0.5, -0.6, 0.7),
    gyr_scale=(1.003, 0.998, 1.0),
    poses=12,
    residual_mps2=0.004,
    turns=(2, 1, 0),
)
SENSOR = SensorId("C0:FF:EE:00:12:34")
TRIPLES = st.tuples(*[st.floats(-1e3, 1e3)] * 3)
SCALES = st.tuples(*[st.floats(0.5, 1.5)] * 3)


def test_it_takes_off_the_offset_then_scales() -> None:
    acc = CALIBRATION.acc(np.array([[0.1, -0.2, 0.3], [10.1, 9.8, 10.3]]))
    np.testing.assert_allclose(acc, [[0, 0, 0], [10.1, 9.9, 10.02]])
    gyr = CALIBRATION.gyr(np.deg2rad([[100.5, 99.4, 100.7]]))
    np.testing.assert_allclose(np.rad2deg(gyr), [[100.3, 99.8, 100.0]])


@given(TRIPLES, SCALES, TRIPLES, SCALES)
def test_it_survives_json(acc_offset, acc_scale, gyr_offset, gyr_scale) -> None:
    calibration = InertialCalibration(1.5, acc_offset, acc_scale, gyr_offset, gyr_scale)
    text = json.dumps(calibration.to_json(), allow_nan=False)
    assert InertialCalibration.from_json(json.loads(text)) == calibration


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"acc_scale": [1.0, 1.0]},
        {"acc_scale": [1.0, 0.0, 1.0]},
        {"gyr_scale": "1, 1, 1"},
        {"gyr_offset_dps": [0.0, None, 0.0]},
        {"acc_offset_mps2": [0.0, True, 0.0]},
        {"made_unix_s": float("nan")},
    ],
)
def test_what_is_no_calibration_is_not_believed(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        InertialCalibration.from_json(CALIBRATION.to_json() | change)


def test_the_store_keeps_one_per_sensor(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path / "new" / "calibrations")
    assert store.get(SENSOR) is None
    path = store.put(SENSOR, CALIBRATION)
    assert store.get(SENSOR) == CALIBRATION
    assert store.get(SensorId("another")) is None
    assert ":" not in path.name
    newer = replace(CALIBRATION, poses=6)
    store.put(SENSOR, newer)
    assert store.get(SENSOR) == newer
    assert [p.name for p in store.root.iterdir()] == [path.name]
    assert store.forget(SENSOR)
    assert not store.forget(SENSOR)
    assert store.get(SENSOR) is None


def test_sensors_with_awkward_names_do_not_share_or_leave_the_folder(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path / "calibrations")
    names = ["a:b", "a/b", "a_b", "../a", "a%3Ab", "."]
    paths = {store.path(SensorId(name)) for name in names}
    assert len(paths) == len(names)
    assert all(path.resolve().parent == store.root.resolve() for path in paths)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"sensor": 1}', "\x00", "[" * 5000])
def test_a_damaged_file_is_named_not_ignored(tmp_path: Path, text: str) -> None:
    store = CalibrationStore(tmp_path)
    path = store.put(SENSOR, CALIBRATION)
    path.write_text(text)
    with pytest.raises(CalibrationStoreError, match=r"delete the file") as raised:
        store.get(SENSOR)
    assert raised.value.path == path


def test_another_sensors_file_is_not_believed(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    store.put(SENSOR, CALIBRATION).rename(store.path(SensorId("another")))
    with pytest.raises(CalibrationStoreError, match="it is of the sensor"):
        store.get(SensorId("another"))


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CalibrationStoreError, match="cannot be written"):
        CalibrationStore(tmp_path / "file").put(SENSOR, CALIBRATION)


def simulated() -> SimulatedSource:
    return SimulatedSource(radio=PERFECT_RADIO, speed=None, duration_s=3.0, origin_s=9.0)


async def test_applied_on_decoding_recorded_and_the_bytes_untouched(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path / "calibrations")
    store.put(simulated().sensors[0].sensor, CALIBRATION)
    path = tmp_path / "calibrated.mcap"
    async with CalibratedSource(simulated(), store) as source:
        infos = source.sensors
        items = [item async for item in source]
        with RecordingWriter(
            path, infos, origin_s=source.origin_s, started_unix_s=0.0, meta={}
        ) as writer:
            for item in items:
                writer.write(item)
    async with simulated() as plain:
        assert items == [item async for item in plain]
    assert [info.calibration for info in infos] == [CALIBRATION, None, None]
    assert read_recording(path).sensors == infos
    async with ReplaySource(path, speed=None) as replay:
        assert replay.sensors == infos

    corrected, raw = (
        StreamDecoder(info, 9.0) for info in (infos[0], replace(infos[0], calibration=None))
    )
    for item in items:
        if isinstance(item, Notification) and item.sensor == infos[0].sensor:
            block, uncorrected = corrected.feed(item), raw.feed(item)
            if block is not None and uncorrected is not None:
                np.testing.assert_array_equal(block.acc, CALIBRATION.acc(uncorrected.acc))
                np.testing.assert_array_equal(block.gyr, CALIBRATION.gyr(uncorrected.gyr))
    assert corrected.statistics.received > 250


async def test_a_damaged_calibration_stops_a_session_before_it_begins(tmp_path: Path) -> None:
    store = CalibrationStore(tmp_path)
    store.put(simulated().sensors[1].sensor, CALIBRATION).write_text("{")
    source = CalibratedSource(simulated(), store)
    with pytest.raises(CalibrationStoreError):
        async with source:
            pass
    assert source.kind == "simulated"


def test_a_recording_with_an_impossible_calibration_is_not_read(tmp_path: Path) -> None:
    info = replace(simulated().sensors[0], calibration=replace(CALIBRATION, acc_scale=(9, 1, 1)))
    path = tmp_path / "wrong.mcap"
    with RecordingWriter(path, (info,), origin_s=0.0, started_unix_s=0.0, meta={}):
        pass
    with pytest.raises(RecordingFormatError, match="no sensor is off"):
        read_recording(path)
