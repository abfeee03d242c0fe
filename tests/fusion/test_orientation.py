"""Orientation filters."""

import numpy as np
import pytest

from fusion import quaternions as qt
from fusion.filter_names import FILTERS
from fusion.orientation import make_filter, smooth_orientation

RATE_HZ = 100.0


def turning(rate_dps, seconds):
    """A level sensor that turns about the vertical."""
    n = int(seconds * RATE_HZ)
    gyr = np.zeros((n, 3))
    gyr[:, 2] = np.radians(rate_dps)
    return gyr, np.tile([0.0, 0.0, 9.81], (n, 1))


def swaying(seconds=20):
    """Easy motion: roll, pitch and heading of some ten degrees, with its true orientation."""
    t_s = np.arange(0, seconds, 1 / RATE_HZ)
    angles = np.column_stack(
        [0.3 * np.sin(0.8 * t_s), 0.25 * np.sin(0.6 * t_s), 0.4 * np.sin(0.5 * t_s)]
    )
    q = qt.multiply(
        qt.about_vertical(angles[:, 2]),
        qt.from_rotation_vector(np.column_stack([angles[:, :2], 0 * t_s])),
    )
    step = qt.rotation_vector(qt.multiply(qt.conjugate(q[:-1]), q[1:]))
    gyr = np.vstack([np.zeros((1, 3)), step]) * RATE_HZ
    return gyr, qt.rotate(qt.conjugate(q), np.array([0.0, 0.0, 9.81])), q


@pytest.mark.parametrize("run", [make_filter("vqf", RATE_HZ).update, None])
def test_a_slow_true_turn_is_not_taken_for_bias(run):
    rest = turning(0.0, 10)
    turn = turning(0.5, 60)
    gyr, acc = (np.vstack(pair) for pair in zip(rest, turn, strict=True))
    q = run(gyr, acc) if run else smooth_orientation(gyr, acc, RATE_HZ)
    change = qt.multiply(q[-1], qt.conjugate(q[len(rest[0])]))
    assert np.degrees(qt.twist_rad(change, np.array([0, 0, 1.0]))) == pytest.approx(30, abs=1.0)


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_follows_easy_motion(name):
    gyr, acc, truth = swaying()
    q = make_filter(name, RATE_HZ).update(gyr, acc)
    error = qt.multiply(q, qt.conjugate(truth))
    angle = np.degrees(np.linalg.norm(qt.rotation_vector(error), axis=1))
    assert np.sqrt(np.mean(angle[500:] ** 2)) < 3.0


@pytest.mark.parametrize("name", FILTERS)
def test_sample_by_sample_equals_all_at_once(name):
    gyr, acc, _ = swaying(3)
    whole = make_filter(name, RATE_HZ).update(gyr, acc)
    one = make_filter(name, RATE_HZ)
    parts = [one.update(gyr[i : i + 1], acc[i : i + 1]) for i in range(len(gyr))]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-12)


def test_an_unknown_filter_is_named():
    with pytest.raises(ValueError, match="no orientation filter 'kalman'"):
        make_filter("kalman", RATE_HZ)
