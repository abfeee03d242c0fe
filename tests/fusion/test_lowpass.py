"""The low-pass filters, against what a Butterworth of second order is by definition."""

import numpy as np
import pytest

from fusion.grid import GRID_HZ
from fusion.lowpass import LIVE_HZ, SMOOTH_HZ, Butterworth, LowPass, smooth_lowpass

T_S = np.arange(3000) / GRID_HZ


def gain_by_definition(hz, cutoff_hz):
    warped = np.tan(np.pi * hz / GRID_HZ) / np.tan(np.pi * cutoff_hz / GRID_HZ)
    return 1.0 / np.sqrt(1.0 + warped**4)


@pytest.mark.parametrize("hz", [0.5, LIVE_HZ, 20.0, 40.0])
def test_a_wave_is_damped_as_defined(hz):
    wave = np.exp(2j * np.pi * hz * T_S)
    passed = Butterworth(LIVE_HZ).update(wave.real) + 1j * Butterworth(LIVE_HZ).update(wave.imag)
    assert np.abs(passed[1000:]) == pytest.approx(gain_by_definition(hz, LIVE_HZ), rel=1e-9)


@pytest.mark.parametrize("hz", [0.5, SMOOTH_HZ, 20.0])
def test_back_and_forth_damps_twice_and_delays_nothing(hz):
    wave = np.sin(2 * np.pi * hz * T_S)
    smooth, _ = smooth_lowpass(wave)
    inside = slice(1000, 2000)
    assert smooth[inside] == pytest.approx(gain_by_definition(hz, SMOOTH_HZ) ** 2 * wave[inside])


def test_what_stands_still_or_drifts_is_left_alone_to_both_ends():
    live, rate = LowPass().update(np.full(50, 7.0))
    assert live == pytest.approx(7.0)
    assert rate == pytest.approx(0.0, abs=1e-9)
    smooth, rate = smooth_lowpass(2.0 + 3.0 * T_S)
    assert smooth[100:-100] == pytest.approx((2.0 + 3.0 * T_S)[100:-100])
    assert rate[100:-100] == pytest.approx(3.0)
    assert smooth[[0, -1]] == pytest.approx([2.0, 2.0 + 3.0 * T_S[-1]], abs=0.05)


def test_blocks_change_nothing():
    x = np.random.default_rng(0).normal(size=200).cumsum()
    whole = LowPass().update(x)
    live = LowPass()
    parts = [live.update(part) for part in np.split(x, [1, 1, 2, 5, 9, 100])]
    np.testing.assert_array_equal(np.hstack(parts), np.stack(whole))
