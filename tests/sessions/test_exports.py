"""What we write is plain, deterministic and says exactly what was measured."""

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fusion.results import Flag, Frames, SessionResult
from sensors.samples import Placement
from sessions.errors import OutputError
from sessions.exports import text
from sessions.exports.analysis_folder import write_results
from sessions.exports.csv import angles_csv, reps_csv
from sessions.exports.summary import summary_json
from sessions.files import write_together
from sessions.imports.source import read_source
from sessions.tables import (
    ANGLE_COLUMNS,
    REP_COLUMNS,
    REP_METRICS,
    read_angles,
    read_reps,
    rep_metrics,
)

from .conftest import make_result

SIX_DIGITS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


@given(SIX_DIGITS)
def test_six_significant_digits(value: float) -> None:
    rounded = float(text.round_significant(np.array(value)))
    assert rounded == pytest.approx(value, rel=5.1e-6, abs=1e-12)
    assert float(f"{rounded:.6g}") == rounded
    assert float(text.number(value)) == pytest.approx(value, rel=5.1e-6, abs=1e-12)


def test_times_far_from_zero_keep_hundredths() -> None:
    times = np.array([9999.994, 10000.014, 1.7e9 + 0.126, 12.34567])
    np.testing.assert_array_equal(
        text.round_times(times), [9999.99, 10000.01, 1700000000.13, 12.3457]
    )
    assert [text.time(t) for t in times] == ["9999.99", "10000.01", "1700000000.13", "12.3457"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_word_runs_as_a_formula(start: str) -> None:
    cell = next(csv.reader([text.word(f"{start}1+1")]))
    assert cell[0].startswith("'")


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_word_keeps_to_its_cell(word: str) -> None:
    file = io.StringIO(text.word(word) + ",next\n", newline="")
    (row,) = csv.reader(file, strict=True)
    assert row[-1] == "next"
    assert row[0].removeprefix("'") == word.removeprefix("'")


def rows_of(data: bytes) -> list[list[str]]:
    assert b"\r" not in data
    assert data.endswith(b"\n")
    return list(csv.reader(data.decode("utf-8").splitlines()))


def test_angles_table() -> None:
    result = make_result()
    header, *rows = rows_of(angles_csv(result))
    assert tuple(header) == ANGLE_COLUMNS
    assert len(rows) == 600
    assert rows[0] == [
        "10",
        "seated_thoracic_rotation",
        "",
        "neutral",
        *["0"] * 7,
        *["1.23457"] * 4,
        "0",
    ]
    gap = rows[55]
    assert gap[4:11] == [""] * 7
    assert gap[-1] == "2"
    by_time = {row[0]: row for row in rows}
    assert by_time["10.24"][2] == ""
    assert by_time["10.25"][2] == "1"
    assert by_time["12.75"][2] == "1"
    assert by_time["12.76"][2] == ""
    assert by_time["13.25"][2] == "2"
    angle = 40 * math.sin(2 * math.pi * 1.5 / 6)
    assert float(by_time["11.5"][7]) == pytest.approx(angle, rel=1e-5)


def test_reps_table() -> None:
    header, *rows = rows_of(reps_csv(make_result()))
    assert tuple(header) == REP_COLUMNS
    first = dict(zip(header, rows[0], strict=True))
    assert first["side"] == "left"
    assert first["start_s"] == "10.25"
    assert first["peak_rate_dps"] == "42.1235"
    assert first["thoracic_share_lo"] == "0.6"
    assert first["reasons"] == "gap;fast"
    assert dict(zip(header, rows[1], strict=True))["total_deg"] == ""


def test_a_session_without_repetitions_has_an_empty_table() -> None:
    result = make_result()
    drill = replace(result.drills[0], reps=())
    assert rows_of(reps_csv(replace(result, drills=(drill,)))) == [list(REP_COLUMNS)]


def test_tables_are_read_back(tmp_path: Path) -> None:
    result = make_result()
    (tmp_path / "angles.csv").write_bytes(angles_csv(result))
    (tmp_path / "reps.csv").write_bytes(reps_csv(result))
    angles = read_angles(tmp_path / "angles.csv")
    frames = result.drills[0].frames
    np.testing.assert_allclose(angles.angles_deg, frames.angles_deg, rtol=1e-5, atol=1e-9)
    np.testing.assert_array_equal(angles.t_s, frames.t_s)
    np.testing.assert_array_equal(angles.quality, frames.quality)
    assert set(angles.rep) == {0, 1, 2}
    reps = read_reps(tmp_path / "reps.csv")
    assert [(r["rep"], r["side"], r["total_deg"]) for r in reps] == [
        (1, "left", 44.0),
        (2, "right", None),
    ]


def summary(raw_folder: Path, result: SessionResult) -> dict:
    return json.loads(summary_json(read_source(raw_folder), result, live=False))


def test_more_of_each_repetition_is_in_the_summary_and_read_back(
    raw_folder: Path,
) -> None:
    result = make_result()
    first, second = result.drills[0].reps
    unknown = replace(second, metrics=replace(second.metrics, pelvis_lead_s=math.nan))
    result = replace(result, drills=(replace(result.drills[0], reps=(first, unknown)),))
    (drill,) = summary(raw_folder, result)["drills"]
    assert set(drill["rep_metrics"]) == {"rep", *REP_METRICS}
    assert drill["rep_metrics"]["pelvis_lead_s"] == [0.05, None]
    metrics = rep_metrics(drill)
    assert metrics[1]["sparc_out"] == -1.4
    assert "pelvis_lead_s" not in metrics[2]


@pytest.mark.parametrize(
    "table", [None, [], {}, {"rep": 3}, {"rep": ["x", None, True], "out_s": [1.0]}]
)
def test_damaged_metrics_say_nothing(table: object) -> None:
    assert rep_metrics({"rep_metrics": table}) == {}


def test_metrics_that_are_no_numbers_are_left_out() -> None:
    table = {"rep": [1, 2, 3, 4], "out_s": [10**400, math.nan, math.inf, 2]}
    found = rep_metrics({"rep_metrics": table})
    assert found == {1: {}, 2: {}, 3: {}, 4: {"out_s": 2.0}}


def test_summary(raw_folder: Path) -> None:
    content = summary(raw_folder, make_result())
    assert content["schema_version"] == 1
    assert content["algorithms"]["mode"] == "offline"
    assert content["algorithms"]["parameters"] == {"kappa_deg": 3.0}
    assert content["sensors"]["pelvis"]["loss"] == 0.01
    assert content["sensors"]["upper_back"]["rate_hz"] == 100
    assert content["calibration"]["sensors"]["pelvis"]["method"] == "gravity"
    (drill,) = content["drills"]
    assert drill["repetitions"] == 2
    assert drill["sides"]["right"]["shares"]["thoracic"] == {"value": 0.7, "lo": 0.6, "hi": 0.8}
    assert drill["drift_deg_per_min"] == {"upper_back": 1.25}
    assert content["warnings"] == [
        {
            "code": "no_bow",
            "sentence": "Without a bow the side axis is a guess.",
            "placement": "pelvis",
        }
    ]


def test_what_is_not_finite_is_null_in_the_summary(raw_folder: Path) -> None:
    result = replace(make_result(), parameters={"a": math.nan, "b": np.float64(math.inf)})
    assert summary(raw_folder, result)["algorithms"]["parameters"] == {"a": None, "b": None}


def test_the_same_result_gives_the_same_bytes(raw_folder: Path, tmp_path: Path) -> None:
    session = read_source(raw_folder)
    for name in ("a", "b"):
        write_results(session, make_result(), tmp_path / name)
    for file in ("angles.csv", "reps.csv", "summary.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_zero_has_no_sign() -> None:
    result = make_result()
    frames = result.drills[0].frames
    minus = Frames(frames.t_s, frames.angles_deg * 0 * -1.0, frames.sd_deg, frames.quality)
    drill = replace(result.drills[0], frames=minus)
    assert b"-0" not in angles_csv(replace(result, drills=(drill,)))


def test_results_replace_older_ones_whole(tmp_path: Path) -> None:
    write_together(tmp_path / "out", {"a": b"1", "b": b"1"})
    write_together(tmp_path / "out", {"a": b"2", "b": b"2"})
    assert (tmp_path / "out" / "a").read_bytes() == b"2"
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a", "b"]


def test_a_failed_write_leaves_no_half_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_together(tmp_path, {"a": b"1", "b": b"1"})
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_out_must_not_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="is a file; give a folder"):
        write_together(tmp_path / "out", {"a": b"1"})
    assert (tmp_path / "out").read_text() == "mine"


def test_flags_are_said_once(raw_folder: Path) -> None:
    flag = Flag("x", "Once.", Placement.PELVIS)
    assert summary(raw_folder, replace(make_result(), flags=(flag, flag)))["warnings"][0] == {
        "code": "x",
        "sentence": "Once.",
        "placement": "pelvis",
    }
