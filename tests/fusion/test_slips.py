import numpy as np
import pytest

from fusion.drill_run import Jump, heading_events
from fusion.dwells import Dwell
from fusion.slips import SlipFinder

ALL_FOURS = np.eye(3)
UPRIGHT = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])


def turned_about(t_s, vectors_deg):
    """A dwell with the sensors turned by small rotation vectors (n, 3), in the room."""
    vectors = np.array(vectors_deg, dtype=float)
    x, y = np.radians(vectors[:, :2]).T
    up = np.column_stack([-y, x, np.ones(len(vectors))])
    up /= np.linalg.norm(up, axis=1)[:, None]
    joint_deg = np.diff(vectors[:, 2], prepend=0.0)
    return Dwell(t_s, int(100 * t_s), joint_deg, up, False, 90.0)


def found_after(axes, before, after, returns=4):
    """Slips found where the wearer comes back to ``before``, and then to ``after``."""
    finder = SlipFinder(axes)
    for i in range(4):
        finder.update(turned_about(4.0 * i, before))
    for i in range(4, 4 + returns):
        finder.update(turned_about(4.0 * i, after))
    return finder.found


@pytest.mark.parametrize("axes", [UPRIGHT, ALL_FOURS], ids=["seated", "all fours"])
@pytest.mark.parametrize("slip", [(0, 0, 12), (12, 0, 0), (1, 9, 2), (-5, 4, 5), (11, -11, 10)])
@pytest.mark.parametrize("sensor", [0, 1])
def test_a_sensor_that_alone_sits_otherwise_slipped(sensor, slip, axes):
    neutral = np.zeros((3, 3))
    slipped = neutral.copy()
    slipped[sensor] = slip
    (found,) = found_after(axes, neutral, slipped)
    assert found.sensor == sensor
    assert found.slip_deg == pytest.approx(slip, abs=1.0)
    assert (found.after, found.before) == (1200, 1600)
    if np.linalg.norm(slip) > 15:
        assert found.known == 2000  # found twice is enough for so much


@pytest.mark.parametrize("axes", [UPRIGHT, ALL_FOURS], ids=["seated", "all fours"])
def test_who_turned_round_or_sits_otherwise_as_a_sensor_slips_is_not_confused(axes):
    slipped = np.zeros((3, 3))
    slipped[1] = [9.0, 0.0, 7.0]
    for elsewhere in ([0.0, 0.0, 70.0], [1.0, 7.0, 0.0]):
        (found,) = found_after(axes, np.zeros((3, 3)), slipped + elsewhere)
        assert found.sensor == 1
        assert found.slip_deg == pytest.approx(slipped[1], abs=2.0)


def test_a_neutral_that_was_taken_otherwise_than_the_drill_is_no_slip():
    """The arms are up: an upper back sensor that leans by 8° slipped only if it once did not."""
    leaning = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 8.0, 0.0]])
    finder = SlipFinder(UPRIGHT)
    for i in range(9):
        finder.update(turned_about(4.0 * i, leaning))
    assert finder.found == []
    assert len(found_after(UPRIGHT, np.zeros((3, 3)), leaning)) == 1


def test_of_a_neutral_and_a_hold_that_a_slip_brought_near_the_neutral_is_taken():
    """On all fours the upper of two sensors slipped; holds to one side look half as far."""
    finder = SlipFinder(ALL_FOURS)
    for i in range(4):
        finder.update(turned_about(4.0 * i, np.zeros((2, 3))))
    for i in range(4, 10):
        finder.update(turned_about(4.0 * i, [[1, 1, 1], [-19, -6, 17]]))
        finder.update(turned_about(4.0 * i + 2.0, [[0, 0, 0], [10, -1, 5]]))
    assert [slip.sensor for slip in finder.found] == [1]
    assert finder.found[0].slip_deg == pytest.approx([10.0, -1.0, 5.0], abs=1.5)


@pytest.mark.parametrize("axes", [UPRIGHT, ALL_FOURS], ids=["seated", "all fours"])
@pytest.mark.parametrize(
    "change",
    [
        [[0, 10, 0], [0, 5, 0], [0, 5, 0]],
        [[0, -8, 0], [0, -3, 0], [0, 2, 0]],
        [[0, 0, 60], [0, 0, 61], [0, 0, 59]],
        [[0.5, 0, 0.5], [0, 1, 1], [-1, 1, 3]],
    ],
    ids=["leaning", "slumping", "turned round", "as people return"],
)
def test_no_slip_is_told_where_the_wearer_moved(change, axes):
    assert found_after(axes, np.zeros((3, 3)), np.array(change, dtype=float), 9) == []


