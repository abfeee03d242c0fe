"""Rotations of the spine by their definition."""

from dataclasses import replace

import numpy as np
import pytest

from fusion import quaternions as qt
from fusion.calibration import Calibration, GyroBias
from fusion.fused import fuse
from fusion.heading_estimate import HeadingEstimate
from fusion.reps import COLUMNS
from fusion.results import CalibrationResult, Quality, SplitSource, Verdict
from fusion.spine import SegmentTurns, heading_deg, make_reference, spine_angles, turns, up_n
from fusion.split import Split
from fusion.uncertainty import axial_sd_deg
from sensors.samples import Placement

CHAIN = (Placement.PELVIS, Placement.THORACOLUMBAR, Placement.UPPER_BACK)
SEATED = (np.array([1.0, 0, 0]), np.array([0, 0, 1.0]), np.array([0, -1.0, 0]))
ALL_FOURS = (np.array([0, 0, -1.0]), np.array([1.0, 0, 0]), np.array([0, -1.0, 0]))


def reference_of(posture, *, headings=(0.0, 0.0, 0.0)):
    """Sensors aligned with their segments, each with a heading of its own (rad)."""
    q = qt.from_axes(*posture)
    calibration = Calibration(
        CalibrationResult(Verdict.GOOD, {}),
        {p: GyroBias(np.zeros(3), 0.05, "table") for p in CHAIN},
        dict.fromkeys(CHAIN, np.eye(3)),
        dict.fromkeys(CHAIN, True),
    )
    still = {
        p: qt.multiply(qt.about_vertical(np.array(h)), q)[None]
        for p, h in zip(CHAIN, headings, strict=True)
    }
    return make_reference(still, calibration, CHAIN, (0.0, 1.0)), q


def about(axis, degrees):
    return qt.from_rotation_vector(np.radians(degrees) * np.asarray(axis, dtype=float))


def pose(reference, q, pelvis, lumbar, thoracolumbar, headings=(0.0, 0.0, 0.0)):
    """Orientations of the three sensors for turns about u in degrees (1, 3, 4)."""
    out = []
    for turned, heading in zip(
        (pelvis, pelvis + lumbar, pelvis + thoracolumbar), headings, strict=True
    ):
        moved = qt.multiply(about(reference.u, turned), q)
        out.append(qt.multiply(qt.about_vertical(np.array(heading)), moved))
    return np.array(out)[None]


def no_drift(n=1, by=(0.0, 0.0, 0.0)):
    return HeadingEstimate(np.tile(np.diff(by, prepend=0.0), (n, 1)), np.zeros((n, 3, 3)))


def seen(reference, turn, heading=None):
    n = len(turn)
    return SegmentTurns(0, reference, turn, heading or no_drift(n), np.zeros(n, bool))


def angles_of(reference, q_es, heading=None):
    return spine_angles(seen(reference, turns(reference, q_es), heading))


def sd_of(turned):
    """Standard deviations of sensors that do not ring."""
    angles = spine_angles(turned)
    return axial_sd_deg(turned, angles, np.zeros_like(angles.columns), 0.0)


def fused_of(turned):
    split = Split(SplitSource.MEASURED, 0.22, 0.08)
    return fuse(turned, spine_angles(turned), sd_of(turned), split)


@pytest.mark.parametrize("posture", [SEATED, ALL_FOURS], ids=["seated", "all fours"])
def test_angles_are_those_that_were_turned(posture):
    reference, q = reference_of(posture)
    angles = angles_of(reference, pose(reference, q, 6, 9, 40))
    assert angles.axial["pelvis"][0] == pytest.approx(6)
    assert angles.axial["lumbar"][0] == pytest.approx(9)
    assert angles.axial["thoracolumbar"][0] == pytest.approx(40)
    assert abs(angles.lateral[0]) < 1e-6
    assert abs(angles.flexion[0]) < 1e-6


def test_left_is_positive():
    # A wearer who faces +x turns left towards +y.
    reference, q = reference_of(SEATED)
    turned = qt.multiply(about([0, 0, 1], 30), q)
    orientations = np.array([q, q, turned])[None]
    assert angles_of(reference, orientations).axial["thoracolumbar"][0] > 29


@pytest.mark.parametrize(
    ("axis_b", "lateral", "flexion"), [((1, 0, 0), 20, 0), ((0, 0, -1), 0, 20)]
)
@pytest.mark.parametrize("posture", [SEATED, ALL_FOURS], ids=["seated", "all fours"])
def test_bends_have_their_signs(posture, axis_b, lateral, flexion):
    reference, q = reference_of(posture)
    bent = qt.multiply(q, about(axis_b, 20))
    angles = angles_of(reference, np.array([q, q, bent])[None])
    assert angles.lateral[0] == pytest.approx(lateral, abs=1e-6)
    assert angles.flexion[0] == pytest.approx(flexion, abs=1e-6)
    assert abs(angles.axial["thoracolumbar"][0]) < 1e-6


