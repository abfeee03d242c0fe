"""Bends of the whole trunk show how far the sensors' headings differ."""

import numpy as np
import pytest

from fusion import quaternions as qt
from fusion.bends import Bend, BendFinder
from fusion.heading import HeadingFilter
from tests.fusion.test_spine import ALL_FOURS, SEATED, reference_of

HEADINGS_DEG = np.array([0.0, 20.0, -10.0])
DRIFT_DEG = np.array([3.0, 11.0, -6.0])
BOW = (0.0, 0.0, -1.0)


def moved(axis_b, degrees, posture=SEATED, parts=(1.0, 1.0, 1.0), n=150):
    """Orientations, rates and gaps of sensors whose headings differed and have drifted since."""
    reference, q = reference_of(posture, headings=np.radians(HEADINGS_DEG))
    s = np.linspace(0.0, 1.0, n)
    gone = degrees * (10 * s**3 - 15 * s**4 + 6 * s**5)
    q_es, gyr = np.empty((n, 3, 4)), np.empty((n, 3, 3))
    for i, part in enumerate(parts):
        turns = qt.from_rotation_vector(np.radians(part * gone)[:, None] * np.array(axis_b))
        heading = qt.about_vertical(np.radians(HEADINGS_DEG[i] + DRIFT_DEG[i]))
        q_es[:, i] = qt.multiply(heading, qt.multiply(q, turns))
        gyr[:, i] = np.gradient(np.radians(part * gone))[:, None] * 100.0 * np.array(axis_b)
    return reference, q_es, gyr, np.zeros(n, dtype=bool)


def found(reference, *motion, step=None):
    finder, n = BendFinder(reference), len(motion[0])
    step = step or n
    cuts = [slice(at, at + step) for at in range(0, n, step)]
    return [b for cut in cuts for b in finder.update(1000 + cut.start, *(x[cut] for x in motion))]


@pytest.mark.parametrize("degrees", [30.0, -25.0])
def test_a_bow_shows_the_drift_since_the_neutral(degrees):
    (bend,) = found(*moved(BOW, degrees))
    assert bend.joint_deg == pytest.approx(np.diff(DRIFT_DEG), abs=0.01)
    assert 10.3 < bend.t_s < 11.2


@pytest.mark.parametrize("step", [1, 7, 64])
def test_any_blocking_finds_the_same(step):
    motion = moved(BOW, 30.0)
    (whole,), (single,) = found(*motion), found(*motion, step=step)
    assert (single.t_s, single.known) == (whole.t_s, whole.known)
    np.testing.assert_array_equal(single.joint_deg, whole.joint_deg)


@pytest.mark.parametrize(
    "motion",
    [
        moved((0.0, 1.0, 0.0), 40.0),
        moved(BOW, 30.0, parts=(1.0, 1.0, 0.1)),
        moved(BOW, 6.0),
        moved(BOW, 30.0, posture=ALL_FOURS),
    ],
    ids=["a turn", "the upper back stays", "small", "all fours"],
)
def test_what_is_no_bend_of_the_whole_trunk(motion):
    assert found(*motion) == []


def test_no_bend_reaches_across_a_silence():
    reference, q_es, gyr, gap = moved(BOW, 30.0)
    gap[60:90] = True
    before, after = found(reference, q_es, gyr, gap)
    assert before.known <= 1060
    assert after.t_s > 10.9


def after_a_minute(*bends, slipped=False):
    heading = HeadingFilter(0.0, np.full(3, 0.3))
    if slipped:
        heading.disturb(1.0, 1, 5.0, 8.0)
    for bend in bends:
        heading.observe_bend(bend)
    return heading.at(np.array([60.0]))


def test_bends_hold_the_heading_of_who_never_keeps_still():
    bends = [Bend(t_s, int(100 * t_s), np.array([0.1, -0.2]) * t_s) for t_s in (20.0, 40.0, 60.0)]
    held, free = after_a_minute(*bends), after_a_minute()
    assert held.joint_deg[0, 1:] == pytest.approx([6.0, -12.0], abs=3.0)
    assert held.variance_deg2[0, 2, 2] < 0.1 * free.variance_deg2[0, 2, 2]
    np.testing.assert_array_equal(
        after_a_minute(*bends, slipped=True).joint_deg, after_a_minute(slipped=True).joint_deg
    )


def test_a_bend_that_cannot_be_is_passed_over():
    opposite = Bend(60.0, 6000, np.array([0.0, 170.0]))
    np.testing.assert_array_equal(after_a_minute(opposite).joint_deg, after_a_minute().joint_deg)
