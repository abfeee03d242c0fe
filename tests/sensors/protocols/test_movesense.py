"""Movesense: recorded measurements, parts lost and mixed up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.errors import ProtocolError
from sensors.protocols.movesense import (
    IMU6_REFERENCE,
    NOTIFY,
    Answer,
    Code,
    Measurement,
    MovesenseReader,
    decode_answer,
    decode_measurement,
    encode_answer,
    encode_measurement,
    get,
    hello,
    imu6_path,
    samples_per_packet,
    subscribe,
    unsubscribe,
)
from tests.sensors.protocols.unpacking import only

# Recorded; sensein/movesense-py, tests/fixtures/validation/fixture.json, decoded by the maker.
ACC = bytes.fromhex(
    "03de010055ab8bbf69f78d4081dd0a412b1387bf975a8d4020840b41e79190bf076d8e401bf10a41"
    "2b1387bf316e8d40b9660b41"
)
IMU6 = bytes.fromhex(
    "aca1020094b578bf399b8840cdb20d4155ff7cbf6a60884092c70c4182627cbfa2e988405da00c41"
    "8bf871bf71248940c38c0c4148e17abf713daabf3333b3bec3f568bf713daabf3e0ad7beae4721bf"
    "f628bcbf3e0ad7beae4721bf3333b3bf3e0ad7be"
)
MAG = bytes.fromhex("aca10200de9cfe41708636c2a5026cc1")


def data(content, code=Code.DATA, reference=IMU6_REFERENCE):
    return encode_answer(Answer(code, reference, content))


def test_recorded_acceleration():
    measured = decode_measurement(ACC, 1)
    assert measured.time_ms == 122371
    np.testing.assert_allclose(measured.values[0, 0], [-1.091166, 4.436451, 8.679078], atol=1e-5)
    np.testing.assert_allclose(measured.values[0, 3], [-1.055272, 4.419701, 8.712579], atol=1e-5)


def test_recorded_acceleration_and_rate():
    burst = only(MovesenseReader(52.0).feed(NOTIFY, data(IMU6)))
    assert burst.ticks == 172460
    np.testing.assert_allclose(burst.acc[0], [-0.971521, 4.268948, 8.856153], atol=1e-5)
    np.testing.assert_allclose(burst.acc[3], [-0.945199, 4.285698, 8.784366], atol=1e-5)
    np.testing.assert_allclose(np.degrees(burst.gyr[1]), [-0.91, -1.33, -0.42], atol=1e-5)


def test_recorded_field():
    values = decode_measurement(MAG, 1).values[0]
    np.testing.assert_allclose(values, [[31.826595, -45.631287, -14.750646]], atol=1e-5)


def test_commands():
    assert subscribe(0x63, "/Meas/IMU9/52").hex() == "01632f4d6561732f494d55392f3532"
    assert hello(1) == b"\x00\x01"
    assert unsubscribe(7) == b"\x02\x07"
    assert get(2, "/Info") == b"\x04\x02/Info"
    with pytest.raises(ValueError, match="reference"):
        hello(0)
    assert imu6_path(104) == "/Meas/IMU6/104"
    with pytest.raises(ValueError, match="104"):
        imu6_path(100)


@pytest.mark.parametrize("status", [b"\xc8\x00", b"\x00\xc8"])
def test_results_in_either_order_of_bytes(status):
    assert Answer(Code.RESULT, 1, status).succeeded
    assert not Answer(Code.RESULT, 1, b"\x01\xfb").succeeded


def test_samples_come_as_many_as_the_rate_says():
    assert [samples_per_packet(r) for r in (13, 52, 104, 208)] == [1, 4, 8, 16]


def whole(time_ms=1000, rate_hz=104):
    rng = np.random.default_rng(time_ms)
    return Measurement(time_ms, rng.normal(0, 5, (2, samples_per_packet(rate_hz), 3)))


@given(st.integers(1, 195))
def test_two_parts_split_anywhere(cut):
    measured = whole()
    encoded = encode_measurement(measured)
    reader = MovesenseReader(104.0)
    assert reader.feed(NOTIFY, data(encoded[:cut])) == ()
    burst = only(reader.feed(NOTIFY, data(encoded[cut:], Code.DATA_PART_2)))
    np.testing.assert_allclose(burst.acc, measured.values[0], atol=1e-5)


def test_three_parts():
    encoded = encode_measurement(whole(rate_hz=208))
    reader = MovesenseReader(208.0)
    reader.feed(NOTIFY, data(encoded[:150]))
    reader.feed(NOTIFY, data(encoded[150:300], Code.DATA_PART_2))
    assert len(reader.feed(NOTIFY, data(encoded[300:], Code.DATA_PART_3))[0]) == 16


def test_a_lost_part_costs_its_measurement_and_no_more():
    first, second = encode_measurement(whole(1000)), encode_measurement(whole(1077))
    reader = MovesenseReader(104.0)
    assert reader.feed(NOTIFY, data(first[:150])) == ()
    assert reader.feed(NOTIFY, data(second[:150])) == ()
    burst = only(reader.feed(NOTIFY, data(second[150:], Code.DATA_PART_2)))
    assert burst.ticks == 1077
    with pytest.raises(ProtocolError, match="without its first"):
        reader.feed(NOTIFY, data(second[150:], Code.DATA_PART_2))


def test_parts_that_do_not_fit_are_refused_and_forgotten():
    encoded = encode_measurement(whole())
    reader = MovesenseReader(104.0)
    reader.feed(NOTIFY, data(encoded[:150]))
    with pytest.raises(ProtocolError, match="longer"):
        reader.feed(NOTIFY, data(encoded[:150], Code.DATA_PART_2))
    reader.feed(NOTIFY, data(encoded[:150]))
    assert len(reader.feed(NOTIFY, data(encoded[150:], Code.DATA_PART_2))) == 1


def test_the_period_is_measured():
    reader = MovesenseReader(104.0)
    for n in range(60):
        encoded = encode_measurement(whole(round(1000 + n * 8 * 9.8)))
        reader.feed(NOTIFY, data(encoded[:150]))
        reader.feed(NOTIFY, data(encoded[150:], Code.DATA_PART_2))
    assert reader.period_s == pytest.approx(9.8e-3, rel=2e-3)


@given(st.binary(max_size=200))
def test_anything_else_is_refused(content):
    try:
        decode_answer(content)
        decode_measurement(content, 2)
    except ProtocolError:
        pass


@pytest.mark.parametrize("content", [b"", b"\x02", b"\x09\x63", IMU6[:-1]])
def test_cut_and_unknown_answers(content):
    with pytest.raises(ProtocolError):
        decode_measurement(decode_answer(content).content, 2)
