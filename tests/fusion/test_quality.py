"""Whatever lowers trust is found, said with its code, and lowers the verdict."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fusion.drills import QUADRUPED, SEATED
from fusion.gates import gate_flags
from fusion.pipeline import analyze_session
from fusion.quality import drill_flags
from fusion.results import ANGLES, Flag, Frames, Verdict, verdict_of
from fusion.sample_watch import SampleWatch, flat_tops
from fusion.setup import Mounting, Setup
from fusion.spine import Reference
from sensors.samples import Activity, ImuBlock, Placement
from sensors.simulation.session import TWO_SENSORS, simulate_session
from sensors.simulation.severity import MILD

UPPER = Placement.UPPER_BACK
COLUMNS = ("t_s", "acc", "gyr")


@pytest.fixture(scope="module")
def plain():
    """A short drill of two sensors without anything wrong."""
    return simulate_session(
        seed=402,
        drills=(Activity.SEATED,),
        placements=TWO_SENSORS,
        minutes_per_drill=0.4,
        severity=MILD,
    )


def analysed(session, blocks=None, *, live=False, events=None, **setup):
    return analyze_session(
        Setup(TWO_SENSORS, **setup), blocks or session.blocks, events or session.events, live=live
    )


def codes(result):
    flags = (*result.flags, *result.calibration.flags, *(f for d in result.drills for f in d.flags))
    return {flag.code for flag in flags}


def changed(session, placement, **fields):
    return {**session.blocks, placement: replace(session.blocks[placement], **fields)}


LIVE = pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])


@LIVE
def test_nothing_wrong_is_good(plain, live):
    result = analysed(plain, live=live)
    assert codes(result) == set()
    assert result.verdict is Verdict.GOOD
    assert result.drills[0].verdict is Verdict.GOOD


@LIVE
def test_a_knock_of_one_sensor_is_said_and_its_repetition_doubted(plain, live):
    rep = analysed(plain, live=live).drills[0].reps[2]
    block = plain.blocks[UPPER]
    at = np.searchsorted(block.t_s, (rep.start_s + rep.peak_s) / 2)
    acc = block.acc.copy()
    acc[at] *= 3.0
    result = analysed(plain, changed(plain, UPPER, acc=acc), live=live)
    drill = result.drills[0]
    assert [(f.code, f.placement) for f in drill.flags] == [("knock", UPPER)]
    assert drill.verdict is result.verdict is Verdict.DOUBTFUL
    assert [r.rep for r in drill.reps if "knock" in r.reasons] == [rep.rep]
    assert drill.reps[2].verdict is Verdict.DOUBTFUL


def test_what_shakes_the_whole_body_is_no_knock(plain):
    start_s = plain.truth.drills[0].start_s
    blocks = {}
    for placement, block in plain.blocks.items():
        acc = block.acc.copy()
        acc[np.searchsorted(block.t_s, start_s + 5.0)] *= 3.0
        blocks[placement] = replace(block, acc=acc)
    assert "knock" not in codes(analysed(plain, blocks))


@LIVE
def test_a_range_that_was_left_is_said(plain, live):
    block = plain.blocks[UPPER]
    clipped = np.zeros(len(block), dtype=bool)
    clipped[1000:1003] = True
    result = analysed(plain, changed(plain, UPPER, clipped=clipped), live=live)
    assert [(f.code, f.placement) for f in result.flags] == [("saturated", UPPER)]
    assert "3 times" in result.flags[0].sentence
    assert result.verdict is Verdict.DOUBTFUL


def test_flat_tops_tell_an_end_of_range_nobody_named():
    t_s = np.arange(200) / 100.0
    rate = np.radians(400.0) * np.sin(2 * np.pi * t_s)[:, None] * [1.0, 0.0, 0.2]
    acc = np.tile([0.0, 9.81, 0.0], (200, 1))
    assert not flat_tops(rate, acc).any()
    cut = np.clip(rate, -np.radians(250), np.radians(250))
    found = flat_tops(cut, acc)
    np.testing.assert_array_equal(found, np.abs(cut[:, 0]) >= np.radians(250) * (1 - 1e-9))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_an_end_of_range_is_seen_by_few_samples_at_a_time(size):
    acc = np.tile([0.0, 9.81, 0.0], (60, 1))
    acc[20:30, 1] = 4 * 9.81
    watch = SampleWatch()
    for at in range(0, 60, size):
        rows = slice(at, at + size)
        watch.update(ImuBlock(np.arange(60)[rows] / 100.0, acc[rows], np.zeros((60, 3))[rows]))
    assert 6 <= watch.clipped <= 10
    assert len(watch.knocks_s) == 1


@LIVE
def test_many_lost_samples_are_said(plain, live):
    block = plain.blocks[UPPER]
    kept = np.random.default_rng(0).random(len(block)) > 0.12
    lossy = ImuBlock(block.t_s[kept], block.acc[kept], block.gyr[kept])
    result = analysed(plain, {**plain.blocks, UPPER: lossy}, live=live)
    assert ("much_lost", UPPER) in {(f.code, f.placement) for f in result.flags}
    assert result.verdict is Verdict.DOUBTFUL


@LIVE
def test_an_unused_magnetometer_is_noted_and_lowers_nothing(plain, live):
    mag = np.tile([20.0, 0.0, -40.0], (len(plain.blocks[UPPER]), 1))
    result = analysed(plain, changed(plain, UPPER, mag=mag), live=live)
    assert [(f.code, f.placement) for f in result.flags] == [("magnetometer_unused", UPPER)]
    assert result.verdict is Verdict.GOOD


@LIVE
def test_sensors_swapped_are_told_by_the_turn_alone(plain, live):
    pelvis, upper = (plain.blocks[p] for p in TWO_SENSORS)
    events = [e for e in plain.events if e.activity is not Activity.CALIBRATION_BOW]
    blocks = {Placement.PELVIS: upper, UPPER: pelvis}
    result = analysed(plain, blocks, live=live, events=events)
    assert "sensors_swapped" in codes(result)
    assert result.calibration.verdict is Verdict.DOUBTFUL


@LIVE
def test_sensors_swapped_after_the_calibration_are_told_by_the_drill(plain, live):
    """Taken off and put on again the wrong way round: no bow and no turn tells."""
    from_s = plain.truth.drills[0].start_s - 0.5
    pelvis, upper = (plain.blocks[p] for p in TWO_SENSORS)

    def then(first, second):
        at, to = np.searchsorted(first.t_s, from_s), np.searchsorted(second.t_s, from_s)
        parts = first.part(slice(0, at)), second.part(slice(to, None))
        return ImuBlock(*(np.concatenate([getattr(p, n) for p in parts]) for n in COLUMNS))

    blocks = {Placement.PELVIS: then(pelvis, upper), UPPER: then(upper, pelvis)}
    result = analysed(plain, blocks, live=live)
    assert "sensors_swapped" in {f.code for f in result.drills[0].flags}
    assert result.drills[0].verdict is not Verdict.GOOD


def level_mounting(session, placement, *, turned=False):
    """The mounting that a sensor turned to have it really has, and its block."""
    from fusion import quaternions as qt

    q_bs = qt.conjugate(session.truth.sensors[placement].q_sb)
    block = session.blocks[placement]
    signs = np.array([1.0, -1.0, -1.0]) if turned else np.ones(3)
    body = replace(
        block, acc=qt.rotate(q_bs, block.acc) * signs, gyr=qt.rotate(q_bs, block.gyr) * signs
    )
    return Mounting(anterior="x", cranial="y"), body


@pytest.mark.parametrize("with_bow", [True, False])
def test_a_sensor_upside_down_is_told_and_gravity_believed(plain, with_bow):
    mounts, blocks = {}, {}
    for placement in TWO_SENSORS:
        mounts[placement], blocks[placement] = level_mounting(plain, placement)
    mounts[UPPER], blocks[UPPER] = level_mounting(plain, UPPER, turned=True)
    bow = Activity.CALIBRATION_BOW
    events = [e for e in plain.events if with_bow or e.activity is not bow]
    result = analysed(plain, blocks, events=events, mounting=mounts)
    assert result.calibration.sensors[UPPER].reasons == ("sensor_upside_down",)
    assert result.calibration.sensors[Placement.PELVIS].reasons == ()
    assert result.verdict is Verdict.DOUBTFUL
    same = analysed(plain).drills[0].frames.angles_deg[:, 3]
    apart = result.drills[0].frames.angles_deg[:, 3] - same
    assert np.sqrt(np.nanmean(apart**2)) < 1.0


def test_a_mounting_that_the_bow_contradicts_is_told(plain):
    mounts, blocks = {}, {}
    for placement in TWO_SENSORS:
        mounts[placement], blocks[placement] = level_mounting(plain, placement)
    assert codes(analysed(plain, blocks, mounting=mounts)) == set()
    mounts[UPPER] = Mounting(anterior="z", cranial="y")
    result = analysed(plain, blocks, mounting=mounts)
    assert result.calibration.sensors[UPPER].reasons == ("mounting_mismatch",)


def test_a_small_turn_is_told(plain):
    turn = next(e for e in plain.events if e.activity is Activity.CALIBRATION_TURN)
    events = [replace(e, duration_s=1.2) if e is turn else e for e in plain.events]
    assert "turn_too_small" in codes(analysed(plain, events=events))


def rates(seconds, *amplitude_dps):
    """A smooth turn to and fro: rate (n, 3) in rad/s with these amplitudes about x, y, z."""
    wave = np.sin(np.pi * np.arange(int(100 * seconds)) / 100.0)
    return np.radians(wave[:, None] * np.array(amplitude_dps))


def gated(*, bow=None, turn=None):
    """Codes and sensors that the gates give to rates of pelvis and upper back in body axes."""

    def stretch(by_sensor):
        rate = dict(zip(TWO_SENSORS, by_sensor, strict=True))
        return (SimpleNamespace(rate=rate.get, window=range(len(by_sensor[0]))),)

    stretches = SimpleNamespace(
        neutral=(), bow=stretch(bow) if bow else (), turn=stretch(turn) if turn else ()
    )
    axes = dict.fromkeys(TWO_SENSORS, np.eye(3))
    flags = gate_flags(
        stretches,
        axes,
        dict.fromkeys(TWO_SENSORS, True),
        dict.fromkeys(TWO_SENSORS, np.zeros(3)),
    )
    return [(flag.code, flag.placement) for flag in flags]


def test_a_bow_must_go_straight_forward_at_all_sensors():
    straight = rates(12, 0, 0, 40)
    assert gated(bow=(straight, straight)) == []
    assert gated(bow=(straight, rates(12, 0, 12, 40))) == [("bow_leaning", UPPER)]
    apart = gated(bow=(rates(12, 4, 0, 40), rates(12, -4, 0, 40)))
    assert apart == [("bow_axes_apart", UPPER)]


def test_a_turn_must_go_about_the_spine_and_far_enough():
    turn = rates(12, 0, 80, 0)
    assert gated(turn=(rates(12, 0, 10, 0), turn)) == []
    assert gated(turn=(rates(12, 0, 10, 0), rates(12, 60, 60, 0))) == [("turn_oblique", UPPER)]
    assert gated(turn=(rates(12, 0, 10, 0), rates(12, 0, 40, 0))) == [("turn_too_small", UPPER)]
    assert gated(turn=(turn, rates(12, 0, 60, 0))) == [("sensors_swapped", None)]


def flags_of(drill, *, vertical=1.0, sideways=0.0, **angles):
    """Codes of a drill whose neutral leaned so and whose angles stayed so."""
    u = np.array([0.0, -np.sqrt(1 - vertical**2), vertical])
    across = np.cross(u, [1.0, 0.0, 0.0]) if not drill.upright else np.array([1.0, 0.0, 0.0])
    z = np.cos(sideways) * (np.array([1.0, 0.0, 0.0])) + np.sin(sideways) * across
    reference = Reference(
        chain=TWO_SENSORS,
        neutral_s=(0.0, 1.0),
        q_n=np.tile([1.0, 0, 0, 0], (2, 1)),
        turn_e=np.tile([1.0, 0, 0, 0], (2, 1)),
        u=u,
        sagittal=np.cross(u, z),
        transverse=z,
        ml=True,
        axes_s=np.tile(u, (2, 1)),
        to_turn=np.tile(np.eye(4), (2, 1, 1)),
    )
    values = np.zeros((500, len(ANGLES)))
    for name, value in angles.items():
        values[:, ANGLES.index(name)] = value
    t_s, sd = np.arange(500) / 100.0, np.full((500, 4), 0.5)
    frames = Frames(t_s, values, sd, np.zeros(500, np.uint8))
    return [flag.code for flag in drill_flags(drill, reference, frames, ())]


def test_posture_and_range_are_judged():
    assert flags_of(SEATED) == []
    assert flags_of(SEATED, vertical=0.9) == ["neutral_leaning"]
    assert flags_of(SEATED, vertical=0.5) == ["posture_mismatch"]
    assert flags_of(SEATED, flexion=25.0) == ["flexion_out_of_range"]
    assert flags_of(SEATED, flexion=-25.0) == ["flexion_out_of_range"]
    assert flags_of(SEATED, thoracolumbar=80.0) == ["range_implausible"]
    assert flags_of(SEATED, lateral=-40.0) == ["range_implausible"]
    assert flags_of(QUADRUPED, vertical=0.1) == []
    assert flags_of(QUADRUPED, vertical=0.9) == ["posture_mismatch"]
    assert flags_of(QUADRUPED, vertical=0.1, sideways=0.4) == ["neutral_leaning"]
    assert flags_of(QUADRUPED, vertical=0.1, flexion=25.0) == ["flexion_out_of_range"]


def test_an_unusable_heading_rejects_the_drill():
    assert verdict_of([Flag("heading_unusable", "")]) is Verdict.REJECTED
    assert verdict_of([Flag("slip", "")]) is Verdict.DOUBTFUL
    assert verdict_of([Flag("magnetometer_unused", "")]) is Verdict.GOOD


def test_an_old_neutral_is_told(plain):
    """The drill, with the neutral before it, twenty minutes after all calibration."""
    drill = plain.truth.drills[0]
    own = [e for e in plain.events if e.activity is Activity.CALIBRATION_NEUTRAL][-1]
    events = [
        replace(e, onset_s=e.onset_s + 1200.0) if e.activity is Activity.SEATED else e
        for e in plain.events
        if e is not own
    ]
    blocks = {}
    for placement, block in plain.blocks.items():
        late = block.t_s > drill.start_s - 1.0
        blocks[placement] = replace(block, t_s=block.t_s + np.where(late, 1200.0, 0.0))
    result = analysed(plain, blocks, events=events)
    flag = next(f for f in result.drills[0].flags if f.code == "calibration_old")
    assert "20 minutes" in flag.sentence
    assert result.drills[0].verdict is not Verdict.GOOD


def test_loss_and_ends_of_range_are_counted_in_blocks_of_any_size(plain):
    block = replace(plain.blocks[UPPER], clipped=np.arange(len(plain.blocks[UPPER])) % 500 == 0)
    whole, parts = SampleWatch(), SampleWatch()
    whole.update(block)
    for at in range(0, len(block), 37):
        parts.update(block.part(slice(at, at + 37)))
    assert whole.clipped == parts.clipped > 0
    assert whole.knocks_s == parts.knocks_s
