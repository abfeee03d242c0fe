"""Other programs read what we export."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import ezc3d
import numpy as np
import pytest
from pyarrow import parquet

from dashboard.cli import main
from fusion import quaternions as qt
from sensors.samples import Activity, Placement
from sensors.simulation.session import simulate_session
from sessions.columns import to_numpy
from sessions.exports import checks, readers
from sessions.exports.analysis_folder import contents
from sessions.exports.bids import bids_files
from sessions.exports.checks import CHECKERS, Check, check_export
from sessions.exports.definitions import definition
from sessions.exports.formats import FORMATS, export_session
from sessions.exports.opensim import segments_of
from sessions.exports.parquet import ANGLES_FILE, REP_FIELDS, REPS_FILE, parquet_files
from sessions.exports.simulated import write_simulated
from sessions.files import write_together
from sessions.imports.source import read_source
from sessions.tables import ANGLE_COLUMNS, REP_COLUMNS, REP_METRICS

from .conftest import make_result


@pytest.fixture
def session(raw_folder):
    return read_source(raw_folder)


def test_every_column_has_a_definition() -> None:
    assert all(definition(name) for name in (*ANGLE_COLUMNS, *REP_FIELDS))


def test_parquet_holds_the_same_numbers_with_units_and_definitions(session, tmp_path) -> None:
    result = make_result()
    write_together(tmp_path / "out", parquet_files(session, result))
    angles = parquet.read_table(tmp_path / "out" / ANGLES_FILE)
    reps = parquet.read_table(tmp_path / "out" / REPS_FILE)
    assert tuple(angles.column_names) == ANGLE_COLUMNS
    assert tuple(reps.column_names) == (*REP_COLUMNS, *REP_METRICS)
    total = to_numpy(angles["total_deg"])
    np.testing.assert_array_equal(total, result.drills[0].frames.angles_deg[:, 4])
    field = angles.schema.field("thoracic_deg")
    assert field.metadata[b"unit"] == b"deg"
    assert b"against T12" in field.metadata[b"definition"]
    assert reps["side"].to_pylist() == ["left", "right"]
    assert reps["total_deg"].null_count == 1


def test_a_parquet_of_no_repetition_is_a_table_still(session, tmp_path) -> None:
    result = make_result()
    empty = replace(result, drills=(replace(result.drills[0], reps=()),))
    write_together(tmp_path / "out", parquet_files(session, empty))
    assert parquet.read_table(tmp_path / "out" / REPS_FILE).num_rows == 0


def motion(files: dict[str, bytes], end: str) -> str:
    (name,) = [n for n in files if n.endswith(end) and n.startswith("sub-")]
    return files[name].decode()


def test_bids_says_what_the_official_validator_does_not_check(session) -> None:
    files = bids_files(replace(session, subject="Grey Heron_2"), make_result(start_s=2.0))
    names = [line.split("\t") for line in motion(files, "_channels.tsv").splitlines()]
    header, channels = names[0], names[1:]
    rows = [line.split("\t") for line in motion(files, "_motion.tsv").splitlines()]
    about = json.loads(motion(files, "_motion.json"))
    assert header[:5] == ["name", "component", "type", "tracked_point", "units"]
    assert about["MotionChannelCount"] == len(channels) == len(rows[0]) == 12
    assert float(rows[0][0]) is not None, "no header row"
    assert "task-" + about["TaskName"] in next(n for n in files if n.endswith("_motion.tsv"))
    assert {row[4] for row in channels} == {"m/s^2", "deg/s"}
    assert all(b"\r" not in content for content in files.values())
    assert any(name.startswith("sub-GreyHeron2/") for name in files)
    acc = np.array(rows, float)[:, 1]
    assert acc.mean() == pytest.approx(9.81, abs=0.05)
    events = [line.split("\t") for line in motion(files, "_events.tsv").splitlines()[1:]]
    onsets = [float(row[0]) for row in events]
    assert onsets == sorted(onsets)
    assert [row[3] for row in events if row[2] == "repetition"] == ["left", "right"]


def test_bids_leaves_gaps_open(session) -> None:
    block = session.blocks[Placement.PELVIS]
    keep = np.abs(block.t_s - 3.0) > 0.2
    gone = replace(
        session, blocks={**session.blocks, Placement.PELVIS: block.part(np.flatnonzero(keep))}
    )
    rows = [
        x.split("\t") for x in motion(bids_files(gone, make_result()), "_motion.tsv").split("\n")
    ]
    open_rows = [row for row in rows if row[0] == "n/a"]
    assert 30 < len(open_rows) < 45
    assert all(row[-1] != "n/a" for row in open_rows)


def test_the_official_validator_finds_no_error(session, tmp_path) -> None:
    out = tmp_path / "out"
    files = bids_files(session, make_result())
    write_together(out, files)
    assert str(check_export("bids", out, ())) == "Checked by bids-validator-deno: passes."
    shutil.move(next(out.glob("sub-*/motion/*_motion.json")), tmp_path)
    failed = check_export("bids", out, ())
    assert failed.passed is False
    assert failed.problem == "SIDECAR_KEY_REQUIRED"


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raw folder of a simulated wearer."""
    source = tmp_path_factory.mktemp("drilled") / "raw"
    simulated = simulate_session(seed=3, drills=(Activity.SEATED,), minutes_per_drill=0.3)
    write_simulated(source, simulated, subject="Heron")
    return source


