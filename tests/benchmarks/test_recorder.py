"""Cuts of short recordings and a few minutes of what `python -m benchmarks recorder` does."""

import os
import random

from benchmarks import killed, recorder
from sensors.recording import pack_recording, read_recording


def test_every_byte_of_a_short_recording(tmp_path):
    short = recorder.record(tmp_path / "short.mcap", 0.1)
    assert len(list(read_recording(short))) > 9
    found = recorder.cut(short, range(1, short.stat().st_size + 1))
    assert found == recorder.Cuts(short.stat().st_size, ())


def test_random_places_of_a_longer_recording(tmp_path):
    long = recorder.record(tmp_path / "long.mcap", 20.0)
    places = sorted(random.Random(1).sample(range(1, long.stat().st_size), 100))
    assert recorder.cut(long, places) == recorder.Cuts(100, ())


def test_a_packed_recording_cut_anywhere_gives_a_beginning(tmp_path):
    packed = recorder.record(tmp_path / "packed.mcap", 3.0)
    items = list(read_recording(packed))
    assert pack_recording(packed)
    for place in reversed(range(1, packed.stat().st_size, 97)):
        os.truncate(packed, place)
        found = list(read_recording(packed))
        assert found == items[: len(found)]


def test_a_wrong_byte_is_seen(tmp_path):
    """The proof is none if it cannot fail."""
    short = recorder.record(tmp_path / "short.mcap", 0.3)
    items = list(read_recording(short))
    ends = recorder.message_ends(short.read_bytes())
    looked = recorder._look_at
    assert looked(short, items[:-1], len(items) - 1, len(ends)) is not None
    assert looked(short, items, len(items), len(ends) - 1) is not None
    assert looked(tmp_path / "none.mcap", items, 0, 0).startswith("RecordingError")
    assert looked(short, items, len(items), len(ends)) is None


def test_an_hour_reads_back(tmp_path):
    said = []
    recorder.read_back_s(tmp_path / "a.mcap", said.append, seconds=10.0)
    assert all("of 3 sensors" in line for line in said)
    assert len(said) == 2


def test_growth_and_bends_are_measured():
    looks = [recorder.Look(600.0 * n, 100.0 + 2 * n, 1000 * n) for n in range(12)]
    assert recorder.growth_mib_per_h(looks) > recorder.MOST_GROWTH_MIB_PER_H
    assert recorder.bend_of(looks) < 1e-6
    bent = [recorder.Look(look.t_s, 100.0, look.size_bytes**2) for look in looks]
    assert recorder.bend_of(bent) > recorder.MOST_BEND
    assert recorder.growth_mib_per_h(bent) < 1e-6


def test_a_killed_session_loses_nothing_but_its_last_moment():
    """How much that is depends on the computer; that the rest is right does not."""
    said = []
    killed.run(2, say=said.append)
    assert "0 sessions with something wrong" in said[-1]
    assert len(said) == 1
