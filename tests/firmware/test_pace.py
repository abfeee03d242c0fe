"""The sample clock: true times and the true rate from jittering captures of a wrong oscillator."""

import numpy as np
import pytest

from tests.firmware.device import CDevice


def follow(
    device: CDevice,
    *,
    true_hz: float,
    nominal_hz: float,
    steps: int,
    jitter_us: float,
    seconds: float,
    seed: int = 1,
) -> tuple[np.ndarray, np.ndarray, float]:
    """Given and true times (µs) of all samples, and the rate measured in the end."""
    rng = np.random.default_rng(seed)
    start_us = 5_000_000
    device.anchor(start_us, nominal_hz)
    given, true = [], []
    for first in range(1, round(seconds * true_hz) - steps, steps):
        sampled_us = start_us + 1e6 / true_hz * np.arange(first, first + steps)
        capture_us = round(sampled_us[-1] + rng.exponential(jitter_us))
        times_us, fits, rate_hz = device.pace(steps, capture_us)
        assert fits
        given.append(times_us)
        true.append(sampled_us)
    return np.concatenate(given), np.concatenate(true), rate_hz


@pytest.mark.parametrize("error", [-0.05, -0.007, 0.0, 0.03, 0.08])
@pytest.mark.parametrize(("nominal_hz", "steps"), [(104.0, 4), (208.0, 8), (26.0, 1), (416.0, 17)])
def test_it_finds_the_true_rate_and_times(
    device: CDevice, nominal_hz: float, steps: int, error: float
) -> None:
    true_hz = nominal_hz * (1.0 + error)
    given, true, rate_hz = follow(
        device, true_hz=true_hz, nominal_hz=nominal_hz, steps=steps, jitter_us=20.0, seconds=30.0
    )
    settled = true > true[0] + 10e6
    assert rate_hz == pytest.approx(true_hz, rel=3e-4)
    assert np.abs(given - true)[settled].max() < 200.0
    assert (np.diff(given.astype(np.int64)) > 0).all()


def test_a_slow_interrupt_moves_times_little(device: CDevice) -> None:
    """Captures a millisecond late in the mean: the mean comes through, the scatter hardly."""
    given, true, rate_hz = follow(
        device, true_hz=103.2, nominal_hz=104.0, steps=4, jitter_us=1000.0, seconds=60.0
    )
    late = (given - true)[true > true[0] + 20e6]
    assert 600.0 < late.mean() < 1400.0
    assert late.std() < 500.0
    assert rate_hz == pytest.approx(103.2, rel=2e-3)


def test_time_goes_forward_whatever_is_captured(device: CDevice) -> None:
    rng = np.random.default_rng(2)
    device.anchor(1_000_000, 104.0)
    last, at_us = 0, 1_000_000.0
    for _ in range(2000):
        steps = int(rng.integers(1, 20))
        at_us += steps * 9615 * rng.uniform(0.7, 1.3)
        times_us, _, rate_hz = device.pace(steps, round(at_us + rng.uniform(-9000, 9000)))
        assert (np.diff([last, *times_us.tolist()]) > 0).all()
        assert 104.0 / 1.11 < rate_hz < 104.0 / 0.89
        last, at_us = times_us[-1], max(at_us, float(times_us[-1]))


@pytest.mark.parametrize("away_us", [-200_000, 200_000])
def test_missing_samples_are_noticed(device: CDevice, away_us: int) -> None:
    device.anchor(1_000_000, 104.0)
    assert device.pace(4, 1_000_000 + 4 * 9615)[1]
    assert not device.pace(4, 1_000_000 + 8 * 9615 + away_us)[1]
