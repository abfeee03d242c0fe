"""The simulated wearer and what the sensors on that wearer would have sent."""

import itertools
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from sensors.samples import GRAVITY_MPS2, Activity, Placement
from sensors.simulation.drills import Distractor
from sensors.simulation.live import LiveWearer
from sensors.simulation.session import simulate_session
from sensors.simulation.severity import MAIN, PERFECT
from sensors.simulation.track import Phase

DRILLS = (Activity.SEATED, Activity.QUADRUPED)


@cache
def session_of(drill=Activity.SEATED, severity=PERFECT, seed=3, **more):
    return simulate_session(
        seed=seed, drills=(drill,), minutes_per_drill=1, severity=severity, **more
    )


def drill_of(session):
    return session.truth.drills[0]


def test_the_same_seed_gives_the_same_session():
    a, b = (
        simulate_session(seed=5, drills=(Activity.SEATED,), minutes_per_drill=0.3) for _ in "ab"
    )
    for placement, block in a.blocks.items():
        np.testing.assert_array_equal(block.gyr, b.blocks[placement].gyr)
        np.testing.assert_array_equal(block.t_s, b.blocks[placement].t_s)
    other = simulate_session(seed=6, drills=(Activity.SEATED,), minutes_per_drill=0.3)
    assert not np.array_equal(
        a.blocks[Placement.PELVIS].gyr[:99], other.blocks[Placement.PELVIS].gyr[:99]
    )


def test_two_sensors_are_the_three_without_t12():
    two = (Placement.PELVIS, Placement.UPPER_BACK)
    three = session_of(severity=MAIN)
    less = session_of(severity=MAIN, placements=two)
    for placement in two:
        np.testing.assert_array_equal(three.blocks[placement].acc, less.blocks[placement].acc)


def test_a_sensor_at_rest_reads_gravity_upwards():
    session = session_of()
    rest = session.events[0]
    assert rest.activity is Activity.CALIBRATION_REST
    for block in session.blocks.values():
        still = (block.t_s > 0.5) & (block.t_s < rest.end_s - 0.5)
        norm = np.linalg.norm(block.acc[still], axis=1)
        np.testing.assert_allclose(norm, GRAVITY_MPS2, atol=1e-3)
        np.testing.assert_allclose(block.gyr[still], 0.0, atol=1e-3)


@pytest.mark.parametrize("drill", DRILLS)
def test_integrating_a_perfect_gyroscope_gives_the_orientation_back(drill):
    session = session_of(drill)
    start_s = drill_of(session).start_s
    for placement, block in session.blocks.items():
        inside = (block.t_s > start_s) & (block.t_s < start_s + 40)
        t_s = block.t_s[inside]
        q_sb = session.truth.sensors[placement].q_sb
        truth = (
            Rotation.from_quat(session.body.segments(t_s)[placement].q, scalar_first=True)
            * Rotation.from_quat(q_sb, scalar_first=True).inv()
        )
        steps = Rotation.from_rotvec(block.gyr[inside][1:] * np.diff(t_s)[:, None])
        q = truth[0]
        for step in steps:
            q = q * step
        assert np.degrees((q.inv() * truth[-1]).magnitude()) < 0.3


@pytest.mark.parametrize("drill", DRILLS)
def test_truth_starts_at_zero_and_adds_up(drill):
    truth = drill_of(session_of(drill))
    pelvis, lumbar, thoracic, spine, total = truth.angles_deg[:, :5].T
    np.testing.assert_allclose(spine, lumbar + thoracic, atol=1e-9)
    np.testing.assert_allclose(total, pelvis + spine, atol=1e-9)
    assert np.abs(truth.angles_deg[:20, :5]).max() < 3.0


