import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from dashboard.service.wire import (
    COLUMNS,
    HEADER,
    VALUES,
    WireError,
    decode_frames,
    encode_frames,
    encode_json,
    frame_values,
)
from fusion.results import Frames, Phase, Quality

ROWS = npst.arrays(
    np.float32,
    st.tuples(st.integers(1, 40), st.just(len(VALUES))),
    elements=st.floats(width=32, allow_infinity=False),
)


def encoded(t_s, values, **more):
    facts = {"first": 0, "skipped": 0, "age_s": 0.0, "sent_unix_s": 0.0, **more}
    return encode_frames(np.asarray(t_s, dtype=float), values, **facts)


@given(ROWS, st.floats(0, 1e5), st.integers(0, 2**40), st.integers(0, 2**40))
def test_what_is_sent_is_what_comes(values, t0_s, first, skipped):
    t_s = t0_s + np.arange(len(values)) / 100
    message = decode_frames(
        encoded(t_s, values, first=first, skipped=skipped, age_s=0.25, sent_unix_s=1.7e9)
    )
    assert (message.first, message.skipped) == (first % 2**32, skipped % 2**32)
    assert (message.age_s, message.sent_unix_s) == (0.25, 1.7e9)
    np.testing.assert_array_equal(message.values, values)
    np.testing.assert_allclose(message.t_s, t_s, rtol=0, atol=1e-6)


def test_the_layout_is_the_documented_one():
    data = encoded([12.5, 12.51], np.arange(30, dtype=np.float32).reshape(2, 15), first=7)
    assert len(COLUMNS) == 16
    assert HEADER.size == 32
    assert len(data) == 32 + 2 * 16 * 4
    assert data[:4] == bytes([1, 1, 2, 0])
    assert int.from_bytes(data[4:8], "little") == 7
    assert np.frombuffer(data[16:24], "<f8")[0] == 12.5
    np.testing.assert_allclose(np.frombuffer(data[96:104], "<f4"), [0.01, 15])


@pytest.mark.parametrize("spoil", [lambda d: b"", lambda d: d[:31], lambda d: d[:-1],
                                   lambda d: d + b"\0", lambda d: b"\2" + d[1:],
                                   lambda d: d[:1] + b"\2" + d[2:]])  # fmt: skip
def test_other_bytes_are_refused(spoil):
    data = encoded([0.0], np.zeros((1, 15), dtype=np.float32))
    with pytest.raises(WireError):
        decode_frames(spoil(data))


def test_frames_become_rows():
    frames = Frames(
        t_s=np.array([0.0, 0.01]),
        angles_deg=np.arange(14.0).reshape(2, 7),
        sd_deg=np.arange(8.0).reshape(2, 4),
        quality=np.array([Quality.GOOD, Quality.UNUSABLE], dtype=np.uint8),
    )
    phase = np.array([Phase.HOLD, Phase.RETURN], dtype=np.uint8)
    shares = np.array([[np.nan] * 3, [0.1, 0.2, 0.7]])
    values = frame_values(frames, phase, shares)
    assert values[1].tolist() == pytest.approx([*range(7, 14), *range(4, 8), 0.1, 0.2, 0.7, 14])
    assert values[0, 14] == 8
    assert np.isnan(values[0, 11:14]).all()


def test_json_knows_no_nan():
    text = encode_json({"a": [1.5, float("nan")], "b": {"c": float("inf")}, "d": "°"})
    assert json.loads(text) == {"a": [1.5, None], "b": {"c": None}, "d": "°"}
