"""Movella DOT: recorded bytes, the maker's messages, and everything that is none."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.errors import ProtocolError
from sensors.protocols.movella_dot import (
    Battery,
    Characteristic,
    DeviceInfo,
    MovellaDotReader,
    Payload,
    PayloadId,
    Report,
    ReportType,
    SyncReply,
    decode_message,
    decode_payload,
    encode_payload,
    identify,
    output_rate,
    power_off,
    start_measuring,
    start_sync,
    stop_sync,
    sync_status,
    tag,
)
from sensors.protocols.movella_dot.forms import Form, checked_usual
from sensors.protocols.movella_dot.messages import decode_sync_reply
from sensors.protocols.movella_dot.payloads import LAYOUTS
from tests.sensors.protocols.unpacking import only

# Recorded; printed in jiminghe/Xsens_DOT_PC_Reader (MIT), decoded there by nobody.
EULER = bytes.fromhex("d893decb0a3509c146500842ea43853e00000000")
CUSTOM_1 = bytes.fromhex(
    "526bea567cc32c4128fdca41f87912be62528c40e301e9bf9b199ebfb5c4bdbe8a5f7cbe6725de3c"
)
numbers = st.floats(-1000, 1000, width=32)


def test_a_recorded_orientation():
    payload = decode_payload(PayloadId.EULER, EULER)
    assert payload.time_us == 3420361688
    np.testing.assert_allclose(payload.euler_deg, [-8.575449, 34.078392, 0.260284], atol=1e-5)


def test_a_recorded_custom_mode():
    payload = decode_payload(PayloadId.CUSTOM_1, CUSTOM_1)
    assert payload.time_us == 1458203474
    np.testing.assert_allclose(payload.euler_deg, [10.797726, 25.373611, -0.143043], atol=1e-5)
    np.testing.assert_allclose(payload.free_acc, [4.385056, -1.82037, -1.235156], atol=1e-5)
    np.testing.assert_allclose(payload.gyr_dps, [-0.370641, -0.246458, 0.027117], atol=1e-5)


@pytest.mark.parametrize(
    ("message", "expected"),  # all from XD0506P, message service
    [
        (start_sync("D4:22:CD:AA:BB:CC"), "020701ccbbaacd22d402"),
        (stop_sync(), "020102fb"),
        (sync_status(), "020108f5"),
    ],
)
def test_messages_are_the_makers(message, expected):
    assert message.hex() == expected


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        ("02025000ac", SyncReply.STOPPED),
        ("02025104a7", SyncReply.SYNCED),
        ("02025109a2", SyncReply.NOT_SYNCED),
        ("02020300f9", SyncReply.STARTED),
    ],
)
def test_answers_are_the_makers(data, reply):
    assert decode_sync_reply(bytes.fromhex(data)) is reply


@pytest.mark.parametrize("data", ["010102fc", "010141bd", "030104f8"])
def test_other_groups_pass_their_checksum(data):
    whole = bytes.fromhex(data)
    assert decode_message(whole) == (whole[0], whole[2:-1])
    for at in range(len(whole)):
        broken = bytearray(whole)
        broken[at] ^= 1
        with pytest.raises(ProtocolError):
            decode_message(bytes(broken))


def test_ready_made_writes():
    assert output_rate(60).hex() == "10" + "00" * 23 + "3c00" + "00" * 6
    assert identify().hex() == "0101" + "00" * 30
    assert power_off().hex() == "020001" + "00" * 29
    assert tag("PELVIS")[:14].hex() == "08" + "00" * 6 + "06" + b"PELVIS".hex()
    assert start_measuring(PayloadId.CUSTOM_5) == b"\x01\x01\x1a"
    for wrong in ("", "x" * 17, "Hüfte"):
        with pytest.raises(ValueError, match="letters"):
            tag(wrong)
    with pytest.raises(ValueError, match="60"):
        output_rate(100)


def test_who_it_is():
    info = DeviceInfo("D4:22:CD:00:12:34", "3.2.1", "40000001A2B", "XS-T02")
    data = info.encode()
    assert len(data) == 34
    assert data[:6] == bytes.fromhex("341200cd22d4")
    assert DeviceInfo.decode(data) == info


def test_battery_and_button():
    assert Battery.decode(b"\x57\x01") == Battery(87, charging=True)
    report = Report(ReportType.DOUBLE_CLICK, 123456)
    assert Report.decode(report.encode()) == report
    for bad in (b"\x57", b"\x65\x00"):
        with pytest.raises(ProtocolError):
            Battery.decode(bad)
    with pytest.raises(ProtocolError):
        Report.decode(b"\x09" + bytes(35))


@given(st.sampled_from(PayloadId), st.integers(0, 2**32 - 1), st.data())
def test_what_is_encoded_is_decoded(kind, time_us, data):
    values = {}
    for name in LAYOUTS[kind].fields:
        if name == "status":
            values[name] = data.draw(st.integers(0, 0xFFFF))
        elif name == "clips":
            values[name] = (data.draw(st.integers(0, 255)), data.draw(st.integers(0, 255)))
        elif name == "mag_au":
            raw = data.draw(st.lists(st.integers(-32768, 32767), min_size=3, max_size=3))
            values[name] = np.array(raw) / 4096.0
        else:
            size = 4 if name in {"quat", "dq"} else 3
            values[name] = np.array(data.draw(st.lists(numbers, min_size=size, max_size=size)))
    encoded = encode_payload(kind, Payload(time_us, **values))
    found = decode_payload(kind, encoded + bytes(3))  # padded, as sensors do
    assert found.time_us == time_us
    for name, value in values.items():
        np.testing.assert_allclose(getattr(found, name), value, rtol=1e-6)
    with pytest.raises(ProtocolError, match="bytes"):
        decode_payload(kind, encoded[:-1])


def test_quaternion_and_rates_become_a_burst():
    reader = MovellaDotReader(60.0)
    payload = Payload(
        16667,
        quat=np.array([0.0, 1.0, 0.0, 0.0]),
        acc=np.array([0.0, 0.0, 9.81]),
        gyr_dps=np.array([90.0, 0.0, -180.0]),
    )
    burst = only(reader.feed(Characteristic.LONG, encode_payload(PayloadId.CUSTOM_5, payload)))
    assert (burst.ticks, len(burst)) == (16667, 1)
    np.testing.assert_allclose(burst.gyr, [[np.pi / 2, 0, -np.pi]], atol=1e-6)
    np.testing.assert_allclose(burst.quat, [[0, 1, 0, 0]])
    assert not burst.clipped.any()


def test_the_sensor_says_what_it_sends():
    reader = MovellaDotReader(60.0)
    reader.feed(Characteristic.MEASUREMENT, b"\x01\x01\x13")
    half = np.radians(1.5) / 2  # 90 °/s for a sixtieth of a second
    delta = Payload(
        0, dq=np.array([np.cos(half), 0, 0, np.sin(half)]), dv=np.array([0, 0, 9.81 / 60])
    )
    burst = only(reader.feed(Characteristic.MEDIUM, encode_payload(PayloadId.DELTA, delta)))
    np.testing.assert_allclose(np.degrees(burst.gyr), [[0, 0, 90.0]], atol=1e-4)
    np.testing.assert_allclose(burst.acc, [[0, 0, 9.81]], atol=1e-5)
    with pytest.raises(ProtocolError, match="not public"):
        reader.feed(Characteristic.MEASUREMENT, b"\x01\x01\x19")


def test_clipping_is_seen():
    reader = MovellaDotReader(60.0)
    wild = Payload(0, acc=np.zeros(3), gyr_dps=np.array([0.0, 2000.0, 0.0]), mag_au=np.zeros(3))
    burst = only(reader.feed(Characteristic.MEDIUM, encode_payload(PayloadId.RATE_MAG, wild)))
    assert burst.clipped.all()
    flagged = Payload(0, quat=np.array([1.0, 0, 0, 0]), free_acc=np.zeros(3), status=0x08)
    assert flagged.clipped


@pytest.mark.parametrize("kind", [PayloadId.CUSTOM_5, PayloadId.RATE_MAG, PayloadId.CUSTOM_3])
@pytest.mark.parametrize(("rate_dps", "far"), [(200.0, True), (1990.0, True), (1999.0, False)])
def test_a_quick_turn_is_far_from_the_end_of_the_range(kind, rate_dps, far):
    form = Form(kind, 60.0)
    turn = Payload(
        0, quat=np.array([1.0, 0, 0, 0]), acc=np.array([0, 0, 9.81]),
        gyr_dps=np.array([0, 0, -rate_dps]), mag_au=np.ones(3),
    )  # fmt: skip
    _, numbers, is_far = form.checked_any(encode_payload(kind, turn))
    assert is_far is far
    assert form.unpack(numbers).clipped.tolist() == [not far]


def test_a_hard_knock_is_at_the_end_of_the_range():
    knock = Payload(0, quat=np.array([1.0, 0, 0, 0]), acc=np.full(3, 157.0), gyr_dps=np.zeros(3))
    data = encode_payload(PayloadId.CUSTOM_5, knock)
    assert not checked_usual(data)[2]
    assert only(MovellaDotReader(60.0).feed(Characteristic.LONG, data)).clipped.all()


@pytest.mark.parametrize("at", [4, 20, 32])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e30])
def test_numbers_that_no_sensor_measures_are_refused(at, value):
    good = Payload(0, quat=np.array([1.0, 0, 0, 0]), acc=np.zeros(3), gyr_dps=np.zeros(3))
    data = bytearray(encode_payload(PayloadId.CUSTOM_5, good))
    struct.pack_into("<f", data, at, value)
    with pytest.raises(ProtocolError):
        MovellaDotReader(60.0).feed(Characteristic.LONG, bytes(data))


def test_the_payload_that_we_ask_for_is_read_as_any_other():
    """It has a way of its own, only quicker: bit for bit the same comes out."""
    rng = np.random.default_rng(1)
    form = Form(PayloadId.CUSTOM_5, 60.0)
    quats = rng.normal(size=(40, 4))
    data = b"".join(
        encode_payload(
            PayloadId.CUSTOM_5,
            Payload(
                n, quat=quat / np.linalg.norm(quat), acc=rng.normal(size=3) * 40,
                gyr_dps=rng.normal(size=3) * 900,
            ),
        )
        for n, quat in enumerate(quats)
    )  # fmt: skip
    assert checked_usual(data) == form.checked_any(data)
    assert checked_usual(data)[0] == list(range(40))
