from dashboard.service.guide import DURATIONS_S, READY_S, Cue, Guide, GuidePhase
from sensors.samples import Activity

NEUTRAL, BOW, SEATED = (
    Activity.CALIBRATION_NEUTRAL,
    Activity.CALIBRATION_BOW,
    Activity.SEATED,
)


def follow(guide, until_s):
    """Do what the guide says; return it with the time, in tenths of a second."""
    said = []
    for tenth in range(round(10 * until_s) + 1):
        now_s = tenth / 10
        while not guide.done and (cue := guide.due(now_s)) is not None:
            said.append((now_s, cue))
            (guide.began if cue.begins else guide.ended)(cue.activity, now_s)
    return said


def test_by_time_each_step_is_announced_and_ends_by_itself():
    neutral_s, bow_s = DURATIONS_S[NEUTRAL], DURATIONS_S[BOW]
    bow_at_s = READY_S + neutral_s + READY_S
    guide = Guide((NEUTRAL, BOW, SEATED), 0.0, by_wearer=False)
    assert follow(guide, 60) == [
        (READY_S, Cue(True, NEUTRAL)),
        (READY_S + neutral_s, Cue(False, NEUTRAL)),
        (bow_at_s, Cue(True, BOW)),
        (bow_at_s + bow_s, Cue(False, BOW)),
        (bow_at_s + bow_s + READY_S, Cue(True, SEATED)),
    ]
    assert guide.done


def test_the_wearer_sets_the_pace_where_the_source_can_tell():
    guide = Guide((NEUTRAL, BOW), 0.0, by_wearer=True)
    assert follow(guide, 100) == []
    assert guide.remaining_s(100.0) is None
    guide.began(BOW, 1.0)
    assert guide.phase is GuidePhase.READY
    guide.began(NEUTRAL, 2.0)
    assert guide.phase is GuidePhase.DO
    guide.ended(NEUTRAL, 6.0)
    assert (guide.activity, guide.phase) == (BOW, GuidePhase.READY)
    guide.began(BOW, 7.0)
    guide.ended(BOW, 20.0)
    assert guide.done


def test_what_remains_counts_down():
    guide = Guide((NEUTRAL,), 10.0, by_wearer=False)
    assert guide.remaining_s(11.0) == READY_S - 1
    guide.began(NEUTRAL, 13.0)
    assert guide.remaining_s(14.0) == DURATIONS_S[NEUTRAL] - 1
    assert guide.remaining_s(99.0) == 0
