"""The reference firmware's core, compiled for this computer with every warning an error."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware.device import CDevice

REFERENCE = Path(__file__).resolve().parents[2] / "firmware_notes" / "reference"
CORE = sorted((REFERENCE / "osi" / "src").glob("*.c"))
STRICT = [
    "-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror",
    "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef", "-Wvla",
]  # fmt: skip
SANITIZED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


@pytest.fixture(scope="session")
def compiler() -> str:
    """The C compiler of this computer; skips the test where there is none."""
    found = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if found is None:
        pytest.skip("no C compiler: install gcc or clang to test the reference firmware")
    return found


@pytest.fixture(scope="session")
def host_program(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("firmware") / "osi_host"
    sources = [*CORE, REFERENCE / "host" / "osi_host.c"]
    command = [compiler, *STRICT, *SANITIZED, f"-I{REFERENCE / 'osi' / 'src'}", *sources]
    done = subprocess.run([*command, "-o", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program


@pytest.fixture
def device(host_program: Path) -> Iterator[CDevice]:
    with CDevice(host_program) as booted:
        yield booted
