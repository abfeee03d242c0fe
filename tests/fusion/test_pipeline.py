"""The whole way, against the simulator's truth."""

from dataclasses import replace

import numpy as np
import pytest

from fusion import offline
from fusion.calibration import GyroBias
from fusion.errors import NoDrillError, TooShortError
from fusion.heading import HeadingFilter
from fusion.pipeline import Pipeline, analyze_session
from fusion.results import Cue, Side, SplitSource
from fusion.setup import Setup
from sensors.samples import Activity, Event, ImuBlock, Placement
from sensors.simulation.drills import Distractor
from sensors.simulation.session import simulate_session
from sensors.simulation.severity import MILD
from sensors.simulation.unit import Slip

DRILLS = (Activity.SEATED, Activity.QUADRUPED)
LIMITS_DEG = {
    (Activity.SEATED, False): 2.5,
    (Activity.SEATED, True): 3.5,
    (Activity.QUADRUPED, False): 1.5,
    (Activity.QUADRUPED, True): 1.5,
}


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
@pytest.mark.parametrize("drill", DRILLS, ids=["seated", "all fours"])
@pytest.mark.parametrize("sensors", [2, 3])
def test_angles_and_repetitions_are_true(drill, live, sensors, simulated, analyzed, rms_deg):
    session = simulated(drill, sensors=sensors)
    result = analyzed(session, live=live)
    error = rms_deg(result, session)
    limit = LIMITS_DEG[drill, live]
    assert error[3] < limit
    assert error[0] < limit
    truth = [r.side for r in session.truth.drills[0].reps]
    assert [r.side.value for r in result.drills[0].reps] == truth
    source = SplitSource.MEASURED if sensors == 3 else SplitSource.PRIOR
    assert result.drills[0].split_source is source


def test_without_the_drift_model_the_same_data_are_far_off(simulated, rms_deg, monkeypatch):
    session = simulated()
    with_model = analyze_session(Setup(tuple(session.blocks)), session.blocks, session.events)
    monkeypatch.setattr(HeadingFilter, "observe", lambda *_: False)
    biased = [GyroBias(np.zeros(3), 0.05, "none")]
    monkeypatch.setattr("fusion.calibration.gyro_bias", lambda *_: biased[0])
    without = analyze_session(Setup(tuple(session.blocks)), session.blocks, session.events)
    assert rms_deg(with_model, session)[3] < 2.5
    assert rms_deg(without, session)[3] > 8.0


def test_any_slicing_gives_the_same_frames(simulated):
    session = simulated()
    until_s = session.truth.drills[0].start_s + 20

    def run(step_s):
        pipeline = Pipeline(Setup(tuple(session.blocks)), keep=False)
        for event in session.events:
            pipeline.begin(event.activity, event.onset_s)
            pipeline.end(event.end_s, event.activity)
        angles, reps = [], []
        for start_s in np.arange(0, until_s, step_s):
            for placement, block in session.blocks.items():
                lo, hi = np.searchsorted(block.t_s, [start_s, start_s + step_s])
                pipeline.push(placement, block.part(slice(lo, hi)))
            update = pipeline.advance()
            angles.append(update.frames.angles_deg)
            reps += update.reps
        return np.concatenate(angles), reps

    angles, reps = run(0.1)
    for slice_s in (0.013, 0.25):
        others, more = run(slice_s)
        n = min(len(angles), len(others))
        np.testing.assert_allclose(others[:n], angles[:n], atol=1e-7)
        assert [(r.side, round(r.peak_s, 3)) for r in more][:2] == [
            (r.side, round(r.peak_s, 3)) for r in reps
        ][:2]


def turned_world(block, angle):
    """A sensor has no heading of its own: nothing it measures knows of a turn of the world."""
    return block


def remounted(block, q):
    from fusion import quaternions as qt

    return replace(block, acc=qt.rotate(q, block.acc), gyr=qt.rotate(q, block.gyr))


@pytest.mark.parametrize("sensors", [2, 3])
def test_the_length_of_chunks_changes_nothing(sensors, simulated, monkeypatch):
    session = simulated(sensors=sensors)
    setup = Setup(tuple(session.blocks))
    usual = analyze_session(setup, session.blocks, session.events).drills[0]
    for rows in (53, 10**9):
        monkeypatch.setattr("fusion.chunks.CHUNK", rows)
        other = analyze_session(setup, session.blocks, session.events).drills[0]
        np.testing.assert_allclose(other.frames.angles_deg, usual.frames.angles_deg, atol=1e-7)
        np.testing.assert_allclose(other.frames.sd_deg, usual.frames.sd_deg, atol=1e-7)
        assert [r.peak_s for r in other.reps] == [r.peak_s for r in usual.reps]


