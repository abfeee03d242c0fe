"""Silences are cut out where they should be, and their table is printed."""

import numpy as np

from benchmarks.silences import EVERY_S, Silences, run
from sensors.samples import Activity
from sensors.simulation.session import simulate_session


def test_one_sensor_at_a_time_falls_silent_or_all_at_once():
    session = simulate_session(seed=1, drills=(Activity.SEATED,), minutes_per_drill=1.2)
    drill_s = session.truth.drills[0].t_s
    for together in (False, True):
        cut = Silences(2.0, 4.0, together=together).cut(session, 5)
        gaps = {p: np.flatnonzero(np.diff(b.t_s) > 1.9) for p, b in cut.blocks.items()}
        starts = [(p, b.t_s[i]) for p, b in cut.blocks.items() for i in gaps[p]]
        times = sorted({round(t_s) for _, t_s in starts})
        assert len(times) == 2
        assert times[1] - times[0] < 2 * EVERY_S
        assert len(starts) == (6 if together else 2)
        assert all(drill_s[0] < t_s < drill_s[-1] for _, t_s in starts)


def test_the_table_is_printed(capsys):
    run(1, 0.9, drills=("all fours",), conditions=(Silences(1.0, 2.0, together=True),))
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("all fours")]
    assert [("live" in line, "of no use" in line) for line in lines] == [
        (False, True),
        (True, True),
    ]
