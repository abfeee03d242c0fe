"""What the page says of a sensor comes from what its decoder found."""

from dashboard.messages import CLOCK_LEFT
from dashboard.service.fuser import Fuser
from dashboard.service.links import SensorLink
from fusion.setup import Setup
from sensors.drivers.base import LinkState
from tests.sensors.test_common_clock import (
    IDS,
    INFOS,
    NOT_SYNCED,
    ORIGIN_S,
    SYNCED,
    samples,
    says,
    session,
)


def words_after(notes):
    """What is said of each sensor once these have come."""
    notes = sorted(notes, key=lambda note: note.arrival_s)
    fuser = Fuser(tuple(INFOS), ORIGIN_S, Setup(tuple(info.placement for info in INFOS)))
    links = {info.sensor: SensorLink(info, LinkState.STREAMING) for info in INFOS}
    for note in notes:
        fuser.take(note)
        links[note.sensor].take(note)
    fuser.advance()
    return [
        links[sensor].describe(notes[-1].arrival_s, fuser.statistics(sensor), 0.0)["words"]
        for sensor in IDS
    ]


def test_a_synchronised_sensor_that_was_off_is_told():
    notes = session([SYNCED] * 3, [50e6] * 3, seconds=6.0)
    notes = [note for note in notes if note.sensor != IDS[2] or note.arrival_s < ORIGIN_S + 3.0]
    assert words_after(notes)[:2] == [None, None]
    notes += samples(IDS[2], 9, -3.5e6, 2.0, begin_s=4.0)
    assert words_after(notes) == [None, None, CLOCK_LEFT]


def test_one_that_is_synchronised_again_is_told_no_longer():
    notes = session([SYNCED] * 3, seconds=4.0)
    assert words_after(notes) == [None, None, None]
    notes.append(says(IDS[2], NOT_SYNCED, 2.0))
    assert words_after(notes) == [None, None, CLOCK_LEFT]
    notes.append(says(IDS[2], SYNCED, 3.0))
    assert words_after(notes) == [None, None, None]