def test_a_cue_stays_while_no_sample_comes(simulated, monkeypatch):
    session = simulated()
    cue = Cue("hips_moved", "Keep the hips still.", "amber")
    monkeypatch.setattr(
        "fusion.pipeline.current_cue", lambda _reps, _drill, sd_deg: cue if sd_deg < 4.0 else None
    )
    pipeline = Pipeline(Setup(tuple(session.blocks)))
    for event in session.events:
        pipeline.begin(event.activity, event.onset_s)
        pipeline.end(event.end_s, event.activity)
    for placement, block in session.blocks.items():
        until_s = session.truth.drills[0].start_s + 10.0
        pipeline.push(placement, block.part(slice(0, int(np.searchsorted(block.t_s, until_s)))))
    assert pipeline.advance().status.cue is cue
    assert pipeline.advance().status.cue is cue
    pipeline.use_split(None)
    assert pipeline.advance().status.cue is cue


def test_mounting_does_not_matter(simulated, analyzed):
    from fusion import quaternions as qt

    session = simulated(seed=6)
    rng = np.random.default_rng(0)
    turned = {
        p: remounted(b, qt.from_rotation_vector(rng.normal(0, 1.5, 3)))
        for p, b in session.blocks.items()
    }
    plain = analyzed(session).drills[0].frames.angles_deg
    other = analyze_session(Setup(tuple(turned)), turned, session.events).drills[0]
    difference = plain - other.frames.angles_deg
    assert np.nanmax(np.abs(difference)) < 0.1


def test_a_mirrored_session_gives_mirrored_angles(simulated, analyzed):
    session = simulated(seed=6)
    # Mirrored in the sensor's x: forces along x and turns about the two other axes change sign.
    mirrored = {
        p: replace(b, acc=b.acc * [-1, 1, 1], gyr=b.gyr * [1, -1, -1])
        for p, b in session.blocks.items()
    }
    plain = analyzed(session).drills[0]
    other = analyze_session(Setup(tuple(mirrored)), mirrored, session.events).drills[0]
    signs = np.array([-1, -1, -1, -1, -1, -1, 1])
    assert np.nanmax(np.abs(plain.frames.angles_deg - signs * other.frames.angles_deg)) < 0.1
    swap = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
    assert [r.side for r in plain.reps] == [swap[r.side] for r in other.reps]


@pytest.mark.parametrize("placement", list(Placement))
def test_a_slip_is_flagged_and_mended(placement, rms_deg):
    session = simulate_session(
        seed=54,
        drills=(Activity.SEATED,),
        minutes_per_drill=2,
        severity=MILD,
        slips=[Slip(placement, 90.0, (8.0, 5.0, 4.0))],
    )
    result = analyze_session(Setup(tuple(session.blocks)), session.blocks, session.events)
    flags = [f for f in result.drills[0].flags if f.code == "slip"]
    assert [f.placement for f in flags] == [placement]
    assert rms_deg(result, session)[3] < 3.0


def test_a_slip_is_mended_live_as_soon_as_it_is_known():
    """T12 slips: what lies below and above it is wrong until the wearer has come back twice."""
    session = simulate_session(
        seed=501,
        drills=(Activity.SEATED,),
        minutes_per_drill=2,
        severity=MILD,
        slips=[Slip(Placement.THORACOLUMBAR, 80.0, (-8.0, -6.0, -6.0))],
    )
    setup = Setup(tuple(session.blocks))
    drill = analyze_session(setup, session.blocks, session.events, live=True).drills[0]
    truth = session.truth.drills[0]
    at = np.searchsorted(truth.t_s, drill.frames.t_s - 1e-6)
    lumbar_deg = np.abs(drill.frames.angles_deg[:, 1] - truth.angles_deg[at, 1])
    late = drill.frames.t_s > drill.end_s - 40.0
    assert np.nanmax(lumbar_deg) > 3.0
    assert np.nanmean(lumbar_deg[late]) < 1.0


