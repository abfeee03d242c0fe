"""Movella DOTs that keep one clock are put on one, and one that stops doing so is not."""

import math

import numpy as np
import pytest

from sensors.drivers.base import Notification
from sensors.protocols import movella_dot
from sensors.protocols.movella_dot import Characteristic, PayloadId, SyncReply, encode_message
from sensors.samples import Placement, SensorId, SensorInfo
from sensors.session_decoder import SessionDecoder

ORIGIN_S = 1000.0
IDS = [SensorId("a"), SensorId("b"), SensorId("c")]
INFOS = [
    SensorInfo(sensor, placement, sensor, movella_dot.PROTOCOL, 60.0)
    for sensor, placement in zip(IDS, Placement, strict=True)
]
WRAP_US = 1 << 32
STILL = {"quat": np.array([1.0, 0, 0, 0]), "acc": np.array([0, 0, 9.81]), "gyr_dps": np.zeros(3)}


def says(sensor, reply, at_s):
    data = encode_message(2, bytes(reply.value))
    return Notification(sensor, Characteristic.MESSAGE_NEWS, ORIGIN_S + at_s, data)


def samples(sensor, seed, start_us, seconds=60.0, begin_s=0.0, wait_s=0.0):
    """What a sensor sends over a link of its own: intervals in step with it, stalls, jitter.

    All sensors have one clock: it stands at ``start_us`` when the session begins. Every packet of
    this sensor waits ``wait_s``.
    """
    rng = np.random.default_rng(seed)
    phase_s, last_s = rng.uniform(0.0, 0.05), 0.0
    for n in range(round(begin_s * 60.0), round((begin_s + seconds) * 60.0)):
        true_s = n / 60.0
        stalled_s = 0.25 if rng.random() < 0.002 else 0.0
        ready_s = true_s + wait_s + stalled_s + rng.exponential(0.002)
        event_s = phase_s + math.ceil((ready_s - phase_s) / 0.05) * 0.05
        last_s = max(event_s, last_s + 1e-4)
        ticks = round(start_us + true_s * 1e6 * (1.0 + 40e-6)) % WRAP_US
        data = movella_dot.encode_payload(PayloadId.CUSTOM_5, movella_dot.Payload(ticks, **STILL))
        yield Notification(sensor, Characteristic.LONG, ORIGIN_S + last_s, data)


def session(replies, start_us=(5e6, 5e6, 5e6), waits_s=(0.0, 0.012, 0.024), seconds=60.0):
    found = []
    for n, sensor in enumerate(IDS):
        if replies[n] is not None:
            found.append(says(sensor, replies[n], 0.0))
        found += samples(sensor, n, start_us[n], seconds, wait_s=waits_s[n])
    return sorted(found, key=lambda note: note.arrival_s)


def times(decoder, notes, at_once=200):
    """Each sensor's session times."""
    parts = {sensor: [] for sensor in decoder.streams}
    for at in range(0, len(notes), at_once):
        for sensor, block in decoder.feed_all(notes[at : at + at_once]).items():
            parts[sensor].append(block.t_s)
    return {sensor: np.concatenate(part) for sensor, part in parts.items()}


def apart_s(one, other, after_s=20.0):
    """How far two sensors' times of the same instants are apart, at most."""
    count = min(len(one), len(other))
    late = one[:count] > after_s
    return np.max(np.abs(one[:count] - other[:count])[late])


SYNCED, NOT_SYNCED = SyncReply.SYNCED, SyncReply.NOT_SYNCED


@pytest.mark.parametrize("start_us", [5e6, WRAP_US - 30e6], ids=["", "wraps"])
def test_synchronised_sensors_are_apart_by_nothing_of_the_radio(start_us):
    decoder = SessionDecoder(INFOS, ORIGIN_S)
    t_s = times(decoder, session([SYNCED] * 3, [start_us] * 3))
    for sensor in IDS:
        assert np.all(np.diff(t_s[sensor]) > 0.0)
        assert len(t_s[sensor]) == 3600
        statistics = decoder.streams[sensor].statistics
        assert (statistics.lost, statistics.synchronised, statistics.desynchronised) == (0, True, 0)
    assert apart_s(t_s["a"], t_s["b"]) < 0.001
    assert apart_s(t_s["a"], t_s["c"]) < 0.001


@pytest.mark.parametrize("reply", [NOT_SYNCED, None])
def test_not_synchronised_each_is_followed_by_itself(reply):
    """As if it were alone, to the last bit; what its packets wait stays in."""
    notes = session([reply] * 3, [5e6, 77e6, 990e6])
    decoder = SessionDecoder(INFOS, ORIGIN_S)
    together = times(decoder, notes)
    for info in INFOS:
        alone = times(
            SessionDecoder([info], ORIGIN_S), [n for n in notes if n.sensor == info.sensor]
        )
        np.testing.assert_array_equal(together[info.sensor], alone[info.sensor])
        assert not decoder.streams[info.sensor].statistics.synchronised
    assert apart_s(together["a"], together["c"]) > 0.005


@pytest.mark.parametrize("at_once", [1, 17, 100_000])
def test_how_many_are_taken_in_at_once_changes_nothing(at_once):
    notes = session([SYNCED, SYNCED, NOT_SYNCED], seconds=12.0)
    usual = times(SessionDecoder(INFOS, ORIGIN_S), notes)
    other = times(SessionDecoder(INFOS, ORIGIN_S), notes, at_once)
    for sensor in IDS:
        np.testing.assert_array_equal(other[sensor], usual[sensor])


