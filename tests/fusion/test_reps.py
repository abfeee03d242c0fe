"""Excursions, repetitions, shares, cues."""

from dataclasses import replace

import numpy as np
import pytest

from fusion.cues import current_cue
from fusion.drills import QUADRUPED, SEATED
from fusion.excursions import ExcursionFinder
from fusion.lowpass import smooth_lowpass
from fusion.reps import COLUMNS, RepFinder, without_settling, without_wind_ups
from fusion.results import DrillResult, Interval, Side, SideSummary, SplitSource, Verdict
from fusion.setup import Setup
from fusion.shares import ShareSums, estimate_shares, shares_now
from fusion.smoothness import coupling, sparc
from fusion.split import Split, make_split
from sensors.samples import Placement

MEASURED = Split(SplitSource.MEASURED, 0.22, 0.08)
PRIOR = Split(SplitSource.PRIOR, 0.22, 0.08)


def move(start, end, seconds):
    """A minimum-jerk move at 100 Hz."""
    s = np.linspace(0, 1, int(seconds * 100))
    return start + (end - start) * (10 * s**3 - 15 * s**4 + 6 * s**5)


def path(*legs):
    """Total turn through ``(angle, seconds to get there, seconds to stay)``."""
    at, parts = 0.0, [np.zeros(100)]
    for angle, seconds, stay in legs:
        parts += [move(at, angle, seconds), np.full(int(stay * 100), float(angle))]
        at = angle
    return np.concatenate(parts)


def turned(angle, *, out=1.8, hold=0.6, rest=1.0):
    return (angle, out, hold), (0.0, out, rest)


def rows_of(total, rate, *, shares=(0.1, 0.2, 0.7), bend=None, sd=0.8, tipped=(0.0, 0.0)):
    pelvis, lumbar, thoracic = (s * total for s in shares)
    bend = np.zeros_like(total) if bend is None else bend
    zero = np.zeros_like(total)
    spine = lumbar + thoracic
    uncertain = np.full_like(total, sd)
    out = np.abs(total) / 40.0
    half = 0.5 * np.radians(bend)
    upper = [np.cos(half), zero, zero, np.sin(half)]
    angles = [pelvis, lumbar, thoracic, spine, total, zero, zero, *upper]
    return np.column_stack([*angles, tipped[0] * out, tipped[1] * out, uncertain, zero, rate])


def count(total, *, drill=SEATED, split=MEASURED, step=None, **more):
    finder = RepFinder(drill, split, 0)
    turn, rate = smooth_lowpass(total)
    rows = rows_of(total, rate, **more)
    step = step or len(total)
    for at in range(0, len(total), step):
        part = slice(at, at + step)
        finder.update(turn[part], rows[part])
    finder.finish()
    return [c.rep for c in finder.counted]


def test_each_turn_out_and_back_is_one_repetition():
    reps = count(path(*turned(40), *turned(-38), *turned(45)))
    assert [r.side for r in reps] == [Side.LEFT, Side.RIGHT, Side.LEFT]
    assert [round(abs(r.total_deg)) for r in reps] == [40, 38, 45]
    assert all(r.verdict is Verdict.GOOD for r in reps)
    assert reps[0].hold_s == pytest.approx(0.6, abs=0.45)
    assert reps[0].peak_rate_dps == pytest.approx(1.875 * 40 / 1.8, rel=0.1)


@pytest.mark.parametrize("step", [1, 13, 400])
def test_any_blocking_counts_the_same(step):
    total = path(*turned(40), *turned(-38), *turned(30), *turned(-45))
    assert repr(count(total, step=step)) == repr(count(total))


def test_a_second_push_is_not_a_second_repetition():
    assert len(count(path((40, 1.8, 0.3), (35, 0.5, 0.2), (44, 0.6, 0.4), (0, 1.8, 1)))) == 1


def test_a_missed_return_is_two_repetitions():
    reps = count(path((40, 1.8, 0.3), (12, 1.2, 0.3), (42, 1.4, 0.4), (0, 1.8, 1)))
    assert len(reps) == 2


def test_a_turn_straight_to_the_other_side_is_two_repetitions():
    reps = count(path((40, 1.8, 0.3), (-40, 3.0, 0.4), (0, 1.8, 1)))
    assert [r.side for r in reps] == [Side.LEFT, Side.RIGHT]


def test_small_turns_are_none():
    assert count(path(*turned(9), *turned(-7))) == []


def test_bows_and_side_bends_are_none():
    total = path(*turned(14), *turned(-13))
    bend = path(*turned(45), *turned(45))
    assert count(total, bend=bend) == []
    assert len(count(total, bend=0.3 * np.abs(total))) == 2


def test_turning_round_as_a_whole_is_none():
    assert count(path(*turned(60), *turned(-60)), shares=(0.95, 0.02, 0.03)) == []


def test_slow_repetitions_count():
    slow = {"out": 7.0, "hold": 3.0, "rest": 3.0}
    assert len(count(path(*turned(40, **slow), *turned(-40, **slow)))) == 2