@pytest.mark.parametrize("drill", DRILLS, ids=["seated", "all fours"])
@pytest.mark.parametrize("seed", [2, 3])
def test_a_steady_session_has_no_flags(drill, seed, simulated, analyzed):
    result = analyzed(simulated(drill, seed=seed))
    assert [f.code for f in (*result.flags, *result.calibration.flags)] == []
    assert [f.code for f in result.drills[0].flags] == []


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
def test_a_start_in_motion_is_said(live):
    session = simulate_session(
        seed=60, drills=(Activity.SEATED,), minutes_per_drill=0.7, start_in_motion=True
    )
    setup = Setup(tuple(session.blocks))
    result = analyze_session(setup, session.blocks, session.events, live=live)
    assert "neutral_in_motion" in {f.code for f in result.flags}


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
def test_a_drill_that_begins_in_motion_with_nothing_announced_is_said(live):
    session = simulate_session(
        seed=5,
        drills=(Activity.SEATED,),
        minutes_per_drill=0.3,
        with_rest=False,
        with_neutral=False,
        with_bow=False,
        with_turn=False,
        with_drill_neutral=False,
        start_in_motion=True,
    )
    setup = Setup(tuple(session.blocks))
    drill = analyze_session(setup, session.blocks, session.events, live=live).drills[0]
    assert [f.code for f in drill.flags] == ["neutral_from_drill", "start_in_motion"]
    # They still turned on the seat, by 2 °/s: all sensors' biases have that in common.
    truth = session.truth.drills[0]
    late = drill.frames.t_s > drill.end_s - 5.0
    at = np.minimum(np.searchsorted(truth.t_s, drill.frames.t_s[late] - 1e-6), len(truth.t_s) - 1)
    error = drill.frames.angles_deg[late, 0] - truth.angles_deg[at, 0]
    assert np.nanmedian(np.abs(error)) < 5.0


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
def test_a_drill_is_not_changed_by_what_is_done_after_it(live):
    """On all fours, after a seated one: its neutral is not the seated drill's."""
    session = simulate_session(seed=6, minutes_per_drill=0.3, severity=MILD)
    setup = Setup(tuple(session.blocks))
    both = analyze_session(setup, session.blocks, session.events, live=live).drills[0]
    seated = [e for e in session.events if e.onset_s < both.end_s]
    alone = analyze_session(setup, session.blocks, seated, live=live).drills[0]
    assert both.neutral_s == alone.neutral_s
    assert both.flags == alone.flags
    assert [(r.start_s, r.total_deg) for r in both.reps] == [
        (r.start_s, r.total_deg) for r in alone.reps
    ]


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
def test_a_drill_that_nobody_ended_goes_to_the_last_sample(live, simulated):
    session = simulated()
    drill = session.events[-1]
    end_s = drill.onset_s + 20.0
    blocks = {p: b.part(b.t_s < end_s) for p, b in session.blocks.items()}
    events = (*session.events[:-1], replace(drill, duration_s=None))
    result = analyze_session(Setup(tuple(blocks)), blocks, events, live=live)
    assert result.drills[0].end_s == pytest.approx(end_s, abs=0.1)


def test_a_silent_sensor_leaves_a_hole_and_no_nonsense(simulated, analyzed, rms_deg):
    session = simulated()
    start_s = session.truth.drills[0].start_s + 30
    upper = session.blocks[Placement.UPPER_BACK]
    kept = (upper.t_s < start_s) | (upper.t_s > start_s + 3)
    blocks = {**session.blocks, Placement.UPPER_BACK: upper.part(kept)}
    for live in (False, True):
        result = analyze_session(Setup(tuple(blocks)), blocks, session.events, live=live)
        frames = result.drills[0].frames
        hole = (frames.t_s > start_s + 0.02) & (frames.t_s < start_s + 2.98)
        assert np.isnan(frames.angles_deg[hole]).all()
        assert (frames.quality[hole] == 2).all()
        assert rms_deg(result, session)[3] < 4.0


def test_a_sensor_that_sends_orientations_only_will_do(simulated, rms_deg):
    session = simulated(seed=2)
    setup = Setup(tuple(session.blocks))
    oriented = {}
    for placement, block in session.blocks.items():
        track = offline.grid_track(block)
        window = track.extent
        bias = np.radians(session.truth.sensors[placement].gyr_bias_dps)
        q = offline._orient(track, track.rate(window) - bias, window, "vqf")
        t_s = np.arange(window.first, window.end) / 100.0
        nothing = np.full((len(q), 3), np.nan)
        oriented[placement] = ImuBlock(t_s, nothing, nothing, quat=q)
    result = analyze_session(setup, oriented, session.events)
    assert rms_deg(result, session)[3] < 2.5


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
def test_an_orientation_beside_rates_is_not_used(live, simulated, analyzed):
    """A sensor's own may be drawn from a magnetometer; where there are rates, they count."""
    session = simulated()
    until_s = session.events[-1].onset_s + 20.0
    plain = {p: b.part(b.t_s < until_s) for p, b in session.blocks.items()}
    beside = {
        p: replace(b, quat=np.tile([0.6, 0.0, 0.0, 0.8], (len(b), 1))) for p, b in plain.items()
    }
    with_own, without = (
        analyzed(replace(session, blocks=blocks), live=live).drills[0].frames.angles_deg
        for blocks in (beside, plain)
    )
    np.testing.assert_array_equal(with_own, without)


