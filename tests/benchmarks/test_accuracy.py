"""The benchmarks run and say what they should."""

from benchmarks import accuracy
from benchmarks.peers import PEERS


def test_the_accuracy_tables_are_printed(capsys):
    accuracy.run(1, 0.3, drills=("seated",), conditions=(("main", 1.0), ("harsh", 1.0)))
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("seated") for line in lines) == 4 + 2 + len(PEERS)
    ours = next(line for line in lines if "main, 3, offline" in line)
    assert "interval holds" in ours