@pytest.mark.parametrize(
    ("axis_b", "shift"), [((1, 0, 0), (10.0, 0.0)), ((0, 0, -1), (0.0, -10.0))]
)
def test_a_pelvis_that_tips_on_all_fours_is_seen_under_a_turn(axis_b, shift):
    for posture in (ALL_FOURS, SEATED):
        reference, q = reference_of(posture)
        tipped = qt.multiply(about(axis_b @ np.array(posture), 10), q)
        moved = qt.multiply(about(reference.u, 5), tipped)
        turn = turns(reference, np.array([moved, q, q])[None])
        fused = fused_of(seen(reference, turn))
        expected = shift if posture is ALL_FOURS else (np.nan, np.nan)
        np.testing.assert_allclose(fused.shift_deg[0], expected, atol=1.0)
        by_name = dict(zip(COLUMNS, fused.rows(np.zeros(1))[0], strict=True))
        assert by_name["shift_sagittal"] == pytest.approx(fused.shift_deg[0, 0], nan_ok=True)


@pytest.mark.parametrize("posture", [SEATED, ALL_FOURS], ids=["seated", "all fours"])
@pytest.mark.parametrize("facing_deg", [50.0, 130.0, -170.0])
def test_who_faces_elsewhere_turns_as_far(posture, facing_deg):
    """On all fours, the neutral's spine line is then not the spine's."""
    reference, q = reference_of(posture)
    facing = (np.radians(facing_deg),) * 3
    poses = [pose(reference, q, p, 0.0, 0.0, headings=facing) for p in (0.0, 30.0)]
    turned = seen(reference, turns(reference, np.concatenate(poses)))
    fused = fused_of(turned)
    counted = fused.since_moved(turned, np.full(2, facing_deg))
    np.testing.assert_allclose(counted.total_deg, [0.0, 30.0], atol=1e-6)
    assert fused.since_moved(turned, np.zeros(2)) is fused


@pytest.mark.parametrize(
    ("posture", "neutral_deg", "turned_deg"),
    [(ALL_FOURS, 0.35 * 2**0.5, 0.787), (SEATED, 0.0, 0.0)],
    ids=["all fours", "seated"],
)
def test_accelerometers_that_are_off_make_turns_less_sure_where_gravity_tells_them(
    posture, neutral_deg, turned_deg
):
    reference, q = reference_of(posture)
    for turned, expected in ((0.0, neutral_deg), (45.0, turned_deg)):
        turn = turns(reference, pose(reference, q, 0.0, turned, turned))
        plain, off = (
            sd_of(seen(replace(reference, gravity_sd_deg=sd), turn))["thoracolumbar"]
            for sd in (0.0, 1.0)
        )
        assert np.sqrt(off**2 - plain**2) == pytest.approx(expected, abs=0.01)


def test_a_row_is_as_good_as_the_least_known_rotation_in_it():
    """T12 was silent: the whole spine's turn is known, how it splits is not."""
    reference, q = reference_of(SEATED)
    turn = turns(reference, pose(reference, q, 5, 9, 40))
    silent = np.array([[0.1, 0.0, 0.0], [0.0, 100.0, -100.0], [0.0, -100.0, 100.1]])
    heading = replace(no_drift(), variance_deg2=silent[None])
    fused = fused_of(seen(reference, turn, heading))
    assert fused.sd_deg[0, 3] < 4.0 < 8.0 < fused.sd_deg[0, 1]
    assert fused.quality[0] == Quality.UNUSABLE
    assert fused_of(seen(reference, turn)).quality[0] == 0


@pytest.mark.parametrize("posture", [SEATED, ALL_FOURS], ids=["seated", "all fours"])
def test_each_sensor_may_have_a_heading_of_its_own(posture):
    headings = (0.3, -2.0, 1.4)
    reference, q = reference_of(posture, headings=headings)
    plain, _ = reference_of(posture)
    # The turn is about u in the pelvis' earth frame; each sensor sees it in its own.
    orientations = []
    for turned, heading in zip((5, 13, 45), headings, strict=True):
        moved = qt.multiply(about(plain.u, turned), q)
        orientations.append(qt.multiply(qt.about_vertical(np.array(heading)), moved))
    angles = angles_of(reference, np.array(orientations)[None])
    assert angles.axial["thoracolumbar"][0] == pytest.approx(40, abs=1e-6)
    assert angles.axial["lumbar"][0] == pytest.approx(8, abs=1e-6)


def test_heading_error_hits_the_seated_turn_and_spares_all_fours():
    for posture, expected, tolerance in ((SEATED, 10.0, 1e-6), (ALL_FOURS, 0.0, 1.0)):
        reference, q = reference_of(posture)
        drifted = pose(reference, q, 0, 8, 40, headings=(0.0, 0.0, np.radians(10.0)))
        angles = angles_of(reference, drifted)
        assert angles.axial["thoracolumbar"][0] - 40 == pytest.approx(expected, abs=tolerance)


def test_a_known_drift_is_taken_out_of_every_angle():
    reference, q = reference_of(ALL_FOURS)
    drift = (7.0, -4.0, 12.0)
    drifted = pose(reference, q, 5, 9, 40, headings=tuple(np.radians(drift)))
    angles = angles_of(reference, drifted, no_drift(by=drift))
    assert angles.axial["thoracolumbar"][0] == pytest.approx(40)
    assert angles.axial["pelvis"][0] == pytest.approx(5)
    assert abs(angles.lateral[0]) < 1e-6


def test_up_and_heading_tell_posture_from_drift():
    reference, q = reference_of(SEATED)
    turn = turns(reference, pose(reference, q, 0, 0, 25, headings=(0.0, 0.0, 0.1)))
    np.testing.assert_allclose(up_n(turn), np.tile([0, 0, 1.0], (1, 3, 1)), atol=1e-12)
    assert heading_deg(turn)[0, 2] == pytest.approx(25 + np.degrees(0.1))
