"""What all tests share."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples every time, however slow the computer is: what passes once passes again.
# To look for new ones: pytest --hypothesis-profile=default
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

PUBLIC_RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def public_recordings() -> Path:
    """Folder of the public recordings beside the repository; skips the test where it is absent.

    CI passes or fails by what the repository holds alone, so they are skipped there, too.
    """
    if os.environ.get("CI"):
        pytest.skip("the public recordings are for developers' machines, not for CI")
    if not PUBLIC_RECORDINGS.is_dir():
        pytest.skip("the public recordings (../shared/data) are not beside this repository")
    return PUBLIC_RECORDINGS


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the sessions of whoever runs it, nor depends on their settings."""
    monkeypatch.setenv("TORSO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TORSO_SETTINGS", str(tmp_path / "settings.json"))


@pytest.fixture(autouse=True)
def own_main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that was tested leaves itself as the main module; child processes would run it."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
