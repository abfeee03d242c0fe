"""Samples that carry no time: a slow sensor is not one that loses, and what is lost is found."""

import math

import numpy as np
import pytest

from sensors.counting import LEARN_S, CountClock

BATCH = 4


def packets(rate_hz, *, seconds=120.0, interval_s=0.030, seed=0):
    """True time and arrival of packets of four samples."""
    rng = np.random.default_rng(seed)
    phase_s = rng.uniform(0.0, interval_s)
    for true_s in np.arange(BATCH - 1, seconds * rate_hz, BATCH) / rate_hz:
        event_s = phase_s + math.ceil((true_s + 0.0005 - phase_s) / interval_s) * interval_s
        yield true_s, event_s + rng.exponential(0.0005)


@pytest.mark.parametrize("off", [-0.015, -0.006, 0.0, 0.01])
@pytest.mark.parametrize("interval_s", [0.0075, 0.030, 0.050])
def test_a_rate_that_is_off_is_learned_and_nothing_is_missing(off, interval_s):
    clock, errors = CountClock(0.01), []
    for true_s, arrival_s in packets(100.0 * (1.0 + off), interval_s=interval_s):
        host_s, period_s, missing = clock.observe(BATCH, arrival_s)
        assert missing == 0
        errors.append((true_s, host_s - true_s))
    late = np.array([error for true_s, error in errors if true_s > 30.0])
    assert late.min() > -0.002
    assert late.max() < 0.012
    assert period_s == pytest.approx(0.01 / (1.0 + off), rel=3e-4)


@pytest.mark.parametrize("off", [-0.006, 0.0, 0.006])
def test_lost_packets_are_found(off):
    clock, found, after = CountClock(0.01), 0, None
    gone = {400, 700, 701, 1500}
    for number, (true_s, arrival_s) in enumerate(packets(100.0 * (1.0 + off))):
        if number not in gone:
            host_s, _, missing = clock.observe(BATCH, arrival_s)
            found += missing
            after = host_s - true_s
    assert found == pytest.approx(BATCH * len(gone), abs=1)
    assert abs(after) < 0.02


@pytest.mark.parametrize("interval_s", [0.015, 0.030, 0.050])
def test_half_a_second_after_a_loss_times_are_right_again(interval_s):
    clock, found, late = CountClock(0.01), [], []
    lost_s = 60.0
    for true_s, arrival_s in packets(99.4, seconds=80.0, interval_s=interval_s):
        if lost_s < true_s < lost_s + 0.04:
            continue
        host_s, _, missing = clock.observe(BATCH, arrival_s)
        if missing:
            found.append((true_s, missing))
        if true_s > 30.0:
            late.append((true_s, host_s - true_s))
    ((found_s, missing),) = found
    assert missing == BATCH
    assert lost_s < found_s < lost_s + 1.5
    errors = np.array([error for true_s, error in late if not lost_s < true_s < found_s])
    assert np.ptp(errors) < 0.005


@pytest.mark.parametrize("rate_hz", [99.2, 99.4, 100.6])
def test_packets_in_step_with_the_radio_are_no_losses(rate_hz):
    """The delay creeps from nothing to the whole interval of 40 ms and leaps back, as if lost."""
    clock = CountClock(0.01)
    seen = packets(rate_hz, seconds=180.0, interval_s=0.040)
    missing = sum(clock.observe(BATCH, arrival_s)[2] for _, arrival_s in seen)
    assert missing <= 0.001 * 180.0 * rate_hz


def test_what_is_lost_while_the_rate_is_learned_is_never_counted_twice():
    """It may stay unnoticed: it cannot be told from a slow sensor then."""
    clock, found = CountClock(0.01), []
    for true_s, arrival_s in packets(100.0):
        if not 2.0 < true_s < 2.05:
            found.append((true_s, clock.observe(BATCH, arrival_s)[2]))
    assert sum(missing for _, missing in found) <= BATCH
    assert all(true_s > LEARN_S for true_s, missing in found if missing)


def test_a_link_that_catches_up_has_lost_nothing():
    clock, held_s = CountClock(0.01), 0.0
    for true_s, arrival_s in packets(99.4):
        if true_s % 10.0 < 0.04:
            held_s = true_s + 0.4
        assert clock.observe(BATCH, max(arrival_s, held_s))[2] == 0


def test_what_comes_after_all_after_a_silence_puts_no_time_into_the_future():
    clock, errors = CountClock(0.01), []
    for true_s, arrival_s in packets(99.4):
        host_s, _, _ = clock.observe(BATCH, max(arrival_s, 64.0) if true_s > 60.0 else arrival_s)
        errors.append((true_s, host_s - true_s))
    assert all(abs(error) < 0.3 for true_s, error in errors if true_s > 64.5)
    assert all(abs(error) < 0.02 for true_s, error in errors if true_s > 90.0)


def test_after_a_silence_what_did_not_come_is_missing():
    clock, found = CountClock(0.01), 0
    for true_s, arrival_s in packets(99.4):
        if not 60.0 < true_s < 65.0:
            found += clock.observe(BATCH, arrival_s)[2]
    assert found == pytest.approx(5.0 * 99.4, abs=6)