ENDS = np.array([[5.0, 10.0, 23.0], [-5.0, -10.0, -23.0]])


def turning(finder, neutral_deg, times, ends=ENDS, begins_s=0.0):
    """Turns, seated, from a neutral to one end of range after the other: held, and bent aside."""
    neutral_deg = np.array(neutral_deg)
    upright = np.zeros(len(neutral_deg))
    for turn in range(times):
        t_s, end = begins_s + 6.0 * turn, ends[turn % len(ends)]
        finder.update(held(t_s, neutral_deg, upright))
        finder.update(held(t_s + 3.0, neutral_deg + end, 0.3 * np.cumsum(end)))


def test_a_neutral_may_lie_anywhere_between_the_ends_of_range():
    """The upper back slipped so far that one end is now nearer to where neutral was."""
    finder = SlipFinder(UPRIGHT)
    turning(finder, np.zeros(3), 4)
    turning(finder, [0.0, 0.0, 29.0], 8, begins_s=24.0)
    assert [slip.sensor for slip in finder.found] == [2]
    assert finder.found[0].turned_deg == pytest.approx(29.0, abs=4.0)


def test_an_end_of_range_that_a_slip_brought_near_is_no_neutral():
    """The upper of two sensors slipped by 29°: holds to the right look like a lesser slip."""
    finder = SlipFinder(UPRIGHT)
    for i in range(6):
        finder.update(turned_about(3.0 * i, np.zeros((2, 3))))
    places = {"neutral": [-1, 6, 29], "left": [-2, -7, 65], "right": [-2, 17, -9]}
    for i, name in enumerate(["neutral", "left", "neutral", "right"] * 4):
        finder.update(turned_about(20.0 + 3.0 * i, [[0, 0, 0], places[name]]))
    assert [slip.sensor for slip in finder.found] == [1]
    assert finder.found[0].turned_deg > 20.0


def test_where_one_end_is_held_neutral_is_the_place_that_a_slip_explains():
    """On all fours a turn takes back at T12 what the pelvis sensor's slip has put there."""
    finder = SlipFinder(ALL_FOURS)
    turned = np.array([[-3.0, 0, 0], [-13.0, 0, 0], [-28.0, 0, 0]])
    slipped = np.array([[-16.0, 0, 0], [0, 0, 0], [0, 0, 0]])
    for turn in range(10):
        neutral = slipped if turn > 3 else np.zeros((3, 3))
        finder.update(turned_about(6.0 * turn, neutral))
        finder.update(turned_about(6.0 * turn + 3.0, neutral + turned))
    assert [slip.sensor for slip in finder.found] == [0]
    assert finder.found[0].slip_deg == pytest.approx(slipped[0], abs=1.5)


def test_who_sits_twisted_from_then_on_lost_no_sensor():
    finder = SlipFinder(UPRIGHT)
    turning(finder, np.zeros(2), 5, ENDS[:, :2])
    turning(finder, [1.5, 13.5], 12, ENDS[:, :2] * [1.0, 3.3], begins_s=30.0)
    assert finder.found == []


def test_no_sensor_slipped_from_an_end_of_range():
    """Leaning, they held one end time after time; who leans further now has lost nothing."""
    finder = at_home()
    for i in range(9):
        t_s, lean_deg = 20.0 + 6.0 * i, 9.0 if i < 4 else 15.0
        finder.update(sat(t_s, lean_deg=lean_deg))
        if i < 4:
            finder.update(turned_about(t_s + 3.0, [[0, 9, 0], [0, 4.5, 0], [9, 4.5, 27]]))
    assert finder.found == []


def test_who_stops_only_at_the_ends_of_range_has_no_neutral_there():
    finder = at_home()
    left, further_left, right = (
        [[0, 0, 4], [3, 0, 14], [9, 0, 44]],
        [[0, 0, 6], [5, 0, 21], [16, 0, 64]],
        [[0, 0, -4], [-3, 0, -14], [-9, 0, -46]],
    )
    for i, end in enumerate([left, right, further_left, right] * 6):
        finder.update(turned_about(20.0 + 3.0 * i, end))
    assert finder.found == []
    assert (
        min(finder.tilt_deg(turned_about(100.0, end)) for end in (left, further_left, right)) > 8.0
    )


def held(t_s, joint_deg, tilts_deg):
    """A dwell, seated, with the sensors inclined to the side by ``tilts_deg``."""
    tilt = np.radians(tilts_deg)
    up = np.column_stack([np.sin(tilt), np.zeros(len(tilt)), np.cos(tilt)])
    return Dwell(t_s, int(100 * t_s), np.array(joint_deg), up, False, 90.0)


