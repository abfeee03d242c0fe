"""Files of other programs are read as they are, and what is wrong in them is named."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fusion import quaternions as qt
from sensors.samples import Activity, ImuBlock, Placement
from sensors.simulation.session import simulate_session
from sessions.analyze import analyze_imported
from sessions.errors import SourceError
from sessions.exports.formats import export_session
from sessions.exports.raw_folder import write_raw_folder
from sessions.imports.movella_dot import from_euler_deg
from sessions.imports.source import read_source

from .conftest import TWO, still_block
from .vendors import WIT_WINDOWS, dot_file, dot_values, wit_file

EVENTS = "onset\tduration\ttrial_type\n0\t4\tseated_thoracic_rotation\n"
WORN = {"pelvis": "chest", "upper_back": "head"}


def beside(folder: Path, worn: dict[str, str] | None = None) -> Path:
    """Write what such files do not say."""
    folder.mkdir(exist_ok=True)
    (folder / "events.tsv").write_text(EVENTS)
    if worn:
        (folder / "session.json").write_text(json.dumps({"worn": worn}))
    return folder


@pytest.fixture
def dot(tmp_path: Path) -> Path:
    """Two sensors of a DOT app, tagged as nobody wears them."""
    for n, tag in enumerate(("chest", "head")):
        block = still_block(seed=n)
        dot_file(tmp_path / "dot" / f"{tag}_1.csv", tag, block.t_s, dot_values(block))
    return beside(tmp_path / "dot", WORN)


@pytest.fixture
def wit(tmp_path: Path) -> Path:
    """A text file of the WitMotion app."""
    blocks = {f"WT901BLE67({n})": still_block(20.0, seed=n) for n in range(2)}
    wit_file(tmp_path / "wit" / "data.txt", blocks)
    beside(tmp_path / "wit", {"pelvis": "WT901BLE67(0)", "upper_back": "WT901BLE67(1)"})
    return tmp_path / "wit" / "data.txt"


def refusal(source: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_source(source)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_dot_folder_is_read(dot: Path) -> None:
    session = read_source(dot)
    block, written = session.blocks[Placement.UPPER_BACK], still_block(seed=1)
    np.testing.assert_allclose(block.t_s, written.t_s, atol=2e-6)
    np.testing.assert_allclose(block.acc, written.acc, atol=1e-6)
    np.testing.assert_allclose(block.gyr, written.gyr, atol=1e-7)
    info = session.sensors[Placement.UPPER_BACK]
    assert (info.name, info.model, info.firmware) == ("head", "Movella DOT", "3.0.0")
    assert session.kind == "movella_dot"
    assert session.loss == dict.fromkeys(TWO, 0.0)
    assert session.flags == ()
    names = [path.name for path in session.files]
    assert names == ["chest_1.csv", "head_1.csv", "events.tsv", "session.json"]


def test_a_sensor_called_after_its_place_needs_no_word(dot: Path) -> None:
    (dot / "session.json").unlink()
    for old, new in (("chest", "Pelvis"), ("head", "Upper Back 2")):
        path = dot / f"{old}_1.csv"
        path.write_text(path.read_text().replace(f"DeviceTag:,{old}", f"DeviceTag:, {new},,,"))
    assert read_source(dot).setup.placements == TWO


@pytest.mark.parametrize("mode", ["quaternion", "euler", "delta"])
def test_other_measurement_modes_are_read(tmp_path: Path, mode: str) -> None:
    t_s = np.arange(300) / 60
    turn = qt.from_rotation_vector(np.outer(np.sin(t_s), [0.2, 0.1, 0.6]))
    rate = 0.6 * np.cos(t_s)[:, None] * [0.1, 0.0, 0.3]
    gravity = qt.rotate(qt.conjugate(turn), np.array([0.0, 0.0, 9.81]))
    columns, values = {
        "quaternion": ("Quat_W,Quat_X,Quat_Y,Quat_Z,FreeAcc_X", np.c_[turn, t_s * 0]),
        "euler": ("Euler_X,Euler_Y,Euler_Z,Status", np.c_[_euler_deg(turn), t_s * 0]),
        "delta": (
            "dq_W,dq_X,dq_Y,dq_Z,dv[1],dv[2],dv[3]",
            np.c_[qt.from_rotation_vector(rate / 60), gravity / 60],
        ),
    }[mode]
    for tag in ("pelvis", "upper_back"):
        dot_file(tmp_path / "dot" / f"{tag}.csv", tag, t_s, values, columns)
    block = read_source(beside(tmp_path / "dot")).blocks[Placement.PELVIS]
    if mode == "delta":
        np.testing.assert_allclose(block.gyr, rate, atol=2e-4)
        np.testing.assert_allclose(block.acc, gravity, atol=2e-3)
        assert block.quat is None
    else:
        assert block.quat is not None
        same = np.abs(np.sum(block.quat * turn, axis=1))
        np.testing.assert_allclose(same, 1.0, atol=1e-6)
        assert np.isnan(block.gyr).all()


def _euler_deg(q: np.ndarray) -> np.ndarray:
    matrix = np.stack([qt.rotate(q, axis) for axis in np.eye(3)], axis=-1)
    roll = np.arctan2(matrix[:, 2, 1], matrix[:, 2, 2])
    pitch = -np.arcsin(matrix[:, 2, 0])
    yaw = np.arctan2(matrix[:, 1, 0], matrix[:, 0, 0])
    return np.degrees(np.c_[roll, pitch, yaw])


def test_euler_angles_turn_about_the_earths_axes() -> None:
    q = from_euler_deg(np.array([[90.0, 0.0, 90.0]]))
    np.testing.assert_allclose(qt.rotate(q, np.array([0.0, 1.0, 0.0])), [[0, 0, 1]], atol=1e-12)
    np.testing.assert_allclose(qt.rotate(q, np.array([1.0, 0.0, 0.0])), [[0, 1, 0]], atol=1e-12)


def test_a_dot_clock_that_wraps_goes_on(dot: Path) -> None:
    wrapped = (1 << 32) - 1_000_000
    for n, tag in enumerate(("chest", "head")):
        block = still_block(seed=n).part(slice(n * 150, None))
        dot_file(dot / f"{tag}_1.csv", tag, block.t_s, dot_values(block), start_us=wrapped)
    blocks = read_source(dot).blocks
    np.testing.assert_allclose(blocks[Placement.PELVIS].t_s[[0, -1]], [0.0, 3.99], atol=1e-5)
    np.testing.assert_allclose(blocks[Placement.UPPER_BACK].t_s[[0, -1]], [1.5, 3.99], atol=1e-5)


def edited(path: Path, edit: Callable[[list[str]], list[str]]) -> None:
    path.write_text("\n".join(edit(path.read_text().split("\n"))))


DOT_FAULTS = [
    (lambda x: [*x[:30], x[30] + ",1", *x[31:]], "row 31: has 9 cells where the header has 8"),
    (lambda x: [*x[:30], x[30].replace(".", ",", 1), *x[31:]], "row 31: has 9 cells"),
    (lambda x: [*x[:30], x[30][:-1] + "x", *x[31:]], "row 31, column Gyr_Z: '"),
    (lambda x: [*x[:30], x[31], x[30], *x[32:]], "row 32, column SampleTimeFine: "),
    (lambda x: x[:12], "holds a header but no samples"),
    (lambda x: [*x[:-2], x[-2][:20]], "row 412: the file ends in the middle of this row"),
    (lambda x: [s.replace("Acc_Z", "Acc_W") for s in x], "row 12: holds neither acceleration"),
    (lambda x: [s.replace("Synced", "Un-synced") for s in x], "'Un-synced': the clocks of the"),
    (lambda x: [s.replace(",chest", ",head") for s in x], "the tag 'head' stands in two files"),
]


@pytest.mark.parametrize(("edit", "message"), DOT_FAULTS)
def test_each_fault_of_a_dot_file_is_named(
    dot: Path, edit: Callable[[list[str]], list[str]], message: str
) -> None:
    edited(dot / "chest_1.csv", edit)
    assert message in refusal(dot)


def test_units_that_are_not_the_vendors_are_told(dot: Path) -> None:
    block = still_block()
    values = dot_values(block) * ([1 / 9.81] * 3 + [1.0] * 3)
    dot_file(dot / "chest_1.csv", "chest", block.t_s, values)
    assert "column Acc_X … Acc_Z: " in refusal(dot)
    assert "looks like g" in refusal(dot)


def test_what_is_left_out_is_said(dot: Path) -> None:
    def edit(lines: list[str]) -> list[str]:
        lines[40] = ",".join([*lines[40].split(",")[:-1], "-"])
        del lines[100:110]
        return [*lines[:60], lines[59], lines[59], *lines[60:]]

    edited(dot / "chest_1.csv", edit)
    session = read_source(dot)
    words = {flag.code: (flag.sentence, flag.placement) for flag in session.flags}
    assert words["missing_values"][0].endswith("the first is row 41.")
    assert words["duplicated_rows"][0].startswith("2 rows of chest_1.csv are the row before")
    assert words["duplicated_rows"][1] is Placement.PELVIS
    assert len(session.blocks[Placement.PELVIS]) == 389
    assert session.loss[Placement.PELVIS] == pytest.approx(11 / 400, abs=1e-3)
    torn = dot / "head_1.csv"
    torn.write_bytes(torn.read_bytes()[:-1])
    assert "torn_last_row" in [flag.code for flag in read_source(dot).flags]


def test_rows_that_end_in_commas_and_text_that_is_no_utf8(dot: Path) -> None:
    path = dot / "head_1.csv"
    lines = path.read_text().split("\n")
    lines[12:-1] = [line + "," for line in lines[12:-1]]
    path.write_bytes("\r\n".join(lines).encode("latin-1"))
    assert len(read_source(dot).blocks[Placement.UPPER_BACK]) == 400


def test_what_the_files_do_not_know_is_asked_for(dot: Path) -> None:
    (dot / "session.json").unlink()
    said = refusal(dot)
    assert (
        'Write, with your own places: {"worn": {"pelvis": "chest", "upper_back": "head"}}' in said
    )
    (dot / "session.json").write_text(said.split("places: ", 1)[1].split(" (found", 1)[0])
    (dot / "events.tsv").unlink()
    said = refusal(dot)
    assert "events.tsv: is missing" in said
    written = said.split("a new line): ", 1)[1].split(" (other", 1)[0]
    (dot / "events.tsv").write_text(written.replace("\\t", "\t").replace("\\n", "\n"))
    (event,) = read_source(dot).events
    assert event.activity is Activity.SEATED
    assert event.duration_s == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("worn", "message"),
    [
        ({"pelvis": "wrist", "upper_back": "head"}, "there is no sensor 'wrist'; found: 'chest'"),
        ({"pelvis": "head", "upper_back": "head"}, "column worn: 'head' is named twice"),
        ({"hip": "head"}, "'hip' is no placement"),
        ({"pelvis": 3}, "must be like"),
    ],
)
def test_a_wrong_word_on_what_was_worn(dot: Path, worn: dict[str, str], message: str) -> None:
    (dot / "session.json").write_text(json.dumps({"worn": worn}))
    assert message in refusal(dot)


def test_one_sensor_is_too_few(dot: Path) -> None:
    assert "give the folder that holds all" in refusal(dot / "head_1.csv")
    (dot / "head_1.csv").unlink()
    (dot / "session.json").unlink()
    assert "holds one sensor, 'chest'; spine rotation needs at least two" in refusal(dot)


def test_a_third_sensor_that_nobody_names_is_said(dot: Path) -> None:
    block = still_block(seed=5)
    dot_file(dot / "wrist.csv", "wrist", block.t_s, dot_values(block))
    session = read_source(dot)
    assert session.setup.placements == TWO
    assert [flag.code for flag in session.flags] == ["sensor_unused"]


def test_a_table_that_is_unlike_the_others_is_said(dot: Path) -> None:
    (dot / "third.csv").write_text("PacketCounter,Sample\n1,2\n")
    (dot / "reps.csv").write_text("ours")
    (flag,) = read_source(dot).flags
    assert (flag.code, flag.sentence.split(":")[0]) == ("file_unused", "third.csv")


def test_a_folder_of_hundreds_of_files_is_no_session(tmp_path: Path) -> None:
    for n in range(201):
        (tmp_path / f"{n}.csv").touch()
    assert "holds 201 files; give a folder of one session" in refusal(tmp_path)


def test_our_ximu3_export_is_read_again(raw_folder: Path, tmp_path: Path) -> None:
    export_session(raw_folder, tmp_path / "out", "ximu3")
    session = read_source(beside(tmp_path / "out"))
    assert session.kind == "ximu3"
    for place, written in read_source(raw_folder).blocks.items():
        np.testing.assert_allclose(session.blocks[place].t_s, written.t_s, atol=1e-6)
        np.testing.assert_allclose(session.blocks[place].acc, written.acc, rtol=1e-7)
        np.testing.assert_allclose(session.blocks[place].gyr, written.gyr, rtol=1e-7)
    assert session.sensors[Placement.PELVIS].model == "x-IMU3 pelvis"


def test_an_orientation_beside_or_alone(raw_folder: Path, tmp_path: Path) -> None:
    session = read_source(raw_folder)
    turned = {p: replace(b, quat=np.tile([0.6, 0.8, 0, 0], (len(b), 1)))
              for p, b in session.blocks.items()}  # fmt: skip
    write_raw_folder(raw_folder, turned, session.events)
    out = tmp_path / "out"
    export_session(raw_folder, out, "ximu3")
    both = read_source(beside(out)).blocks[Placement.PELVIS]
    assert both.quat is not None
    assert not np.isnan(both.acc).any()
    table = out / "pelvis" / "Quaternion.csv"
    whole = table.read_text()
    table.write_text("".join(whole.splitlines(keepends=True)[:200]))
    assert [flag.code for flag in read_source(out).flags] == ["orientation_unused"]
    table.write_text(whole)
    for place in TWO:
        (out / place / "Inertial.csv").unlink()
    alone = read_source(out).blocks[Placement.PELVIS]
    assert np.isnan(alone.acc).all()
    assert alone.quat is not None


@pytest.mark.parametrize("style", ["iso", "unpadded", "american", "bare"])
def test_a_witmotion_text_is_read_whatever_its_times(wit: Path, style: str) -> None:
    written = {f"WT901BLE67({n})": still_block(20.0, seed=n) for n in range(2)}
    wit_file(wit, written, style=style)
    for source in (wit, wit.parent):
        session = read_source(source)
        assert session.kind == "witmotion"
        block = session.blocks[Placement.PELVIS]
        np.testing.assert_allclose(block.acc, written["WT901BLE67(0)"].acc, atol=1e-5)
        np.testing.assert_allclose(block.gyr, written["WT901BLE67(0)"].gyr, atol=1e-7)
        late_s = block.t_s - written["WT901BLE67(0)"].t_s
        assert np.ptp(late_s[500:]) < 0.01
        assert session.loss == dict.fromkeys(TWO, 0.0)
        assert session.flags == ()
        assert session.sensors[Placement.PELVIS].rate_hz == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_the_windows_programs_files_are_read(wit: Path, encoding: str) -> None:
    wit.unlink()
    for n in range(2):
        blocks = {f"WT901BLE67({n})": still_block(8.0, seed=n)}
        path = wit.with_name(f"_WT901BLE67({n})_0.csv")
        wit_file(path, blocks, header=WIT_WINDOWS, style="bare", encoding=encoding)
    assert len(read_source(wit.parent).blocks[Placement.UPPER_BACK]) == 800


def test_samples_that_a_witmotion_sensor_lost_leave_a_gap(wit: Path) -> None:
    block = still_block(40.0)
    here = np.r_[0:2000, 2300:4000]
    blocks = {"WT901BLE67(0)": block.part(here), "WT901BLE67(1)": block}
    wit_file(wit, blocks)
    session = read_source(wit)
    assert session.loss[Placement.PELVIS] == pytest.approx(300 / 4000, abs=0.002)
    gap_s = np.diff(session.blocks[Placement.PELVIS].t_s).max()
    assert gap_s == pytest.approx(3.01, abs=0.03)


WIT_FAULTS = [
    (lambda x: [*x[:50], x[50].replace("T", "?", 1), *x[51:]], "row 51, column time: '2026-10-02?"),
    (lambda x: [*x[:50], *x[500:600], *x[50:]], "column time: runs backwards"),
    (lambda x: [*x[:50], x[50].replace("10-02", "10-05"), *x[51:]], "row 51, column time: the da"),
    (lambda x: [*x[:50], x[50] + "\t1", *x[51:]], "row 51: has 15 cells where the header has 14"),
    (
        lambda x: [s.replace("WT901BLE67(1)", "WT(1)") for s in x],
        "there is no sensor 'WT901BLE67(1",
    ),
]


@pytest.mark.parametrize(("edit", "message"), WIT_FAULTS)
def test_each_fault_of_a_witmotion_text_is_named(
    wit: Path, edit: Callable[[list[str]], list[str]], message: str
) -> None:
    edited(wit, edit)
    assert message in refusal(wit)


def test_rows_that_stand_twice_are_told_from_a_sensor_at_rest(wit: Path) -> None:
    edited(wit, lambda x: [x[0], *(line for line in x[1:-1] for _ in range(2)), ""])
    session = read_source(wit)
    assert {flag.code for flag in session.flags} == {"duplicated_rows"}
    assert len(session.blocks[Placement.PELVIS]) == 2000
    still = still_block(20.0)
    same = ImuBlock(still.t_s, np.round(still.acc, 2), still.gyr * 0)
    wit_file(wit, {f"WT901BLE67({n})": same for n in range(2)})
    assert read_source(wit).flags == ()


def test_cells_without_a_value_are_counted(wit: Path) -> None:
    def edit(lines: list[str]) -> list[str]:
        cells = lines[70].split("\t")
        cells[4] = "null"
        lines[70] = "\t".join(cells)
        return lines

    edited(wit, edit)
    (flag,) = read_source(wit).flags
    assert flag.code == "missing_values"
    assert "1 rows of data.txt" in flag.sentence
    assert "the first is row 71" in flag.sentence


def test_a_folder_of_nothing_known_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t,x\n1,2\n")
    assert "holds a.csv; nothing of it is known. Known are recordings" in refusal(tmp_path)
    assert "is neither a recording nor a file that is known" in refusal(tmp_path / "a.csv")


def test_the_same_turns_come_out_whatever_the_file(tmp_path: Path) -> None:
    simulated = simulate_session(seed=3, drills=(Activity.SEATED,), minutes_per_drill=0.4)
    write_raw_folder(tmp_path / "raw", simulated.blocks, simulated.events)
    events = (tmp_path / "raw" / "events.tsv").read_text()
    first_s = min(block.t_s[0] for block in simulated.blocks.values())
    for place, block in simulated.blocks.items():
        dot_file(tmp_path / "dot" / f"{place}.csv", place, block.t_s, dot_values(block))
    wit_file(tmp_path / "wit" / "a.txt", {str(p): b for p, b in simulated.blocks.items()})
    truth = analyze_imported(read_source(tmp_path / "raw"))
    peaks = [rep.total_deg for rep in truth.drills[0].reps]
    assert len(peaks) > 3
    for name, within_deg in (("dot", 0.2), ("wit", 1.5)):
        (tmp_path / name / "events.tsv").write_text(events)
        session = read_source(tmp_path / name)
        moved = tuple(replace(e, onset_s=e.onset_s - first_s) for e in session.events)
        result = analyze_imported(replace(session, events=moved))
        found = [rep.total_deg for rep in result.drills[0].reps]
        np.testing.assert_allclose(found, peaks, atol=within_deg)
