import pytest

from dashboard.service.prelude import AFTER_S, LEAD_S, Prelude
from dashboard.service.steps import Step, StepKind
from sensors.drivers.base import LinkChange, LinkState, Notification
from sensors.samples import Activity, SensorId

NEUTRAL, BOW = Activity.CALIBRATION_NEUTRAL, Activity.CALIBRATION_BOW
SENSOR = SensorId("s1")


class Session:
    """Feeds a prelude: data ten times a second, and what the wearer does."""

    def __init__(self):
        self.prelude = Prelude()
        self.now_s = 0.0

    def data(self, seconds):
        for _ in range(round(10 * seconds)):
            self.now_s = round(self.now_s + 0.1, 3)
            self.prelude.keep(Notification(SENSOR, "data", self.now_s, b""))
        return self

    def step(self, kind, activity=Activity.MARK):
        self.prelude.keep(Step(self.now_s, kind, activity))
        return self

    def activity(self, activity, seconds):
        return self.step(StepKind.BEGIN, activity).data(seconds).step(StepKind.END, activity)

    def calibration(self):
        return self.activity(NEUTRAL, 5).data(3).activity(BOW, 15)

    @property
    def begun(self):
        return [e.activity for e in self.steps(StepKind.BEGIN)]

    def steps(self, kind):
        return [e for e in self.prelude.entries() if isinstance(e, Step) and e.kind is kind]

    def has_data(self, from_s, to_s):
        """Whether every notification between two times is kept, and once."""
        kept = [e.arrival_s for e in self.prelude.entries() if isinstance(e, Notification)]
        wanted = [n / 10 for n in range(round(10 * from_s) + 1, round(10 * to_s) + 1)]
        return [t for t in kept if from_s < t <= to_s] == wanted


def test_without_a_calibration_only_the_last_seconds_are_kept():
    session = Session().data(150)
    assert LEAD_S == 60
    assert session.has_data(150 - LEAD_S, 150)
    assert not session.has_data(0, 150)
    assert len(session.prelude.entries()) <= 10 * LEAD_S + 2


def test_whoever_wants_nothing_from_before_has_the_calibration_alone():
    session = Session().data(20)
    (last,) = session.prelude.entries(before=False)
    assert last.arrival_s == 20.0, "the last value, which may be a scale"
    session = Session().calibration().data(100)
    kept = [e for e in session.prelude.entries(before=False) if isinstance(e, Notification)]
    assert session.begun == [NEUTRAL, BOW]
    assert [e.arrival_s for e in kept if e.arrival_s > 23] == [123.0]


def test_a_calibration_and_what_follows_are_kept_whole():
    session = Session().data(4).calibration().data(100)
    assert session.begun == [NEUTRAL, BOW]
    assert session.has_data(0, 127)


def test_long_after_a_calibration_what_lay_between_is_left_out():
    session = Session().calibration().data(2000)
    assert session.begun == [NEUTRAL, BOW]
    assert session.has_data(0, 23)
    assert session.has_data(session.now_s - AFTER_S, session.now_s)
    assert len(session.prelude.entries()) < 10 * (AFTER_S + 40)


def test_the_last_value_of_what_is_left_out_is_kept():
    session = Session()
    for state in (LinkState.CONNECTING, LinkState.STREAMING):
        session.prelude.keep(LinkChange(SENSOR, 0.0, state))
    for data in (b"old", b"new"):
        session.prelude.keep(Notification(SENSOR, "scale", 0.0, data))
    session.data(100)
    first, second, *_ = session.prelude.entries()
    assert {first, second} == {
        LinkChange(SENSOR, 0.0, LinkState.STREAMING),
        Notification(SENSOR, "scale", 0.0, b"new"),
    }


def test_a_new_calibration_replaces_the_old_once_it_has_a_bow():
    session = Session().calibration().data(100).activity(NEUTRAL, 5)
    assert session.begun == [NEUTRAL, BOW, NEUTRAL]
    session.data(3).activity(BOW, 15)
    assert session.begun == [NEUTRAL, BOW]
    assert not session.has_data(0, 23)


def test_of_many_neutrals_the_newest_is_kept():
    session = Session().calibration()
    for _ in range(5):
        session.data(100).activity(NEUTRAL, 4)
    assert session.begun == [NEUTRAL, BOW, NEUTRAL]
    assert session.steps(StepKind.BEGIN)[-1].arrival_s == session.now_s - 4


def test_after_a_recording_only_calibrations_are_kept():
    session = Session().calibration().data(10).activity(NEUTRAL, 4)
    session.activity(Activity.SEATED, 60).step(StepKind.MARK)
    session.prelude.end_recording()
    assert session.begun == [NEUTRAL, BOW, NEUTRAL]
    assert session.steps(StepKind.MARK) == []
    assert session.has_data(0, 23)
    assert session.has_data(33, 37)
    assert not session.has_data(37, 38)


def test_a_step_long_after_or_after_a_drill_begins_a_new_calibration():
    late = Session().activity(NEUTRAL, 5).data(61).activity(BOW, 10)
    assert late.begun == [BOW]
    drilled = Session().activity(NEUTRAL, 5).activity(Activity.SEATED, 5).activity(BOW, 10)
    assert drilled.begun == [BOW]


@pytest.mark.parametrize("hours", [2])
def test_memory_is_bounded(hours):
    session = Session().calibration()
    for _ in range(hours * 6):
        session.data(560).activity(NEUTRAL, 4).activity(Activity.SEATED, 36)
    assert len(session.prelude.entries()) < 10 * (2 * AFTER_S + 100)
