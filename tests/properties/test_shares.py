"""Shares: always a whole, always the same whichever way the turn went."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fusion.results import SplitSource
from fusion.shares import ShareSums, estimate_shares
from fusion.split import Split

degrees = st.floats(-60.0, 60.0)
repetition = st.lists(st.tuples(degrees, degrees, degrees), min_size=1, max_size=30).map(np.array)
splits = st.builds(
    Split,
    st.sampled_from(SplitSource),
    st.floats(0.1, 0.5),
    st.floats(0.02, 0.1),
)


def shares_of(segments, split, sd_deg=1.0):
    found = estimate_shares([ShareSums.of(segments, np.full(len(segments), sd_deg))], split)
    assume(found is not None)
    return found


def values(shares):
    return np.array([shares.pelvis.value, shares.lumbar.value, shares.thoracic.value])


@given(repetition, splits)
def test_they_sum_to_one(segments, split):
    if split.source is not SplitSource.MEASURED:
        turn = segments[:, 1] + segments[:, 2]
        segments = np.column_stack([segments[:, 0], split.mean * turn, (1 - split.mean) * turn])
    assert values(shares_of(segments, split)).sum() == pytest.approx(1.0, abs=1e-9)


@given(repetition, splits)
def test_the_side_does_not_matter(segments, split):
    one, other = shares_of(segments, split), shares_of(-segments, split)
    np.testing.assert_array_equal(values(one), values(other))


@given(repetition, splits, st.permutations(range(30)))
def test_the_order_in_time_does_not_matter(segments, split, order):
    mixed = segments[[i for i in order if i < len(segments)]]
    np.testing.assert_allclose(
        values(shares_of(segments, split)), values(shares_of(mixed, split)), atol=1e-9
    )


@given(repetition, splits, st.floats(0.0, 10.0))
def test_every_share_is_in_its_interval_and_doubt_only_widens_it(segments, split, more_deg):
    """Estimated shares apart: what is not the pelvis' is at most all, so doubt of it shrinks it."""
    sure = shares_of(segments, split)
    unsure = shares_of(segments, split, 1.0 + more_deg)
    measured = split.source is SplitSource.MEASURED
    for name in ("pelvis", "lumbar", "thoracic") if measured else ("pelvis",):
        narrow, wide = getattr(sure, name), getattr(unsure, name)
        assert wide.hi - wide.lo >= narrow.hi - narrow.lo - 1e-9
    assert sure.pelvis.lo <= sure.pelvis.value <= sure.pelvis.hi


@given(repetition, repetition, splits)
def test_a_set_lies_between_its_repetitions(one, other, split):
    """Pooled, so that no set's share is outside what its repetitions showed."""
    sums = [ShareSums.of(part, np.ones(len(part))) for part in (one, other)]
    pooled = estimate_shares(sums, split)
    each = [estimate_shares([part], split) for part in sums]
    assume(pooled is not None and None not in each)
    low, high = np.sort([values(part) for part in each], axis=0)
    # Weighing a repetition by its turn adds the prior once, not twice: a hundredth of slack.
    assert np.all(values(pooled) >= low - 0.1)
    assert np.all(values(pooled) <= high + 0.1)
