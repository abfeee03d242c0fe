"""WitMotion: recorded frames, frames cut anywhere, and bytes that are none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.errors import ProtocolError
from sensors.protocols.witmotion import (
    NOTIFY,
    Frames,
    RegisterReply,
    WitMotionReader,
    battery_percent,
    encode_frame,
    encode_reply,
    read_register,
    save,
    set_rate,
    unlock,
    write_register,
)
from sensors.protocols.witmotion.frames import decode_data, decode_reply
from tests.sensors.protocols.unpacking import only

# Recorded from a WT901BLE67: RGu0/WT901, tests/data/recordings/wt901-100hz.jsonl (MIT).
FIRST = bytes.fromhex("55612706bc0179065500e7fec4fa3e00eaff0000")
LATER = bytes.fromhex("55614f05ac01b1050500fdff08003900d7ff79c2")
FOUR = bytes.fromhex(
    "55612706bc0179065500e7fec4fa3e00eaff0000"
    "55613806c7016b0698ff79fe74fb3e00eaff0000"
    "55618006cc017f06b2feb8fe0dfc3e00eaff0000"
    "55618206ad018c0696fe58ff65fc3e00eaff0000"
)
FOUR_RAW = [
    [1575, 444, 1657, 85, -281, -1340, 62, -22, 0],
    [1592, 455, 1643, -104, -391, -1164, 62, -22, 0],
    [1664, 460, 1663, -334, -328, -1011, 62, -22, 0],
    [1666, 429, 1676, -362, -168, -923, 62, -22, 0],
]
raws = st.lists(st.integers(-32768, 32767), min_size=9, max_size=9)


def test_a_recorded_frame():
    burst = only(WitMotionReader().feed(NOTIFY, FIRST))
    np.testing.assert_allclose(burst.acc / 9.80665, [[0.769043, 0.216797, 0.809082]], atol=1e-6)
    np.testing.assert_allclose(
        np.degrees(burst.gyr), [[5.187988, -17.150879, -81.787109]], atol=1e-5
    )
    assert decode_data(LATER).tolist() == [[1359, 428, 1457, 5, -3, 8, 57, -41, -15751]]


def test_a_recorded_notification_of_four():
    assert decode_data(b"".join(Frames().feed(FOUR))).tolist() == FOUR_RAW


def test_the_makers_example_of_an_answer():
    asked = read_register(0x3A)
    assert asked.hex() == "ffaa273a00"
    reply = decode_reply(bytes.fromhex("55713a00680169007a00" + "00" * 10))
    assert (reply.first, reply.values[:3]) == (0x3A, (360, 105, 122))


def test_settings():
    assert unlock().hex() == "ffaa6988b5"
    assert save().hex() == "ffaa000000"
    assert set_rate(100).hex() == "ffaa030900"
    assert set_rate(200).hex() == "ffaa030b00"
    assert write_register(0x24, 1).hex() == "ffaa240100"
    with pytest.raises(ValueError, match="125"):
        set_rate(125)


@pytest.mark.parametrize(("volt", "percent"), [(412, 100), (396, 100), (395, 90), (372, 20),
                                               (340, 5), (339, 0)])  # fmt: skip
def test_battery(volt, percent):
    assert battery_percent(volt) == percent


def test_a_busy_unit_has_no_voltage():
    with pytest.raises(ProtocolError):
        battery_percent(0)


@pytest.mark.parametrize("cut", range(len(FOUR)))
def test_frames_split_anywhere_are_joined(cut):
    frames = Frames()
    found = frames.feed(FOUR[:cut]) + frames.feed(FOUR[cut:])
    assert decode_data(b"".join(found)).tolist() == FOUR_RAW
    assert frames.skipped == 0


@given(st.lists(raws, min_size=3, max_size=8), st.integers(1, 19), st.integers(0, 200))
def test_after_a_loss_it_is_in_step_within_a_frame(rows, lost, at):
    stream = b"".join(encode_frame(row) for row in rows)
    at %= len(stream) - lost
    found = decode_data(b"".join(Frames().feed(stream[:at] + stream[at + lost :]))).tolist()
    after = rows[-(-(at + lost) // 20) :]
    assert [row for row in after[1:] if row not in found] == []


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=90), max_size=20))
def test_noise_is_never_an_error_and_never_kept(noise):
    reader = WitMotionReader()
    for data in noise:
        reader.feed(NOTIFY, data)
    # Whatever was left of the noise, the second of two whole notifications is read completely.
    reader.feed(NOTIFY, FOUR)
    bursts = reader.feed(NOTIFY, FOUR)
    assert len(bursts[0]) >= 4


@given(st.integers(0, 255), st.lists(st.integers(-32768, 32767), min_size=8, max_size=8))
def test_answers_come_back(first, values):
    reply = RegisterReply(first, tuple(values))
    assert decode_reply(encode_reply(reply)) == reply
    reader = WitMotionReader()
    assert only(reader.feed(NOTIFY, FOUR + encode_reply(reply) + FOUR)).acc.shape == (8, 3)
    assert reader.status == reply


def test_the_rails_are_seen():
    burst = only(WitMotionReader().feed(NOTIFY, encode_frame([32767] + [0] * 8) + FIRST))
    assert burst.clipped.tolist() == [True, False]
