"""The benchmarks run and say what they should."""

import numpy as np
import pytest

from benchmarks import accuracy, broad, filters, peers
from sensors.samples import Activity
from sensors.simulation.session import simulate_session


@pytest.fixture
def few_peers(monkeypatch):
    """Those that cost little: the others differ in arithmetic alone."""
    names = ("vqf, as it comes", "vqf + bias at rest")
    monkeypatch.setattr(filters, "PEERS", {n: filters.PEERS[n] for n in names})


def test_the_accuracy_tables_are_printed(capsys, few_peers):
    accuracy.run(1, 0.3, drills=("seated",), conditions=(("main", 1.0), ("harsh", 1.0)))
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("seated") for line in lines) == 4 + 2 + len(peers.ways())
    ours = next(line for line in lines if "main, 3, offline" in line)
    assert "interval holds" in ours


@pytest.mark.parametrize("name", sorted(filters.PEERS))
def test_every_filter_finds_a_turn(name):
    """30° to the left in a second, on a table that is level, with a bias of half a degree."""
    n, rate_hz = 300, 100.0
    gyr = np.tile(np.radians([0.0, 0.0, 0.5]), (n, 1))
    gyr[100:200, 2] += np.radians(30.0)
    acc = np.tile([0.0, 0.0, 9.81], (n, 1))
    bias = np.radians([0.0, 0.0, 0.5])
    q = filters.PEERS[name](filters.Samples(gyr, acc, bias, rate_hz))
    heading = np.degrees(2.0 * np.arctan2(q[:, 3], q[:, 0]))
    assert heading[250] - heading[50] == pytest.approx(30.0, abs=1.5)


def test_a_filters_errors_are_those_of_the_drill():
    session = simulate_session(seed=1, drills=(Activity.SEATED,), minutes_per_drill=0.3)
    prepared = peers.prepare(session)
    error = peers.filter_errors_deg(prepared, filters.torso_offline)
    assert error.shape == (len(prepared.t_s), 4)
    assert np.nanmax(np.abs(error)) < 10.0


def test_a_trial_against_itself_has_no_error_and_a_missing_folder_is_named(tmp_path, capsys):
    turn = np.radians(np.linspace(0.0, 60.0, 2000))
    quat = np.zeros((2000, 4))
    quat[:, 0], quat[:, 3] = np.cos(turn / 2), np.sin(turn / 2)
    samples = filters.Samples(np.zeros((2000, 3)), np.zeros((2000, 3)), np.zeros(3), 100.0)
    counts = np.arange(2000) > 1000
    score = broad.score_trial(broad.Trial("made up", samples, quat, counts), quat)
    assert score.inclination_deg == pytest.approx(0.0, abs=1e-4)
    # Heading is zeroed over the second before, during which this one turned.
    assert score.drift == pytest.approx(0.0, abs=1e-6)
    broad.run(tmp_path)
    assert str(tmp_path) in capsys.readouterr().out
