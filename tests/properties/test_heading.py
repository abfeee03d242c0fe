"""The heading model: what it must not care about, and what it can never do."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dwells import Dwell
from fusion.heading import HeadingFilter

UP = np.tile([0.0, 0.0, 1.0], (3, 1))
seeds = st.integers(0, 2**32 - 1)
some = settings(max_examples=25, deadline=None)


def returns(seed, minutes=1.5):
    """Returns to neutral about every 3 s, with the drift and the scatter of a person's session."""
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(2.0, 4.0, round(20 * minutes)))
    joints = np.outer(times, rng.normal(0, 0.03, 3)) + rng.normal(0, 1.0, (len(times), 3))
    return [Dwell(t, int(100 * t), j, UP, False, 90.0) for t, j in zip(times, joints, strict=True)]


def smoothed(dwells, at_s, start_s=0.0):
    heading = HeadingFilter(start_s, np.full(3, 0.05), remember=True)
    for dwell in dwells:
        heading.observe(dwell)
    return heading.smooth(at_s[0], at_s[-1]).at(at_s)


@some
@given(seeds)
def test_left_and_right_are_alike(seed):
    dwells = returns(seed)
    mirrored = [Dwell(d.t_s, d.known, -d.joint_deg, d.up, False, d.path_deg) for d in dwells]
    at_s = np.linspace(0, dwells[-1].t_s, 50)
    one, other = smoothed(dwells, at_s), smoothed(mirrored, at_s)
    np.testing.assert_allclose(other.joint_deg, -one.joint_deg, atol=1e-9)
    np.testing.assert_allclose(other.variance_deg2, one.variance_deg2, atol=1e-9)


@some
@given(seeds, st.floats(-1e5, 1e5))
def test_when_it_happened_does_not_matter(seed, later_s):
    dwells = returns(seed)
    moved = [Dwell(d.t_s + later_s, d.known, d.joint_deg, d.up, False, d.path_deg) for d in dwells]
    at_s = np.linspace(0, dwells[-1].t_s, 50)
    one, other = smoothed(dwells, at_s), smoothed(moved, at_s + later_s, later_s)
    np.testing.assert_allclose(other.joint_deg, one.joint_deg, atol=1e-5)


@some
@given(seeds)
def test_told_backwards_the_middle_of_the_story_is_the_same(seed):
    """The smoother uses past and future alike; only the known start breaks the symmetry."""
    dwells = returns(seed)
    end_s, end_deg = dwells[-1].t_s, dwells[-1].joint_deg
    backwards = [
        Dwell(end_s - d.t_s, int(100 * (end_s - d.t_s)), d.joint_deg - end_deg, UP, False, 90.0)
        for d in reversed(dwells[:-1])
    ]
    at_s = np.linspace(0.3, 0.7, 20) * end_s
    one, other = smoothed(dwells, at_s), smoothed(backwards, end_s - at_s)
    sd = np.sqrt(np.diagonal(one.variance_deg2, axis1=1, axis2=2))
    assert np.all(np.abs(other.joint_deg + end_deg - one.joint_deg) < 6.0 * sd)


@some
@given(seeds)
def test_the_future_only_ever_helps(seed):
    """No smoothed variance exceeds the causal one; all of them are variances."""
    dwells = returns(seed)
    heading = HeadingFilter(0.0, np.full(3, 0.05), remember=True)
    causal = []
    for dwell in dwells:
        heading.observe(dwell)
        causal.append(heading.at(np.array([dwell.t_s])).variance_deg2[0])
    times = np.array([d.t_s for d in dwells])
    smooth = heading.smooth(times[0], times[-1]).at(times).variance_deg2
    for before, after in zip(causal, smooth, strict=True):
        assert np.linalg.eigvalsh(after).min() > 0
        assert np.linalg.eigvalsh(before - after).min() > -1e-6


@some
@given(seeds, st.floats(30.0, 80.0))
def test_a_hold_far_away_never_moves_the_heading(seed, far_deg):
    dwells = returns(seed)
    heading = HeadingFilter(0.0, np.full(3, 0.05))
    for dwell in dwells:
        heading.observe(dwell)
    t_s = np.array([dwells[-1].t_s + 5.0])
    before = heading.at(t_s)
    hold = Dwell(t_s[0], 0, np.array([0.0, 0.0, far_deg]), UP, False, 90.0)
    assert not heading.observe(hold)
    np.testing.assert_array_equal(heading.at(t_s).joint_deg, before.joint_deg)


def test_it_never_forgets_that_it_does_not_know():
    """Without returns the interval grows for as long as one waits."""
    heading = HeadingFilter(0.0, np.full(3, 0.05))
    variance = heading.at(np.array([1.0, 10.0, 100.0, 1000.0])).variance_deg2
    assert np.all(np.diff(variance[:, 2, 2]) > 0)
