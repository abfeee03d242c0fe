"""The open profile, byte for byte: the profile's published vectors, and everything mutated."""

import math
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sensors.errors import ProtocolError
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
    decode_control,
    decode_packet,
    encode_control,
    encode_packet,
)
from sensors.protocols.open_profile.packets import COLUMNS

# Synthetic vectors published with version 1 of the profile; never captured from hardware.
IMU6 = "2101010215cd5b07f4ff2200fe1f0500faff0700"
IMU6_TWO = "2142ffff80e3ffff8f25f4ff2200fe1f0500faff0700f5ff2300fc1f0080ff7f0000"
MAG = "220100000f090000fa004cff66fe"
QUATERNION = "2301010040420f00d96e000000c00000"
IMU6_QUATERNION = "2481020040420f00f4ff2200fe1f0500faff0700d96e000000c00000"
SYNC_REQUEST = "01002a00efcdab89"
SYNC_REPLY = "02002a00efcdab89a4420f003a430f0000000000"
CONFIG = "0104f40168001900040300010000"
SCALE = "01009411e7d09c3a295c8f3c9a99193e0001003840960100"
STATUS = "01010000141a99be1c0000000300000000000c00e309480f"
# Laid out by hand from the table of the profile, which gives no vector of it.
INFO = "010003022800d007f4000700efbeadde00000000"


def hexed(packet):
    return encode_packet(packet).hex()


def test_single_sample():
    packet = decode_packet(bytes.fromhex(IMU6))
    assert (packet.kind, packet.sequence, packet.time_us) == (BlockKind.IMU6, 513, 123456789)
    assert packet.spacing_us == 0
    assert packet.raw.tolist() == [[-12, 34, 8190, 5, -6, 7]]
    assert not any((packet.clipped, packet.lost_before, packet.restarted))
    assert hexed(packet) == IMU6


def test_two_samples_where_clock_and_sequence_wrap():
    packet = decode_packet(bytes.fromhex(IMU6_TWO))
    assert (packet.sequence, packet.time_us, packet.spacing_us) == (65535, 4294960000, 9615)
    assert packet.raw[1].tolist() == [-11, 35, 8188, -32768, 32767, 0]
    assert packet.lost_before
    assert not any((packet.clipped, packet.restarted))
    assert hexed(packet) == IMU6_TWO


def test_mag():
    packet = decode_packet(bytes.fromhex(MAG))
    assert (packet.kind, packet.sequence, packet.time_us) == (BlockKind.MAG, 0, 2319)
    assert packet.raw.tolist() == [[250, -180, -410]]
    assert hexed(packet) == MAG


def test_quaternion():
    packet = decode_packet(bytes.fromhex(QUATERNION))
    assert (packet.kind, packet.sequence, packet.time_us) == (BlockKind.QUATERNION, 1, 1_000_000)
    assert packet.raw.tolist() == [[28377, 0, -16384, 0]]
    assert hexed(packet) == QUATERNION


def test_imu_and_quaternion_after_a_restart():
    packet = decode_packet(bytes.fromhex(IMU6_QUATERNION))
    assert (packet.kind, packet.sequence) == (BlockKind.IMU6_QUATERNION, 2)
    assert packet.raw.tolist() == [[-12, 34, 8190, 5, -6, 7, 28377, 0, -16384, 0]]
    assert packet.restarted
    assert hexed(packet) == IMU6_QUATERNION


def test_clip_flag():
    clipped = bytearray.fromhex(IMU6)
    clipped[1] |= 0x20
    packet = decode_packet(bytes(clipped))
    assert packet.clipped
    assert encode_packet(packet) == clipped


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (SyncRequest(42, 0x89ABCDEF), SYNC_REQUEST),
        (SyncReply(42, 0x89ABCDEF, 1000100, 1000250), SYNC_REPLY),
        (Config(4, 500, 104, 25, 4, 0b0011, 0, live_link=True), CONFIG),
        (Status(DeviceState.STREAMING, 123456789012, 3, 0, 12, 25.31, 3.912), STATUS),
    ],
)
def test_characteristics(value, encoded):
    assert type(value).decode(bytes.fromhex(encoded)) == value
    assert value.encode().hex() == encoded


