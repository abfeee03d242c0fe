"""The whole way with another orientation filter, and with a measured gyroscope."""

import numpy as np
import pytest

from fusion.filter_names import FILTERS
from fusion.pipeline import analyze_session
from fusion.setup import Setup
from sensors.samples import Activity, Placement
from sensors.simulation.session import TWO_SENSORS, simulate_session
from sensors.simulation.severity import MILD

SKEWED = np.array([[1.02, 0.01, 0.0], [-0.015, 0.97, 0.02], [0.0, -0.01, 1.03]])


@pytest.fixture(scope="module")
def easy():
    return simulate_session(
        seed=5,
        drills=(Activity.SEATED,),
        placements=TWO_SENSORS,
        minutes_per_drill=0.3,
        severity=MILD,
        with_rest=False,
        with_turn=False,
    )


@pytest.mark.parametrize("name", FILTERS[1:])
def test_other_filters_agree_with_vqf_on_easy_motion(name, easy, analyzed):
    vqf, other = (analyzed(easy, filter_name=n) for n in ("vqf", name))
    apart = vqf.drills[0].frames.angles_deg - other.drills[0].frames.angles_deg
    rms = np.sqrt(np.nanmean(apart**2, axis=0))
    assert 1e-6 < rms[3] < 1.5
    assert rms[0] < 1.5
    assert [r.side for r in other.drills[0].reps] == [r.side for r in vqf.drills[0].reps]
    assert other.parameters["filter"] == name


def test_live_takes_another_filter_too(easy, analyzed):
    vqf, other = (analyzed(easy, live=True, filter_name=n) for n in ("vqf", "madgwick"))
    apart = vqf.drills[0].frames.angles_deg[:, 3] - other.drills[0].frames.angles_deg[:, 3]
    assert 1e-6 < np.sqrt(np.nanmean(apart**2)) < 2.0


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
def test_a_measured_gyroscope_is_put_right(live, easy):
    from dataclasses import replace

    wrong = np.linalg.inv(SKEWED)
    upper = easy.blocks[Placement.UPPER_BACK]
    blocks = {**easy.blocks, Placement.UPPER_BACK: replace(upper, gyr=upper.gyr @ wrong.T)}
    setup = Setup(TWO_SENSORS, gyr_matrix={Placement.UPPER_BACK: SKEWED})
    plain = analyze_session(Setup(TWO_SENSORS), easy.blocks, easy.events, live=live)
    mended = analyze_session(setup, blocks, easy.events, live=live)
    left = analyze_session(Setup(TWO_SENSORS), blocks, easy.events, live=live)

    def apart_deg(result):
        difference = result.drills[0].frames.angles_deg - plain.drills[0].frames.angles_deg
        return float(np.sqrt(np.nanmean(difference[:, 3] ** 2)))

    assert apart_deg(mended) < 1e-6
    assert apart_deg(left) > 0.1


@pytest.mark.parametrize("matrix", [np.eye(3)[:2], 2.0 * np.eye(3), np.full((3, 3), np.nan)])
def test_what_is_no_gyroscope_matrix_is_refused(matrix):
    with pytest.raises(ValueError, match="gyroscope"):
        Setup(TWO_SENSORS, gyr_matrix={Placement.PELVIS: matrix})
