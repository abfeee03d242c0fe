"""The page's JavaScript without a browser: pure modules under Node's own test runner."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dashboard.live.assets import STATIC_FOLDER

FOLDER = Path(__file__).parent / "js"
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed (Debian: apt install nodejs)")
@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.test.mjs")), ids=lambda file: file.stem)
def test_modules(file):
    done = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", str(file)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout


def test_every_import_names_a_file_that_is_served():
    for module in STATIC_FOLDER.glob("*.js"):
        for name in re.findall(r'^import .*? from "(.*?)";', module.read_text(), re.MULTILINE):
            assert name.startswith("./"), f"{module.name} imports {name}"
            assert (STATIC_FOLDER / name).is_file(), f"{module.name} imports {name}"


def test_nothing_is_fetched_from_elsewhere():
    for file in STATIC_FOLDER.iterdir():
        addresses = re.findall(r"https?://[^\s\"']+", file.read_text())
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, file.name