def test_one_that_reboots_is_followed_by_itself_and_says_so(caplog):
    notes = [n for n in session([SYNCED] * 3) if n.sensor != "c" or n.arrival_s < ORIGIN_S + 30.0]
    notes += samples(IDS[2], 9, -34e6, 26.0, begin_s=34.0, wait_s=0.024)
    notes.sort(key=lambda note: note.arrival_s)
    decoder = SessionDecoder(INFOS, ORIGIN_S)
    t_s = times(decoder, notes)
    statistics = decoder.streams[IDS[2]].statistics
    assert (statistics.restarts, statistics.synchronised) == (1, False)
    assert statistics.desynchronised == 1
    assert "c does not keep the common clock, it was off meanwhile" in caplog.text
    assert apart_s(t_s["a"], t_s["b"]) < 0.001, "the others go on"
    true_s = np.arange(34 * 60, 60 * 60) / 60.0
    np.testing.assert_allclose(t_s["c"][-len(true_s) :], true_s, atol=0.15)


@pytest.mark.parametrize("says_s", [30.0, 34.0], ids=["before it sends", "while it sends"])
def test_one_that_was_off_is_back_on_the_clock_when_it_says_so(says_s):
    """Off at 20 s, then with a clock of its own, and at 30 s with the others' once more."""
    notes = [n for n in session([SYNCED] * 3) if n.sensor != "c" or n.arrival_s < ORIGIN_S + 20.0]
    notes += samples(IDS[2], 9, -21e6, 5.0, begin_s=22.0, wait_s=0.024)
    notes += samples(IDS[2], 10, 5e6, 30.0, begin_s=30.0, wait_s=0.024)
    notes.append(says(IDS[2], SYNCED, says_s))
    notes.sort(key=lambda note: note.arrival_s)
    decoder = SessionDecoder(INFOS, ORIGIN_S)
    before = times(decoder, [n for n in notes if n.arrival_s < ORIGIN_S + 29.0])
    assert not decoder.streams[IDS[2]].statistics.synchronised
    t_s = times(decoder, [n for n in notes if n.arrival_s >= ORIGIN_S + 29.0])
    statistics = decoder.streams[IDS[2]].statistics
    assert (statistics.synchronised, statistics.desynchronised) == (True, 1)
    assert np.all(np.diff(np.concatenate([before["c"], t_s["c"]])) > 0.0)
    last = 14 * 60
    np.testing.assert_allclose(t_s["a"][-last:], t_s["c"][-last:], atol=0.001)


def test_one_that_says_it_again_and_again_wrongly_is_found_out_again():
    """Each time it says so, it is believed until its time stamps show otherwise."""
    notes = session([SYNCED] * 3, [5e6, 5e6, 5.5e6])
    notes.append(says(IDS[2], SYNCED, 30.0))
    notes.sort(key=lambda note: note.arrival_s)
    decoder = SessionDecoder(INFOS, ORIGIN_S)
    t_s = times(decoder, notes)
    statistics = decoder.streams[IDS[2]].statistics
    assert (statistics.synchronised, statistics.desynchronised) == (False, 2)
    assert apart_s(t_s["a"], t_s["b"]) < 0.001, "it does not draw the others with it"
    assert all(decoder.streams[n].statistics.synchronised for n in IDS[:2])


@pytest.mark.parametrize("until_s", [0.4, 2.0])
@pytest.mark.parametrize("who", IDS)
def test_one_whose_first_packets_were_held_back_keeps_the_clock(who, until_s):
    """Its own clock begins that much late and is bent back for a minute: that is no other clock."""
    early = ORIGIN_S + until_s
    notes = [
        n._replace(arrival_s=early) if n.sensor == who and n.arrival_s < early else n
        for n in session([SYNCED] * 3, seconds=30.0)
    ]
    notes.sort(key=lambda note: note.arrival_s)
    decoder = SessionDecoder(INFOS, ORIGIN_S)
    t_s = times(decoder, notes)
    for sensor in IDS:
        assert decoder.streams[sensor].statistics.synchronised
        assert apart_s(t_s["a"], t_s[sensor]) < 0.001
        true_s = np.arange(len(t_s[sensor])) / 60.0
        assert np.abs(t_s[sensor] - true_s)[t_s[sensor] > 20.0].max() < 0.06


def test_one_that_says_so_wrongly_is_found_out(caplog):
    """Synchronised once, with others: its time stamps are half a second away from these."""
    notes = session([SYNCED] * 3, [5e6, 5e6, 5.5e6])
    decoder = SessionDecoder(INFOS, ORIGIN_S)
    t_s = times(decoder, notes)
    assert not decoder.streams[IDS[2]].statistics.synchronised
    assert "c does not keep the common clock, its time stamps are not the others'" in caplog.text
    assert all(decoder.streams[n].statistics.synchronised for n in IDS[:2])
    assert apart_s(t_s["a"], t_s["b"]) < 0.001
    assert np.abs(t_s["a"] - np.arange(3600) / 60.0)[1800:].max() < 0.06
    assert np.abs(t_s["c"][-1] - t_s["a"][-1]) < 0.06


def test_one_that_is_told_to_stop_goes_over_without_a_step():
    notes = session([SYNCED] * 3)
    notes.append(says(IDS[2], SyncReply.STOPPED, 30.0))
    notes.sort(key=lambda note: note.arrival_s)
    decoder = SessionDecoder(INFOS, ORIGIN_S)
    t_s = times(decoder, notes)
    steps_s = np.diff(t_s["c"][600:])
    assert steps_s.min() > 0.9 / 60.0
    assert steps_s.max() < 1.1 / 60.0
    assert decoder.streams[IDS[2]].statistics.lost == 0