def test_winding_up_on_all_fours_is_none():
    legs = [leg for _ in range(5) for leg in ((-20, 1.2, 0.2), (45, 2.5, 0.6))]
    finder = RepFinder(QUADRUPED, MEASURED, 0)
    total = path(*legs, (0, 1.5, 1))
    turn, rate = smooth_lowpass(total)
    finder.update(turn, rows_of(total, rate))
    finder.finish()
    assert {r.rep.side for r in finder.counted} == {Side.LEFT, Side.RIGHT}
    kept = without_wind_ups(finder.counted)
    assert [c.rep.side for c in kept] == [Side.LEFT] * 5
    assert [c.rep.rep for c in kept] == [1, 2, 3, 4, 5]


def test_what_settles_into_the_first_stillness_is_none():
    finder = RepFinder(SEATED, MEASURED, 0)
    total = path(*turned(19), *turned(40), *turned(-38), *turned(40))
    turn, rate = smooth_lowpass(total)
    finder.update(turn, rows_of(total, rate))
    finder.finish()
    settled_s = finder.counted[0].rep.end_s + 0.2
    kept = without_settling(finder.counted, settled_s)
    assert [round(abs(c.rep.total_deg), -1) for c in kept] == [40, 40, 40]
    assert len(without_settling(finder.counted, 0.0)) == 4
    big_first = finder.counted[1:]
    assert without_settling(big_first, big_first[0].rep.end_s + 0.2) == big_first


def test_a_rest_begins_a_new_set():
    reps = count(path(*turned(40), (0, 0.1, 20), *turned(40)))
    assert [r.set for r in reps] == [1, 2]


def test_uncertain_and_unusable_headings_lower_the_verdict():
    total = path(*turned(40))
    assert count(total, sd=5.0)[0].reasons == ("heading_uncertain",)
    unusable = count(total, sd=9.0)[0]
    assert unusable.verdict is Verdict.REJECTED


def test_an_unfinished_turn_waits():
    total = path((40, 1.8, 1.0))
    finder = ExcursionFinder(0)
    turn, rate = smooth_lowpass(total)
    finder.update(turn, rate)
    assert finder.next() == []
    assert len(finder.next(last=True)) == 1


def test_shares_sum_to_one_and_follow_the_segments():
    total = path(*turned(45))
    for shares in ((0.1, 0.2, 0.7), (0.3, 0.3, 0.4), (-0.1, 0.3, 0.8)):
        segments = total[:, None] * shares
        found = estimate_shares([ShareSums.of(segments, np.full(len(total), 0.8))], MEASURED)
        values = [found.pelvis.value, found.lumbar.value, found.thoracic.value]
        assert sum(values) == pytest.approx(1.0, abs=1e-12)
        np.testing.assert_allclose(values, shares, atol=0.012)
        assert found.lumbar.lo < shares[1] < found.lumbar.hi


def test_shares_of_small_turns_are_not_said():
    segments = path(*turned(10))[:, None] * (0.1, 0.2, 0.7)
    assert estimate_shares([ShareSums.of(segments, np.zeros(len(segments)))], MEASURED) is None


def test_two_sensors_never_narrow_the_split():
    # Whatever the session shows, the lumbar share of the spine stays that of the prior.
    rng = np.random.default_rng(0)
    for _ in range(5):
        total = path(*turned(rng.uniform(25, 60)))
        pelvis = rng.uniform(0, 0.3)
        spine = (1 - pelvis) * total
        segments = np.column_stack([pelvis * total, 0.22 * spine, 0.78 * spine])
        found = estimate_shares([ShareSums.of(segments, np.full(len(total), 0.8))] * 12, PRIOR)
        rest = 1 - found.pelvis.value
        assert found.lumbar.value / rest == pytest.approx(0.22)
        assert found.lumbar.lo / rest < 0.1
        assert found.lumbar.hi / rest > 0.37


def test_where_the_split_comes_from():
    two = (Placement.PELVIS, Placement.UPPER_BACK)
    three = (*two, Placement.THORACOLUMBAR)
    assert make_split(Setup(three), SEATED).source is SplitSource.MEASURED
    assert make_split(Setup(two), SEATED).source is SplitSource.PRIOR
    high, low = (make_split(Setup(two, level), SEATED) for level in ("T1", "T4"))
    assert high.mean < low.mean


@pytest.mark.parametrize("size", [1, 9])
def test_running_shares_do_not_depend_on_blocks(size):
    segments = path(*turned(45))[:, None] * (0.1, 0.2, 0.7)
    whole = shares_now(segments, np.zeros(4), 0.01)
    state = np.zeros(4)
    parts = [shares_now(segments[i : i + size], state, 0.01) for i in range(0, len(segments), size)]
    np.testing.assert_allclose(np.concatenate(parts), whole)
    np.testing.assert_allclose(whole[280], (0.1, 0.2, 0.7), atol=1e-6)


@pytest.mark.parametrize("seconds", [1.0, 2.0, 5.0])
def test_a_minimum_jerk_lobe_is_as_smooth_as_can_be(seconds):
    speed = np.abs(np.gradient(move(0, 45, seconds)) * 100)
    assert sparc(speed, 100.0) == pytest.approx(-1.40, abs=0.02)


