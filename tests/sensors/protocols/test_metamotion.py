"""MetaMotion: the maker's own test bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.errors import ProtocolError
from sensors.protocols.metamotion import (
    NOTIFY,
    Battery,
    Chip,
    Fused,
    MetaMotionReader,
    blink,
    configure,
    decode_battery,
    decode_fused,
    decode_packed_gyro,
    decode_vector,
    encode_fused,
    start,
    stop,
)
from sensors.protocols.metamotion.messages import TICK_S, decode_accounted, decode_quaternion
from tests.sensors.protocols.unpacking import only

# All of MbientLab's MetaWear-SDK-Cpp, test/ (facts only).


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("1904203e53c50cfe79460cfe79c600", [-3.3799, 15.9995, -15.9995]),
        ("19057a569142b46260c27334044400", [72.669, -56.096, 528.820]),
        ("190600000242cdcc6cc19a99ed4103", [32.5, -14.8, 29.7]),
        ("030416c494a22ad0", [-1.872, -2.919, -1.495]),
        ("13053e43ff7f0080", [262.409, 499.497, -499.512]),
        ("15054ef0530a7504", [-251.125, 165.1875, 71.3125]),
    ],
)
def test_vectors(data, expected):
    found = decode_vector(bytes.fromhex(data), acc_g=4, gyr_dps=500)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_a_quaternion():
    found = decode_quaternion(bytes.fromhex("19071b9b703f8c5e4dbd077f1dbe78029abe"))
    np.testing.assert_allclose(found, [0.940, -0.050, -0.154, -0.301], atol=1e-3)


def test_packed_rates():
    data = bytes.fromhex("13070915ad2608de8a1a0d2665e48d20ac2773ec")
    expected = [
        [164.177, 301.860, -265.122],
        [207.134, 296.982, -215.457],
        [254.055, 309.634, -152.591],
    ]
    np.testing.assert_allclose(decode_packed_gyro(data, gyr_dps=1000), expected, atol=1e-3)


def test_ticks_of_accounted_packets():
    packets = [
        "090300a6330d00c100b12419cd", "090300ad330d00d4001825c0cc", "090300b4330d00c7000925b2cc",
        "090300ba330d00c5001725bccc", "090300c1330d00d400e924e4cc", "090300c8330d00af00f724e3cc",
    ]  # fmt: skip
    found = [decode_accounted(bytes.fromhex(p)) for p in packets]
    assert [ticks for _, ticks, _ in found] == [865190, 865197, 865204, 865210, 865217, 865224]
    np.testing.assert_allclose(found[0][2] / 16384.0, [0.0118, 0.573, -0.795], atol=1e-3)


def test_a_fused_packet():
    data = bytes.fromhex("0903031e020000f40d3c3999110180d691d367")
    fused = decode_fused(data)
    assert (fused.processor, fused.ticks) == (3, 542)
    assert fused.raw.tolist() == [3572, 14652, 4505, -32767, -28202, 26579]
    assert encode_fused(fused) == data


def test_the_battery():
    assert decode_battery(bytes.fromhex("118c633410")) == Battery(99, 4148)
    for bad in ("118c65ffff", "118c63", "128c633410"):
        with pytest.raises(ProtocolError):
            decode_battery(bytes.fromhex(bad))


@pytest.mark.parametrize("chip", list(Chip))
@pytest.mark.parametrize("rate_hz", [25, 50, 100, 200])
def test_the_conversation_fits_the_smallest_mtu(chip, rate_hz):
    commands = configure(rate_hz, chip)
    assert max(map(len, (*commands, *start(), *stop(), *blink()))) <= 20
    assert commands[0] == b"\x09\x08", "what an earlier program left is cleared first"
    register = 0x05 if chip is Chip.BMI160 else 0x04
    assert bytes([9, 2, 0x13, register, 0xFF, 0xA0, 0x0F, 0x05]) in commands


def test_rates_it_does_not_have():
    with pytest.raises(ValueError, match="100"):
        configure(60, Chip.BMI160)


def test_what_we_set_up_becomes_bursts():
    reader = MetaMotionReader()
    raw = np.array([0, 0, 4096, 328, 0, -32768], dtype=np.int16)
    burst = only(reader.feed(NOTIFY, encode_fused(Fused(2, 1000, raw))))
    np.testing.assert_allclose(burst.acc, [[0, 0, 9.80665]], atol=1e-6)
    np.testing.assert_allclose(np.degrees(burst.gyr[0, 0]), 10.0)
    assert burst.clipped.all()
    assert reader.clock.tick_s == TICK_S == 48 / 32768
    assert reader.feed(NOTIFY, b"\x09\x02\x00") == (), "answers while setting up are no data"
    reader.feed(NOTIFY, bytes.fromhex("118c633410"))
    assert reader.status == Battery(99, 4148)


@given(st.binary(max_size=25))
def test_a_packet_of_another_length_is_refused(content):
    data = b"\x09\x03" + content
    if len(data) != 19:
        with pytest.raises(ProtocolError):
            decode_fused(data)
