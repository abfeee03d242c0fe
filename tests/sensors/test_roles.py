"""Which sensor is worn where: kept, told by names, never two at one place."""

from dataclasses import replace

import pytest

from sensors.errors import RoleError
from sensors.roles import RoleStore, filled, is_stand_in, placement_in_name
from sensors.samples import Placement, SensorId, SensorInfo

PELVIS, T12, UPPER = (
    SensorInfo(SensorId(f"AA:0{n}"), placement, f"S{n}", "open_profile", 104.0)
    for n, placement in enumerate(Placement)
)


def test_kept_in_order_and_read_back(tmp_path):
    store = RoleStore(tmp_path / "new" / "sensors.json")
    assert store.get() == ()
    store.put([UPPER, PELVIS, T12])
    assert store.get() == (PELVIS, T12, UPPER)
    store.put([UPPER])
    assert store.get() == (UPPER,)


def test_two_at_one_place_or_one_at_two_are_refused(tmp_path):
    store = RoleStore(tmp_path / "sensors.json")
    store.put([PELVIS])
    with pytest.raises(ValueError, match="two sensors"):
        store.put([PELVIS, replace(T12, placement=Placement.PELVIS)])
    with pytest.raises(ValueError, match="one sensor"):
        store.put([PELVIS, replace(PELVIS, placement=Placement.UPPER_BACK)])
    assert store.get() == (PELVIS,)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sensors": [{}]}', '{"sensors": 1}', "\xff"])
def test_a_file_that_says_nothing_is_an_error(tmp_path, text):
    path = tmp_path / "sensors.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(RoleError, match=r"sensors\.json: this file .* choose the sensors anew"):
        RoleStore(path).get()


def test_places_nobody_has_are_kept_by_stand_ins():
    assert [is_stand_in(info) for info in filled([T12])] == [True, False, True]
    assert filled([PELVIS, UPPER]) == (PELVIS, UPPER)


@pytest.mark.parametrize(
    ("name", "placement"),
    [
        ("PELVIS", Placement.PELVIS),
        ("sacrum 2", Placement.PELVIS),
        ("IMU T12", Placement.THORACOLUMBAR),
        ("upper_back", Placement.UPPER_BACK),
        ("T2", Placement.UPPER_BACK),
        ("Movella DOT", None),
        ("WT901BLE67", None),
        ("OSI-12T2", None),
        (None, None),
    ],
)
def test_names_that_tell_a_place(name, placement):
    assert placement_in_name(name) == placement
