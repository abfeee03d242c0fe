import numpy as np
import pytest

from fusion.dwells import Dwell
from fusion.slips import SlipFinder

ALL_FOURS = np.array([1.0, 0.0, 0.0])


def dwell(t_s, n, tilt_deg):
    """A dwell on all fours with the uppermost sensor inclined across its turning axis."""
    up = np.tile([0.0, 0.0, 1.0], (n, 1))
    up[-1] = [np.sin(np.radians(tilt_deg)), 0.0, np.cos(np.radians(tilt_deg))]
    return Dwell(t_s, int(100 * t_s), np.zeros(n), up, False, 90.0)


@pytest.mark.parametrize(("sensors", "found"), [(3, 1), (2, 0)])
def test_on_all_fours_two_other_sensors_have_to_vouch_for_a_slip(sensors, found):
    finder = SlipFinder(ALL_FOURS)
    for t_s, tilt_deg in ((2, 0), (6, 0), (10, 12), (14, 12), (18, 12), (22, 12), (26, 12)):
        finder.update(dwell(float(t_s), sensors, tilt_deg))
    assert len(finder.found) == found
