"""What the tests of the dashboard share."""

import pytest

from dashboard.headless import run_headless


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A short session of the simulated wearer: its folder, with recording and results."""
    out = tmp_path_factory.mktemp("demo") / "session"
    run_headless(seconds=45, out=out)
    return out
