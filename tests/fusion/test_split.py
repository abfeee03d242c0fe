"""The lumbar share with two sensors: the prior's or the person's own, and nobody else's."""

import numpy as np
import pytest

from fusion.drills import QUADRUPED, SEATED
from fusion.errors import CalibrationError
from fusion.personal_split import split_of_three, split_of_two_passes
from fusion.pipeline import analyze_session
from fusion.results import SplitSource
from fusion.setup import MIN_PERSONAL_SD, PersonalSplit, Setup
from fusion.shares import ShareSums, estimate_shares
from fusion.split import make_split
from sensors.samples import Activity
from sensors.simulation.session import TWO_SENSORS, simulate_session
from sensors.simulation.severity import MILD
from sensors.simulation.wearer import Wearer


def two_sensor_drill(share, *, live=False, **setup):
    wearer = Wearer.draw(np.random.default_rng(3), lumbar_share=(share, 0.001))
    session = simulate_session(
        seed=11,
        drills=(Activity.SEATED,),
        placements=TWO_SENSORS,
        minutes_per_drill=0.3,
        severity=MILD,
        wearer=wearer,
    )
    return analyze_session(Setup(TWO_SENSORS, **setup), session.blocks, session.events, live=live)


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
def test_data_of_two_sensors_do_not_move_the_split(live):
    for share in (0.1, 0.45):
        drill = two_sensor_drill(share, live=live).drills[0]
        assert drill.split_source is SplitSource.PRIOR
        lumbar, turned = drill.frames.angles_deg[:, 1], drill.frames.angles_deg[:, 3]
        np.testing.assert_allclose(lumbar, SEATED.prior("T2").mean * turned, atol=1e-9)
        sd, far = drill.frames.sd_deg[:, 1], np.abs(turned) > 20.0
        assert np.all(sd[far] >= SEATED.prior("T2").sd * np.abs(turned[far]))


def test_a_persons_own_share_is_used_until_it_is_old():
    own = PersonalSplit(0.4, 0.06, age_days=89.0)
    result = two_sensor_drill(0.25, personal_split=own)
    drill = result.drills[0]
    assert drill.split_source is SplitSource.PERSONAL
    assert result.flags == ()
    np.testing.assert_allclose(
        drill.frames.angles_deg[:, 1], 0.4 * drill.frames.angles_deg[:, 3], atol=1e-9
    )
    old = two_sensor_drill(0.25, personal_split=PersonalSplit(0.4, 0.06, age_days=91.0))
    assert old.drills[0].split_source is SplitSource.PRIOR
    assert [f.code for f in old.flags] == ["personal_split_old"]


@pytest.mark.parametrize("drill", [SEATED, QUADRUPED], ids=["seated", "all fours"])
@pytest.mark.parametrize("level", ["T2", "T4"])
def test_the_true_share_lies_in_its_interval_for_people_drawn_from_the_prior(drill, level):
    """Of 400 people, each 44° ± 9° with hips of a tenth and 2° of error at each sensor."""
    rng = np.random.default_rng(5)
    split = make_split(Setup(TWO_SENSORS, upper_back_level=level), drill)
    inside = []
    for share in rng.beta(*split.beta, 400):
        turned, pelvis = rng.normal(44.0, 6.0), rng.normal(5.0, 2.0)
        true = share * turned / (turned + pelvis)
        seen = pelvis + rng.normal(0.0, 2.0)
        spine = turned - rng.normal(0.0, 2.0)
        segments = np.array([[seen, split.mean * spine, (1.0 - split.mean) * spine]])
        shares = estimate_shares([ShareSums.of(segments, np.zeros(1))], split)
        inside.append(shares.lumbar.lo <= true <= shares.lumbar.hi)
    assert 0.93 <= np.mean(inside) <= 0.985


def test_a_third_sensor_for_a_day_tells_the_share(simulated, analyzed):
    session = simulated(seed=3)
    drill = analyzed(session).drills[0]
    truth = session.truth.drills[0].shares()
    peaks = np.array([(r.lumbar_deg, r.thoracolumbar_deg) for r in drill.reps])
    own = split_of_three(*peaks.T, SEATED.prior("T2"))
    assert own.mean == pytest.approx(truth[1] / (truth[1] + truth[2]), abs=2 * own.sd)
    assert MIN_PERSONAL_SD <= own.sd < SEATED.prior("T2").sd
    with pytest.raises(CalibrationError, match="only 3 good repetitions"):
        split_of_three(*peaks[:3].T, SEATED.prior("T2"))


def test_two_passes_tell_the_share_unless_the_effort_changed():
    rng = np.random.default_rng(2)
    turned, again = rng.normal(42.0, 2.0, 8), rng.normal(-42.0, 2.0, 8)
    thoracic = rng.normal(0.7 * 42.0, 2.0, 8)
    own = split_of_two_passes(turned, thoracic, again)
    assert own.mean == pytest.approx(0.3, abs=0.05)
    assert MIN_PERSONAL_SD <= own.sd < 0.08
    with pytest.raises(CalibrationError, match="equally far"):
        split_of_two_passes(turned, thoracic, 1.2 * again)
    with pytest.raises(CalibrationError, match="nothing"):
        split_of_two_passes(turned, 1.1 * turned, again)
    with pytest.raises(CalibrationError, match="at least"):
        split_of_two_passes(turned[:2], thoracic, again)


@pytest.mark.parametrize("wrong", [(0.3, 0.01), (1.2, 0.1), (0.3, 0.6), (0.3, 0.06, -1.0)])
def test_no_share_is_surer_than_it_can_be(wrong):
    with pytest.raises(ValueError, match=r"share|days"):
        PersonalSplit(*wrong)
