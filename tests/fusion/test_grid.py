"""The uniform grid and the filling of losses."""

import itertools

import numpy as np
import pytest

from fusion.autoregression import autoregressive
from fusion.grid import GRID_HZ, Grid, GridBlock
from fusion.losses import LossFiller
from sensors.samples import ImuBlock


def block_of(t_s, gyr):
    return ImuBlock(t_s, np.tile([0.0, 0.0, 9.81], (len(t_s), 1)), gyr)


def ringing(t_s):
    """A turn with soft tissue ringing on it, rad/s."""
    slow = 0.6 * np.sin(2 * np.pi * 0.3 * t_s)
    return slow + 0.5 * np.sin(2 * np.pi * 8.0 * t_s) * (1 + 0.2 * np.sin(t_s))


def on_grid(block):
    """All of a block, pushed at once."""
    parts = Grid().push(block)
    names = ("gyr", "acc", "silent", "jump_deg")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return GridBlock(parts[0].first, quat=None, **joined)


def pushed(block, sizes):
    grid, parts, at = Grid(), [], 0
    while at < len(block):
        n = next(sizes)
        parts += grid.push(block.part(slice(at, at + n)))
        at += n
    return parts


@pytest.mark.parametrize("rate_hz", [20, 50, 100, 104, 285.7, 1000])
def test_the_turn_between_grid_times_is_that_of_the_samples(rate_hz):
    t_s = 3.0 + np.arange(0, 20, 1 / rate_hz)
    rate = 0.8 * np.sin(2 * np.pi * 0.4 * t_s)
    out = on_grid(block_of(t_s, np.column_stack([rate, 0 * rate, 0 * rate])))
    turned = out.gyr[:, 0].sum() / GRID_HZ
    start_s, end_s = (out.first - 1) / GRID_HZ, (out.first + len(out) - 1) / GRID_HZ
    w = 2 * np.pi * 0.4
    truth = 0.8 / w * (np.cos(w * start_s) - np.cos(w * end_s))
    assert turned == pytest.approx(truth, abs=2e-3)
    np.testing.assert_allclose(out.acc[:, 2], 9.81)


def test_any_blocking_gives_the_same_numbers():
    rng = np.random.default_rng(3)
    t_s = np.cumsum(rng.uniform(0.009, 0.011, 3000))
    keep = np.ones(len(t_s), dtype=bool)
    for start in rng.integers(50, 2950, 30):
        keep[start : start + rng.integers(1, 50)] = False
    t_s = t_s[keep]
    block = block_of(t_s, rng.normal(size=(len(t_s), 3)))
    whole = on_grid(block)
    parts = pushed(block, iter(lambda: int(rng.integers(1, 12)), None))
    np.testing.assert_allclose(np.concatenate([p.gyr for p in parts]), whole.gyr, atol=1e-10)
    np.testing.assert_array_equal(np.concatenate([p.silent for p in parts]), whole.silent)
    np.testing.assert_allclose(np.concatenate([p.jump_deg for p in parts]), whole.jump_deg)


def test_only_long_gaps_are_silent():
    t_s = np.arange(0, 10, 0.01)
    for gap_s, silent in ((0.05, 0), (0.3, 1), (1.5, 2)):
        kept = t_s[(t_s < 5) | (t_s >= 5 + gap_s)]
        out = on_grid(block_of(kept, np.zeros((len(kept), 3))))
        assert set(out.silent) == {0, silent}
        times = (out.first + np.arange(len(out))) / GRID_HZ
        gap = out.silent > 0
        assert np.all((times[gap] > 5 - 0.02) & (times[gap] < 5 + gap_s + 0.02))


def test_the_model_fills_ringing_better_than_a_line():
    t_s = np.arange(0, 30, 0.01)
    rate = ringing(t_s)
    model, line = [], []
    for start in range(200, 2800, 97):
        n = 12
        left, right = rate[start - 60 : start], rate[start + n : start + n + 12]
        estimate, _ = autoregressive(
            left[None, :, None], right[None, :, None], n + 1 + np.arange(12)
        )
        straight = np.linspace(left[-1], right[0], n + 2)[1:-1]
        truth = rate[start : start + n].sum()
        model.append(estimate.sum() - truth)
        line.append(straight.sum() - truth)
    assert np.std(model) < 0.2 * np.std(line)


def test_a_movement_that_begins_in_a_gap_is_not_taken_for_known():
    """What came before does not tell of it; the samples behind it do, as far as they can."""
    rng = np.random.default_rng(3)
    t_s = np.arange(0, 1.2, 0.01)
    at = 6 + np.arange(12)
    ratios = []
    for _ in range(200):
        rate = rng.normal(0, 0.003, len(t_s)) + 1.5 * np.maximum(t_s - rng.uniform(0.8, 0.85), 0.0)
        found, sd = autoregressive(rate[None, :80, None], rate[None, 85:97, None], at)
        ratios.append((found.sum() - rate[80:85].sum()) / sd[0])
    assert 0.3 < np.sqrt(np.mean(np.square(ratios))) < 1.5


def test_losses_in_step_with_the_ringing_do_not_turn_the_sensor():
    """At 50 Hz, every eighth of a second two samples of the same phase are lost: a line aliases."""
    t_s = np.arange(0, 12, 0.02)
    values = np.zeros((len(t_s), 6))
    values[:, 0] = np.radians(60.0 + 30.0 * np.sin(2 * np.pi * 8.33 * t_s))
    lost = (t_s > 5) & (t_s < 7) & (np.arange(len(t_s)) % 6 < 2)
    filled = LossFiller().push(t_s[~lost], values[~lost])
    turned = np.degrees(np.sum(filled.values[:, 0]) * 0.02)
    whole = np.degrees(np.sum(values[: len(filled.t_s), 0]) * 0.02)
    assert turned == pytest.approx(whole, abs=0.5)


def test_a_loss_says_how_much_turn_it_may_have_hidden():
    rng = np.random.default_rng(0)
    t_s = np.arange(0, 20, 0.01)
    kept = (t_s < 10) | (t_s >= 10.15)
    values = np.zeros((len(t_s), 6))
    values[:, 0] = ringing(t_s) + rng.normal(0, 0.05, len(t_s))
    filled = LossFiller().push(t_s[kept], values[kept])
    behind = np.flatnonzero(filled.jump_deg)
    assert len(behind) == 1
    assert filled.t_s[behind[0]] == pytest.approx(10.15)
    assert 0.01 < filled.jump_deg[behind[0]] < 3.0


@pytest.mark.parametrize("nothing", [np.nan, np.inf])
@pytest.mark.parametrize("size", [1, 40, 1000])
def test_a_number_that_is_none_is_a_lost_sample(nothing, size):
    t_s = np.arange(1000) / 100.0
    gyr = np.tile(ringing(t_s)[:, None], (1, 3))
    kept = np.ones(1000, dtype=bool)
    kept[[0, 300, 301, 302, 700]] = False
    bad = gyr.copy()
    bad[~kept, 1] = nothing
    found = pushed(block_of(t_s, bad), itertools.repeat(size))
    usual = pushed(block_of(t_s[kept], gyr[kept]), itertools.repeat(1000))
    rate = np.concatenate([part.gyr for part in found])
    np.testing.assert_allclose(rate, np.concatenate([part.gyr for part in usual]), atol=1e-9)
    assert sum(np.count_nonzero(part.jump_deg) for part in found) == 1
