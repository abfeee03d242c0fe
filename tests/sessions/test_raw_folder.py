"""A raw folder is read whole, and every fault in it is named by file, row and column."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensors.samples import Activity, Placement
from sessions.errors import SourceError
from sessions.exports.raw_folder import block_csv, write_raw_folder
from sessions.imports.source import read_source

from .conftest import TWO, still_block

Edit = Callable[[list[str]], list[str]]


def cell(row: int, column: int, value: str, delimiter: str = ",") -> Edit:
    """Put ``value`` where a spreadsheet shows ``row`` and (from 0) ``column``."""

    def edit(lines: list[str]) -> list[str]:
        cells = lines[row - 1].split(delimiter)
        cells[column] = value
        lines[row - 1] = delimiter.join(cells)
        return lines

    return edit


def test_what_was_written_is_read_back(raw_folder: Path) -> None:
    session = read_source(raw_folder)
    written = still_block(seed=1)
    block = session.blocks[Placement.UPPER_BACK]
    np.testing.assert_allclose(block.acc, written.acc, rtol=1e-8)
    np.testing.assert_allclose(block.gyr, written.gyr, rtol=1e-8)
    np.testing.assert_array_equal(block.t_s, written.t_s)
    assert block.mag is None
    assert session.sensors[Placement.PELVIS].rate_hz == pytest.approx(100)
    assert session.setup.placements == TWO
    assert [e.activity for e in session.events] == [
        Activity.CALIBRATION_NEUTRAL,
        Activity.SEATED,
        Activity.MARK,
    ]
    assert session.flags == ()


def test_description_is_read(raw_folder: Path) -> None:
    (raw_folder / "session.json").write_text(
        '{"subject": "A7", "upper_back_level": "T4",'
        ' "mounting": {"pelvis": {"anterior": "-z", "cranial": "-x"}},'
        ' "gyr_matrix": {"pelvis": [[1.01, 0, 0], [0, 1, 0.02], [0, 0, 0.99]]}, "more": 1}'
    )
    session = read_source(raw_folder)
    assert session.subject == "A7"
    assert session.setup.upper_back_level == "T4"
    mounting = session.setup.mounting[Placement.PELVIS]
    assert (mounting.anterior, mounting.cranial) == ("-z", "-x")
    matrix = session.setup.gyr_matrix[Placement.PELVIS]
    np.testing.assert_array_equal(matrix, [[1.01, 0, 0], [0, 1, 0.02], [0, 0, 0.99]])


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_spreadsheets_write_is_read(raw_folder: Path, newline: str, mark: str) -> None:
    path = raw_folder / "pelvis.csv"
    lines = path.read_text().splitlines()
    lines[5] = ",".join(
        f'"+{c} "' if not c.startswith("-") else f" {c}" for c in lines[5].split(",")
    )
    path.write_bytes((mark + newline.join(lines) + newline).encode())
    assert len(read_source(raw_folder).blocks[Placement.PELVIS]) == 400


SPOILED = [
    ("pelvis.csv", cell(17, 1, "abc"), "row 17, column acc_x: 'abc' is not a number"),
    ("pelvis.csv", cell(17, 1, '"1,5"'), "row 17, column acc_x: '1,5' is not a number. Write a p"),
    ("pelvis.csv", cell(17, 6, ""), "row 17, column gyr_z: is empty"),
    ("pelvis.csv", cell(401, 6, "nan"), "row 401, column gyr_z: 'nan' is not a finite number"),
    ("pelvis.csv", cell(2, 0, "inf"), "row 2, column time_s: 'inf' is not a finite number"),
    ("pelvis.csv", cell(9, 4, "1e199"), "row 9, column gyr_x: 1e+199 is more than any sensor"),
    ("pelvis.csv", cell(9, 4, "1e999"), "row 9, column gyr_x: '1e999' is not a finite number"),
    ("upper_back.csv", cell(30, 0, "0.1"), "row 30, column time_s: 0.1 after 0.27 runs backwards"),
    ("upper_back.csv", cell(30, 0, "0.27"), "row 30, column time_s: 0.27 after 0.27 repeats"),
    ("pelvis.csv", cell(1, 3, "accz"), "row 1, column acc_z: is missing from the header"),
    ("pelvis.csv", cell(1, 0, "t"), "row 1, column time_s: is missing"),
    ("pelvis.csv", cell(1, 3, "acc_x"), "row 1, column acc_x: stands in the header twice"),
    ("pelvis.csv", lambda lines: lines[:1], "holds a header but no samples"),
    ("pelvis.csv", lambda _: [""], "is empty"),
    ("pelvis.csv", cell(40, 3, "1,2"), "row 40: has 8 cells where the header has 7"),
    ("pelvis.csv", lambda x: [line.replace(",", ";") for line in x], "separated by semicolons"),
    ("pelvis.csv", lambda x: [*x[:9], "", *x[9:19], "x" + x[19], *x[20:]], "row 21, column time_s"),
    ("pelvis.csv", lambda x: [*x[:9], "", *x[9:19], x[18], *x[20:]], "row 21, column time_s: 0.17"),
    ("events.tsv", cell(3, 2, "squat", "\t"), "row 3, column trial_type: 'squat' is unknown"),
    ("events.tsv", cell(3, 1, "-2", "\t"), "row 3, column duration: -2 s is negative"),
    ("events.tsv", cell(3, 1, "long", "\t"), "row 3, column duration: 'long' is not a number"),
    ("events.tsv", cell(3, 0, "nan", "\t"), "row 3, column onset: 'nan' is not a finite number"),
    ("events.tsv", cell(1, 0, "start", "\t"), "row 1, column onset: is missing"),
    ("events.tsv", lambda x: [*x, "3 4 mark"], "row 5: has 1 cells where the header has 3"),
    ("events.tsv", lambda x: [line.replace("\t", ",") for line in x], "separated by commas"),
]


@pytest.mark.parametrize(("name", "edit", "message"), SPOILED)
def test_each_fault_is_named(
    spoil: Callable[[str, Edit], Path], name: str, edit: Edit, message: str
) -> None:
    folder = spoil(name, edit)
    with pytest.raises(SourceError) as caught:
        read_source(folder)
    assert str(caught.value).startswith(str(folder / name))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["pelvis.csv", "upper_back.csv", "events.tsv"])
def test_a_missing_file_is_named(raw_folder: Path, name: str) -> None:
    (raw_folder / name).unlink()
    with pytest.raises(SourceError, match=rf"{name}: is missing"):
        read_source(raw_folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "row 1: is no JSON"),
        ("[1]", "must hold one JSON object"),
        ('{"subject": 7}', "column subject: must be a text"),
        ('{"upper_back_level": "T9"}', "column upper_back_level: must be one of T1, T2, T3, T4"),
        ('{"mounting": {"hip": {}}}', "column mounting: 'hip' is no placement"),
        ('{"personal_split": 0.3}', "column personal_split: must be like"),
        ('{"personal_split": {"mean": "a", "sd": 1}}', "column personal_split: mean, sd and age"),
        ('{"personal_split": {"mean": 0.3, "sd": 0.01}}', "no share measured on skin is known"),
        ('{"gyr_matrix": {"hip": []}}', "column gyr_matrix: 'hip' is no placement"),
        ('{"gyr_matrix": {"pelvis": [["a"]]}}', "column gyr_matrix.pelvis: must be three lists"),
        (
            '{"gyr_matrix": {"pelvis": [[0, 1, 0], [1, 0, 0], [0, 0, 1]]}}',
            "column gyr_matrix.pelvis: no gyroscope is that far off",
        ),
        ('{"mounting": {"pelvis": {"anterior": "z"}}}', "column mounting.pelvis: must be like"),
        (
            '{"mounting": {"pelvis": {"anterior": "z", "cranial": "-z"}}}',
            "column mounting.pelvis",
        ),
        (
            '{"mounting": {"pelvis": {"anterior": "w", "cranial": "-z"}}}',
            "column mounting.pelvis: unknown sensor axis",
        ),
    ],
)
def test_a_wrong_description_is_named(raw_folder: Path, content: str, message: str) -> None:
    (raw_folder / "session.json").write_text(content)
    with pytest.raises(SourceError) as caught:
        read_source(raw_folder)
    assert message in str(caught.value)


@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_megabytes_of_garbage(raw_folder: Path, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0 if seed == 1 else 32, 256, 20_000_000, np.uint8)
    (raw_folder / "pelvis.csv").write_bytes(noise.tobytes())
    with pytest.raises(SourceError, match=r"pelvis\.csv"):
        read_source(raw_folder)


def test_garbage_after_a_good_start(raw_folder: Path) -> None:
    with (raw_folder / "pelvis.csv").open("ab") as file:
        file.write(b'"' + b"x" * 3_000_000 + b"\n")
    with pytest.raises(SourceError, match=r"pelvis\.csv, row 402"):
        read_source(raw_folder)


def test_other_things_are_no_source(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        read_source(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(SourceError, match="neither a recording"):
        read_source(tmp_path / "notes.txt")


def test_a_cut_file_never_gives_a_wrong_number(raw_folder: Path) -> None:
    path = raw_folder / "pelvis.csv"
    whole = path.read_bytes()
    truth = read_source(raw_folder).blocks[Placement.PELVIS]
    header_end = whole.index(b"\n")
    kept = 0
    refusals: list[str] = []
    for cut in range(len(whole) - 150, len(whole)):
        path.write_bytes(whole[:cut])
        try:
            block = read_source(raw_folder).blocks[Placement.PELVIS]
        except SourceError as error:
            refusals.append(str(error))
            continue
        kept += 1
        np.testing.assert_array_equal(block.acc, truth.acc[: len(block)])
        np.testing.assert_array_equal(block.gyr, truth.gyr[: len(block)])
    assert kept > 2
    assert refusals
    assert all("the file ends in the middle of this row" in refusal for refusal in refusals)
    path.write_bytes(whole[: header_end - 2])
    with pytest.raises(SourceError):
        read_source(raw_folder)


def test_a_last_row_without_line_break_is_left_out_and_said(raw_folder: Path) -> None:
    path = raw_folder / "pelvis.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    session = read_source(raw_folder)
    assert len(session.blocks[Placement.PELVIS]) == 399
    (flag,) = session.flags
    assert flag.code == "torn_last_row"
    assert "row 401" in flag.sentence


def test_events_cut_in_a_number_are_refused(raw_folder: Path) -> None:
    (raw_folder / "events.tsv").write_text(
        "trial_type\tonset\tduration\nseated_thoracic_rotation\t2\t12"
    )
    with pytest.raises(SourceError, match=r"row 2: the file ends without a line break"):
        read_source(raw_folder)


def test_events_may_end_without_a_line_break_after_a_known_word(raw_folder: Path) -> None:
    path = raw_folder / "events.tsv"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert len(read_source(raw_folder).events) == 3


def test_a_mark_needs_no_duration(raw_folder: Path) -> None:
    (raw_folder / "events.tsv").write_text("onset\tduration\ttrial_type\n1\tn/a\tmark\n")
    (event,) = read_source(raw_folder).events
    assert event.duration_s == 0


def rewrite(folder: Path, **changes: object) -> None:
    block = replace(still_block(seed=0), **changes)
    (folder / "pelvis.csv").write_bytes(block_csv(block))


def turning(seconds: float = 30.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A sensor that is slowly tilted to and fro about its x axis."""
    t_s = np.arange(round(seconds * 100)) / 100
    angle = 0.7 * np.sin(t_s)
    acc = 9.81 * np.stack([0 * t_s, np.cos(angle), -np.sin(angle)], axis=1)
    gyr = np.stack([0.7 * np.cos(t_s), 0 * t_s, 0 * t_s], axis=1)
    return t_s, acc, gyr