def test_no_drill_and_too_few_samples_are_told(simulated):
    session = simulated()
    setup = Setup(tuple(session.blocks))
    with pytest.raises(NoDrillError, match="name no seated_thoracic_rotation"):
        analyze_session(setup, session.blocks, session.events[:2])
    few = {p: b.part(slice(0, 5)) for p, b in session.blocks.items()}
    for live in (False, True):
        with pytest.raises(TooShortError):
            analyze_session(setup, few, session.events, live=live)
    later = [Event(1e6, 60.0, Activity.SEATED)]
    for live in (False, True):
        with pytest.raises(NoDrillError):
            analyze_session(setup, session.blocks, later, live=live)


def test_sampling_rate_hardly_matters(rms_deg):
    for rate_hz in (50.0, 200.0):
        session = simulate_session(
            seed=8, drills=(Activity.SEATED,), minutes_per_drill=1, rate_hz=rate_hz
        )
        result = analyze_session(Setup(tuple(session.blocks)), session.blocks, session.events)
        assert rms_deg(result, session)[3] < 2.0


def test_rezero_measures_from_the_next_still_second(simulated):
    session = simulated()
    pipeline = Pipeline(Setup(tuple(session.blocks)))
    neutral = session.events[1]
    for placement, block in session.blocks.items():
        pipeline.push(placement, block.part(block.t_s < neutral.end_s))
    assert pipeline.advance().status.neutral_known
    with pytest.raises(ValueError, match="pelvis"):
        Setup((Placement.UPPER_BACK,))


@pytest.mark.parametrize("drill", DRILLS, ids=["seated", "all fours"])
@pytest.mark.parametrize("distractor", list(Distractor))
def test_whatever_else_people_do_the_count_is_right(drill, distractor, analyzed):
    session = simulate_session(
        seed=70, drills=(drill,), minutes_per_drill=1.5, distractors=(distractor,)
    )
    found = [r.side.value for r in analyzed(session).drills[0].reps]
    assert found == [r.side for r in session.truth.drills[0].reps]


def test_all_fours_alone_is_refused():
    session = simulate_session(
        seed=60,
        drills=(Activity.QUADRUPED,),
        minutes_per_drill=0.5,
        with_rest=False,
        with_neutral=False,
        with_bow=False,
        with_turn=False,
        with_drill_neutral=False,
    )
    with pytest.raises(NoDrillError, match="sitting tall"):
        analyze_session(Setup(tuple(session.blocks)), session.blocks, session.events)


def test_live_a_drill_begins_where_it_was_announced(simulated):
    session = simulated()
    events = [e for e in session.events if e.activity is Activity.SEATED]
    result = analyze_session(Setup(tuple(session.blocks)), session.blocks, events, live=True)
    frames = result.drills[0].frames
    assert frames.t_s[0] == pytest.approx(events[0].onset_s, abs=0.011)
    assert np.diff(frames.t_s).max() == pytest.approx(0.01, abs=1e-6)
    assert np.isnan(frames.angles_deg[:50]).all()
    assert np.isfinite(frames.angles_deg[3000, 3])


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
def test_after_a_silence_neutral_is_found_again(live, simulated, rms_deg):
    """The upper of two sensors drops out while the wearer turns, and comes back in a hold."""
    session = simulated(sensors=2)
    start_s = session.truth.drills[0].reps[3].start_s + 0.5
    upper = session.blocks[Placement.UPPER_BACK]
    kept = (upper.t_s < start_s) | (upper.t_s > start_s + 1.4)
    blocks = {**session.blocks, Placement.UPPER_BACK: upper.part(kept)}
    result = analyze_session(Setup(tuple(blocks)), blocks, session.events, live=live)
    frames, truth = result.drills[0].frames, session.truth.drills[0]
    late = frames.t_s > start_s + 15.0
    at = np.searchsorted(truth.t_s, frames.t_s[late] - 1e-6)
    error = frames.angles_deg[late, 3] - truth.angles_deg[at, 3]
    assert np.nanmedian(np.abs(error)) < 2.0
    assert "slip" not in {f.code for f in result.drills[0].flags}


@pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
def test_a_silence_between_neutral_and_drill_is_not_forgotten(live, simulated, analyzed):
    session = simulated()
    drill = session.events[-1]
    silent = (drill.onset_s - 10.0, drill.onset_s - 7.0)
    events = [e for e in session.events if e.onset_s < 15.0 or e is drill]
    blocks = {p: b.part(b.t_s < drill.onset_s + 10.0) for p, b in session.blocks.items()}
    upper = blocks[Placement.UPPER_BACK]
    kept = (upper.t_s < silent[0]) | (upper.t_s > silent[1])
    blocks[Placement.UPPER_BACK] = upper.part(kept)
    found = analyzed(replace(session, blocks=blocks, events=events), live=live).drills[0]
    assert found.neutral_s[1] < silent[0]
    # Causally only a return tells where neutral is; offline there was one before the drill.
    assert found.frames.quality[10] == (2 if live else 0)
