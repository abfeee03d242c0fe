"""Which restlessness of the sensors is believed: that under which the returns are likeliest."""

from __future__ import annotations

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