@pytest.mark.parametrize(
    ("gain_acc", "gain_gyr", "message"),
    [
        (
            1,
            57.29578,
            "gyr_z: gyr predicts far more tilt than acc shows; it looks like °/s",
        ),
        (1, 360.0, "looks like °/s"),
        (1, -1.0, "left-handed"),
        (1 / 9.81, 1, "it looks like g: multiply by 9.80665"),
        (1000 / 9.81, 1, "it looks like mg"),
        (0.01, 1, "gravity seems to have been removed"),
        (4, 1, "check the unit"),
    ],
)
def test_wrong_units_are_noticed(
    raw_folder: Path, gain_acc: float, gain_gyr: float, message: str
) -> None:
    t_s, acc, gyr = turning()
    rewrite(raw_folder, t_s=t_s, acc=acc * gain_acc, gyr=gyr * gain_gyr)
    with pytest.raises(SourceError) as caught:
        read_source(raw_folder)
    assert message in str(caught.value)


def test_right_units_pass(raw_folder: Path) -> None:
    t_s, acc, gyr = turning()
    rewrite(raw_folder, t_s=t_s, acc=acc, gyr=gyr)
    assert len(read_source(raw_folder).blocks[Placement.PELVIS]) == len(t_s)


@pytest.mark.parametrize("rate_hz", [10.0, 0.1, 2000.0])
def test_a_rate_out_of_range_is_refused(raw_folder: Path, rate_hz: float) -> None:
    rewrite(raw_folder, t_s=np.arange(400) / rate_hz)
    with pytest.raises(SourceError, match=r"samples a second; 20 to 1000 can be used"):
        read_source(raw_folder)


