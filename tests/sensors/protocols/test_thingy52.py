"""Thingy:52: layouts of Nordic's firmware, packed here by hand; no recorded bytes are public."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.errors import ProtocolError
from sensors.protocols.thingy52 import (
    CONFIG,
    LED,
    RAW,
    Settings,
    Thingy52Reader,
    decode_raw,
    encode_raw,
    light,
)
from tests.sensors.protocols.unpacking import only

SAMPLE = struct.pack("<9h", 1024, -512, 0, 320, -32, 0, 160, -16, 32767)


def test_uuids_are_those_of_the_firmware():
    assert RAW == "ef680406-9b35-4933-9b10-52ffa9740042"
    assert (CONFIG[:8], LED[:8]) == ("ef680401", "ef680301")


def test_a_sample_in_si_units():
    burst = only(Thingy52Reader().feed(RAW, SAMPLE))
    np.testing.assert_allclose(burst.acc / 9.80665, [[1.0, -0.5, 0.0]])
    np.testing.assert_allclose(np.degrees(burst.gyr), [[10.0, -1.0, 0.0]])
    np.testing.assert_allclose(burst.mag[:, :2], [[10.0, -1.0]])
    assert burst.clipped.tolist() == [False], "a magnetometer at its end is no loss"
    assert (burst.ticks, burst.sequence, burst.quat) == (None, None, None)


def test_what_is_at_its_end_is_clipped():
    for at, clipped in ((0, True), (5, True), (8, False)):
        raw = [0] * 9
        raw[at] = -32768
        assert only(Thingy52Reader().feed(RAW, encode_raw(raw))).clipped.tolist() == [clipped]


def test_settings_and_lamp():
    written = Settings(100).encode()
    assert written == struct.pack("<HHHHB", 5000, 5000, 1000, 100, 1)
    assert Settings.decode(written) == Settings(100)
    assert light(0, 0, 255) == b"\x01\x00\x00\xff"
    for rate_hz in (4, 201):
        with pytest.raises(ValueError, match="5 to 200"):
            Settings(rate_hz).encode()
    for bad in (written[:-1], struct.pack("<HHHHB", 1, 1, 1, 300, 0)):
        with pytest.raises(ProtocolError):
            Settings.decode(bad)


@given(st.lists(st.integers(-32768, 32767), min_size=9, max_size=9))
def test_what_is_encoded_is_decoded(raw):
    assert decode_raw(encode_raw(raw)).tolist() == [raw]


@given(st.binary(max_size=40))
def test_anything_else_is_refused(data):
    reader = Thingy52Reader()
    assert reader.feed(CONFIG, data) == ()
    if len(data) == 18:
        assert len(only(reader.feed(RAW, data))) == 1
        return
    with pytest.raises(ProtocolError, match="18 bytes"):
        reader.feed(RAW, data)
