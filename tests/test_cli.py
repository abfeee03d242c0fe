"""``torso`` as people and scripts use it: files, exit status, and one line when it goes wrong."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import dashboard.commands.sessions as sessions_command
from dashboard.cli import main
from sensors.samples import Activity, Event, ImuBlock, Placement
from sessions.exports.raw_folder import write_raw_folder
from sessions.library import open_library
from sessions.tables import ANGLE_COLUMNS, REP_COLUMNS
from tests.dashboard.stored import write_session

RESULTS = ("angles.csv", "reps.csv", "summary.json")


def simulate(folder: Path, *options: str) -> Path:
    """A short simulated session, 20 s of one drill."""
    given = ["--minutes", "0.35", "--drill", "seated", "--severity", "mild", *options]
    assert main(["simulate", "--out", str(folder), *given]) == 0
    return folder


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("simulated") / "raw")


def analyze(source: Path, out: Path, *options: str) -> int:
    return main(["analyze", str(source), "--out", str(out), *options])


def test_simulate_then_analyze(
    simulated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze(simulated, tmp_path / "out") == 0
    assert "seated thoracic rotation" in capsys.readouterr().out
    angles, reps, summary = ((tmp_path / "out" / name).read_text() for name in RESULTS)
    assert angles.startswith(",".join(ANGLE_COLUMNS) + "\n")
    assert reps.startswith(",".join(REP_COLUMNS) + "\n")
    truth = (simulated / "truth_reps.csv").read_text().splitlines()[1:]
    sides = [row.split(",")[3] for row in reps.splitlines()[1:]]
    assert sides == [row.split(",")[3] for row in truth]
    assert json.loads(summary)["drills"][0]["repetitions"] == len(truth)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(RESULTS)


def test_analysing_never_pays_for_the_page(simulated: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from dashboard.cli import main\n"
        f"assert main(['analyze', {str(simulated)!r}, '--out', {str(tmp_path / 'out')!r}]) == 0\n"
        "heavy = ('streamlit', 'pandas', 'uvicorn', 'starlette', 'bleak')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("live", [[], ["--live"]], ids=["offline", "live"])
def test_the_same_input_gives_the_same_bytes(
    simulated: Path, tmp_path: Path, live: list[str]
) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    for path in simulated.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    assert analyze(simulated, tmp_path / "a", *live) == 0
    assert analyze(moved, tmp_path / "b", *live) == 0
    for name in RESULTS:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_same_seed_gives_the_same_folder(simulated: Path, tmp_path: Path) -> None:
    again = simulate(tmp_path / "again")
    for path in simulated.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def test_live_and_offline_fill_the_same_columns(simulated: Path, tmp_path: Path) -> None:
    assert analyze(simulated, tmp_path / "live", "--live") == 0
    assert analyze(simulated, tmp_path / "offline") == 0
    live, offline = (
        (tmp_path / name / "angles.csv").read_text().splitlines() for name in ("live", "offline")
    )
    assert live[0] == offline[0]
    assert [r.split(",")[:2] for r in live[1:]] == [r.split(",")[:2] for r in offline[1:]]
    mode = json.loads((tmp_path / "live" / "summary.json").read_text())["algorithms"]["mode"]
    assert mode == "live"


def test_two_sensors_say_where_the_split_comes_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = simulate(tmp_path / "raw", "--sensors", "2", "--seed", "4", "--rate-hz", "60")
    assert not (raw / "thoracolumbar.csv").exists()
    capsys.readouterr()
    assert analyze(raw, tmp_path / "out", "--json") == 0
    content = json.loads(capsys.readouterr().out)
    assert content["drills"][0]["split_source"] == "prior"
    assert set(content["sensors"]) == {"pelvis", "upper_back"}


def fails(capsys: pytest.CaptureFixture[str], out: Path, status: int, *words: str) -> None:
    error = capsys.readouterr().err
    lines = [line for line in error.splitlines() if not line.startswith("warning: ")]
    assert len(lines) == 1, error
    assert lines[0].startswith("torso: ")
    for word in words:
        assert word in lines[0]
    assert not out.exists()


def still(n: int = 1000) -> ImuBlock:
    acc = np.tile([0.0, 9.81, 0.0], (n, 1))
    return ImuBlock(t_s=np.arange(n) / 100, acc=acc, gyr=np.zeros((n, 3)))


def raw(folder: Path, events: list[Event], n: int = 1000) -> Path:
    write_raw_folder(
        folder, {p: still(n) for p in (Placement.PELVIS, Placement.UPPER_BACK)}, events
    )
    return folder


Spoil = Callable[[Path], object]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: (f / "pelvis.csv").unlink(), ("pelvis.csv", "is missing")),
        (lambda f: (f / "upper_back.csv").unlink(), ("upper_back.csv", "at least two sensors")),
        (lambda f: (f / "pelvis.csv").write_text(""), ("pelvis.csv", "is empty")),
        (lambda f: (f / "pelvis.csv").write_bytes(bytes(20_000_000)), ("pelvis.csv", "no text")),
        (
            lambda f: (f / "pelvis.csv").write_text("time_s,acc_x\n0,1\n"),
            ("pelvis.csv", "row 1", "acc_y"),
        ),
    ],
    ids=["missing file", "one sensor", "empty", "garbage", "missing column"],
)
def test_what_cannot_be_read_gives_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Spoil, words: tuple[str, ...]
) -> None:
    folder = raw(tmp_path / "raw", [Event(1.0, 5.0, Activity.SEATED)])
    spoil(folder)
    assert analyze(folder, tmp_path / "out") == 2
    fails(capsys, tmp_path / "out", 2, *words)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("0.0100,x,9.8,0,0,0,0", ("row 3", "column acc_x", "'x' is not a number")),
        ("-1,0,9.8,0,0,0,0", ("row 3", "column time_s", "runs backwards")),
        ("0.01,0,9.8,0,NaN,0,0", ("row 3", "column gyr_x", "not a finite number")),
        ("0.01,0,9.8,0,inf,0,0", ("row 3", "column gyr_x", "not a finite number")),
    ],
    ids=["text", "time backwards", "NaN", "infinite"],
)
def test_a_bad_row_gives_exit_2_and_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, words: tuple[str, ...]
) -> None:
    folder = raw(tmp_path / "raw", [Event(1.0, 5.0, Activity.SEATED)])
    lines = (folder / "pelvis.csv").read_text().splitlines()
    lines[2] = row
    (folder / "pelvis.csv").write_text("\n".join(lines) + "\n")
    assert analyze(folder, tmp_path / "out") == 2
    fails(capsys, tmp_path / "out", 2, "pelvis.csv", *words)


@pytest.mark.parametrize(
    ("events", "n"),
    [
        ([], 1000),
        ([Event(1.0, 3.0, Activity.CALIBRATION_NEUTRAL)], 1000),
        ([Event(0.0, 0.05, Activity.SEATED)], 5),
        ([Event(100.0, 50.0, Activity.SEATED)], 1000),
    ],
    ids=["no events", "no drill", "5 samples", "drill outside the data"],
)
def test_what_cannot_be_analysed_gives_exit_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], events: list[Event], n: int
) -> None:
    folder = raw(tmp_path / "raw", events, n)
    for live in ([], ["--live"]):
        assert analyze(folder, tmp_path / "out", *live) == 3
        fails(capsys, tmp_path / "out", 3)


def test_no_source_gives_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyze(tmp_path / "nowhere", tmp_path / "out") == 2
    fails(capsys, tmp_path / "out", 2, "nowhere", "does not exist")


def test_garbage_named_mcap_gives_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.mcap").write_bytes(np.random.default_rng(1).bytes(20_000_000))
    assert analyze(tmp_path / "x.mcap", tmp_path / "out") == 2
    fails(capsys, tmp_path / "out", 2, "x.mcap", "no recording of ours")


def test_an_out_that_cannot_be_written_gives_exit_1(
    simulated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("mine")
    assert analyze(simulated, tmp_path / "out") == 1
    assert "is a file; give a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["analyze"],
        ["simulate", "--out", "x", "--minutes", "-1"],
        ["simulate", "--out", "x", "--rate-hz", "5000"],
        ["demo", "--seconds", "5"],
        ["demo", "--headless"],
        ["demo", "--port", "99999"],
        ["export", "x", "--format", "doc", "--out", "y"],
    ],
)
def test_wrong_usage_gives_exit_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(argv)
    assert end.value.code == 2
    assert "usage: torso" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["demo", "dashboard", "record", "analyze", "simulate", "sessions", "sessions list", "export"],
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([*command.split(), "--help"])
    assert end.value.code == 0
    assert len(capsys.readouterr().out) > 200


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("torso ")


def test_record_then_analyze(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = tmp_path / "short.mcap"
    assert (
        main(
            ["record", "--source", "simulated", "--out", str(recording), "--seconds", "1", "--json"]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["size_bytes"] == recording.stat().st_size
    assert analyze(recording, tmp_path / "out") == 3
    fails(capsys, tmp_path / "out", 3)
    assert main(["record", "--source", "simulated", "--out", str(recording), "--seconds", "1"]) == 1
    assert "never overwritten" in capsys.readouterr().err


def test_sessions(
    simulated: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["sessions", "list"]) == 0
    assert "No sessions yet" in capsys.readouterr().out
    folder = open_library().create("morning")
    assert analyze(simulated, folder) == 0
    open_library().create("broken")
    capsys.readouterr()

    assert main(["sessions", "list"]) == 0
    listing = capsys.readouterr().out
    assert "morning" in listing
    assert "broken: It holds neither" in listing
    assert main(["sessions", "list", "--json"]) == 0
    names = [s["name"] for s in json.loads(capsys.readouterr().out)]
    assert names == ["morning", "broken"]

    assert main(["sessions", "show", "morning"]) == 0
    assert "seated thoracic rotation" in capsys.readouterr().out
    assert main(["sessions", "show", "morning", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["schema"] == "torso.summary"

    monkeypatch.setattr(sessions_command, "confirm", lambda _: False)
    assert main(["sessions", "delete", "morning"]) == 2
    assert folder.is_dir()
    assert main(["sessions", "delete", "morning", "--yes"]) == 0
    assert not folder.exists()
    assert main(["sessions", "show", "morning"]) == 2
    assert "There is no session 'morning'" in capsys.readouterr().err


def told(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    """What a command answers as JSON."""
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_what_is_typed_about_sessions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        write_session(open_library().root / name)
    assert told(capsys, "sessions", "rename", "one", "Morning")["title"] == "Morning"
    assert told(capsys, "sessions", "move", "Morning", "Heron")["person"] == "Heron"
    assert told(capsys, "sessions", "tag", "one", "sore", "yoga")["tags"] == ["sore", "yoga"]
    assert told(capsys, "sessions", "tag", "one", "sore", "--remove")["tags"] == ["yoga"]
    told(capsys, "sessions", "note", "one", "Slept badly.")
    told(capsys, "sessions", "mark", "one", "--at", "12", "--pain", "4", "--words", "left")
    told(capsys, "sessions", "exclude", "one", "--at", "3", "sneezed")
    assert [s["name"] for s in told(capsys, "sessions", "search", "slept", "pain")] == ["one"]
    assert [s["name"] for s in told(capsys, "sessions", "list", "--person", "Heron")] == ["one"]
    assert main(["sessions", "show", "Morning"]) == 0
    shown = capsys.readouterr().out
    for words in ("Heron", "yoga", "pain 4  left", "not counted: sneezed", "Slept badly."):
        assert words in shown
    assert main(["sessions", "mark", "one", "--at", "1", "--pain", "40"]) == 2
    assert "0 (none) to 10" in capsys.readouterr().err
    assert told(capsys, "sessions", "rebuild") == {"sessions": 2}

    told(capsys, "people", "note", "Otter", "quick")
    assert [p["name"] for p in told(capsys, "people", "list")] == ["Heron", "Otter"]
    assert told(capsys, "people", "rename", "Heron", "Crane")["sessions"] == 1
    assert told(capsys, "people", "export", "Crane", "--out", str(tmp_path / "c"))["sessions"] == 1
    monkeypatch.setattr("dashboard.commands.people.confirm", lambda _: False)
    assert main(["people", "erase", "Crane"]) == 2
    assert "--yes" in capsys.readouterr().err
    assert told(capsys, "people", "erase", "Crane", "--yes")["sessions"] == 1
    assert [s["name"] for s in told(capsys, "sessions", "list")] == ["two"]


def test_export_of_a_stored_session_copies_it(simulated: Path, tmp_path: Path) -> None:
    folder = open_library().create("morning")
    assert analyze(simulated, folder) == 0
    out = tmp_path / "exported"
    assert main(["export", "morning", "--format", "csv", "--out", str(out)]) == 0
    for name in RESULTS:
        assert (out / name).read_bytes() == (folder / name).read_bytes()


def test_export_of_a_raw_folder_analyses_it(
    simulated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "exported"
    capsys.readouterr()
    assert main(["export", str(simulated), "--format", "csv", "--out", str(out), "--json"]) == 0
    assert [Path(p).name for p in json.loads(capsys.readouterr().out)] == list(RESULTS)


def test_interruption_is_quiet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sessions.imports.source.read_source", interrupted)
    assert analyze(tmp_path, tmp_path / "out") == 130
    assert "Traceback" not in capsys.readouterr().err
