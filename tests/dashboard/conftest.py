"""What the tests of the dashboard share."""

import pytest

from dashboard import invitation
from dashboard.headless import run_headless
from dashboard.invitation import Invitation, announce
from dashboard.sharing import Sharing


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A short session of the simulated wearer: its folder, with recording and results."""
    out = tmp_path_factory.mktemp("demo") / "session"
    run_headless(seconds=45, out=out)
    return out


@pytest.fixture
def shared(monkeypatch):
    """The page as it is shared with guests."""
    monkeypatch.setattr(invitation, "_announced", [])
    sharing = Sharing()
    announce(Invitation(sharing, "192.0.2.7", 8501))
    return sharing