def test_an_end_of_range_that_is_held_time_after_time_is_no_place_of_a_sensor():
    """Holds of one side that reach less far by and by, with neutrals between them."""
    finder = SlipFinder(UPRIGHT)
    for turn in range(12):
        t_s = 6.0 * turn
        finder.update(held(t_s, [-4.0, -12.0, -36.0 + 1.5 * turn], [4.0, 8.0, 15.0]))
        finder.update(held(t_s + 3.0, [0.5, -0.5, 1.5 * turn * 0.5], [1.0, 1.0, 1.0]))
    assert finder.found == []


@pytest.mark.parametrize(("sensor", "found"), [(0, 1), (1, 1), (2, 0)])
def test_on_all_fours_only_the_upper_back_turns_alone(sensor, found):
    """An inclination about the spine line: a turn of the upper back, a slip of what is below."""
    finder = SlipFinder(ALL_FOURS)
    up = np.tile([0.0, 0.0, 1.0], (3, 1))
    finder.update(Dwell(1.0, 100, np.zeros(3), up, False, 90.0))
    rolled = up.copy()
    rolled[sensor] = [0.0, np.sin(np.radians(9.0)), np.cos(np.radians(9.0))]
    for t_s in (5, 9, 13, 17):
        finder.update(Dwell(float(t_s), 100 * t_s, np.zeros(3), rolled, False, 90.0))
    assert len(finder.found) == found


def sat(t_s, slip_deg=0.0, turned_deg=0.0, lean_deg=0.0, facing_deg=0.0):
    """A neutral, seated: T12 slipped, the spine leaning, the whole person facing elsewhere."""
    joint = [facing_deg, turned_deg, -turned_deg]
    return held(t_s, joint, [lean_deg, 0.5 * lean_deg + slip_deg, 0.5 * lean_deg])


def at_home():
    """A finder that has seen four neutrals, seated."""
    finder = SlipFinder(UPRIGHT)
    for i in range(4):
        finder.update(sat(4.0 * i))
    return finder


@pytest.mark.parametrize("elsewhere", [{"lean_deg": 7.0}, {"facing_deg": 55.0}])
def test_a_slip_is_told_after_the_wearer_sits_otherwise(elsewhere):
    finder = at_home()
    for i in range(4, 10):
        finder.update(sat(4.0 * i, **elsewhere))
    assert finder.found == []
    for i in range(10, 14):
        finder.update(sat(4.0 * i, slip_deg=8.0, turned_deg=5.0, **elsewhere))
    assert [slip.sensor for slip in finder.found] == [1]
    assert finder.found[0].slip_deg == pytest.approx([0.0, -8.0, 5.0], abs=0.5)


def test_a_slip_right_after_a_change_of_posture_is_told():
    finder = at_home()
    for i in range(4, 6):
        finder.update(sat(4.0 * i, lean_deg=7.0))
    for i in range(6, 10):
        finder.update(sat(4.0 * i, lean_deg=7.0, slip_deg=9.0, turned_deg=4.0))
    assert [slip.sensor for slip in finder.found] == [1]


def test_another_posture_is_neutral_from_then_on():
    finder = at_home()
    for i in range(4, 10):
        finder.update(sat(4.0 * i, lean_deg=14.0))
    assert finder.tilt_deg(sat(60.0, lean_deg=14.0)) < 1.0
    assert finder.tilt_deg(sat(60.0)) < 1.0


def test_a_slip_about_the_vertical_is_told_by_the_headings_alone():
    finder = at_home()
    for i in range(4, 8):
        finder.update(sat(4.0 * i, turned_deg=10.0))
    assert [slip.sensor for slip in finder.found] == [1]


def test_what_becomes_known_at_one_time_comes_in_one_order_whatever_the_blocks():
    """A dwell that ends where a turn was missed is from before it, and in blocks comes first."""
    still = held(3.0, [0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
    missed = Jump(still.known, 1, 5.0)
    happenings = heading_events([still], [missed], SlipFinder(UPRIGHT))
    assert [happening for _, happening in happenings] == [still, missed]


def test_where_a_sensor_was_silent_its_heading_is_compared_with_nothing_before():
    """It turned by 30° unseen: a hold then looks as if the wearer had come home, only tilted."""
    for told in (False, True):
        finder = SlipFinder(UPRIGHT)
        finder.update(held(3.0, [0.0, 0.0], [0.0, 0.0]))
        if told:
            finder.lose_heading()
        for turn in range(6):
            finder.update(turned_about(6.0 * turn + 6.0, [[0, 0, 0], [12, 0, 1]]))
            finder.update(held(6.0 * turn + 9.0, [0.0, -30.0], [0.0, 0.0]))
        assert len(finder.found) == (0 if told else 1)
