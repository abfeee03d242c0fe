"""The benchmarks run and say what they should."""

from benchmarks import accuracy


def test_the_accuracy_tables_are_printed(capsys):
    accuracy.run(1, 0.4)
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("seated") for line in lines) == 9 + 5
    assert sum(line.startswith("all fours") for line in lines) == 9 + 5
    ours = next(line for line in lines if "main, 3, offline" in line)
    assert "interval holds" in ours
