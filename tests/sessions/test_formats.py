"""Other programs read what we export."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from sensors.samples import Activity, Placement
from sensors.simulation.session import simulate_session
from sessions.columns import to_numpy
from sessions.exports.bids import bids_files
from sessions.exports.definitions import definition
from sessions.exports.formats import FORMATS, export_session
from sessions.exports.parquet import ANGLES_FILE, REPS_FILE, parquet_files
from sessions.exports.simulated import write_simulated
from sessions.files import write_together
from sessions.imports.source import read_source
from sessions.tables import ANGLE_COLUMNS, REP_COLUMNS

from .conftest import make_result

VALIDATOR = Path(sys.executable).with_name("bids-validator-deno")


@pytest.fixture
def session(raw_folder):
    return read_source(raw_folder)


def test_every_column_has_a_definition() -> None:
    assert all(definition(name) for name in (*ANGLE_COLUMNS, *REP_COLUMNS))


def test_parquet_holds_the_same_numbers_with_units_and_definitions(session, tmp_path) -> None:
    result = make_result()
    write_together(tmp_path / "out", parquet_files(session, result))
    angles = parquet.read_table(tmp_path / "out" / ANGLES_FILE)
    reps = parquet.read_table(tmp_path / "out" / REPS_FILE)
    assert tuple(angles.column_names) == ANGLE_COLUMNS
    assert tuple(reps.column_names) == REP_COLUMNS
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
    write_together(out, bids_files(session, make_result()))
    assert VALIDATOR.exists(), "bids-validator-deno belongs to the development packages"
    said = subprocess.run(
        [VALIDATOR, "--format", "json", out], capture_output=True, text=True, check=False
    )
    issues = json.loads(said.stdout)["issues"]["issues"]
    assert [i for i in issues if i["severity"] == "error"] == []
    assert said.returncode == 0
    shutil.move(next(out.glob("sub-*/motion/*_motion.json")), tmp_path)
    assert subprocess.run([VALIDATOR, out], capture_output=True, check=False).returncode == 16


def test_a_whole_session_goes_into_every_format(tmp_path) -> None:
    source = tmp_path / "raw"
    simulated = simulate_session(seed=3, drills=(Activity.SEATED,), minutes_per_drill=0.4)
    write_simulated(source, simulated, subject="Heron")
    for name in FORMATS:
        files = export_session(source, tmp_path / name, name)
        assert files
        assert all(path.stat().st_size > 0 for path in files)
        assert oct((tmp_path / name).stat().st_mode)[-3:] == "700"
    with pytest.raises(ValueError, match="no format"):
        export_session(source, tmp_path, "morse")