def test_hips_that_join_in_are_spoken_of():
    still = count(path(*turned(40), *turned(-40), *turned(40)))
    moving = count(path(*turned(40), *turned(-40), *turned(40)), shares=(0.35, 0.15, 0.5))
    assert current_cue(still, SEATED, 1.0) is None
    cue = current_cue(moving, SEATED, 1.0)
    assert (cue.code, cue.level) == ("hips_moved", "red")
    assert current_cue(moving, SEATED, 5.0) is None


@pytest.mark.parametrize(("pelvis", "angle"), [(0.0, 90.0), (0.5, 45.0), (-0.2, 99.5)])
@pytest.mark.parametrize("side", [1, -1])
def test_the_coupling_angle_says_who_turned(pelvis, angle, side):
    shares = (pelvis, 0.2 * (1 - pelvis), 0.8 * (1 - pelvis))
    rep = count(path(*turned(side * 40)), shares=shares)[0]
    assert rep.metrics.coupling_deg == pytest.approx(angle, abs=0.5)
    assert rep.metrics.coupling_sd_deg < 1.0


def test_where_nothing_moves_there_is_no_coupling():
    assert np.isnan(coupling(np.zeros(200), 0.01 * np.arange(200), 100.0, 1)).all()


@pytest.mark.parametrize("tipped", [(9.0, 0.0), (0.0, -9.0)])
def test_hips_that_tip_on_all_fours_are_spoken_of(tipped):
    turns = path(*turned(40), *turned(40), *turned(40))
    shifted = count(turns, drill=QUADRUPED, tipped=tipped)
    assert current_cue(shifted, QUADRUPED, 1.0).code == "pelvis_shift"
    assert current_cue(shifted, SEATED, 1.0) is None
    assert current_cue(shifted[:1], QUADRUPED, 1.0) is None
    assert current_cue(count(turns, tipped=(7.0, 7.0)), QUADRUPED, 1.0) is None
    unknown = count(turns, tipped=(np.nan, np.nan))
    assert current_cue(unknown, QUADRUPED, 1.0) is None


def test_drift_to_the_side_before_a_repetition_is_no_shift():
    total = path(*turned(40), *turned(40))
    turn, rate = smooth_lowpass(total)
    rows = rows_of(total, rate)
    rows[:, COLUMNS.index("shift_sagittal")] += 20.0
    finder = RepFinder(QUADRUPED, MEASURED, 0)
    finder.update(turn, rows)
    finder.finish()
    assert [c.rep.metrics.pelvis_shift_deg for c in finder.counted] == [0.0, 0.0]


def test_a_long_arch_is_red_whatever_the_turn():
    reps = count(path(*turned(70), *turned(-70)))
    arched = [replace(r, metrics=replace(r.metrics, flexion_at_peak_deg=-16.0)) for r in reps]
    cue = current_cue(arched, SEATED, 1.0)
    assert (cue.code, cue.level) == ("arching", "red")
    slightly = [replace(r, metrics=replace(r.metrics, flexion_at_peak_deg=-14.0)) for r in reps]
    assert current_cue(slightly, SEATED, 1.0) is None


def test_bouncing_at_the_end_is_spoken_of():
    bounced = [
        (40, 1.8, 0.1),
        (35, 0.4, 0),
        (40, 0.4, 0),
        (35, 0.4, 0),
        (40, 0.4, 0.1),
        (0, 1.8, 1),
    ]
    reps = count(path(*bounced, *bounced))
    assert len(reps) == 2
    assert current_cue(reps, SEATED, 1.0).code == "bouncing"
    held = count(path(*turned(40), *turned(-40)))
    assert [r.metrics.bounce_deg for r in held] == [pytest.approx(0.0, abs=0.5)] * 2


def test_a_low_back_that_leads_is_spoken_of_where_it_is_known():
    shares = (0.05, 0.55, 0.40)
    sure = count(path(*turned(60), *turned(-60)), shares=shares)
    assert current_cue(sure, SEATED, 1.0).code == "low_back_led"
    prior = count(path(*turned(60), *turned(-60)), shares=shares, split=PRIOR)
    assert current_cue(prior, SEATED, 1.0) is None


@pytest.mark.parametrize(
    ("value", "half", "notable"), [(5.0, 2.0, False), (9.0, 4.0, True), (9.0, 12.0, False)]
)
def test_sides_differ_notably_beyond_error_and_habit(value, half, notable):
    sides = {s: SideSummary(8, 45.0, 50.0, None) for s in Side}
    drill = DrillResult(
        drill=SEATED.activity,
        start_s=0.0,
        end_s=1.0,
        neutral_s=(0.0, 1.0),
        frames=None,
        phase=None,
        reps=(),
        split_source=SplitSource.MEASURED,
        sides=sides,
        side_difference_deg=Interval(value, value - half, value + half),
        drift_deg_per_min={},
    )
    assert drill.side_difference_notable is notable
    assert replace(drill, side_difference_deg=None).side_difference_notable is None
