"""The drift of the chain's headings."""

import numpy as np
import pytest

from fusion.dwells import Dwell, DwellFinder
from fusion.heading import HeadingFilter, HeadingParameters
from fusion.quaternions import about_vertical

UP = np.tile([0.0, 0.0, 1.0], (3, 1))


def dwell(t_s, joints, *, continues=False, up=UP):
    return Dwell(t_s, int(t_s * 100), np.array(joints, dtype=float), up, continues, 90.0)


def returns(rng, minutes, drift_dps, miss_deg, start_deg=(0.0, 0.0, 0.0)):
    """Returns to neutral every 3 s with drift and scatter."""
    for t_s in np.arange(3.0, 60 * minutes, 3.0):
        yield dwell(t_s, start_deg + drift_dps * t_s + rng.normal(0, miss_deg))


def test_a_constant_drift_is_recovered():
    rng = np.random.default_rng(1)
    drift = np.array([0.02, -0.03, 0.05])
    heading = HeadingFilter(0.0, np.full(3, 0.05), remember=True)
    for seen in returns(rng, 4, drift, (0.5, 0.6, 1.7)):
        assert heading.observe(seen)
    t_s = np.linspace(0, 237, 500)
    error = heading.smooth(t_s[0], t_s[-1]).at(t_s).joint_deg - drift * t_s[:, None]
    assert np.sqrt(np.mean(error**2, axis=0)).max() < 0.8


def test_smoothed_and_causal_agree_at_the_last_return():
    rng = np.random.default_rng(2)
    heading = HeadingFilter(0.0, np.full(3, 0.05), remember=True)
    for seen in returns(rng, 2, np.array([0.02, 0.0, -0.04]), (0.5, 0.6, 1.7)):
        heading.observe(seen)
    last = np.array([seen.t_s])
    smooth, causal = heading.smooth(last[0], last[0]).at(last), heading.at(last)
    np.testing.assert_allclose(smooth.joint_deg, causal.joint_deg, atol=1e-9)
    np.testing.assert_allclose(smooth.variance_deg2, causal.variance_deg2, atol=1e-9)


def test_the_interval_holds():
    rng = np.random.default_rng(3)
    inside = []
    for _ in range(60):
        drift = np.diff(rng.normal(0, 0.05, 3), prepend=0.0)
        heading = HeadingFilter(0.0, np.full(3, 0.05), remember=True)
        for seen in returns(rng, 2, drift, (1.0, 1.0, 2.0)):
            heading.observe(seen)
        t_s = np.linspace(5, 115, 23)
        estimate = heading.smooth(t_s[0], t_s[-1]).at(t_s)
        error = estimate.joint_deg - drift * t_s[:, None]
        sd = np.sqrt(np.diagonal(estimate.variance_deg2, axis1=1, axis2=2))
        inside.append(np.abs(error) < 1.96 * sd)
    assert 0.90 < np.mean(inside) < 0.999


def test_a_hold_at_the_end_of_range_is_no_return():
    heading = HeadingFilter(0.0, np.full(3, 0.05))
    assert heading.observe(dwell(3.0, (0.2, 0.3, -0.5)))
    before = heading.at(np.array([6.0])).joint_deg
    assert not heading.observe(dwell(6.0, (4.0, 10.0, 30.0)))
    np.testing.assert_array_equal(heading.at(np.array([6.0])).joint_deg, before)


def test_a_person_who_moved_as_a_whole_says_nothing_of_the_pelvis():
    heading = HeadingFilter(0.0, np.full(3, 0.05))
    pelvis = heading.at(np.array([5.0])).joint_deg[0, 0]
    assert heading.observe(dwell(5.0, (90.0, 1.0, -1.0)))
    estimate = heading.at(np.array([5.0]))
    assert estimate.joint_deg[0, 0] == pytest.approx(pelvis, abs=0.3)
    assert estimate.joint_deg[0, 1] != 0.0


def test_long_stillness_shows_the_rate():
    heading = HeadingFilter(0.0, np.full(3, 0.5))
    for i in range(15):
        drift = np.array([0.0, 0.0, 0.2]) * (2.0 * i + 1)
        heading.observe(dwell(2.0 * i + 1, drift, continues=i > 0))
    assert heading.rate_dps[2] == pytest.approx(0.2, abs=0.05)


def test_a_hold_whose_beginning_was_left_out_does_not_continue_the_neutral_before_it():
    """The first piece of a hold may be inclined too far to be taken in; the second follows."""
    heading = HeadingFilter(0.0, np.full(2, 0.05))
    up = UP[:2]
    assert heading.observe(dwell(3.0, [0.0, 0.5], up=up))
    assert heading.observe(dwell(5.0, [0.0, 0.5], continues=True, up=up))
    before = heading.rate_dps
    assert not heading.observe(dwell(13.6, [3.0, 48.0], continues=True, up=up))
    np.testing.assert_array_equal(heading.rate_dps, before)


def test_a_jump_widens_the_interval_and_heals():
    heading = HeadingFilter(0.0, np.full(3, 0.02))
    rng = np.random.default_rng(0)
    for seen in returns(rng, 1, np.zeros(3), (0.5, 0.5, 1.0)):
        heading.observe(seen)
    narrow = heading.at(np.array([60.0])).variance_deg2[0, 2, 2]
    heading.disturb(60.0, 2, 8.0)
    assert heading.at(np.array([60.0])).variance_deg2[0, 2, 2] > narrow + 60
    for i in range(10):
        heading.observe(dwell(63.0 + 3 * i, (0.0, 0.0, 9.0)))
    assert heading.at(np.array([93.0])).joint_deg[0, 2] == pytest.approx(9.0, abs=1.0)