@pytest.mark.parametrize("rate_hz", [20.0, 1000.0])
def test_rates_at_the_ends_of_the_range_are_read(raw_folder: Path, rate_hz: float) -> None:
    rewrite(raw_folder, t_s=np.arange(400) / rate_hz)
    assert read_source(raw_folder).sensors[Placement.PELVIS].rate_hz == pytest.approx(rate_hz)


def test_two_clocks_are_noticed(raw_folder: Path) -> None:
    (raw_folder / "upper_back.csv").write_bytes(
        block_csv(replace(still_block(), t_s=1000 + np.arange(400) / 100))
    )
    with pytest.raises(SourceError, match=r"all sensors need one clock"):
        read_source(raw_folder)


def test_a_quaternion_may_stand_for_acc_and_gyr(raw_folder: Path) -> None:
    quat = np.tile([2**-0.5, 2**-0.5, 0, 0], (400, 1))
    nothing = np.full((400, 3), np.nan)
    rewrite(raw_folder, acc=nothing, gyr=nothing, quat=quat)
    block = read_source(raw_folder).blocks[Placement.PELVIS]
    assert np.isnan(block.acc).all()
    assert np.isnan(block.gyr).all()
    np.testing.assert_allclose(block.quat, quat, atol=1e-8)


def test_a_quaternion_that_is_none_is_refused(raw_folder: Path) -> None:
    quat = np.tile([1.0, 0, 0, 0], (400, 1))
    quat[5] = 0
    rewrite(raw_folder, quat=quat)
    with pytest.raises(SourceError, match=r"row 7, column quat_w … quat_z: the quaternion has len"):
        read_source(raw_folder)


