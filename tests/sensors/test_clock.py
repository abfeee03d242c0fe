"""Device time on the host's clock: close, smooth, and never behind what was given before."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.clock import (
    DeviceClock,
    Gap,
    _edge_under,
    _lower_hull,
    _middle,
    _slope_of,
    find_gaps,
    missing_samples,
)

HOST_S = 54321.0
SETTLED_S = 20.0
WRAP_S = 2**32 * 1e-6


@dataclass(frozen=True)
class Link:
    """A sensor's clock and its radio, for packets of 4 samples at ``rate_hz``."""

    ppm: float = 0.0
    interval_s: float = 0.015
    rate_hz: float = 104.0
    seed: int = 0
    duration_s: float = 90.0
    uptime_s: float = 100.0
    loss: float = 0.01
    stalls_per_min: float = 4.0

    def packets(self):
        """True time of the last sample, ticks, and arrival, of every packet that arrives."""
        rng = np.random.default_rng(self.seed)
        phase_s = rng.uniform(0.0, self.interval_s)
        stall_s = rng.exponential(60.0 / self.stalls_per_min)
        last_s = 0.0
        for true_s in np.arange(3, self.duration_s * self.rate_hz, 4) / self.rate_hz:
            ready_s = true_s + 0.0005
            if stall_s <= ready_s < stall_s + 0.25:
                ready_s = stall_s + 0.25
            elif ready_s >= stall_s + 0.25:
                stall_s = ready_s + rng.exponential(60.0 / self.stalls_per_min)
            event_s = phase_s + math.ceil((ready_s - phase_s) / self.interval_s) * self.interval_s
            last_s = max(event_s + rng.exponential(0.0005), last_s)
            if rng.random() >= self.loss:
                ticks = round((self.uptime_s + true_s) * (1.0 + self.ppm * 1e-6) * 1e6)
                yield float(true_s), ticks % 2**32, HOST_S + last_s


def follow(link, clock=None):
    """True times, host times given out, and rates, of a link's packets."""
    clock = clock or DeviceClock()
    rows = []
    for true_s, ticks, arrival_s in link.packets():
        device_s = clock.unwrap(ticks, arrival_s)
        assert device_s is not None
        host_s, rate = clock.observe(device_s, arrival_s)
        rows.append((true_s, host_s - HOST_S, rate))
    return np.array(rows).T


@settings(max_examples=40, deadline=None, derandomize=True)  # chance may hit the next test's case
@given(
    ppm=st.floats(-50.0, 50.0),
    interval_s=st.floats(0.0075, 0.050),
    rate_hz=st.sampled_from([52.3, 99.4, 104.0, 207.1]),
    seed=st.integers(0, 2**16),
    uptime_s=st.one_of(st.floats(0.0, 4000.0), st.floats(WRAP_S - 60.0, WRAP_S)),
)
def test_aligned_within_5_ms_after_settling(ppm, interval_s, rate_hz, seed, uptime_s):
    link = Link(ppm, interval_s, rate_hz, seed, uptime_s=uptime_s)
    true_s, host_s, rate = follow(link)
    error_s = (host_s - true_s)[true_s > SETTLED_S]
    assert np.abs(error_s).max() < 0.005
    assert np.all(np.abs(rate - 1.0) < 0.0205)
    assert np.all(np.diff(host_s) > 0.0)


def test_what_every_packet_waits_stays_in():
    """Packets in step with the connection interval: arrivals cannot tell their common delay."""
    link = Link(interval_s=0.040, rate_hz=100.0, stalls_per_min=1e-9)
    true_s, host_s, _ = follow(link)
    error_s = (host_s - true_s)[true_s > SETTLED_S]
    assert np.ptp(error_s) < 0.001
    assert 0.0 < error_s[0] < link.interval_s


