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
    monkeypatch.setattr(Person, "draw", classmethod(lambda cls, seed: STEADY))
    monkeypatch.setattr(people, "_counts", lambda drill, truth: (len(truth.reps), 0))
    assert not people.run(1, 0.3)
    assert "missed" in capsys.readouterr().out


def test_people_differ_and_are_drawn_anew_alike():
    drawn = [Person.draw(seed) for seed in range(40)]
    assert drawn == [Person.draw(seed) for seed in range(40)]
    assert {p.sensors for p in drawn} == {2, 3}
    assert {p.severity for p in drawn} == {"mild", "main", "harsh"}
    assert any(p.start_in_motion for p in drawn)
    assert any(isinstance(p.slip, Slip) and p.slip.placement in Placement for p in drawn)
