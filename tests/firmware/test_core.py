"""The C core against the Python codec: the same bytes mean the same on both sides."""

import platform
import subprocess
from pathlib import Path

import numpy as np
import pytest

from sensors.protocols.open_profile import (
    MAX_SAMPLES,
    BlockKind,
    Config,
    Control,
    DataPacket,
    DeviceState,
    Info,
    Scale,
    Status,
    SyncReply,
    SyncRequest,
    capacity,
    decode_packet,
    encode_packet,
)
from sensors.protocols.open_profile.packets import COLUMNS
from tests.firmware.conftest import CORE, STRICT
from tests.firmware.device import (
    CONFIG,
    CONTROL,
    DATA,
    EVERYTHING,
    HAS_IMU,
    INFO,
    SCALE,
    STATUS,
    TIME_SYNC,
    CDevice,
)

CLIPPED, LOST_BEFORE, RESTARTED = 0x20, 0x40, 0x80
BUSY, WRONG_VERSION, UNKNOWN_COMMAND, BROKEN, WRONG_LENGTH = 0x80, 0x81, 0x82, 0x83, 0x0D

# Vectors of the profile, see open_profile.md: kind, flags, sequence, µs, spacing, values, bytes.
FIRST = [-12, 34, 8190, 5, -6, 7]
VECTORS = [
    (1, 0, 513, 123456789, 0, [FIRST], "2101010215cd5b07f4ff2200fe1f0500faff0700"),
    (
        1, LOST_BEFORE, 65535, 4294960000, 9615, [FIRST, [-11, 35, 8188, -32768, 32767, 0]],
        "2142ffff80e3ffff8f25f4ff2200fe1f0500faff0700f5ff2300fc1f0080ff7f0000",
    ),
    (2, 0, 0, 2319, 0, [[250, -180, -410]], "220100000f090000fa004cff66fe"),
    (3, 0, 1, 1000000, 0, [[28377, 0, -16384, 0]], "2301010040420f00d96e000000c00000"),
    (
        4, RESTARTED, 2, 1000000, 0, [[*FIRST, 28377, 0, -16384, 0]],
        "2481020040420f00f4ff2200fe1f0500faff0700d96e000000c00000",
    ),
]  # fmt: skip


def streaming(device: CDevice, *, mtu: int = 247, **config: int) -> Config:
    """Configure and start as a host does; returns what was applied."""
    wish = {
        "acc_range_g": 8, "gyr_range_dps": 1000, "imu_rate_hz": 104, "mag_rate_hz": 25,
        "batch": 4, "blocks": 0b0001,
    }  # fmt: skip
    device.set_mtu(mtu)
    assert device.write(CONFIG, Config(**(wish | config)).encode()) == 0
    assert device.command(Control.START) == 0
    return Config.decode(device.read(CONFIG))


def times_us(count: int, *, start: int = 1_000_000, rate_hz: float = 104.0) -> list[int]:
    return [start + round(n * 1e6 / rate_hz) for n in range(count)]