@pytest.mark.parametrize("seed", range(3))
def test_the_edge_that_is_kept_is_the_one_that_would_be_found(seed):
    """Under the middle of the window, with new points and old ones gone, second by second."""
    rng = np.random.default_rng(seed)
    clock, kept = DeviceClock(max_rate=0.1), 0
    for second in range(400):
        before = clock._edge
        clock.observe(second + 0.5, HOST_S + second * (1.0 + 1e-3 * rng.normal()) + rng.random())
        kept += before is not None and clock._edge is before
        if len(clock._bins) > 1:
            found = _edge_under(_lower_hull(clock._bins), _middle(clock._bins))
            assert clock._edge == found
    assert kept > 100


@pytest.mark.parametrize("ppm", [-50.0, 0.0, 50.0])
def test_rate_is_found(ppm):
    clock = DeviceClock()
    follow(Link(ppm, duration_s=240.0), clock)
    assert clock.rate_ppm == pytest.approx(ppm, abs=8.0)


def test_two_sensors_of_different_clocks_agree():
    one = follow(Link(40.0, 0.015, 104.0, seed=1, duration_s=180.0))
    two = follow(Link(-40.0, 0.030, 99.4, seed=2, duration_s=180.0, uptime_s=3000.0))
    errors = [np.interp(np.arange(30, 180), true, host - true) for true, host, _ in (one, two)]
    assert np.abs(errors[0] - errors[1]).max() < 0.003


def test_uncertainty_shrinks_to_about_the_error():
    clock = DeviceClock()
    first = next(Link().packets())
    clock.observe(clock.unwrap(first[1], first[2]), first[2])
    assert clock.sd_s > 0.01
    true_s, host_s, _ = follow(Link(20.0), settled := DeviceClock())
    assert settled.sd_s < 0.003
    assert abs(host_s[-1] - true_s[-1]) < 4.0 * settled.sd_s


def test_given_times_bend_but_do_not_step():
    """A start in a stall is 250 ms late. Times far ahead of their arrivals nearly stand still; what
    is left is worked off at 2 % at most, then below 0.1 %."""
    clock = DeviceClock()
    given_s = []
    for k in range(2000):
        device_s = k * 0.04
        delay_s = max(0.25 - device_s, 0.005)
        given_s.append(clock.observe(device_s, HOST_S + device_s + delay_s)[0] - HOST_S)
        assert given_s[-1] < device_s + delay_s + 0.065
    rate = np.diff(given_s) / 0.04
    assert rate.min() > 0.05
    assert np.all(np.abs(rate[10:] - 1.0) < 0.0201)
    assert np.all(np.abs(given_s[125:] - np.arange(125, 2000) * 0.04 - 0.005) < 0.005), "after 5 s"
    assert given_s[-1] == pytest.approx(1999 * 0.04 + 0.005, abs=1e-6)
    assert np.all(np.abs(rate[300:] - 1.0) < 0.001)


def test_same_observations_give_the_same_times():
    np.testing.assert_array_equal(follow(Link(30.0, seed=5)), follow(Link(30.0, seed=5)))


def test_times_depend_only_on_what_came_before():
    short = follow(Link(30.0, seed=5, duration_s=30.0))
    long = follow(Link(30.0, seed=5, duration_s=60.0))
    np.testing.assert_array_equal(short, long[:, : short.shape[1]])


class TestUnwrap:
    def settled(self, device_s):
        clock = DeviceClock()
        clock.observe(device_s, HOST_S)
        return clock

    def test_wrap_is_no_reboot(self):
        clock = self.settled(WRAP_S - 0.01)
        assert clock.unwrap(30_000, HOST_S + 0.04) == pytest.approx(WRAP_S + 0.03, abs=2e-6)

    def test_hours_of_silence_with_wraps(self):
        clock = self.settled(10.0)
        away_s = 3.5 * WRAP_S
        ticks = round((10.0 + away_s) * 1e6) % 2**32
        assert clock.unwrap(ticks, HOST_S + away_s) == pytest.approx(10.0 + away_s, abs=2e-6)

    def test_a_stall_is_no_reboot(self):
        clock = self.settled(100.0)
        assert clock.unwrap(100_040_000, HOST_S + 4.0) == pytest.approx(100.04)

    def test_a_packet_out_of_order_is_no_reboot(self):
        clock = self.settled(100.0)
        device_s = clock.unwrap(99_960_000, HOST_S + 0.01)
        assert device_s == pytest.approx(99.96)
        assert not clock.is_new(device_s)

    @pytest.mark.parametrize("uptime_s", [60.0, 2000.0, 2200.0, 4000.0])
    def test_a_reboot_is_told_from_a_wrap(self, uptime_s):
        """Also where half a wrap of uptime makes it look like a step forward."""
        clock = self.settled(uptime_s)
        assert clock.unwrap(1_000, HOST_S + 3.0) is None

    def test_a_new_epoch_begins_at_its_own_arrival(self):
        clock = self.settled(2000.0)
        clock.restart()
        device_s = clock.unwrap(1_000, HOST_S + 3.0)
        assert clock.observe(device_s, HOST_S + 3.0)[0] == HOST_S + 3.0
        assert clock.epochs == 2


