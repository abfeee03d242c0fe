"""The benchmark of people as they are runs, and can fail."""

from dataclasses import replace

from benchmarks import people
from benchmarks.people import Person, examine
from sensors.samples import Activity, Placement
from sensors.simulation.drills import Distractor
from sensors.simulation.unit import Slip

STEADY = Person(
    seed=7,
    drill=Activity.SEATED,
    sensors=2,
    severity="mild",
    loss=0.0,
    distractors=(Distractor.FORWARD_BEND, Distractor.SIDE_BEND),
    slip=None,
    start_in_motion=False,
    announced=True,
)


def test_bends_between_turns_are_not_counted():
    found = examine(STEADY, 0.7)
    assert found.true > 4
    assert (found.missed, found.added) == (0, 0)
    assert found.left_over_deg < 3.0
    assert not found.start


def test_a_bad_start_is_told_and_what_is_not_there_is_missed(monkeypatch, capsys):
    moving = replace(STEADY, seed=8, start_in_motion=True)
    assert examine(moving, 0.5).start
    monkeypatch.setattr(Person, "draw", classmethod(lambda cls, seed, minutes: STEADY))
    monkeypatch.setattr(people, "_counts", lambda drill, truth: (len(truth.reps), 0))
    assert not people.run(1, 0.3)
    assert "missed" in capsys.readouterr().out


def test_people_differ_and_are_drawn_anew_alike():
    drawn = [Person.draw(seed) for seed in range(40)]
    assert drawn == [Person.draw(seed) for seed in range(40)]
    assert {p.sensors for p in drawn} == {2, 3}
    assert {p.severity for p in drawn} == {"mild", "main", "harsh"}
    assert any(p.start_in_motion for p in drawn)
    slips = [p.slip for p in drawn if p.slip]
    assert {slip.placement for slip in slips} == set(Placement)
    assert {slip.over_s < 1.0 for slip in slips} == {True, False}


def test_a_slip_is_counted_where_it_was_told_of_its_sensor(capsys):
    slip = Slip(Placement.PELVIS, 70.0, (9.0, 0.0, 6.0))
    person = replace(STEADY, slip=slip)
    found = people.Found(true=20, slipped=frozenset({Placement.PELVIS}), due=True)
    people._print_slips([(person, found), (person, replace(found, slipped=frozenset()))])
    people._print_slips([(STEADY, found)])
    said = capsys.readouterr().out
    assert "seated, 2 sensors: 0/0, 1/2, 0/0; left over after them 0.0°" in said
    assert "told without one 1/1" in said
