"""Columns survive the way through Arrow, nulls and slices included."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from sessions import columns


@given(st.lists(st.floats(allow_infinity=False), max_size=30), st.integers(0, 5))
def test_numbers_there_and_back(values: list[float], skipped: int) -> None:
    given_values = np.array(values, dtype=np.float64)
    column = pa.chunked_array([columns.numbers(given_values).slice(skipped)], pa.float64())
    np.testing.assert_array_equal(columns.to_numpy(column), given_values[skipped:])


def test_several_chunks_become_one() -> None:
    parts = [columns.numbers(np.array(part)) for part in ([1.0, np.nan], [3.0])]
    np.testing.assert_array_equal(columns.to_numpy(pa.chunked_array(parts)), [1.0, np.nan, 3.0])
    assert len(columns.to_numpy(pa.chunked_array([], pa.float64()))) == 0


def test_words_and_integers() -> None:
    words = columns.words(np.array([1, 0, 1]), ["out", "höld"])
    assert words.to_pylist() == ["höld", "out", "höld"]
    some = columns.integers(np.array([7, 8]), np.array([True, False]))
    assert some.to_pylist() == [7, None]