def floor_slope(points):
    """Of the line closest under all points."""
    return _slope_of(_edge_under(_lower_hull(points), _middle(points)))


POINTS = st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=40)


@given(levels=POINTS)
def test_floor_slope_is_that_of_the_closest_line_below(levels):
    """Against the definition: of all lines through two points with none below, the closest."""
    points = [(float(x), y) for x, y in enumerate(levels)]
    slope = floor_slope(points)

    def excess(candidate):
        offset = min(y - candidate * x for x, y in points)
        return sum(y - candidate * x - offset for x, y in points)

    edges = [(y1 - y0) / (x1 - x0) for x0, y0 in points for x1, y1 in points if x1 > x0]
    assert excess(slope) <= min(excess(edge) for edge in edges) + 1e-9


def test_gaps():
    t_s = np.array([0.0, 0.01, 0.02, 0.034, 0.08, 0.09, 1.09])
    assert find_gaps(t_s, 0.01) == (Gap(0.034, 0.08, 4), Gap(0.09, 1.09, 99))
    assert find_gaps(t_s[:3], 0.01) == ()
    assert find_gaps(t_s[:0], 0.01) == ()


@given(missing=st.integers(0, 10_000), jitter=st.floats(-0.4, 0.4))
def test_missing_samples_are_counted_through_jitter(missing, jitter):
    assert missing_samples((missing + 1 + jitter) * 0.01, 0.01) == missing


def test_hull_is_not_confused_by_points_in_a_line():
    points = [(float(x), 2.0 + 1e-4 * x) for x in range(90)]
    assert floor_slope(points) == pytest.approx(1e-4)


def asked_in_step(clock):
    """A device whose packets all wait 24 ms for the radio, and which is asked what time it is."""
    rng = np.random.default_rng(5)
    errors = []
    for number in range(1500):
        true_s = 0.04 * number
        if number % 25 == 10:
            asked_s = true_s + rng.uniform(0.0, 0.04)
            heard_s = math.ceil(asked_s / 0.04) * 0.04
            clock.exchange(HOST_S + asked_s, 100.0 + heard_s)
        host_s, _ = clock.observe(100.0 + true_s, HOST_S + true_s + 0.024)
        errors.append(host_s - HOST_S - true_s)
    return np.array(errors)


def test_questions_show_what_all_packets_wait(monkeypatch):
    errors = asked_in_step(clock := DeviceClock())
    assert np.abs(errors[-250:]).max() < 0.004
    assert np.abs(np.diff(errors)).max() < 0.002
    assert clock.constant_delay_s == pytest.approx(0.024, abs=0.004)
    assert clock.sd_s < 0.004
    monkeypatch.setattr(DeviceClock, "exchange", lambda *_: None)
    assert asked_in_step(DeviceClock())[-1] == pytest.approx(0.024, abs=1e-4)


def test_questions_to_a_clock_nobody_has_heard_of_mean_nothing():
    clock = DeviceClock()
    clock.exchange(1.0, 2.0)
    assert clock.observe(3.0, 10.0) == (10.0, 1.0)
    assert clock.constant_delay_s == 0.0
