"""Any table is read once somebody says, or physics shows, what its columns are."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from dashboard.cli import main
from fusion import quaternions as qt
from sensors.samples import GRAVITY_MPS2, ImuBlock, Placement
from sessions.errors import SourceError
from sessions.imports.source import read_source

from .conftest import TWO
from .vendors import clock

FILES = {Placement.PELVIS: "low.csv", Placement.UPPER_BACK: "high.csv"}
COLUMNS = """
time = {column = "t", unit = "s"}
acc = {columns = ["ax", "ay", "az"], unit = "m/s2"}
gyr = {columns = ["gx", "gy", "gz"], unit = "rad/s"}
[sensors.pelvis]
file = "low.csv"
[sensors.upper_back]
file = "high.csv"
"""
NAMES = ("t", "ax", "ay", "az", "gx", "gy", "gz")


def bowing(seed: int, seconds: float = 20.0) -> ImuBlock:
    """A sensor that is tilted to and fro, which shows the unit of its rate."""
    t_s = np.arange(round(seconds * 100)) / 100
    angle = np.outer(0.5 * np.sin(1.5 * t_s), [1.0, 0.0, 0.0])
    rate = np.outer(0.75 * np.cos(1.5 * t_s), [1.0, 0.0, 0.0])
    down = qt.rotate(qt.conjugate(qt.from_rotation_vector(angle)), np.array([0, 0, GRAVITY_MPS2]))
    noise = np.random.default_rng(seed)
    return ImuBlock(t_s, down + noise.normal(0, 0.02, down.shape), rate)


def write(folder: Path, factors: tuple[float, float, float], columns: str = COLUMNS,
          *, header: bool = True) -> dict[Placement, ImuBlock]:  # fmt: skip
    """Write two tables in other units than ours."""
    folder.mkdir(exist_ok=True)
    blocks = {place: bowing(n) for n, place in enumerate(TWO)}
    for place, block in blocks.items():
        time, acc, gyr = factors
        values = np.c_[(block.t_s + 100) * time, block.acc * acc, block.gyr * gyr]
        rows = [",".join(f"{x:.9g}" for x in row) for row in values.tolist()]
        (folder / FILES[place]).write_text("\n".join([",".join(NAMES)][not header :] + rows) + "\n")
    (folder / "columns.toml").write_text(columns)
    (folder / "events.tsv").write_text("onset\tduration\ttrial_type\n")
    return blocks


def same(folder: Path, blocks: dict[Placement, ImuBlock]) -> tuple[str, ...]:
    """Check that what was written is read; return the codes of what is said."""
    session = read_source(folder)
    assert session.kind == "column_map"
    for place, written in blocks.items():
        read = session.blocks[place]
        np.testing.assert_allclose(read.t_s, written.t_s, atol=2e-6)
        np.testing.assert_allclose(read.acc, written.acc, rtol=1e-6)
        np.testing.assert_allclose(read.gyr, written.gyr, rtol=1e-6, atol=1e-9)
    return tuple(flag.code for flag in session.flags)


def refusal(source: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_source(source)
    assert "\n" not in str(caught.value)
    return str(caught.value)


DEG = 180 / np.pi
UNITS = [
    ((1.0, 1.0, 1.0), ("s", "m/s2", "rad/s")),
    ((1e3, 1 / GRAVITY_MPS2, DEG), ("ms", "g", "deg/s")),
    ((1e6, 1e3 / GRAVITY_MPS2, DEG * 1e3), ("us", "mg", "mdeg/s")),
    ((1e9, 1.0, DEG), ("ns", "m/s^2", "°/s")),
]


@pytest.mark.parametrize(("factors", "units"), UNITS)
def test_units_as_they_are_said(
    tmp_path: Path, factors: tuple[float, float, float], units: tuple[str, ...]
) -> None:
    said = COLUMNS
    for ours, theirs in zip(('"s"', '"m/s2"', '"rad/s"'), units, strict=True):
        said = said.replace(ours, f'"{theirs}"')
    assert same(tmp_path, write(tmp_path, factors, said)) == ()


@pytest.mark.parametrize("factors", [UNITS[0][0], UNITS[1][0], UNITS[3][0]])
def test_units_that_nobody_says_are_found(
    tmp_path: Path, factors: tuple[float, float, float]
) -> None:
    silent = COLUMNS
    for unit in ('"s"', '"m/s2"', '"rad/s"'):
        silent = silent.replace(f", unit = {unit}", "")
    blocks = write(tmp_path, factors, silent)
    assert same(tmp_path, blocks) == ("unit_found",) * 6


def test_a_unit_that_nothing_shows_is_asked_for(tmp_path: Path) -> None:
    silent = COLUMNS.replace(', unit = "rad/s"', "")
    write(tmp_path, (1.0, 1.0, 1.0), silent)
    table = tmp_path / "high.csv"
    lines = table.read_text().splitlines()
    still = [line.rsplit(",", 6)[0] + ",0,0,9.81,0.01,0,0" for line in lines[1:]]
    table.write_text("\n".join([lines[0], *still, ""]))
    said = refusal(tmp_path)
    assert said.startswith(f"{tmp_path / 'columns.toml'}, column gyr: nothing in high.csv tells")
    assert 'Write unit = "rad/s" or unit = "deg/s"' in said
    (tmp_path / "columns.toml").write_text(silent.replace('"gz"]', '"gz"], unit = "rad/s"'))
    assert read_source(tmp_path).flags == ()


def test_a_wrong_unit_is_found_out(tmp_path: Path) -> None:
    write(tmp_path, (1.0, 1 / GRAVITY_MPS2, 1.0))
    assert "column ax … az: the length of acc is 1" in refusal(tmp_path)
    write(tmp_path, (1.0, 1.0, DEG))
    assert "column gx … gz: gyr predicts far more tilt" in refusal(tmp_path)


def test_no_header_semicolons_and_words_for_nothing(tmp_path: Path) -> None:
    columns = 'header_row = 0\nmissing = ["none"]\n' + COLUMNS
    for number, name in enumerate(NAMES, start=1):
        columns = columns.replace(f'"{name}"', f'"{number}"')
    blocks = write(tmp_path, (1.0, 1.0, 1.0), columns, header=False)
    for name in FILES.values():
        lines = (tmp_path / name).read_text().replace(",", ";").splitlines()
        gone = [*lines[:20], lines[20].rsplit(";", 1)[0] + ";none", *lines[21:], ""]
        (tmp_path / name).write_text("\n".join(gone))
    blocks = {p: b.part(np.r_[0:20, 21 : len(b)]) for p, b in blocks.items()}
    assert same(tmp_path, blocks) == ("missing_values", "missing_values")
    assert "row 21." in read_source(tmp_path).flags[0].sentence


def test_all_sensors_in_one_file_with_times_of_day(tmp_path: Path) -> None:
    blocks = write(tmp_path, (1.0, 1.0, 1.0))
    rows = []
    for name, block in zip("AB", blocks.values(), strict=True):
        for t_s, acc, gyr in zip(block.t_s.tolist(), block.acc, block.gyr, strict=True):
            cells = [clock(t_s, "iso"), name, *(f"{x:.9g}" for x in (*acc, *gyr))]
            rows.append("\t".join(cells))
    text = "\n".join(["made by a logger", "\t".join(["t", "id", *NAMES[1:]]), *sorted(rows), ""])
    (tmp_path / "all.txt").write_text(text)
    said = {
        "header_row": 2,
        "time": {"column": "t", "unit": "clock"},
        "acc": {"columns": ["ax", "ay", "az"]},
        "gyr": {"columns": ["gx", "gy", "gz"]},
        "sensors": {
            "pelvis": {"rows": {"column": "id", "is": "A"}},
            "upper_back": {"rows": {"column": "id", "is": "B"}},
        },
    }
    (tmp_path / "columns.toml").unlink()
    elsewhere = tmp_path / "map.json"
    elsewhere.write_text(json.dumps(said))
    session = read_source(tmp_path / "all.txt", columns=elsewhere)
    for place, written in blocks.items():
        np.testing.assert_allclose(session.blocks[place].acc, written.acc, rtol=1e-6)
        np.testing.assert_allclose(session.blocks[place].t_s, written.t_s, atol=2e-6)
    said["sensors"]["pelvis"]["rows"]["is"] = "C"
    elsewhere.write_text(json.dumps(said))
    with pytest.raises(SourceError, match="column id: no row says 'C'; found: A, B"):
        read_source(tmp_path / "all.txt", columns=elsewhere)


WRONG = [
    ("time = 1", "column sensors: must say what each sensor is"),
    ("[sensors.hip]\nfile = 'a'", "'hip' is no placement; known are pelvis"),
    ("[sensors.pelvis]\nfile = 'a'", 'column time: is missing. Write: time = {column = "…"'),
    (
        "time = {column = 't'}\n[sensors.pelvis]",
        "column sensors.pelvis: needs acc and gyr, or quat",
    ),
    (COLUMNS.replace('"ax", ', ""), "column acc: needs the names of 3 columns"),
    (COLUMNS.replace('"m/s2"', '"lb"'), "column acc: 'lb' is no unit of acc; known: m/s2, g, mg"),
    (COLUMNS.replace("low.csv", "no.csv"), "column sensors.pelvis.file: names no file in "),
    (COLUMNS.replace('"gx"', '"wx"'), "low.csv, row 1, column wx: is missing; found: t, ax, ay"),
    ("= 3", "is no TOML: "),
    ("delimiter = '|'\n" + COLUMNS, 'column delimiter: must be ","'),
    ("header_row = -1\n" + COLUMNS, "column header_row: must be a row, or 0"),
    ("missing = 'x'\n" + COLUMNS, "column missing: must be like"),
    ("axis = 3\n" + COLUMNS, "'axis' is unknown; known are acc, delimiter"),
    (COLUMNS + 'rows = "A"', "column sensors.upper_back.rows: must be like"),
    ("time = 3\n" + COLUMNS[COLUMNS.index("acc") :], "column time: must be like {columns"),
]


@pytest.mark.parametrize(("columns", "message"), WRONG)
def test_a_wrong_map_is_told_what_is_wrong(tmp_path: Path, columns: str, message: str) -> None:
    write(tmp_path, (1.0, 1.0, 1.0), columns)
    assert message in refusal(tmp_path)


def test_the_command_takes_a_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "data", (1e3, 1.0, 1.0))
    (tmp_path / "data" / "columns.toml").rename(tmp_path / "map.toml")
    command = ["analyze", str(tmp_path / "data"), "--out", str(tmp_path / "out")]
    assert main(command) == 2
    assert "For any other table write a columns.toml" in capsys.readouterr().err
    assert main([*command, "--columns", str(tmp_path / "map.toml")]) == 2
    assert "column t: gives 0.1 samples a second" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../outside.csv", "9" * 5000, "gone.csv"])
def test_a_map_names_files_in_its_folder_only(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "session"
    write(folder, (1.0, 1.0, 1.0))
    shutil.copy(folder / "low.csv", tmp_path / "outside.csv")
    text = (folder / "columns.toml").read_text()
    (folder / "columns.toml").write_text(text.replace('"low.csv"', f'"{name}"'))
    said = refusal(folder)
    assert f"column sensors.pelvis.file: names no file in {folder}" in said
    assert len(said) < 500