def test_scale():
    scale = Scale.decode(bytes.fromhex(SCALE))
    assert scale.group_delay_us == 4500
    assert scale.acc_mps2 == pytest.approx(0.001196, rel=1e-3)
    assert scale.gyr_dps == pytest.approx(0.0175, rel=1e-6)
    assert scale.mag_ut == pytest.approx(0.15, rel=1e-6)
    assert scale.quat == pytest.approx(1 / 32767, rel=1e-4)
    assert scale.rate_hz == 104.0
    assert scale.encode().hex() == SCALE


def test_info():
    info = Info(
        minor=0,
        sensor_bits=0b0011,
        clock_source=2,
        clock_ppm=40,
        ring_ms=2000,
        max_payload=244,
        imu_model=7,
        mag_model=0,
        boot_id=0xDEADBEEF,
    )
    assert len(info.encode()) == 20
    assert info.encode().hex() == INFO
    assert Info.decode(info.encode()) == info


def test_sync_reply_whose_low_words_wrapped_between_receipt_and_reply():
    reply = SyncReply(1, 0, received_us=(5 << 32) - 40, sent_us=(5 << 32) + 60, radio_anchors=True)
    assert SyncReply.decode(reply.encode()) == reply


@pytest.mark.parametrize("command", list(Control))
def test_control(command):
    assert decode_control(encode_control(command)) is command


def test_control_with_arguments_of_a_later_version():
    assert decode_control(b"\x03\x05\x00\x00") is Control.IDENTIFY


DECODERS = {
    "packet": (decode_packet, IMU6_TWO),
    "scale": (Scale.decode, SCALE),
    "config": (Config.decode, CONFIG),
    "info": (Info.decode, INFO),
    "status": (Status.decode, STATUS),
    "sync request": (SyncRequest.decode, SYNC_REQUEST),
    "sync reply": (SyncReply.decode, SYNC_REPLY),
}


@pytest.mark.parametrize("name", DECODERS)
def test_cut_or_glued_values_are_refused(name):
    decode, encoded = DECODERS[name]
    whole = bytes.fromhex(encoded)
    decode(whole)
    for wrong in [*(whole[:length] for length in range(len(whole))), whole + whole, whole + b"\0"]:
        with pytest.raises(ProtocolError, match="open_profile"):
            decode(wrong)


@pytest.mark.parametrize("decode", [decode for decode, _ in DECODERS.values()] + [decode_control])
@given(data=st.binary(max_size=300))
def test_any_bytes_give_a_value_or_a_protocol_error(decode, data):
    with suppress(ProtocolError):
        assert decode(data) is not None


