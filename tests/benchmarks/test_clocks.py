"""The benchmark of the clocks runs and finds two sensors together."""

from benchmarks import clocks


def test_a_short_run(monkeypatch, capsys):
    monkeypatch.setattr(clocks, "INTERVALS_S", (0.015,))
    assert clocks.run(1.2, 1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert "lost" in lines[-1]