@pytest.mark.parametrize("known", [False, True])
def test_what_was_before_a_jump_is_not_moved_by_it(known):
    """A sensor is silent for 3 s and found 30° from where it was; two seconds lie between nodes."""
    heading = HeadingFilter(0.0, np.full(3, 0.01), remember=True)
    heading.observe(dwell(3.0, (0.0, 0.0, 0.0)))
    heading.disturb(7.0, 2, 5.0 if known else 40.0, 30.0 if known else 0.0)
    for t_s in (8.0, 11.0, 14.0):
        heading.observe(dwell(t_s, (0.0, 0.0, 30.0)))
    found = heading.smooth(0.0, 14.0).at(np.array([5.0, 6.99, 7.01, 7.5]))
    assert found.joint_deg[:, 2] == pytest.approx([0.0, 0.0, 30.0, 30.0], abs=1.5)
    assert np.sqrt(found.variance_deg2[:, 2, 2].max()) < 2.0


def test_headings_wrap():
    heading = HeadingFilter(0.0, np.full(3, 0.05))
    heading.disturb(1.0, 2, 1.0, by_deg=179.0)
    assert heading.observe(dwell(3.0, (0.0, 0.0, -179.0)))
    assert 179.0 < heading.at(np.array([3.0])).joint_deg[0, 2] < 181.0


@pytest.mark.parametrize("size", [1, 7, 250])
def test_any_blocking_gives_the_same_dwells(size):
    rng = np.random.default_rng(5)
    still = np.repeat(rng.random(60) < 0.5, rng.integers(5, 300, 60))
    n = len(still)
    turn = about_vertical(np.radians(np.cumsum(rng.normal(0, 0.1, (n, 3)), axis=0)))
    speed = rng.random(n) * 40

    def found(step):
        finder, dwells = DwellFinder(), []
        for at in range(0, n, step):
            rows = slice(at, at + step)
            dwells += finder.update(at, still[rows], turn[rows], speed[rows])
        return dwells

    whole, parts = found(n), found(size)
    assert [d.known for d in parts] == [d.known for d in whole]
    for a, b in zip(parts, whole, strict=True):
        np.testing.assert_allclose(a.joint_deg, b.joint_deg)
        assert a.path_deg == pytest.approx(b.path_deg)


def together(rng, n, miss_deg):
    """Returns every 3 s whose spine misses neutral in all its parts at once."""
    for i in range(n):
        whole = rng.normal(0, miss_deg)
        yield dwell(3.0 * (i + 1), (rng.normal(0, 0.5), 0.25 * whole, 0.75 * whole))


def test_a_spine_that_misses_neutral_as_a_whole_is_recognised():
    heading = HeadingFilter(0.0, np.full(3, 0.02))
    for seen in together(np.random.default_rng(4), 80, 2.4):
        heading.observe(seen)
    scatter = heading.scatter_deg2
    assert scatter[1, 2] > 0.6 * np.sqrt(scatter[1, 1] * scatter[2, 2])
    assert np.linalg.eigvalsh(scatter).min() > 0


def test_returns_are_likelier_under_the_restlessness_that_made_them():
    rng = np.random.default_rng(5)
    wander = np.cumsum(np.cumsum(rng.normal(0, 0.03, (160, 3)), axis=0), axis=0)
    usual = HeadingParameters()
    likely = []
    for factor in (0.5, 3.0):
        heading = HeadingFilter(0.0, np.full(3, 0.02), usual.restless(factor))
        for i, joint_deg in enumerate(wander):
            heading.observe(dwell(3.0 * (i + 1), joint_deg + rng.normal(0, 0.4, 3)))
        likely.append(heading.log_likelihood)
    assert likely[1] > likely[0]


def test_a_hold_is_no_return_though_the_sensor_between_two_others_was_silent():
    """T12 may have turned anyhow meanwhile; how the upper back is to the pelvis is known."""
    heading = HeadingFilter(0.0, np.full(3, 0.02))
    for seen in returns(np.random.default_rng(0), 1, np.zeros(3), (0.5, 0.5, 1.0)):
        heading.observe(seen)
    heading.disturb(60.0, 1, 25.0)
    before = heading.at(np.array([61.0])).joint_deg
    assert not heading.observe(dwell(61.0, (3.0, 22.0, 13.0)))
    np.testing.assert_array_equal(heading.at(np.array([61.0])).joint_deg, before)
    assert heading.observe(dwell(63.0, (0.0, 22.0, -22.0)))
    found = heading.at(np.array([63.0])).joint_deg[0]
    assert found == pytest.approx((0.0, 22.0, -22.0), abs=1.5)


def test_before_its_neutral_a_drill_is_less_sure_the_longer_before():
    """Sensors drifted then as they do later: what is learnt of it holds backwards too."""
    drift = np.array([0.5, -0.2, 0.3])
    heading = HeadingFilter(20.0, np.full(3, 0.5), remember=True)
    for t_s in np.arange(23.0, 80.0, 3.0):
        heading.observe(dwell(t_s, drift * (t_s - 20.0)))
    t_s = np.array([0.0, 7.0, 19.0, 20.0])
    found = heading.smooth(t_s[0], t_s[-1]).at(t_s)
    error = found.joint_deg - drift * (t_s[:, None] - 20.0)
    sd = np.sqrt(np.diagonal(found.variance_deg2, axis1=1, axis2=2))
    assert np.all(np.abs(error) < 2.0 * sd)
    assert np.all(np.abs(error) < 1.0)
    assert np.all(np.diff(sd, axis=0) < 0.0)
