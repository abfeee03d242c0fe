"""Sensor-to-segment calibration."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from fusion.errors import FusionError
from fusion.pipeline import analyze_session
from fusion.results import Verdict
from fusion.setup import Mounting, Setup
from sensors.samples import Activity, Placement
from sensors.simulation.session import simulate_session


def without(events, *activities):
    return tuple(e for e in events if e.activity not in activities)


@pytest.mark.parametrize("seed", range(3, 9))
def test_random_mountings_are_recovered(seed, simulated, analyzed):
    session = simulated(seed=seed)
    result = analyzed(session)
    assert result.calibration.verdict is Verdict.GOOD
    for placement, found in result.calibration.sensors.items():
        assert found.method == "bow"
        truth = Rotation.from_quat(session.truth.sensors[placement].q_sb, scalar_first=True)
        estimate = Rotation.from_quat(found.q_sb, scalar_first=True)
        # Functional axes: the wearer's own slump and pitch are part of the neutral, not an error.
        forward = truth.apply([1, 0, 0]) @ estimate.apply([1, 0, 0])
        right = truth.apply([0, 0, 1]) @ estimate.apply([0, 0, 1])
        assert np.degrees(np.arccos(right)) < 15
        assert forward > 0.7


def test_the_bias_comes_from_the_table(simulated, analyzed):
    session = simulated()
    result = analyzed(session)
    for placement, found in result.calibration.sensors.items():
        error = np.degrees(found.gyr_bias_rad_s) - session.truth.sensors[placement].gyr_bias_dps
        assert np.abs(error).max() < 0.1


def test_accelerometers_that_do_not_show_gravity_widen_what_rests_on_them(simulated, analyzed):
    session = simulated(Activity.QUADRUPED)
    blocks = {p: replace(b, acc=1.04 * b.acc) for p, b in session.blocks.items()}
    worse = analyze_session(Setup(tuple(blocks)), blocks, session.events)
    (sd, sd_worse) = (
        np.nanmedian(r.drills[0].frames.sd_deg[:, 3]) for r in (analyzed(session), worse)
    )
    assert sd_worse > sd + 0.2


def test_without_bow_or_mounting_gravity_gives_the_seated_rotation(simulated, rms_deg):
    session = simulated()
    events = without(session.events, Activity.CALIBRATION_BOW)
    result = analyze_session(Setup(tuple(session.blocks)), session.blocks, events)
    assert "no_bow" in {f.code for f in result.calibration.flags}
    assert {s.method for s in result.calibration.sensors.values()} == {"gravity"}
    assert np.isnan(result.drills[0].frames.angles_deg[:, 5:]).all()
    assert rms_deg(result, session)[3] < 2.5


def test_known_mounting_is_used_where_no_bow_is(simulated):
    session = simulated()
    mounting = dict.fromkeys(session.blocks, Mounting(anterior="-z", cranial="y"))
    setup = Setup(tuple(session.blocks), mounting=mounting)
    events = without(session.events, Activity.CALIBRATION_BOW)
    result = analyze_session(setup, session.blocks, events)
    assert {s.method for s in result.calibration.sensors.values()} == {"mounting"}


def test_all_fours_and_upright_neutral_calibrate_without_a_bow():
    session = simulate_session(
        seed=4, drills=(Activity.QUADRUPED,), minutes_per_drill=0.5, with_bow=False
    )
    result = analyze_session(Setup(tuple(session.blocks)), session.blocks, session.events)
    assert {s.method for s in result.calibration.sensors.values()} == {"all_fours"}


def test_a_mere_nod_is_told(simulated, analyzed):
    session = simulated()
    bow = next(e for e in session.events if e.activity is Activity.CALIBRATION_BOW)
    nod = replace(bow, duration_s=1.0)
    events = tuple(nod if e is bow else e for e in session.events)
    result = analyze_session(Setup(tuple(session.blocks)), session.blocks, events)
    assert result.calibration.verdict is Verdict.DOUBTFUL
    assert "bow_too_small" in {f.code for f in result.calibration.flags}


def test_swapped_sensors_are_suspected(simulated):
    session = simulated(seed=28)
    blocks = dict(session.blocks)
    blocks[Placement.PELVIS], blocks[Placement.UPPER_BACK] = (
        blocks[Placement.UPPER_BACK],
        blocks[Placement.PELVIS],
    )
    result = analyze_session(Setup(tuple(blocks)), blocks, session.events)
    assert "sensors_swapped" in {f.code for f in result.calibration.flags}


def test_without_a_still_moment_nothing_is_made_up(simulated):
    session = simulated()
    rng = np.random.default_rng(0)
    shaken = {
        p: replace(b, gyr=b.gyr + rng.normal(0, 1.0, (len(b) // 20 + 1, 3)).repeat(20, 0)[: len(b)])
        for p, b in session.blocks.items()
    }
    events = without(session.events, Activity.CALIBRATION_REST)
    with pytest.raises(FusionError, match="still"):
        analyze_session(Setup(tuple(shaken)), shaken, events)