def random_imu(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.integers(-32768, 32768, (count, 6)).astype(np.int16)


@pytest.mark.parametrize(
    ("kind", "flags", "sequence", "time_us", "spacing_us", "values", "expected"), VECTORS
)
def test_vectors(
    device: CDevice,
    kind: int,
    flags: int,
    sequence: int,
    time_us: int,
    spacing_us: int,
    values: list[list[int]],
    expected: str,
) -> None:
    raw = np.array(values, np.int16)
    assert device.packet(kind, flags, sequence, time_us, spacing_us, raw).hex() == expected


def test_what_c_encodes_python_decodes_and_encodes_again(device: CDevice) -> None:
    rng = np.random.default_rng(5)
    for case in range(4000):
        kind = BlockKind(1 + case % 4)
        count = int(rng.integers(1, capacity(kind, int(rng.integers(28, 245))) + 1))
        flags = int(rng.choice([0, CLIPPED, LOST_BEFORE, RESTARTED, 0xE0]))
        sequence, time_us = int(rng.integers(1 << 16)), int(rng.integers(1 << 32))
        spacing_us = int(rng.integers(1, 1 << 16))
        raw = rng.integers(-32768, 32768, (count, COLUMNS[kind])).astype(np.int16)

        data = device.packet(kind, flags, sequence, time_us, spacing_us, raw)

        packet = decode_packet(data)
        assert (packet.kind, packet.sequence, packet.time_us) == (kind, sequence, time_us)
        assert packet.spacing_us == (spacing_us if count > 1 else 0)
        said = (packet.clipped, packet.lost_before, packet.restarted)
        assert said == tuple(bool(flags & bit) for bit in (CLIPPED, LOST_BEFORE, RESTARTED))
        np.testing.assert_array_equal(packet.raw, raw)
        assert encode_packet(packet) == data


def test_both_sides_agree_on_what_fits_every_mtu(device: CDevice) -> None:
    for mtu in range(23, 248):
        for kind in BlockKind:
            assert device.capacity(kind, mtu - 3) == capacity(kind, mtu - 3), (mtu, kind)
    assert device.capacity(5, 244) == device.capacity(0, 244) == 0


def test_scale_is_the_vector(device: CDevice) -> None:
    """The published vector has the ranges of the LSM6DS3TR-C at ±4 g and ±500 °/s."""
    streaming(device, acc_range_g=4, gyr_range_dps=500)
    said = Scale.decode(device.read(SCALE))
    vector = Scale.decode(bytes.fromhex("01009411e7d09c3a295c8f3c9a99193e0001003840960100"))
    assert said.acc_mps2 == pytest.approx(vector.acc_mps2, rel=1e-3)
    assert (said.gyr_dps, said.mag_ut) == (vector.gyr_dps, vector.mag_ut)
    assert said.quat == vector.quat
    assert said.rate_hz == vector.rate_hz
    device.measured(103.217, 25.0, 3.9)
    assert Scale.decode(device.read(SCALE)).rate_hz == 103.217


def test_config_is_the_vector(device: CDevice) -> None:
    vector = bytes.fromhex("0104f40168001900040300010000")
    device.boot(sensors=EVERYTHING)
    device.set_mtu(247)
    assert device.write(CONFIG, vector) == 0
    applied = Config.decode(device.read(CONFIG))
    assert applied == Config(4, 500, 104, 25, 4, 0b0011, quat_decimation=1)


def test_status_is_the_vector(device: CDevice) -> None:
    vector = bytes.fromhex("01010000141a99be1c0000000300000000000c00e309480f")
    device.boot(ring_bytes=100)
    streaming(device, batch=1)
    device.imu(times_us(7), np.zeros((7, 6)))
    for _ in range(12):
        device.notify(accepted=False)
    device.measured(104.0, 25.31, 3.912)
    assert Status.decode(vector).dropped == 3
    assert device.read(STATUS, now_us=123456789012) == vector


def test_info_says_what_the_board_is(device: CDevice) -> None:
    device.boot(boot_id=0xDEADBEEF, ring_bytes=6000, max_payload=200, sensors=EVERYTHING)
    device.set_mtu(247)
    info = Info.decode(device.read(INFO))
    assert (info.minor, info.boot_id, info.max_payload) == (0, 0xDEADBEEF, 200)
    assert (info.sensor_bits, info.clock_source, info.clock_ppm) == (EVERYTHING, 2, 20)
    assert (info.imu_model, info.mag_model) == (1, 0)
    assert info.ring_ms == 6000 // 59 * 4 * 1000 // 104


def test_time_exchange_is_the_vector(device: CDevice) -> None:
    request = SyncRequest(42, 0x89ABCDEF).encode()
    assert request.hex() == "01002a00efcdab89"
    assert device.write(TIME_SYNC, request, now_us=1000100) == 0
    (reply,) = device.notify(now_us=1000250)
    assert reply == (TIME_SYNC, bytes.fromhex("02002a00efcdab89a4420f003a430f0000000000"))
    assert device.notify(now_us=1000300) == []


@pytest.mark.parametrize("received_us", [0, (1 << 32) - 40, (1 << 40) + 7])
def test_time_exchange_over_the_wrap(device: CDevice, received_us: int) -> None:
    device.write(TIME_SYNC, SyncRequest(7, 3).encode(), now_us=received_us)
    (reply,) = device.notify(now_us=received_us + 90)
    decoded = SyncReply.decode(reply.data)
    assert decoded == SyncReply(7, 3, received_us, received_us + 90)


def test_the_reply_is_stamped_when_the_radio_takes_it(device: CDevice) -> None:
    """Before data that wait, and again if it was refused."""
    streaming(device)
    device.imu(times_us(40), np.zeros((40, 6)))
    device.write(TIME_SYNC, SyncRequest(1, 0).encode(), now_us=500)
    assert device.notify(now_us=600, accepted=False) == []
    first = device.notify(now_us=900, most=1)[0]
    assert SyncReply.decode(first.data) == SyncReply(1, 0, 500, 900)


def test_a_request_that_is_none_gets_no_reply(device: CDevice) -> None:
    for data in (b"", b"\x01", b"\x02" + bytes(7), b"\x01" + bytes(8)):
        assert device.write(TIME_SYNC, data) == 0
    assert device.notify() == []


@pytest.mark.parametrize("mtu", [23, 24, 27, 31, 50, 65, 104, 158, 185, 247, 527])
@pytest.mark.parametrize("blocks", range(16))
def test_every_block_combination_at_every_mtu(device: CDevice, blocks: int, mtu: int) -> None:
    """What comes out is what went in, whole and in order, and no longer than the MTU allows."""
    rng = np.random.default_rng(blocks * 1000 + mtu)
    device.boot(sensors=EVERYTHING, ring_bytes=60_000)
    applied = streaming(device, mtu=mtu, blocks=blocks, batch=int(rng.integers(0, 32)))
    imu, quat = random_imu(rng, 62), rng.integers(-32767, 32768, (62, 4)).astype(np.int16)
    mag = rng.integers(-32768, 32768, (15, 3)).astype(np.int16)
    sampled_us = times_us(62)

    device.imu(sampled_us, imu, quat)
    for n, values in enumerate(mag):
        device.mag(1_000_000 + n * 40_000, values)
    device.command(Control.STOP)
    sent = device.data()

    assert max(map(len, sent)) <= min(mtu, 247) - 3
    packets = [decode_packet(data) for data in sent]
    assert [p.sequence for p in packets] == list(range(len(packets)))
    both = applied.blocks & 0b1000
    expected = {
        BlockKind.IMU6: imu if applied.blocks & 0b0001 else imu[:0],
        BlockKind.MAG: mag if applied.blocks & 0b0010 else mag[:0],
        BlockKind.QUATERNION: quat if applied.blocks & 0b0100 else quat[:0],
        BlockKind.IMU6_QUATERNION: np.hstack([imu, quat]) if both else np.empty((0, 10)),
    }
    for kind, rows in expected.items():
        got = [p.raw for p in packets if p.kind == kind]
        np.testing.assert_array_equal(np.vstack([rows[:0], *got]), rows)
    assert_times([p for p in packets if p.kind in {1, 4}], sampled_us)
    wished = blocks or 1
    if wished & 0b1000:
        wished = (wished & 0b0010) | (0b1000 if mtu >= 31 else 0b0101)
    assert applied.blocks == wished


def assert_times(packets: list[DataPacket], sampled_us: list[int]) -> None:
    """Every sample's time can be told from its packet, to the rounding of the spacing."""
    told = [p.time_us + n * p.spacing_us for p in packets for n in range(len(p.raw))]
    assert np.abs(np.array(told) - sampled_us[: len(told)]).max(initial=0) <= MAX_SAMPLES


@pytest.mark.parametrize("sensors", [HAS_IMU, HAS_IMU | 0b0100, HAS_IMU | 0b1000])
def test_a_board_sends_only_what_it_has(device: CDevice, sensors: int) -> None:
    device.boot(sensors=sensors)
    device.set_mtu(247)
    for blocks in range(256):
        device.write(CONFIG, Config(8, 500, 104, 25, 0, blocks).encode())
        applied = Config.decode(device.read(CONFIG))
        assert applied.blocks
        assert not applied.blocks & 0b0010 or sensors & 0b0100
        assert not applied.blocks & 0b1100 or sensors & 0b1000
        assert applied.mag_rate_hz == (25 if applied.blocks & 0b0010 else 0)


def test_a_quaternion_now_and_then(device: CDevice) -> None:
    device.boot(sensors=EVERYTHING)
    applied = streaming(device, blocks=0b0101, quat_decimation=5, batch=10)
    assert applied.quat_decimation == 5
    quat = np.arange(80).reshape(20, 4)
    device.imu(times_us(20), np.zeros((20, 6)), quat)
    packets = [decode_packet(data) for data in device.data()]
    turned = [p for p in packets if p.kind == BlockKind.QUATERNION]
    np.testing.assert_array_equal(np.vstack([p.raw for p in turned]), quat[::5])
    assert {p.spacing_us for p in turned} == {round(5e6 / 104)}


@pytest.mark.parametrize(
    ("asked", "applied"),
    [
        ((4, 500, 100), (4, 500, 104)),
        ((3, 501, 156), (4, 1000, 208)),
        ((0, 0, 0), (2, 125, 26)),
        ((255, 65535, 65535), (16, 2000, 416)),
        ((8, 126, 155), (8, 250, 104)),
    ],
)
def test_the_nearest_the_board_can_do(
    device: CDevice, asked: tuple[int, int, int], applied: tuple[int, int, int]
) -> None:
    """Never a range that clips what was asked for, unless there is none."""
    config = streaming(device, acc_range_g=asked[0], gyr_range_dps=asked[1], imu_rate_hz=asked[2])
    assert (config.acc_range_g, config.gyr_range_dps, config.imu_rate_hz) == applied


@pytest.mark.parametrize(
    ("rate_hz", "mtu", "asked", "batch"),
    [(104, 247, 0, 4), (208, 247, 0, 8), (26, 247, 0, 1), (416, 247, 0, 17), (416, 65, 0, 4),
     (104, 23, 0, 1), (104, 23, 9, 1), (104, 247, 9, 9), (104, 247, 255, 19), (104, 104, 31, 7)],
)  # fmt: skip
def test_samples_per_packet(
    device: CDevice, rate_hz: int, mtu: int, asked: int, batch: int
) -> None:
    assert streaming(device, imu_rate_hz=rate_hz, mtu=mtu, batch=asked).batch == batch


def test_sequence_and_clock_wrap(device: CDevice) -> None:
    streaming(device, batch=1)
    start = (1 << 32) - 3000 * 9615
    for chunk in range(35):
        sampled_us = [start + (chunk * 2000 + n) * 9615 for n in range(2000)]
        device.imu(sampled_us, np.zeros((2000, 6)))
        packets = [decode_packet(data) for data in device.data()]
        kept = range(2000)[-len(packets) :]
        assert [p.time_us for p in packets] == [sampled_us[n] % (1 << 32) for n in kept]
        assert [p.sequence for p in packets] == [(chunk * 2000 + n) % (1 << 16) for n in kept]


def test_a_full_ring_drops_the_oldest_and_counts_them(device: CDevice) -> None:
    rng = np.random.default_rng(3)
    for _ in range(60):
        ring_bytes = int(rng.integers(70, 3000))
        device.boot(ring_bytes=ring_bytes)
        batch = streaming(device, batch=int(rng.integers(1, 20))).batch
        count = int(rng.integers(1, 60)) * batch
        device.imu(times_us(count), random_imu(rng, count))
        packets = [decode_packet(data) for data in device.data()]
        status = Status.decode(device.read(STATUS))
        produced = count // batch
        assert len(packets) + status.dropped == produced
        assert [p.sequence for p in packets] == list(range(produced - len(packets), produced))
        if packets:
            size = 8 + 2 * (batch > 1) + 12 * batch + 1
            assert len(packets) == min(ring_bytes // size, produced)
            assert packets[0].restarted, "what a dropped packet said is said by the next"


def test_a_ring_that_holds_no_packet_loses_all_of_them(device: CDevice) -> None:
    device.boot(ring_bytes=20)
    streaming(device, batch=1)
    device.imu(times_us(5), np.zeros((5, 6)))
    assert device.data() == []
    assert Status.decode(device.read(STATUS)).dropped == 5


def test_the_ring_filled_and_emptied_at_random_keeps_order(device: CDevice) -> None:
    rng = np.random.default_rng(11)
    device.boot(ring_bytes=997)
    streaming(device, batch=2)
    produced, at_us, last = 0, 0, -1
    for _ in range(800):
        count = 2 * int(rng.integers(0, 12))
        device.imu([at_us + n * 9615 for n in range(1, count + 1)], random_imu(rng, count))
        at_us, produced = at_us + count * 9615, produced + count // 2
        for sent in device.notify(most=int(rng.integers(0, 9))):
            if sent.characteristic == DATA:
                sequence = decode_packet(sent.data).sequence
                assert last < sequence < produced
                last = sequence


def test_samples_lost_in_the_chip_are_flagged(device: CDevice) -> None:
    streaming(device, batch=4)
    device.imu(times_us(6), np.zeros((6, 6)))
    device.overrun()
    device.imu(times_us(4, start=2_000_000), np.ones((4, 6)))
    packets = [decode_packet(data) for data in device.data()]
    assert [len(p.raw) for p in packets] == [4, 2, 4]
    assert [p.lost_before for p in packets] == [False, False, True]
    assert [p.restarted for p in packets] == [True, False, False]
    assert Status.decode(device.read(STATUS)).overruns == 1


def test_a_gap_or_a_step_back_ends_a_packet(device: CDevice) -> None:
    """A packet's times are evenly spaced, so whatever is not begins another."""
    streaming(device, batch=8)
    sampled_us = [0, 9615, 19230, 48000, 57615, 57615, 67230, 30, 9645, 9645 + 70_000]
    device.imu(sampled_us, np.zeros((10, 6)))
    device.command(Control.STOP)
    packets = [decode_packet(data) for data in device.data()]
    assert [(p.time_us, len(p.raw)) for p in packets] == [
        (0, 3), (48000, 2), (57615, 2), (30, 2), (79645, 1)
    ]  # fmt: skip


def test_samples_too_slow_for_a_spacing_travel_alone(device: CDevice) -> None:
    device.boot(sensors=EVERYTHING, mag_rate_hz=10)
    streaming(device, blocks=0b0011, batch=19)
    for n in range(3):
        device.mag(n * 100_000, [n, n, n])
        (data,) = device.data()
        assert len(decode_packet(data).raw) == 1


@pytest.mark.parametrize("value", [-32768, 32767])
@pytest.mark.parametrize("axis", range(6))
def test_clipping_is_flagged(device: CDevice, axis: int, value: int) -> None:
    streaming(device, batch=2)
    imu = np.zeros((6, 6), np.int16)
    imu[3, axis] = value
    device.imu(times_us(6), imu)
    assert [decode_packet(data).clipped for data in device.data()] == [False, True, False]


def test_a_quaternion_of_one_is_not_clipped(device: CDevice) -> None:
    device.boot(sensors=EVERYTHING)
    streaming(device, blocks=0b1000, batch=1)
    device.imu(times_us(1), np.zeros((1, 6)), [[32767, 0, 0, 0]])
    assert not decode_packet(device.data()[0]).clipped


def test_states_and_errors(device: CDevice) -> None:
    config = Config(4, 500, 104, 0, 4, 1).encode()
    assert device.write(CONFIG, config[:-1]) == WRONG_LENGTH
    assert device.write(CONFIG, b"\x02" + config[1:]) == WRONG_VERSION
    assert device.write(CONTROL, b"") == WRONG_LENGTH
    assert device.write(CONTROL, bytes(5)) == WRONG_LENGTH
    assert device.write(CONTROL, b"\x63") == UNKNOWN_COMMAND
    assert device.command(Control.STOP) == 0
    assert device.write(CONTROL, b"\x01\xff\xff\xff") == 0
    assert device.command(Control.START) == 0
    assert device.write(CONFIG, config) == BUSY
    assert device.command(Control.SELF_TEST) == BUSY
    assert Status.decode(device.read(STATUS)).state is DeviceState.STREAMING
    assert device.command(Control.IDENTIFY) == 0
    assert device.command(Control.POWER_OFF) == 0
    assert Status.decode(device.read(STATUS)).state is DeviceState.IDLE
    hooks = device.hooks()
    assert (hooks.starts, hooks.stops) == (1, 1)
    assert (hooks.identifies, hooks.power_offs, hooks.self_tests) == (1, 1, 0)


def test_a_broken_chip_is_said_and_can_be_tested_again(device: CDevice) -> None:
    device.set_mtu(247)
    device.hooks(healthy=False)
    assert device.command(Control.START) == BROKEN
    assert Status.decode(device.read(STATUS)).state is DeviceState.FAULT
    assert device.command(Control.SELF_TEST) == BROKEN
    assert device.command(Control.STOP) == 0
    assert Status.decode(device.read(STATUS)).state is DeviceState.FAULT
    device.hooks(healthy=True)
    assert device.command(Control.START) == BROKEN
    assert device.command(Control.SELF_TEST) == 0
    assert device.command(Control.START) == 0
    device.imu(times_us(3), np.zeros((3, 6)))
    device.fault()
    assert len(decode_packet(device.data()[0]).raw) == 3
    assert Status.decode(device.read(STATUS)).state is DeviceState.FAULT


def test_a_lost_link_ends_streaming_and_counts_what_was_waiting(device: CDevice) -> None:
    streaming(device, batch=4)
    device.imu(times_us(10), np.zeros((10, 6)))
    device.disconnect()
    assert device.notify() == []
    status = Status.decode(device.read(STATUS))
    assert (status.state, status.dropped) == (DeviceState.IDLE, 3)
    assert Config.decode(device.read(CONFIG)).batch == 1, "until the next MTU is known"
    device.set_mtu(247)
    device.command(Control.START)
    device.imu(times_us(4, start=9_000_000), np.zeros((4, 6)))
    packet = decode_packet(device.data()[0])
    assert (packet.sequence, packet.restarted) == (3, False), "the clock went on"


def test_counters_begin_anew_on_command_and_stop_at_their_end(device: CDevice) -> None:
    device.boot(ring_bytes=100)
    streaming(device, batch=1)
    device.imu(times_us(50), np.zeros((50, 6)))
    assert Status.decode(device.read(STATUS)).dropped == 46
    device.command(Control.ZERO_COUNTERS)
    assert Status.decode(device.read(STATUS)).dropped == 0
    for _ in range(66_000):
        device.overrun()
    assert Status.decode(device.read(STATUS)).overruns == 65535


def test_status_once_a_second_where_it_fits(device: CDevice) -> None:
    for mtu, expected in ((23, 0), (26, 0), (27, 5), (247, 5)):
        device.boot()
        streaming(device, mtu=mtu)
        seen = [s for tick in range(51) for s in device.notify(now_us=tick * 100_000)]
        assert [s.characteristic for s in seen] == [STATUS] * expected
        device.command(Control.STOP)
        assert device.notify(now_us=60_000_000) == []


def test_nothing_is_taken_in_unless_streaming(device: CDevice) -> None:
    device.imu(times_us(9), np.zeros((9, 6)))
    device.mag(5, [1, 2, 3])
    device.overrun()
    assert device.notify(now_us=9_000_000) == []
    assert Status.decode(device.read(STATUS)).overruns == 0


def test_random_writes_never_break_anything(device: CDevice) -> None:
    """Whatever a host writes, what can be read stays readable and what is sent decodable."""
    rng = np.random.default_rng(8)
    at_us = 0
    for _ in range(3000):
        length = int(rng.choice([0, 1, 4, 8, 13, 14, 15, 20, 200]))
        data = bytes([int(rng.integers(0, 9)), *rng.bytes(length)[1:]]) if length else b""
        device.write(int(rng.integers(0, 12)), data, at_us)
        if rng.random() < 0.2:
            device.set_mtu(int(rng.integers(0, 600)))
        if rng.random() < 0.05:
            device.disconnect()
        count = int(rng.integers(0, 6))
        device.imu([at_us + n * 9615 for n in range(count)], random_imu(rng, count))
        at_us += count * 9615
        for sent in device.notify(at_us):
            if sent.characteristic == DATA:
                decode_packet(sent.data)
            elif sent.characteristic == STATUS:
                Status.decode(sent.data)
            else:
                SyncReply.decode(sent.data)
        Config.decode(device.read(CONFIG))
        Scale.decode(device.read(SCALE))
        Info.decode(device.read(INFO))


def test_the_core_needs_no_floating_point(compiler: str, tmp_path: Path) -> None:
    """Compiled without floating-point registers: scales are copied, never computed with."""
    if platform.machine() not in {"x86_64", "aarch64", "AMD64", "arm64"}:
        pytest.skip("no compiler option to forbid floating point on this processor")
    for source in CORE:
        command = [compiler, *STRICT, "-O2", "-mgeneral-regs-only", "-c", source]
        done = subprocess.run([*command, "-o", tmp_path / "core.o"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_the_core_takes_no_memory_of_its_own() -> None:
    for source in CORE:
        text = source.read_text(encoding="utf-8")
        assert not any(f"{name}(" in text for name in ("malloc", "calloc", "realloc", "free"))


def test_published_vectors_are_the_ones_tested() -> None:
    """The specification's table and these tests must not drift apart."""
    page = Path(__file__).resolve().parents[2] / "firmware_notes" / "open_profile.md"
    text = page.read_text(encoding="utf-8")
    for *_, expected in VECTORS:
        assert expected in text