@pytest.mark.parametrize("name", ["csv", "parquet", "c3d", "ximu3"])
def test_a_whole_session_goes_into_every_format(drilled: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    files = export_session(drilled, out, name)
    assert all(path.stat().st_size > 0 for path in files)
    assert oct(out.stat().st_mode)[-3:] == "700"
    check = check_export(name, out, files)
    assert check.passed, str(check)
    assert check.checker == CHECKERS[name][0], "the development packages hold every checker"


def test_there_is_no_other_format(drilled: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no format"):
        export_session(drilled, tmp_path, "morse")
    assert CHECKERS.keys() == FORMATS.keys()


@pytest.mark.parametrize("reader", ["pandas", "polars", "duckdb"])
def test_tables_are_read_by_what_people_use(session, tmp_path, reader: str) -> None:
    result = make_result()
    write_together(tmp_path, contents(session, result) | parquet_files(session, result))
    names = ["angles.csv", "reps.csv", ANGLES_FILE, REPS_FILE]
    command = [reader, str(tmp_path), *(str(tmp_path / name) for name in names)]
    assert readers.main(command) == 0
    table = tmp_path / "reps.csv"
    whole = table.read_text()
    table.write_text(whole.replace("0.1,", "a tenth,"))
    assert readers.main(command) == 1, "a number that became a word"
    table.write_text(whole.replace("pelvis_deg", "hip_deg"))
    assert readers.main(command) == 1, "a column that is none of ours"


def test_a_file_of_rotations_that_is_none(drilled: Path, tmp_path: Path, capfd) -> None:
    (path,) = export_session(drilled, tmp_path, "c3d")
    file = ezc3d.c3d(str(path))
    assert list(file["parameters"]["ROTATION"]["LABELS"]["value"]) == ["pelvis", "lumbar", "torso"]
    (motion,) = segments_of(read_source(drilled))
    last = np.flatnonzero(~motion.gap)[-1]
    read = file["data"]["rotations"][:3, :3, 2, last]
    ours = np.stack([qt.rotate(motion.q_eb[last, 2], axis) for axis in np.eye(3)], axis=-1)
    np.testing.assert_allclose(read, ours, atol=1e-6)
    path.write_bytes(b"no c3d at all")
    assert readers.main(["ezc3d", str(tmp_path), str(path)]) == 1


def test_what_cannot_be_checked_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_installed", lambda _: False)
    said = str(check_export("parquet", tmp_path, ()))
    assert said == "Not checked: duckdb or polars or pandas is not installed."


def test_the_command_says_what_the_checker_said(
    drilled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    command = ["export", str(drilled), "--format", "raw", "--out", str(tmp_path)]
    assert main(command) == 0
    assert capsys.readouterr().out.endswith("Checked by torso: passes.\n")
    monkeypatch.setattr(checks, "_read", lambda name, *_: Check(name, False, "no pelvis"))
    assert main([*command, "--json"]) == 1
    said = capsys.readouterr()
    assert said.err == "torso: Checked by torso: FAILS: no pelvis\n"
    assert len(json.loads(said.out)) == 5
    assert main([*command, "--no-check"]) == 0


@pytest.mark.parametrize("name", ["raw", "dot", "ximu3"])
def test_samples_that_left_come_back(drilled: Path, tmp_path: Path, name: str) -> None:
    export_session(drilled, tmp_path, name)
    before, after = read_source(drilled), read_source(tmp_path)
    assert (after.subject, after.setup) == (before.subject, before.setup)
    start_s = 0.0 if name == "raw" else min(b.t_s[0] for b in before.blocks.values())
    for place, block in before.blocks.items():
        again = after.blocks[place]
        np.testing.assert_allclose(again.t_s + start_s, block.t_s, atol=2e-6)
        np.testing.assert_allclose(again.acc, block.acc, rtol=1e-7, atol=1e-8)
        np.testing.assert_allclose(again.gyr, block.gyr, rtol=1e-7, atol=1e-8)
    onsets = [event.onset_s + start_s for event in after.events]
    np.testing.assert_allclose(onsets, [event.onset_s for event in before.events], atol=2e-6)
