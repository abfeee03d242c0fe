"""A packed recording is the same recording; a cut one is salvaged; nothing is lost on the way."""

import random
from io import BytesIO
from itertools import pairwise

import pytest
from mcap.reader import make_reader

from sensors.drivers.base import Notification
from sensors.errors import RecordingError, RecordingFormatError
from sensors.recording import RecordingWriter, pack_recording, packing, read_recording
from sensors.samples import Activity, Event, Placement, SensorId, SensorInfo

INFO = SensorInfo(SensorId("AA:01"), Placement.PELVIS, "one", "open_profile", 104.0)
COUNT = 150
META = {"subject": "Ä"}


def item(number):
    chance = random.Random(number)
    return Notification(INFO.sensor, f"c{number % 3}", 5.0 + number / 50, chance.randbytes(60))


ITEMS = [item(n) for n in range(COUNT)]
EVENTS = (Event(1.0, 3.0, Activity.SEATED), Event(2.0, 0.0, Activity.MARK))


def write(path, items):
    with RecordingWriter(path, (INFO,), origin_s=5.0, started_unix_s=1.7e9, meta=META) as writer:
        for one in items:
            writer.write(one)
        for event in EVENTS:
            writer.write_event(event)
    return path


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "CHUNK_BYTES", 4000)
    return write(tmp_path / "recording.mcap", ITEMS)


def facts(path):
    found = read_recording(path)
    return (
        list(found), found.events, found.sensors, found.meta, found.origin_s, found.messages,
        found.damaged, found.complete,
    )  # fmt: skip


def test_a_packed_recording_is_the_same(recorded):
    before, size = facts(recorded), recorded.stat().st_size
    assert pack_recording(recorded)
    assert facts(recorded) == before
    assert recorded.stat().st_size < size
    assert recorded.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in recorded.parent.iterdir()] == [recorded.name]
    packed = recorded.read_bytes()
    assert not pack_recording(recorded), "once is enough"
    assert recorded.read_bytes() == packed


def test_mcap_viewers_find_everything_by_its_index(recorded):
    pack_recording(recorded)
    reader = make_reader(BytesIO(recorded.read_bytes()), validate_crcs=True)
    summary = reader.get_summary()
    assert len(summary.chunk_indexes) > 3
    assert summary.statistics.message_count == COUNT + 3
    assert summary.statistics.channel_message_counts[6] == len(ITEMS[::3])
    found = [m.data[8:] for _, c, m in reader.iter_messages() if c.topic.startswith("/sensors")]
    assert found == [one.data for one in ITEMS]
    late = reader.iter_messages(starting_at=int(1.7e18 + 2e9), topics=["/sensors/AA:01/c0"])
    assert [m.data[8:] for _, _, m in late] == [i.data for i in ITEMS[::3] if i.arrival_s >= 7]


def test_a_packed_recording_can_be_cut_at_any_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "CHUNK_BYTES", 1500)
    monkeypatch.setattr(packing, "MESSAGES_AT_ONCE", 4)
    path = write(tmp_path / "recording.mcap", ITEMS[:12])
    pack_recording(path)
    whole, cut = path.read_bytes(), tmp_path / "cut.mcap"
    kept = [0]
    for length in range(1, len(whole) + 1):
        cut.write_bytes(whole[:length])
        recording = read_recording(cut)
        items = list(recording)
        assert items == ITEMS[: len(items)]
        assert recording.damaged == 0
        kept.append(len(items))
    assert kept == sorted(kept)
    assert kept[-1] == 12
    assert max(b - a for a, b in pairwise(kept)) <= packing.MESSAGES_AT_ONCE


def test_a_cut_recording_is_salvaged_and_remembers_it(recorded):
    whole = recorded.read_bytes()
    for length in random.Random(1).sample(range(2000, len(whole)), 25):
        recorded.write_bytes(whole[:length])
        before = facts(recorded)
        assert pack_recording(recorded)
        assert facts(recorded) == before
        assert not read_recording(recorded).complete or length > len(whole) - 2000
    assert [p.name for p in recorded.parent.iterdir()] == [recorded.name]


def test_what_lies_behind_damage_is_kept_aside(recorded):
    whole = recorded.read_bytes()
    damaged = whole[:9_000] + bytes([5]) + b"\xff" * 100_000
    recorded.write_bytes(damaged)
    assert pack_recording(recorded)
    assert (recorded.parent / "recording.damaged.mcap").read_bytes() == damaged
    whole_ones = list(read_recording(recorded))[:-1]
    assert whole_ones == ITEMS[: len(whole_ones)]
    assert len(whole_ones) > 50


def test_a_copy_that_reads_back_differently_is_not_used(recorded, monkeypatch):
    before = recorded.read_bytes()
    compressed = packing._Packer._compressed

    def forgetful(self):
        self.chunk[-1] ^= 1
        return compressed(self)

    monkeypatch.setattr(packing._Packer, "_compressed", forgetful)
    with pytest.raises(RecordingError, match="reads back differently"):
        pack_recording(recorded)
    assert recorded.read_bytes() == before
    assert [p.name for p in recorded.parent.iterdir()] == [recorded.name]


def test_a_disk_without_room_leaves_the_original(recorded, monkeypatch):
    before = recorded.read_bytes()

    def refuse(handle, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sensors.recording.appender.os.write", refuse)
    with pytest.raises(RecordingError, match="the disk is full"):
        pack_recording(recorded)
    assert recorded.read_bytes() == before
    assert [p.name for p in recorded.parent.iterdir()] == [recorded.name]


def test_a_recording_being_written_is_left_alone(tmp_path):
    path = tmp_path / "a.mcap"
    with RecordingWriter(path, (INFO,), origin_s=5.0, started_unix_s=1.7e9, meta={}):
        assert not pack_recording(path)
    assert pack_recording(path)


def test_a_damaged_chunk_is_counted_and_the_others_are_read(recorded):
    pack_recording(recorded)
    content = bytearray(recorded.read_bytes())
    content[len(content) // 2] ^= 0xFF
    recorded.write_bytes(content)
    recording = read_recording(recorded)
    items = list(recording)
    assert recording.damaged >= 1
    assert 0 < len(items) < COUNT
    assert all(one in ITEMS for one in items)


def test_another_compression_is_refused(recorded):
    pack_recording(recorded)
    content = recorded.read_bytes().replace(b"\x04\0\0\0zstd", b"\x04\0\0\0abcd")
    recorded.write_bytes(content)
    with pytest.raises(RecordingFormatError, match="in a way unknown here"):
        read_recording(recorded)
