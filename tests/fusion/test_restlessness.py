"""Which restlessness of the sensors is believed: that under which the returns are likeliest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fusion.dwells import Dwell
from fusion.grid import GRID_HZ
from fusion.heading import HeadingParameters
from fusion.restlessness import RESTLESSNESS, HeadingFilters

UPRIGHT = np.tile([0.0, 0.0, 1.0], (3, 1))


def filters_after(walk_dps: float, miss_deg: float) -> HeadingFilters:
    """After ten minutes of sensors whose drift rates walk and a person who misses neutral."""
    rng = np.random.default_rng(4)
    filters = HeadingFilters(0.0, np.full(3, 0.02))
    joint, rate = np.zeros(3), np.zeros(3)
    for i in range(1, 150):
        rate += rng.normal(0.0, walk_dps * 2.0, 3)
        joint += 4.0 * rate
        seen = joint + rng.normal(0.0, miss_deg, 3)
        filters.observe(Dwell(4.0 * i, int(4.0 * i * GRID_HZ), seen, UPRIGHT, False, 90.0))
    return filters


@pytest.mark.parametrize(
    ("walk_dps", "factor"), [(0.0, RESTLESSNESS[0]), (0.012, RESTLESSNESS[-1])]
)
def test_the_restlessness_of_the_sensors_is_found(walk_dps: float, factor: float) -> None:
    likeliest = filters_after(walk_dps, miss_deg=0.7).likeliest
    usual = HeadingParameters().rate_walk_dps
    assert likeliest.parameters.rate_walk_dps == pytest.approx(factor * usual)


def test_the_likeliest_filter_speaks_for_all() -> None:
    filters = filters_after(0.0, miss_deg=0.7)
    t_s = np.array([600.0, 601.0])
    np.testing.assert_array_equal(filters.at(t_s).joint_deg, filters.likeliest.at(t_s).joint_deg)
    np.testing.assert_array_equal(filters.rate_dps, filters.likeliest.rate_dps)
    filters.disturb(600.0, 2, 8.0)
    assert filters.at(t_s).variance_deg2[0, 2, 2] > 60.0


def test_quiet_sensors_are_known_better() -> None:
    t_s = np.array([600.0])
    quiet = filters_after(0.0, miss_deg=0.7).at(t_s).variance_deg2[0, 2, 2]
    restless = filters_after(0.012, miss_deg=0.7).at(t_s).variance_deg2[0, 2, 2]
    assert quiet < restless


def still(t_s: float, joint_deg: tuple[float, float, float]) -> Dwell:
    return Dwell(t_s, int(t_s * GRID_HZ), np.array(joint_deg), UPRIGHT, False, 90.0)


@pytest.mark.parametrize("held_first", [True, False])
def test_a_hold_after_a_silence_is_not_neutral_for_long(held_first: bool) -> None:
    """The upper back was silent and turned by 20° meanwhile; then holds and returns take turns."""
    filters = filters_after(0.0, miss_deg=0.7)
    was = filters.at(np.array([600.0])).joint_deg[0]
    filters.disturb(600.0, 2, 40.0)
    for i in range(4):
        held = (i % 2 == 0) is held_first
        turned = was + ((10.0, 8.0, 52.0) if held else (0.3, -0.2, 20.0))
        filters.observe(still(602.0 + 3.0 * i, tuple(turned)))
        if held and i == 0:
            seen = filters.at(np.array([602.0]))
            assert seen.variance_deg2[0, 2, 2] > 4.0, "who knows"
    found = filters.at(np.array([612.0]))
    assert found.joint_deg[0] - was == pytest.approx((0.0, 0.0, 20.0), abs=1.5)
    for i in range(8):
        filters.observe(still(615.0 + 3.0 * i, tuple(was + np.array([0.0, 0.0, 20.0]))))
    assert filters.at(np.array([640.0])).variance_deg2[0, 2, 2] < 1.0


def test_the_pieces_of_one_hold_tell_no_more_than_one() -> None:
    """A filter that takes a hold for a return hears of it once, and so do the others."""
    filters = filters_after(0.0, miss_deg=0.7)
    before = [f.log_likelihood for f in filters.all]
    for i in range(5):
        hold = still(600.0 + 2.0 * i, (10.0, 12.0, 35.0))
        filters.observe(replace(hold, continues=i > 0))
    lost = [b - f.log_likelihood for b, f in zip(before, filters.all, strict=True)]
    assert lost == pytest.approx([3 * np.log(40.0)] * 3)


NEUTRAL, LEFT, RIGHT = (0.0, 0.0, 0.0), (3.0, 8.0, 30.0), (-3.0, -8.0, -30.0)


def silence(filters: HeadingFilters, t_s: float) -> None:
    """All sensors were silent for seconds."""
    for sensor in range(3):
        filters.disturb(t_s, sensor, 40.0)


def test_two_stillnesses_in_one_hold_count_once() -> None:
    """Who bounces at the end of range keeps still there more often than in the middle."""
    filters = filters_after(0.0, miss_deg=0.7)
    was = filters.at(np.array([600.0])).joint_deg[0]
    silence(filters, 600.0)
    t_s = 600.0
    for stay in (LEFT, NEUTRAL, RIGHT, NEUTRAL) * 3:
        t_s += 3.0
        seen = still(t_s, tuple(was + np.array(stay)))
        filters.observe(seen)
        if stay is LEFT:
            for _ in range(3):
                t_s += 0.8
                filters.observe(replace(seen, t_s=t_s, known=int(t_s * GRID_HZ), path_deg=3.0))
    found = filters.at(np.array([t_s]))
    assert found.joint_deg[0] - was == pytest.approx(NEUTRAL, abs=1.5)
    assert found.variance_deg2[0, 2, 2] < 1.0
