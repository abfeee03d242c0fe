"""The house keeps its shape: what is packaged, who may import whom, what starts fast."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("dashboard", "fusion", "sensors", "sessions")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names of everything a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return zipfile.ZipFile(path)


def test_the_wheel_holds_our_four_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    info = {name for name in tops if name.endswith(".dist-info")}
    assert tops - info == set(PACKAGES)
    assert len(info) == 1


def test_the_wheel_is_whole(wheel: zipfile.ZipFile) -> None:
    packed = set(wheel.namelist())
    for package in PACKAGES:
        for path in modules(package):
            assert path.relative_to(ROOT).as_posix() in packed
        assert f"{package}/py.typed" in packed


def test_the_wheel_has_the_command(wheel: zipfile.ZipFile) -> None:
    (entry,) = [n for n in wheel.namelist() if n.endswith("entry_points.txt")]
    assert b"torso = dashboard.cli:main" in wheel.read(entry)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("bleak", {"sensors/drivers/ble.py"}),
        (
            "streamlit",
            {"dashboard/app.py", "dashboard/server.py", "dashboard/views/", "dashboard/live/"},
        ),
        ("mcap", {"sensors/recording/"}),
    ],
)
def test_each_heavy_package_is_imported_in_its_place_only(name: str, allowed: set[str]) -> None:
    for package in PACKAGES:
        for path in modules(package):
            place = path.relative_to(ROOT).as_posix()
            if name in imported(path):
                assert any(place.startswith(a) for a in allowed), place


def test_the_pure_rooms_do_nothing_but_compute() -> None:
    rooms = ("fusion", "sensors/protocols", "sensors/simulation")
    for room in rooms:
        for path in modules(room):
            assert not imported(path) & {"asyncio", "socket", "threading", "time", "logging"}, path


def test_no_file_of_the_dashboard_hides_a_package() -> None:
    """``streamlit run`` puts the folder first on the path."""
    needed = {re.split(r"[>=<\[]", d)[0] for d in PROJECT["project"]["dependencies"]}
    taken = needed | set(PACKAGES) | set(sys.stdlib_module_names)
    assert not {p.stem for p in (ROOT / "dashboard").iterdir()} & taken


def test_every_dependency_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line) for line in lines)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    extras = PROJECT["project"]["optional-dependencies"]["dev"]
    for need in [
        *PROJECT["project"]["dependencies"],
        *extras,
        *PROJECT["build-system"]["requires"],
    ]:
        assert re.split(r"[>=<\[]", need)[0].lower().replace("_", "-") in pinned, need


@pytest.mark.parametrize("command", [["--version"], ["analyze", "--help"], ["demo", "--help"]])
def test_the_command_line_starts_without_what_it_does_not_need(command: list[str]) -> None:
    heavy = ("streamlit", "numpy", "pyarrow", "vqf", "ahrs", "bleak", "scipy", "uvicorn", "pandas")
    code = (
        "import sys\n"
        "from dashboard.cli import main\n"
        "try:\n"
        f"    main({command!r})\n"
        "except SystemExit as end:\n"
        "    assert not end.code\n"
        f"print([name for name in {heavy!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_measures_starts_without_the_slow_parts_of_scipy() -> None:
    slow = ("scipy.signal", "scipy.special", "scipy.stats", "scipy.optimize", "scipy.interpolate")
    code = (
        "import sys, dashboard.service.engine, sensors.simulation.session\n"
        f"print([name for name in {slow!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_code_is_explained() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/reasons.md").read_text(), re.M))
    used: set[str] = set()
    for package in ("fusion", "sessions"):
        for path in modules(package):
            source = path.read_text(encoding="utf-8")
            used |= set(re.findall(r'\(\s*"([a-z_]+)",\s*(?:f?"[A-Z{][a-z ]|\w*words)', source))
            for checks in re.findall(r"checks = \{\n(.*?)\n    \}", source, re.S):
                used |= set(re.findall(r'^        "(\w+)":', checks, re.M))
    assert {"heading_unusable", "no_bow", "torn_last_row"} <= used
    assert used == explained