def test_the_magnetometer_may_have_empty_cells(raw_folder: Path) -> None:
    mag = np.full((400, 3), 30.0)
    mag[1::2] = np.nan
    rewrite(raw_folder, mag=mag)
    read = read_source(raw_folder).blocks[Placement.PELVIS].mag
    np.testing.assert_array_equal(read, mag)


@given(text=st.binary(max_size=400))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_file_there_is_one_line_about_it(
    raw_folder: Path, text: bytes
) -> None:
    header = (raw_folder / "pelvis.csv").read_bytes().split(b"\n")[0]
    spoiled = raw_folder / "upper_back.csv"
    for content in (text, header + b"\n" + text):
        spoiled.write_bytes(content)
        with pytest.raises(SourceError) as caught:
            read_source(raw_folder)
        assert "\n" not in str(caught.value)


@given(text=st.binary(max_size=200))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_the_events_they_are_read_or_named(
    raw_folder: Path, text: bytes
) -> None:
    path = raw_folder / "events.tsv"
    for content in (text, b"onset\tduration\ttrial_type\n" + text):
        path.write_bytes(content)
        with contextlib.suppress(SourceError):
            assert read_source(raw_folder).events == ()


def test_three_sensors(raw_folder: Path) -> None:
    write_raw_folder(raw_folder, {p: still_block() for p in Placement}, [])
    assert read_source(raw_folder).setup.placements == tuple(Placement)
