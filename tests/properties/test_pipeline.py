"""What must not matter, over the whole way from samples to angles and repetitions."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from fusion import quaternions as qt
from fusion.results import Side
from sensors.samples import Activity, ImuBlock

DRILLS = pytest.mark.parametrize(
    "drill", [Activity.SEATED, Activity.QUADRUPED], ids=["seated", "all fours"]
)
LIVE = pytest.mark.parametrize("live", [False, True], ids=["offline", "live"])
SAGITTAL = np.diag([1.0, 1.0, -1.0])
"""Reflection that turns left into right, in the axes of a sensor; any plane through it would do."""

MIRRORED = np.array([-1, -1, -1, -1, -1, -1, 1])
"""What it does to the angles: flexion alone keeps its sign."""


def changed(blocks, change):
    return {placement: change(placement, block) for placement, block in blocks.items()}


def assert_same(one, other, *, atol_deg=0.05, signs=1):
    """The same to a twentieth of a degree: VQF bounds its bias axis by axis of the sensor."""
    np.testing.assert_allclose(
        other.frames.angles_deg, signs * one.frames.angles_deg, atol=atol_deg
    )
    np.testing.assert_allclose(other.frames.sd_deg, one.frames.sd_deg, atol=atol_deg)
    assert np.mean(other.phase != one.phase) < 0.005
    assert len(other.reps) == len(one.reps) > 0


@DRILLS
@LIVE
def test_how_the_sensors_sit_does_not_matter(drill, live, session_of, analyse):
    session = session_of(drill)
    rng = np.random.default_rng(1)

    def remounted(_, block):
        turn = Rotation.random(rng=rng)
        return replace(block, acc=turn.apply(block.acc), gyr=turn.apply(block.gyr))

    before = analyse(session.blocks, session.events, live=live)
    after = analyse(changed(session.blocks, remounted), session.events, live=live)
    assert_same(before, after)
    assert [r.side for r in after.reps] == [r.side for r in before.reps]


@DRILLS
@LIVE
def test_left_and_right_are_alike(drill, live, session_of, analyse):
    """The mirror image of a session has the mirror image's angles, sides and the same shares."""
    session = session_of(drill)

    def mirrored(_, block):
        # An angular rate is an axial vector: what mirrors a force turns it the other way round.
        return replace(block, acc=block.acc @ SAGITTAL, gyr=-block.gyr @ SAGITTAL)

    before = analyse(session.blocks, session.events, live=live)
    after = analyse(changed(session.blocks, mirrored), session.events, live=live)
    assert_same(before, after, signs=MIRRORED)
    other = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
    for rep, image in zip(before.reps, after.reps, strict=True):
        assert image.side is other[rep.side]
        assert image.verdict is rep.verdict
        assert image.shares.lumbar.value == pytest.approx(rep.shares.lumbar.value, abs=1e-3)
        assert image.metrics.sparc_out == pytest.approx(rep.metrics.sparc_out, abs=0.02)


@DRILLS
def test_when_it_happened_does_not_matter(drill, session_of, analyse):
    session = session_of(drill)
    later_s = 86_400.0
    blocks = changed(session.blocks, lambda _, b: replace(b, t_s=b.t_s + later_s))
    events = [replace(e, onset_s=e.onset_s + later_s) for e in session.events]
    before, after = analyse(session.blocks, session.events), analyse(blocks, events)
    assert_same(before, after, atol_deg=0.001)
    np.testing.assert_allclose(after.frames.t_s - later_s, before.frames.t_s, atol=1e-6)


@DRILLS
@pytest.mark.parametrize("rate_hz", [50.0, 200.0])
def test_how_often_it_was_sampled_hardly_matters(drill, rate_hz, session_of, analyse):
    """The same movement at another rate, other noise and all: the same repetitions and angles."""
    usual, other = session_of(drill), session_of(drill, rate_hz=rate_hz)
    before = analyse(usual.blocks, usual.events)
    after = analyse(other.blocks, other.events)
    assert [r.side for r in after.reps] == [r.side for r in before.reps]
    difference = [
        a.thoracolumbar_deg - b.thoracolumbar_deg
        for a, b in zip(after.reps, before.reps, strict=True)
    ]
    assert np.sqrt(np.mean(np.square(difference))) < 1.0


@LIVE
def test_each_sensors_own_north_does_not_matter(live, session_of, analyse):
    """Sensors that give orientations alone, each in a room that is turned as it likes."""
    session = session_of(Activity.SEATED)

    def oriented(turn_rad):
        blocks = {}
        for number, placement in enumerate(session.blocks):
            t_s = session.blocks[placement].t_s
            q_es = session.body.segments(t_s)[placement].q
            north = qt.from_rotation_vector(np.array([0.0, 0.0, (1 + number) * turn_rad]))
            nothing = np.full((len(t_s), 3), np.nan)
            blocks[placement] = ImuBlock(t_s, nothing, nothing, quat=qt.multiply(north, q_es))
        return blocks

    before = analyse(oriented(0.0), session.events, live=live)
    after = analyse(oriented(1.1), session.events, live=live)
    assert_same(before, after)
