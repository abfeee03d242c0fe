"""The board files, as far as a computer can check them: they compile, and name what is there."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.firmware.conftest import REFERENCE, STRICT
from tests.firmware.device import CDevice

APPLICATION = REFERENCE / "zephyr"
SOURCES = sorted((APPLICATION / "src").glob("*.c"))
STUBS = Path(__file__).parent / "zephyr_stubs"
BOARDS = ("board_xiao_ble_sense.c", "board_nano_33_ble_sense_rev2.c")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_call_is_one_that_zephyr_has(compiler: str, source: Path) -> None:
    """Against Zephyr's declarations, not its code: what a call does, only a board can show."""
    # Zephyr's own macros rely on GNU extensions, so nothing pedantic here.
    strict = [option for option in STRICT if option != "-pedantic"]
    includes = [f"-I{STUBS}", f"-I{REFERENCE / 'osi' / 'src'}"]
    command = [compiler, "-fsyntax-only", *strict, *includes, source]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_build_lists_every_file() -> None:
    listed = (APPLICATION / "CMakeLists.txt").read_text()
    for source in SOURCES:
        assert f"src/{source.name}" in listed


@pytest.mark.parametrize("board", BOARDS)
def test_each_board_gives_all_there_is_to_give(board: str) -> None:
    """A field forgotten in an initialiser is zero, which no compiler minds."""
    text = (APPLICATION / "src" / board).read_text()
    header = (REFERENCE / "osi" / "src" / "osi_device.h").read_text()
    struct = header[header.index("uint8_t sensors;") : header.index("} osi_board;")]
    struct = re.sub(r"/\*.*?\*/", "", struct, flags=re.DOTALL)
    fields = set(re.findall(r"\(\*(\w+)\)|(\w+);", struct))
    needed = {a or b for a, b in fields} - {"mag_rate_hz", "mag_ut", "quaternion"}
    assert needed <= set(re.findall(r"\.(\w+) =", text))


@pytest.mark.parametrize("board", BOARDS)
def test_no_board_mirrors_and_none_could(device: CDevice, board: str) -> None:
    text = (APPLICATION / "src" / board).read_text()
    found = re.search(r"\.axes = \{\{(-?\d), (-?\d), (-?\d)\}\}", text)
    assert found is not None
    assert device.turned([int(axis) for axis in found.groups()], [1, 2, 3]) is not None
    motion = (APPLICATION / "src" / "motion.c").read_text()
    test = motion[motion.index("bool motion_self_test") : motion.index("bool motion_start")]
    assert "osi_axes_valid(&chip.axes)" in test
    assert "motion_self_test()" in motion[motion.index("bool motion_start") :]


def test_the_long_packets_have_buffers() -> None:
    settings = dict(
        line.split("=", 1)
        for line in (APPLICATION / "prj.conf").read_text().splitlines()
        if line and not line.startswith("#")
    )
    assert settings["CONFIG_BT_L2CAP_TX_MTU"] == "247"
    assert int(settings["CONFIG_BT_BUF_ACL_TX_SIZE"]) >= 247 + 4
    radio = (APPLICATION / "src" / "radio.c").read_text()
    in_flight = re.search(r"#define MAX_IN_FLIGHT (\d+)", radio)
    assert in_flight is not None
    assert int(in_flight[1]) < int(settings["CONFIG_BT_ATT_TX_COUNT"]), "notify must not wait"
