"""The clock fit: true whatever the radio does."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.clock import DeviceClock

some = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)


def followed(device_s, arrival_s):
    clock = DeviceClock()
    return np.array([clock.observe(d, a)[0] for d, a in zip(device_s, arrival_s, strict=True)])


def a_link(seed, seconds=40.0, rate_hz=25.0):
    """Device times of packets and their arrivals: a skewed clock, radio intervals, stalls."""
    rng = np.random.default_rng(seed)
    true_s = np.arange(0.0, seconds, 1.0 / rate_hz)
    wait_s = rng.exponential(0.01, len(true_s)) + 0.25 * (rng.random(len(true_s)) < 0.01)
    arrival_s = np.maximum.accumulate(1000.0 + true_s + wait_s)
    return true_s * (1.0 + rng.uniform(-50e-6, 50e-6)) + rng.uniform(0, 100), arrival_s


@some
@given(seeds)
def test_time_runs_forward_and_at_nearly_its_own_pace(seed):
    device_s, arrival_s = a_link(seed)
    host_s = followed(device_s, arrival_s)
    pace = np.diff(host_s) / np.diff(device_s)
    assert np.all(pace > 0.05), "a link that begins in a stall"
    assert np.all(pace[5 * 25 :] > 0.975)
    assert np.all(pace < 1.025)


@some
@given(seeds)
def test_once_settled_no_sample_is_told_to_be_of_the_future(seed):
    """A link that begins in a stall is believed at first: time never jumps back, it bends."""
    device_s, arrival_s = a_link(seed)
    ahead_s = followed(device_s, arrival_s) - arrival_s
    assert np.all(ahead_s[15 * 25 :] < 0.02)


@some
@given(seeds, st.floats(-1e4, 1e4))
def test_when_the_host_was_started_does_not_matter(seed, later_s):
    device_s, arrival_s = a_link(seed)
    one, other = followed(device_s, arrival_s), followed(device_s, arrival_s + later_s)
    np.testing.assert_allclose(other - later_s, one, atol=1e-6)


@some
@given(seeds, st.floats(0, 1e4))
def test_when_the_device_was_started_hardly_matters(seed, later_s):
    """Only where the seconds of the fit begin moves with it."""
    device_s, arrival_s = a_link(seed)
    one, other = followed(device_s, arrival_s), followed(device_s + later_s, arrival_s)
    np.testing.assert_allclose(other[250:], one[250:], atol=0.005)


@some
@given(seeds)
def test_a_late_packet_moves_no_time(seed):
    """Waiting longer on the air, once, changes what is told of that packet by nothing lasting."""
    device_s, arrival_s = a_link(seed)
    late = arrival_s.copy()
    late[len(late) // 2] += 0.3
    one, other = followed(device_s, arrival_s), followed(device_s, late)
    np.testing.assert_allclose(other[-100:], one[-100:], atol=0.001)


@given(st.lists(st.integers(1, 2**31), min_size=1, max_size=50), st.integers(0, 2**32 - 1))
def test_wraps_are_undone(steps, start):
    """Whatever the counter starts at, unwrapped differences are the true ones."""
    clock = DeviceClock()
    ticks = list(itertools.accumulate([start, *(min(s, 10_000_000) for s in steps)]))
    found = []
    for count in ticks:
        arrival_s = count * 1e-6
        device_s = clock.unwrap(count % 2**32, arrival_s)
        assert device_s is not None
        clock.observe(device_s, arrival_s)
        found.append(device_s)
    assert np.diff(found) == pytest.approx(np.diff(ticks) * 1e-6, abs=1e-6)
