"""Rows of 16-bit numbers: the same of few as of many, and what is at the end of its range."""

import numpy as np
import pytest

from sensors.protocols.words import Words

WORTH = np.array([0.1, 0.2, 0.3, 1e-3, 1 / 3, 7.0, 0.5, 0.6, 0.7])


@pytest.mark.parametrize("rows", [1, 3, 64, 65, 500])
@pytest.mark.parametrize(("numbers", "columns", "first"), [(6, 6, 0), (6, 10, 1), (9, 9, 0)])
def test_every_number_is_worth_what_is_said(rows, numbers, columns, first):
    raw = np.random.default_rng(rows).integers(-32000, 32000, (rows, columns), dtype=np.int16)
    burst = Words(WORTH[:numbers], columns, first).unpack(raw.tobytes())
    expected = raw[:, first : first + numbers] * WORTH[:numbers]
    assert np.array_equal(burst.acc, expected[:, :3])
    assert np.array_equal(burst.gyr, expected[:, 3:6])
    assert burst.mag is None if numbers == 6 else np.array_equal(burst.mag, expected[:, 6:])
    assert burst.clipped.tolist() == [False] * rows


@pytest.mark.parametrize("end", [-32768, -32767, 32767])
def test_the_end_of_the_range_counts_in_acceleration_and_rate_alone(end):
    raw = np.zeros((5, 10), np.int16)
    raw[0, 0] = raw[1, 1] = raw[2, 6] = raw[3, 7] = end
    raw[4, 3] = end - np.sign(end) * 2  # close to it is not at it
    burst = Words(WORTH[:6], 10, first=1).unpack(raw.astype("<i2").tobytes())
    assert burst.clipped.tolist() == [False, True, True, False, False]
