"""A person's own lumbar share: told by their sessions, used live, kept in the recording."""

import json
import os
from dataclasses import replace

import pytest

from dashboard.cli import main
from dashboard.service.live import Service
from fusion.errors import CalibrationError
from fusion.results import SplitSource
from fusion.setup import MIN_PERSONAL_SD
from sensors.drivers.simulated import SimulatedSource
from sensors.recording import read_recording
from sensors.simulation.session import TWO_SENSORS
from sessions.about import Exclusion
from sessions.errors import LibraryError
from sessions.library import open_library
from sessions.own_share import own_share, tell_by_passes

from .stored import REP_S, write_session

DAY_S = 86_400.0
NOW_UNIX_S = 2e9


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setenv("TORSO_DATA", str(tmp_path))
    return open_library()


def keep(library, name, *, days=0.0, person="Heron", **session):
    """Keep an analysed session, so many days old."""
    folder = library.root / name
    write_session(folder, **({"reps": 8} | session))
    os.utime(folder / "recording.mcap", (NOW_UNIX_S - days * DAY_S,) * 2)
    library.move(name, person)
    for path in folder.iterdir():
        os.utime(path, (NOW_UNIX_S - days * DAY_S,) * 2)


def test_the_newest_session_with_a_third_sensor_tells_it(library):
    keep(library, "long-ago", days=200, scale=0.5)
    keep(library, "lately", days=10)
    keep(library, "without", days=1, split_source="prior")
    keep(library, "hardly", days=2, reps=4)
    own = own_share(library, "Heron", NOW_UNIX_S)
    assert own.session == "lately"
    assert own.split.mean == pytest.approx(0.22 / 0.88, abs=0.02)
    assert own.split.age_days == pytest.approx(10.0, abs=0.1)
    assert own_share(library, "", NOW_UNIX_S) is own_share(library, "Wren", NOW_UNIX_S) is None
    library.edit(
        "lately",
        lambda about: replace(
            about, excluded=tuple(Exclusion(REP_S * (k + 0.5), "coughed") for k in range(5))
        ),
    )
    assert own_share(library, "Heron", NOW_UNIX_S).session == "long-ago"


def test_two_passes_tell_it_too(library):
    keep(library, "first", split_source="prior")
    keep(library, "above", split_source="prior", scale=0.7)
    keep(library, "again", split_source="prior", scale=1.02)
    assert own_share(library, "Heron", NOW_UNIX_S) is None
    split = tell_by_passes(library, "first", "above", "again")
    assert split.mean == pytest.approx(0.31, abs=0.02)
    assert split.sd >= MIN_PERSONAL_SD
    own = own_share(library, "Heron", NOW_UNIX_S)
    assert own.session == "again"
    assert (own.split.mean, own.split.sd) == (split.mean, split.sd)


def test_passes_that_do_not_belong_together_are_refused(library):
    keep(library, "first", split_source="prior")
    keep(library, "above", split_source="prior", scale=0.7)
    keep(library, "lazy", split_source="prior", scale=0.5)
    keep(library, "other", split_source="prior", person="Wren")
    keep(library, "third")
    library.create("fresh", person="Heron")
    with pytest.raises(CalibrationError, match="cannot be compared"):
        tell_by_passes(library, "first", "above", "lazy")
    for again, words in (
        ("first", "different sessions"),
        ("other", "same person"),
        ("third", "third sensor"),
        ("fresh", "not analysed"),
    ):
        with pytest.raises(LibraryError, match=words):
            tell_by_passes(library, "first", "above", again)
    for name in ("first", "above", "lazy"):
        library.move(name, "")
    with pytest.raises(LibraryError, match="whose sessions"):
        tell_by_passes(library, "first", "above", "lazy")


def test_passes_of_different_drills_are_refused(library):
    for name in ("first", "above", "again"):
        keep(library, name, split_source="prior")
    summary = library.root / "above" / "summary.json"
    text = summary.read_text(encoding="utf-8")
    summary.write_text(text.replace("seated", "quadruped"), encoding="utf-8")
    with pytest.raises(LibraryError, match="same drill"):
        tell_by_passes(library, "first", "above", "again")


def test_the_commands_say_it(library, capsys):
    for name, scale in (("first", 1.0), ("above", 0.7), ("again", 1.0)):
        keep(library, name, split_source="prior", scale=scale)
    assert main(["people", "share", "Heron"]) == 0
    assert "the typical share is used" in capsys.readouterr().out
    assert main(["sessions", "two-passes", "first", "above", "again"]) == 0
    assert "The low back does 30 % of the spine's turn" in capsys.readouterr().out
    assert main(["people", "share", "Heron", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["share"]["session"] == "again"
    assert main(["sessions", "two-passes", "first", "first", "again"]) == 2
    assert "different sessions" in capsys.readouterr().err


async def test_it_is_used_live_and_kept_in_the_recording(library):
    keep(library, "lately")
    async with SimulatedSource(placements=TWO_SENSORS, script=()) as source:
        service = Service(source, library)
        assert service.engine.fuser.advance().status.split_source is SplitSource.PRIOR
        service.command("wearer", {"person": "Heron"})
        assert service.snapshot()["wearer"]["own_share"]["session"] == "lately"
        assert service.engine.fuser.advance().status.split_source is SplitSource.PERSONAL
        service.command("record", {})
        service.command("stop", {})
        service.command("wearer", {"person": "Wren"})
        assert service.engine.fuser.advance().status.split_source is SplitSource.PRIOR
    (recorded,) = (s for s in library.list(person="Heron") if s.name != "lately")
    said = read_recording(recorded.recording).meta["personal_split"]
    assert said["mean"] == pytest.approx(0.25, abs=0.02)


async def test_a_third_sensor_needs_no_share_of_before(library):
    keep(library, "lately")
    async with SimulatedSource(script=()) as source:
        service = Service(source, library)
        service.command("wearer", {"person": "Heron"})
        assert service.snapshot()["wearer"]["own_share"] is None
        assert service.engine.fuser.advance().status.split_source is SplitSource.MEASURED