@given(data=st.data())
def test_mutated_packets_give_a_packet_or_a_protocol_error(data):
    packet = bytearray.fromhex(data.draw(st.sampled_from([IMU6, IMU6_TWO, MAG, IMU6_QUATERNION])))
    packet[data.draw(st.integers(0, len(packet) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        decoded = decode_packet(bytes(packet))
    except ProtocolError:
        return
    assert len(decoded.raw) == packet[1] & 0x1F


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("4101", "version 2, this program knows 1"),
        ("2001", "without a kind"),
        ("2100", "without samples"),
        ("2102", "need 34"),
    ],
)
def test_what_is_wrong_is_said(head, why):
    with pytest.raises(ProtocolError, match=why):
        decode_packet(bytes.fromhex(head + IMU6[4:]))


def test_several_samples_at_one_time_are_refused():
    with pytest.raises(ProtocolError, match="at one time"):
        decode_packet(bytes.fromhex(IMU6_TWO.replace("8f25", "0000", 1)))


@pytest.mark.parametrize(
    ("at", "lsb", "why"),
    [
        (4, "00000000", "acc and gyro must be positive"),
        (8, "0000807f", "acc and gyro must be positive"),
        (12, "0000c07f", "must be a number"),
        (20, "00000000", "rate is 0"),
    ],
)
def test_scales_that_cannot_be_are_refused(at, lsb, why):
    value = bytearray.fromhex(SCALE)
    value[at : at + 4] = bytes.fromhex(lsb)
    with pytest.raises(ProtocolError, match=why):
        Scale.decode(bytes(value))


def test_reserved_axis_codes_are_refused():
    with pytest.raises(ProtocolError, match="axis code 1"):
        Scale.decode(bytes.fromhex("0101" + SCALE[4:]))


@pytest.mark.parametrize("kind", range(5, 32))
def test_reserved_kinds_keep_their_sequence(kind):
    packet = decode_packet(bytes([0x20 | kind]) + bytes.fromhex(IMU6_TWO)[1:])
    assert (packet.kind, packet.sequence, packet.raw.size) == (kind, 65535, 0)


@st.composite
def packets(draw):
    kind = draw(st.sampled_from(BlockKind))
    count = draw(st.integers(1, MAX_SAMPLES))
    raw = draw(hnp.arrays(np.int16, (count, COLUMNS[kind])))
    return DataPacket(
        kind,
        draw(st.integers(0, 65535)),
        draw(st.integers(0, 2**32 - 1)),
        draw(st.integers(1, 65535)) if count > 1 else 0,
        raw,
        *draw(st.tuples(st.booleans(), st.booleans(), st.booleans())),
    )


@given(packet=packets())
def test_packets_come_back(packet):
    again = decode_packet(encode_packet(packet))
    np.testing.assert_array_equal(again.raw, packet.raw)
    for name in ("kind", "sequence", "time_us", "spacing_us", "clipped", "lost_before"):
        assert getattr(again, name) == getattr(packet, name)


@pytest.mark.parametrize(
    ("kind", "payload", "fits"),
    [
        (BlockKind.IMU6, 20, 1),
        (BlockKind.IMU6, 62, 4),
        (BlockKind.IMU6, 101, 7),
        (BlockKind.IMU6, 182, 14),
        (BlockKind.IMU6, 244, 19),
        (BlockKind.IMU6_QUATERNION, 28, 1),
        (BlockKind.IMU6_QUATERNION, 182, 8),
        (BlockKind.IMU6_QUATERNION, 244, 11),
        (BlockKind.IMU6_QUATERNION, 27, 0),
        (BlockKind.MAG, 509, MAX_SAMPLES),
    ],
)
def test_capacity_is_that_of_the_profile(kind, payload, fits):
    assert capacity(kind, payload) == fits


@given(kind=st.sampled_from(BlockKind), payload=st.integers(8, 509))
def test_capacity_fits_and_one_more_does_not(kind, payload):
    def size(count):
        raw = np.zeros((count, COLUMNS[kind]), np.int16)
        return len(encode_packet(DataPacket(kind, 0, 0, 1, raw)))

    fits = capacity(kind, payload)
    assert fits == 0 or size(fits) <= payload
    assert fits == MAX_SAMPLES or size(fits + 1) > payload


@pytest.mark.parametrize(
    ("kind", "shape", "spacing_us"),
    [(5, (1, 6), 0), (1, (1, 5), 0), (1, (0, 6), 0), (1, (32, 6), 1), (1, (2, 6), 0)],
)
def test_packets_that_cannot_be_are_not_encoded(kind, shape, spacing_us):
    with pytest.raises(ValueError, match=r"columns|apart"):
        encode_packet(DataPacket(kind, 0, 0, spacing_us, np.zeros(shape, np.int16)))


def test_scale_keeps_single_precision():
    scale = Scale(0, 8 * 9.80665 / 32768, 2000 / 32768, 0.0, 0.0, 103.712)
    again = Scale.decode(scale.encode())
    assert math.isclose(again.acc_mps2, scale.acc_mps2, rel_tol=1e-7)
    assert again.rate_hz == 103.712