@pytest.mark.parametrize("drill", DRILLS)
def test_repetitions_are_where_the_angles_say(drill):
    truth = drill_of(session_of(drill))
    assert len(truth.reps) >= 4
    for rep in truth.reps:
        sign = 1 if rep.side == "left" else -1
        assert sign * rep.total_deg > 12
        assert rep.start_s < rep.hold_start_s <= rep.hold_end_s < rep.end_s
        assert sum(rep.shares) == pytest.approx(1.0)
        at = np.searchsorted(truth.t_s, rep.peak_s)
        assert abs(truth.angles_deg[at, 4] - rep.total_deg) < 1.0
        assert truth.phase[at] in (Phase.OUT, Phase.HOLD, Phase.RETURN)
    assert {r.side for r in truth.reps} == {"left", "right"}


def test_seated_sides_alternate_and_all_fours_does_one_after_the_other():
    seated = [r.side for r in drill_of(session_of(Activity.SEATED)).reps]
    assert all(a != b for a, b in itertools.pairwise(seated))
    all_fours = [r.side for r in drill_of(session_of(Activity.QUADRUPED)).reps]
    assert sum(a != b for a, b in itertools.pairwise(all_fours)) <= 2


@pytest.mark.parametrize("pace", [1.0, 0.25])
def test_pace_sets_the_speed(pace):
    truth = drill_of(session_of(pace=pace))
    out = truth.phase == Phase.OUT
    speed = np.abs(np.gradient(truth.angles_deg[:, 4]) * 100)[out]
    assert (np.percentile(speed, 90) < 16) == (pace == 0.25)


def test_main_has_the_errors_it_says():
    sessions = [session_of(severity=MAIN, seed=seed) for seed in range(3, 9)]
    sensors = [s for session in sessions for s in session.truth.sensors.values()]
    bias = np.abs([s.gyr_bias_dps for s in sensors])
    assert bias.max() <= 0.8
    assert bias.mean() == pytest.approx(0.4, abs=0.12)
    steps = [np.diff(b.t_s) for s in sessions for b in s.blocks.values()]
    lost = [np.sum(np.round(d / np.median(d)) - 1) / (len(d) + 1) for d in steps]
    assert np.mean(lost) == pytest.approx(0.01, abs=0.006)
    assert max(np.round(d / np.median(d)).max() for d in steps) > 2


def test_missed_neutrals_scatter_as_they_should():
    missed = []
    for seed in range(3, 9):
        truth = drill_of(session_of(severity=MAIN, seed=seed))
        for a, b in zip(truth.reps, truth.reps[1:], strict=False):
            between = (truth.t_s > a.end_s) & (truth.t_s < b.start_s)
            if between.sum() > 10:
                missed.append(truth.angles_deg[between, 3].mean())
    assert 1.0 < np.std(missed) < 2.8


@pytest.mark.parametrize("distractor", list(Distractor))
def test_distractors_are_no_repetitions(distractor):
    with_it = drill_of(session_of(distractors=(distractor,)))
    assert all(abs(r.total_deg) > 12 for r in with_it.reps)
    plain = drill_of(session_of())
    assert not np.array_equal(with_it.angles_deg, plain.angles_deg)


@pytest.mark.parametrize("chunk_s", [0.02, 0.31])
def test_live_chunks_have_no_seams(chunk_s):
    def run(step_s):
        wearer = LiveWearer(4, script=(Activity.CALIBRATION_NEUTRAL, Activity.SEATED))
        chunks = [wearer.next_chunk(step_s) for _ in range(round(9.3 / step_s))]
        gyr = np.concatenate([c.blocks[Placement.UPPER_BACK].gyr for c in chunks])
        changes = [change for c in chunks for change in c.changes]
        return gyr, changes

    gyr, changes = run(chunk_s)
    whole, same = run(9.3)
    n = min(len(gyr), len(whole))
    np.testing.assert_allclose(gyr[:n], whole[:n], atol=1e-9)
    assert len(changes) >= 2
    assert len(same) >= len(changes) - 1


def test_a_live_wearer_does_what_is_asked():
    wearer = LiveWearer(1)
    wearer.next_chunk(1.0)
    wearer.perform(Activity.CALIBRATION_BOW)
    changes = [c for _ in range(60) for c in wearer.next_chunk(0.5).changes]
    assert [c.begins for c in changes][:2] == [True, False]
    assert {c.activity for c in changes} == {Activity.CALIBRATION_BOW}
