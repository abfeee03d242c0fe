"""From notifications to blocks: scaled, on one clock, strictly in time, with losses counted."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.decoding import StreamDecoder
from sensors.drivers.base import Notification
from sensors.errors import ProtocolError
from sensors.protocols.open_profile import (
    BlockKind,
    Characteristic,
    DataPacket,
    DeviceState,
    Scale,
    Status,
    encode_packet,
)
from sensors.samples import Placement, SensorId, SensorInfo

INFO = SensorInfo(SensorId("one"), Placement.PELVIS, "One", "open_profile", 90.0)
SCALE = Scale(0, 0.5, 0.25, 0.15, 1 / 32767, 100.0)
ORIGIN_S = 1000.0
BATCH = 4
PACKET_S = 0.04
DELAY_S = 0.005


def told(characteristic, data, arrival_s=ORIGIN_S):
    return Notification(INFO.sensor, characteristic.value, arrival_s, data)


def packet(number, **changes):
    """The ``number``-th packet of a sensor that has been up for 100 s when the session begins."""
    counter = np.arange(number * BATCH, (number + 1) * BATCH)
    raw = np.tile(counter[:, None] % 30_000, 6).astype(np.int16)
    time_us = round((100.0 + number * PACKET_S) * 1e6) % 2**32
    return replace(DataPacket(BlockKind.IMU6, number % 65536, time_us, 10_000, raw), **changes)


def sent(number, *, arrival_s=None, **changes):
    if arrival_s is None:
        arrival_s = ORIGIN_S + number * PACKET_S + 0.03 + DELAY_S
    return told(Characteristic.DATA, encode_packet(packet(number, **changes)), arrival_s)


@pytest.fixture
def decoder():
    decoder = StreamDecoder(INFO, ORIGIN_S)
    decoder.feed(told(Characteristic.SCALE, SCALE.encode()))
    return decoder


def feed(decoder, notifications):
    return [block for n in notifications if (block := decoder.feed(n)) is not None]


def numbers(blocks):
    """Which samples came out."""
    return np.rint(np.concatenate([block.acc[:, 0] for block in blocks]) / SCALE.acc_mps2)


def test_samples_are_scaled_to_si(decoder):
    raw = np.array([[2, -4, 6, 4, -8, 12]], np.int16)
    block = decoder.feed(sent(0, raw=raw, spacing_us=0))
    np.testing.assert_allclose(block.acc, [[1.0, -2.0, 3.0]])
    np.testing.assert_allclose(np.rad2deg(block.gyr), [[1.0, -2.0, 3.0]])
    assert (block.mag, block.quat) == (None, None)
    assert block.clipped.tolist() == [False]


def test_times_are_session_seconds_of_each_sample(decoder):
    (first, *_, last) = feed(decoder, [sent(number) for number in range(500)])
    np.testing.assert_allclose(first.t_s, [0.005, 0.015, 0.025, 0.035], atol=1e-9)
    np.testing.assert_allclose(last.t_s, 499 * PACKET_S + first.t_s, atol=1e-6)
    statistics = decoder.statistics
    assert (statistics.received, statistics.lost, statistics.loss) == (2000, 0, 0.0)
    assert statistics.rate_hz == pytest.approx(100.0, abs=1e-3)
    assert statistics.last_arrival_s == ORIGIN_S + 499 * PACKET_S + 0.03 + DELAY_S


def test_the_sensors_measured_rate_replaces_the_nominal():
    decoder = StreamDecoder(INFO, ORIGIN_S)
    assert decoder.statistics.rate_hz == pytest.approx(90.0)
    decoder.feed(told(Characteristic.SCALE, SCALE.encode()))
    assert decoder.statistics.rate_hz == pytest.approx(100.0)


def test_own_quaternion_comes_as_unit_quaternion(decoder):
    raw = np.array([[0, 0, 0, 0, 0, 0, 28377, 0, -16384, 0]], np.int16)
    block = decoder.feed(sent(0, kind=BlockKind.IMU6_QUATERNION, raw=raw, spacing_us=0))
    assert np.linalg.norm(block.quat) == pytest.approx(1.0)
    assert block.quat[0, 2] / block.quat[0, 0] == pytest.approx(-16384 / 28377)


def test_a_quaternion_of_no_length_is_an_error(decoder):
    raw = np.zeros((1, 10), np.int16)
    assert decoder.feed(sent(0, kind=BlockKind.IMU6_QUATERNION, raw=raw, spacing_us=0)) is None
    assert decoder.statistics.errors == 1


def test_clipped_samples_are_those_at_the_rail_or_else_all(decoder):
    at_rail = np.ones((BATCH, 6), np.int16)
    at_rail[2, 4] = -32768
    assert decoder.feed(sent(0, raw=at_rail, clipped=True)).clipped.tolist() == [0, 0, 1, 0]
    assert decoder.feed(sent(1, clipped=True)).clipped.all()
    assert not decoder.feed(sent(2)).clipped.any()


def test_lost_packets_are_counted_and_leave_a_gap(decoder):
    blocks = feed(decoder, [sent(number) for number in range(100) if number not in {40, 41, 70}])
    statistics = decoder.statistics
    assert (statistics.packets_lost, statistics.lost, statistics.received) == (3, 12, 388)
    assert statistics.loss == pytest.approx(0.03)
    assert [gap.missing for gap in decoder.gaps] == [8, 4]
    assert statistics.longest_gap_s == pytest.approx(0.09)
    assert statistics.rate_hz == pytest.approx(100.0, abs=1e-3)
    assert set(numbers(blocks)) == set(range(400)) - set(range(160, 168)) - set(range(280, 284))


def test_samples_lost_on_the_sensor_count_without_a_hole_in_the_sequence(decoder):
    late = [sent(number, sequence=number - 2, lost_before=number == 12) for number in range(12, 20)]
    feed(decoder, [*(sent(number) for number in range(10)), *late])
    assert (decoder.statistics.packets_lost, decoder.statistics.lost) == (0, 8)


def test_a_packet_that_comes_twice_is_used_once(decoder):
    twice = [sent(number) for number in range(20) for _ in range(2)]
    assert numbers(feed(decoder, twice)).tolist() == list(range(80))
    assert (decoder.statistics.duplicates, decoder.statistics.packets_lost) == (20, 0)


def test_a_late_packet_is_left_out_and_counted(decoder):
    order = [0, 1, 3, 2, 4]
    blocks = feed(decoder, [sent(number) for number in order])
    assert numbers(blocks).tolist() == [*range(8), *range(12, 20)]
    assert (decoder.statistics.late, decoder.statistics.lost) == (1, 4)


def test_overlapping_samples_are_left_out(decoder):
    blocks = feed(decoder, [sent(0), sent(1, time_us=packet(1).time_us - 20_000), sent(2)])
    assert numbers(blocks).tolist() == [0, 1, 2, 3, 6, 7, 8, 9, 10, 11]
    assert np.all(np.diff(np.concatenate([block.t_s for block in blocks])) > 0.0)


def test_sequence_and_clock_wrap_unnoticed(decoder):
    start = 65536 - 10
    feed(decoder, [sent(number) for number in range(start, start + 20)])
    near_wrap = 2**32 - 300_000
    decoder = StreamDecoder(INFO, ORIGIN_S)
    decoder.feed(told(Characteristic.SCALE, SCALE.encode()))
    feed(
        decoder,
        [sent(n, time_us=(near_wrap + n * 40_000) % 2**32) for n in range(20)],
    )
    statistics = decoder.statistics
    assert (statistics.packets_lost, statistics.lost, statistics.restarts) == (0, 0, 0)


def test_reserved_and_magnetic_packets_keep_the_sequence(decoder):
    mag = sent(1, kind=BlockKind.MAG, raw=np.ones((1, 3), np.int16), spacing_us=0)
    reserved = bytearray(sent(2).data)
    reserved[0] = 0x20 | 9
    assert decoder.feed(sent(0)) is not None
    assert decoder.feed(mag) is None
    assert decoder.feed(mag._replace(data=bytes(reserved))) is None
    assert decoder.feed(sent(3)) is not None
    statistics = decoder.statistics
    assert (statistics.errors, statistics.packets_lost, statistics.packets) == (0, 0, 4)


@pytest.mark.parametrize("flagged", [True, False])
@pytest.mark.parametrize("before", [100, 20_000])
def test_a_reboot_is_a_restart_and_no_loss_of_packets(decoder, flagged, before):
    """Also where the packet that carries the flag is lost."""
    off_s = 5.0
    blocks = feed(decoder, [sent(number) for number in range(before - 50, before)])
    rebooted = [
        sent(
            number,
            time_us=50_000 + round(number * PACKET_S * 1e6),
            restarted=flagged and number == 0,
            arrival_s=ORIGIN_S + before * PACKET_S + off_s + number * PACKET_S,
        )
        for number in range(50)
    ]
    again = feed(decoder, rebooted)
    statistics = decoder.statistics
    assert (statistics.restarts, statistics.packets_lost, statistics.late) == (1, 0, 0)
    assert numbers(again).tolist() == list(range(200))
    assert again[0].t_s[-1] == pytest.approx(before * PACKET_S + off_s)
    assert statistics.lost == pytest.approx((again[0].t_s[0] - blocks[-1].t_s[-1]) * 100, abs=2)


def test_a_stop_and_start_that_only_resets_the_sequence(decoder):
    feed(decoder, [sent(number) for number in range(40_000, 40_010)])
    feed(decoder, [sent(number, sequence=number - 40_010) for number in range(40_010, 40_020)])
    statistics = decoder.statistics
    assert (statistics.received, statistics.restarts, statistics.late) == (80, 0, 0)


def test_nothing_is_given_before_the_scale_is_known():
    decoder = StreamDecoder(INFO, ORIGIN_S)
    assert decoder.feed(sent(0)) is None
    assert "before their scale" in decoder.statistics.last_error
    decoder.feed(told(Characteristic.SCALE, SCALE.encode()))
    assert decoder.feed(sent(1)) is not None
    assert decoder.statistics.errors == 1


def test_status_is_kept(decoder):
    status = Status(DeviceState.STREAMING, 5, 3, 0, 12, 25.31, 3.912)
    assert decoder.feed(told(Characteristic.STATUS, status.encode())) is None
    assert decoder.status == status


def test_unreadable_notifications_are_counted_and_harmless(decoder):
    decoder.feed(sent(0))
    cut = sent(1).data[:20]
    assert decoder.feed(told(Characteristic.DATA, cut, ORIGIN_S + 0.05)) is None
    assert decoder.feed(told(Characteristic.STATUS, b"", ORIGIN_S + 0.06)) is None
    assert decoder.feed(sent(2)) is not None
    statistics = decoder.statistics
    assert (statistics.errors, statistics.packets_lost, statistics.lost) == (2, 1, 4)
    assert "24 bytes" in statistics.last_error


def test_other_characteristics_are_nothing_to_it(decoder):
    assert decoder.feed(sent(0)._replace(characteristic="2a19")) is None
    assert decoder.statistics.errors == 0


def test_a_sensor_of_another_kind_is_refused():
    with pytest.raises(ProtocolError, match="cannot read this kind"):
        StreamDecoder(replace(INFO, protocol="morse"), 0.0)


@pytest.mark.parametrize("at_once", [2, 5, 300])
def test_same_notifications_give_the_same_blocks_however_many_at_once(at_once):
    def run(at_once):
        decoder = StreamDecoder(INFO, ORIGIN_S)
        rng = np.random.default_rng(3)
        jitter = rng.exponential(0.01, 300)
        stream = [told(Characteristic.SCALE, SCALE.encode())]
        stream += [(n := sent(k))._replace(arrival_s=n.arrival_s + j) for k, j in enumerate(jitter)]
        stream[40:80] = [stream[40 + at] for at in rng.permutation(40)]
        stream += [sent(300, clipped=True), sent(301, time_us=packet(301).time_us - 20_000)]
        quats = np.full((BATCH, 10), 7, np.int16)
        stream += [sent(302, kind=BlockKind.IMU6_QUATERNION, raw=quats), sent(303)]
        parts = [stream[at : at + at_once] for at in range(0, len(stream), at_once)]
        blocks = [block for part in parts if (block := decoder.feed_all(part)) is not None]
        return [
            np.concatenate([getattr(block, name) for block in blocks])
            for name in ("t_s", "acc", "gyr", "clipped")
        ]

    for one, other in zip(run(1), run(at_once), strict=True):
        np.testing.assert_array_equal(one, other)


@st.composite
def streams(draw):
    """Packets of two boots, dropped, doubled, swapped, garbled, at any arrival in order."""
    order = draw(st.lists(st.integers(0, 80), min_size=1, max_size=80))
    second_boot = draw(st.integers(0, len(order)))
    arrival_s = ORIGIN_S
    stream = []
    for at, number in enumerate(order):
        arrival_s += draw(st.sampled_from([0.0, 0.001, 0.04, 0.3, 3.0, 30.0, 5000.0]))
        boot_us = 0 if at < second_boot else 3_000_000_000
        data = bytearray(sent(number, time_us=(packet(number).time_us + boot_us) % 2**32).data)
        if draw(st.integers(0, 9)) == 0:
            data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
        if draw(st.integers(0, 9)) == 0:
            data = data[: draw(st.integers(0, len(data)))]
        stream.append(told(Characteristic.DATA, bytes(data), arrival_s))
    return stream


@given(stream=streams())
def test_time_never_runs_backwards_and_nothing_is_made_up(stream):
    decoder = StreamDecoder(INFO, ORIGIN_S)
    decoder.feed(told(Characteristic.SCALE, SCALE.encode()))
    blocks = feed(decoder, stream)
    t_s = np.concatenate([block.t_s for block in blocks]) if blocks else np.empty(0)
    assert np.all(np.diff(t_s) > 0.0)
    statistics = decoder.statistics
    assert statistics.received == len(t_s)
    assert all(len(block) > 0 for block in blocks)
    assert statistics.packets + statistics.duplicates + statistics.errors <= len(stream) + 1
    assert math.isfinite(statistics.clock_sd_s)


OTHERS = [
    characteristic for characteristic in Characteristic if characteristic is not Characteristic.DATA
]


@given(data=st.binary(max_size=40), characteristic=st.sampled_from(OTHERS))
def test_garbage_beside_the_data_does_not_disturb_them(data, characteristic):
    decoder = StreamDecoder(INFO, ORIGIN_S)
    decoder.feed(told(Characteristic.SCALE, SCALE.encode()))
    assert decoder.feed(told(characteristic, data)) is None
    assert len(decoder.feed(sent(0))) == BATCH
