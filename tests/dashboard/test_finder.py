"""Choosing sensors from the page: what is remembered, and what is refused."""

from types import SimpleNamespace

import pytest

from dashboard.service.finder import Finder
from dashboard.service.steps import RefusedError
from sensors.roles import RoleStore, filled
from sensors.samples import Placement, SensorId, SensorInfo

PELVIS = SensorInfo(SensorId("aa"), Placement.PELVIS, "left pocket", "open_profile", 100.0)
UPPER = SensorInfo(SensorId("bb"), Placement.UPPER_BACK, "neck", "open_profile", 100.0)


@pytest.fixture
def store(tmp_path):
    store = RoleStore(tmp_path / "roles.json")
    store.put([PELVIS, UPPER])
    return store


def finder(store):
    return Finder(SimpleNamespace(sensors=filled(store.get())), SimpleNamespace(), store)


def test_a_sensor_gets_another_name(store):
    chosen = finder(store)
    chosen.obey("rename", {"sensor": "aa", "called": "  hip "}, idle=True)
    assert [info.name for info in store.get()] == ["hip", "neck"]
    assert chosen.chosen_anew


def test_a_sensor_is_forgotten_and_its_place_stays_free(store):
    finder(store).obey("forget", {"sensor": "aa"}, idle=True)
    assert store.get() == (UPPER,)
    # The stand-in that keeps the place is nothing to remember.
    finder(store).obey("rename", {"sensor": "bb", "called": "top"}, idle=True)
    assert [info.name for info in store.get()] == ["top"]


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "a\nb"])
def test_a_name_that_is_none_is_refused(store, name):
    with pytest.raises(RefusedError, match="letters"):
        finder(store).obey("rename", {"sensor": "aa", "called": name}, idle=True)


def test_a_sensor_nobody_wears_has_no_name_to_change(store):
    with pytest.raises(RefusedError, match="worn"):
        finder(store).obey("rename", {"sensor": "cc", "called": "x"}, idle=True)


@pytest.mark.parametrize("command", ["wear", "rename", "forget"])
def test_nothing_changes_while_a_session_runs(store, command):
    with pytest.raises(RefusedError, match="Stop the session"):
        finder(store).obey(command, {"sensor": "aa", "called": "x"}, idle=False)
    assert store.get() == (PELVIS, UPPER)
