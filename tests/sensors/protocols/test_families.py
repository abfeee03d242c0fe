"""Families are told apart, and each goes the whole way from bytes to blocks and recordings."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sensors.decoding import StreamDecoder
from sensors.drivers.base import Notification
from sensors.errors import ProtocolError
from sensors.inertial_calibration import InertialCalibration
from sensors.protocols import metamotion, movella_dot, movesense, thingy52, witmotion
from sensors.protocols.families import FAMILIES, family_named, recognise
from sensors.samples import Placement, SensorId, SensorInfo

ORIGIN_S = 100.0
AXIS_RATE_DPS = 30.0


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        ("Movella DOT", "movella_dot"), ("Xsens DOT", "movella_dot"), ("WT901BLE67", "witmotion"),
        ("WT9011DCL-BT50", "witmotion"), ("Movesense 174630000192", "movesense"),
        ("MetaWear", "metamotion"), ("OSI-3F2A", "open_profile"), ("Thingy", "thingy52"),
        ("Polar H10", None),
        ("", None), (None, None),
    ],
)  # fmt: skip
def test_names(name, protocol):
    found = recognise(name, (), ())
    assert (found.protocol if found else None) == protocol


def test_makers_and_services():
    assert recognise(None, (), {0x0886}).protocol == "movella_dot"
    assert recognise("My sensor", {metamotion.SERVICE}, ()).protocol == "metamotion"
    assert len({f.protocol for f in FAMILIES}) == len(FAMILIES)
    with pytest.raises(ProtocolError):
        family_named("morse")


def movella_dot_packets(n, t_s):
    payload = movella_dot.Payload(
        round(t_s * 1e6), quat=np.array([1.0, 0, 0, 0]), acc=np.array([0, 0, 9.81]),
        gyr_dps=np.array([0, 0, AXIS_RATE_DPS]),
    )  # fmt: skip
    kind = movella_dot.PayloadId.CUSTOM_5
    yield movella_dot.Characteristic.LONG, movella_dot.encode_payload(kind, payload)


def witmotion_packets(n, t_s):
    frame = witmotion.encode_frame([0, 0, 2048, 0, 0, round(AXIS_RATE_DPS / 2000 * 32768), 0, 0, 0])
    if n % 4 == 3:
        yield witmotion.NOTIFY, 4 * frame


def movesense_packets(n, t_s):
    if n % 8 != 7:
        return
    values = np.zeros((2, 8, 3))
    values[0, :, 2], values[1, :, 2] = 9.81, AXIS_RATE_DPS
    first_ms = round(1000 * (t_s - 7 / 104))
    data = movesense.encode_measurement(movesense.Measurement(first_ms, values))
    for code, part in ((2, data[:150]), (3, data[150:])):
        yield movesense.NOTIFY, bytes([code, movesense.IMU6_REFERENCE]) + part


def metamotion_packets(n, t_s):
    raw = np.array([0, 0, 4096, 0, 0, round(32.8 * AXIS_RATE_DPS)], dtype=np.int16)
    fused = metamotion.Fused(2, int(t_s / (48 / 32768)), raw)
    yield metamotion.NOTIFY, metamotion.encode_fused(fused)


def thingy52_packets(n, t_s):
    yield thingy52.RAW, thingy52.encode_raw([0, 0, 1024, 0, 0, round(32 * AXIS_RATE_DPS), 0, 0, 0])


PACKETS = {
    "movella_dot": movella_dot_packets,
    "witmotion": witmotion_packets,
    "movesense": movesense_packets,
    "metamotion": metamotion_packets,
    "thingy52": thingy52_packets,
}


def stream(protocol, seconds=40.0, lose=(), seed=0, rate=None):
    """Notifications of a sensor that turns steadily, over a link of 15 ms intervals."""
    rate_hz = rate or family_named(protocol).rate_hz
    rng = np.random.default_rng(seed)
    for n in range(round(seconds * rate_hz)):
        t_s = 5.0 + n / rate_hz
        arrival_s = ORIGIN_S + math.ceil((t_s + 0.002) / 0.015) * 0.015 + rng.exponential(0.0005)
        for characteristic, data in PACKETS[protocol](n, t_s):
            if not any(start <= t_s < end for start, end in lose):
                yield t_s, Notification(SensorId("x"), characteristic, arrival_s, data)


def decoder_of(protocol):
    rate_hz = family_named(protocol).rate_hz
    info = SensorInfo(SensorId("x"), Placement.PELVIS, "x", protocol, rate_hz)
    return StreamDecoder(info, ORIGIN_S)


@pytest.mark.parametrize("protocol", PACKETS)
def test_every_sample_arrives_in_its_time(protocol):
    decoder = decoder_of(protocol)
    blocks = [block for _, n in stream(protocol) if (block := decoder.feed(n)) is not None]
    t_s = np.concatenate([b.t_s for b in blocks])
    assert (np.diff(t_s) > 0).all()
    assert decoder.statistics.lost == 0
    assert decoder.statistics.received == len(t_s)
    assert decoder.statistics.rate_hz == pytest.approx(family_named(protocol).rate_hz, rel=5e-3)
    late = t_s[len(t_s) // 2 :]
    true = 5.0 + np.arange(len(t_s)) / family_named(protocol).rate_hz
    offset = late - true[len(t_s) // 2 :]
    assert 0.0 < np.median(offset) < 0.015
    assert np.ptp(offset) < 0.003
    gyr = np.concatenate([b.gyr for b in blocks])
    np.testing.assert_allclose(np.degrees(gyr[:, 2]), AXIS_RATE_DPS, atol=0.05)
    np.testing.assert_allclose(np.concatenate([b.acc for b in blocks])[:, 2], 9.81, atol=0.02)


@pytest.mark.parametrize("until_s", [5.3, 7.0])
@pytest.mark.parametrize("others", ["queue up", "are lost"])
@pytest.mark.parametrize("protocol", PACKETS)
def test_a_first_packet_that_was_held_back_is_soon_forgotten(protocol, others, until_s):
    """That it came late says nothing of when: times are right within 5 ms five seconds later, where
    samples are counted ten."""
    decoder, found = decoder_of(protocol), []
    for t_s, note in stream(protocol, seconds=25.0):
        if others == "are lost" and found and t_s < until_s:
            continue
        arrival_s = max(note.arrival_s, ORIGIN_S + until_s)
        block = decoder.feed(note._replace(arrival_s=arrival_s))
        if block is not None:
            found.append((t_s, block.t_s[-1], arrival_s - ORIGIN_S))
    true_s, given_s, arrival_s = np.array(found).T
    assert (np.diff(given_s) > 0.0).all()
    assert decoder.statistics.late == 0
    assert (given_s - arrival_s).max() < 0.3, "hardly anything is from the future"
    late_s = given_s - true_s
    soon_s = 5.0 if family_named(protocol).reader(100.0).clock else 10.0
    usual_s = np.median(late_s[true_s > 20.0])
    assert np.abs(late_s - usual_s)[true_s > until_s + soon_s].max() < 0.005


@pytest.mark.parametrize("protocol", PACKETS)
def test_how_many_are_taken_in_at_once_changes_nothing(protocol):
    """To the last bit: what is live one by one comes from a recording a thousand at a time."""
    rng = np.random.default_rng(7)
    notes = [n for _, n in stream(protocol, seconds=12.0, lose=[(6.0, 6.5), (9.0, 9.02)])]
    for at in (60, 150, 200):
        notes[at : at + 3] = [notes[at + 1], notes[at], notes[at]._replace(data=rng.bytes(17))]
    calibration = InertialCalibration(0.0, (0.1, -0.2, 0.05), (1.01, 0.99, 1.002), (0.3, 0.1, -0.2))
    info = replace(decoder_of(protocol).info, calibration=calibration)
    outcomes = []
    for at_once in (1, 7, 1000):
        decoder = StreamDecoder(info, ORIGIN_S)
        parts = [notes[at : at + at_once] for at in range(0, len(notes), at_once)]
        blocks = [block for part in parts if (block := decoder.feed_all(part)) is not None]
        columns = ("t_s", "acc", "gyr", "quat", "clipped")
        values = [[getattr(block, name) for block in blocks] for name in columns]
        joined = [None if v[0] is None else np.concatenate(v) for v in values]
        outcomes.append((joined, decoder.statistics, decoder.gaps))
    for joined, statistics, gaps in outcomes[1:]:
        assert (statistics, gaps) == outcomes[0][1:]
        for one, other in zip(joined, outcomes[0][0], strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("protocol", PACKETS)
def test_what_is_lost_is_counted(protocol):
    """Two seconds in one go, and single packets: with a clock exactly, without in the end."""
    rate_hz = family_named(protocol).rate_hz
    decoder = decoder_of(protocol)
    for _, n in stream(protocol, seconds=60.0, lose=[(20.0, 22.0), (40.0, 40.08)]):
        decoder.feed(n)
    sent = round(60.0 * rate_hz)
    statistics = decoder.statistics
    tolerance = 0 if family_named(protocol).reader(rate_hz).clock else 2
    assert abs(statistics.received + statistics.lost - sent) <= tolerance
    assert statistics.longest_gap_s == pytest.approx(2.0, abs=0.12)


def test_what_comes_long_after_it_was_given_up_is_lost_once():
    """Four seconds of silence, then all of it at once: counted as lost, so it is left out."""
    decoder, last_s, sent = decoder_of("witmotion"), 0.0, 0
    for t_s, n in stream("witmotion", seconds=60.0):
        held_s = max(34.0 - t_s, 0.0) if t_s >= 30.0 else 0.0
        block = decoder.feed(n._replace(arrival_s=n.arrival_s + held_s))
        last_s, sent = (last_s if block is None else block.t_s[-1]), sent + 4
    assert decoder.statistics.received + decoder.statistics.lost == pytest.approx(sent, abs=30)
    assert last_s == pytest.approx(t_s, abs=0.05)


def test_a_stalled_link_is_no_loss_without_a_clock():
    """Everything held for 300 ms and then delivered at once."""
    decoder = decoder_of("witmotion")
    for t_s, n in stream("witmotion", seconds=60.0):
        held_s = 30.3 - t_s if 30.0 <= t_s < 30.3 else 0.0
        decoder.feed(Notification(n.sensor, n.characteristic, n.arrival_s + held_s, n.data))
    assert decoder.statistics.lost == 0
