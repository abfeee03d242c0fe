"""A recording is read as it was live, whole or cut, and what is wrong with it is said."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dashboard.unattended import record
from sensors.decoding import StreamDecoder
from sensors.drivers.base import Notification
from sensors.drivers.simulated import SimulatedSource
from sensors.recording import RecordingWriter, read_recording
from sensors.samples import Activity, Event, ImuBlock, Placement, SensorId, SensorInfo
from sessions.errors import SourceError
from sessions.imports.source import read_source
from tests.sensors.test_common_clock import IDS, INFOS, ORIGIN_S, SYNCED, samples, session

SECONDS = 12.0


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recording") / "recording.mcap"
    source = SimulatedSource(seed=3, speed=None, duration_s=SECONDS, origin_s=100.0)
    asyncio.run(record(source, path))
    return path


def test_samples_are_those_decoded_live(recording: Path) -> None:
    found = read_recording(recording)
    decoders = {info.sensor: StreamDecoder(info, found.origin_s) for info in found.sensors}
    live: dict[Placement, list[ImuBlock]] = {}
    for item in found:
        if isinstance(item, Notification):
            decoder = decoders[item.sensor]
            block = decoder.feed(item)
            if block is not None:
                live.setdefault(decoder.info.placement, []).append(block)
    session = read_source(recording)
    assert set(session.blocks) == set(Placement)
    for placement, block in session.blocks.items():
        for name in ("t_s", "acc", "gyr"):
            parts = [getattr(part, name) for part in live[placement]]
            np.testing.assert_array_equal(getattr(block, name), np.concatenate(parts))
        statistics = decoders[session.sensors[placement].sensor].statistics
        assert session.loss[placement] == statistics.loss
        assert session.sensors[placement].rate_hz == statistics.rate_hz
    assert session.flags == ()
    assert session.kind == "recording"


def test_what_the_wearer_did_is_there(recording: Path) -> None:
    first, second = read_source(recording).events
    assert first == Event(0.0, 3.5, Activity.CALIBRATION_NEUTRAL)
    assert second.activity is Activity.CALIBRATION_BOW
    assert second.onset_s == 3.5


def test_an_activity_cut_off_ends_with_the_samples(recording: Path) -> None:
    session = read_source(recording)
    last_s = max(block.t_s[-1] for block in session.blocks.values())
    assert session.events[-1].end_s == pytest.approx(last_s)


def test_a_folder_with_a_recording_is_read(recording: Path) -> None:
    assert len(read_source(recording.parent).events) == 2


def test_a_cut_recording_is_used_up_to_the_cut_and_said(recording: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mcap"
    data = recording.read_bytes()
    cut.write_bytes(data[: len(data) // 2])
    session, whole = read_source(cut), read_source(recording)
    assert [flag.code for flag in session.flags] == ["recording_cut"]
    for placement, block in session.blocks.items():
        n = len(block)
        assert 100 < n < len(whole.blocks[placement])
        np.testing.assert_array_equal(block.acc, whole.blocks[placement].acc[:n])


@pytest.mark.parametrize("length", [0, 5, 40, 200])
def test_a_recording_cut_at_its_head_is_refused(
    recording: Path, tmp_path: Path, length: int
) -> None:
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(recording.read_bytes()[:length])
    with pytest.raises(SourceError, match=r"cut\.mcap: "):
        read_source(cut)


def info(placement: Placement, protocol: str = "open_profile") -> SensorInfo:
    return SensorInfo(SensorId(f"s-{placement}"), placement, str(placement), protocol, 104.0)


PELVIS, UPPER = info(Placement.PELVIS), info(Placement.UPPER_BACK)


@pytest.mark.parametrize(
    ("sensors", "message"),
    [
        ([PELVIS], "has no sensor on upper_back"),
        ([PELVIS, UPPER], "holds no samples of the sensor on pelvis"),
        ([PELVIS, replace(UPPER, placement=Placement.PELVIS)], "two sensors were worn at the same"),
        ([PELVIS, replace(UPPER, protocol="other")], "a sensor of an unknown kind"),
        ([], "was cut before it says which sensors were worn"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, sensors: list[SensorInfo], message: str) -> None:
    path = tmp_path / "x.mcap"
    with RecordingWriter(path, sensors, origin_s=0.0, started_unix_s=0.0, meta={}):
        pass
    with pytest.raises(SourceError, match=message):
        read_source(path)


def test_a_synchronised_sensor_that_was_off_is_flagged(tmp_path: Path) -> None:
    path = tmp_path / "x.mcap"
    notes = [
        note
        for note in session([SYNCED] * 3, [50e6] * 3, seconds=8.0)
        if note.sensor != IDS[2] or note.arrival_s < ORIGIN_S + 3.0
    ]
    notes += samples(IDS[2], 9, -4.5e6, 3.0, begin_s=5.0)
    notes.sort(key=lambda note: note.arrival_s)
    with RecordingWriter(path, INFOS, origin_s=ORIGIN_S, started_unix_s=0.0, meta={}) as writer:
        for note in notes:
            writer.write(note)
    (flag,) = read_source(path).flags
    assert (flag.code, flag.placement) == ("clock_left", INFOS[2].placement)


def test_the_description_in_a_recording_is_used_and_checked(
    recording: Path, tmp_path: Path
) -> None:
    found = read_recording(recording)
    for level, message in (("T4", None), ("T9", "column upper_back_level: must be one of")):
        path = tmp_path / f"{level}.mcap"
        with RecordingWriter(
            path,
            found.sensors,
            origin_s=found.origin_s,
            started_unix_s=0.0,
            meta={"upper_back_level": level, "subject": "A7"},
        ) as writer:
            for item in found:
                writer.write(item)
        if message is None:
            session = read_source(path)
            assert (session.setup.upper_back_level, session.subject) == ("T4", "A7")
        else:
            with pytest.raises(SourceError, match=message):
                read_source(path)
