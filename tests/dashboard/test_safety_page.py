"""Who should ask first, the comfortable range, and a session computed again."""

from dashboard.replaying import Replay
from dashboard.settings import choose, load
from sessions.library import open_library
from tests.dashboard.stored import write_session
from tests.dashboard.test_library_pages import press
from tests.dashboard.test_views import NAME, live_page, method_page, run, said, sessions_page, words


def test_whoever_is_concerned_is_told_to_ask_and_may_choose_a_comfortable_range():
    test = run(method_page)
    assert not any("ask a doctor or therapist first, and show" in w.value for w in test.warning)
    test.checkbox(key="applies").check().run()
    assert any("ask a doctor or therapist first, and show" in w.value for w in test.warning)
    test.toggle(key="comfortable").set_value(True).run()
    assert not test.exception
    assert load().comfortable_range


def test_a_comfortable_range_is_recalled_where_turns_are_shown():
    write_session(open_library().root / NAME)
    assert "larger is not better" not in words(run(live_page))
    choose(comfortable_range=True)
    assert "larger is not better" in words(run(live_page))
    assert "larger is not better" in words(run(sessions_page, session=NAME))


def test_what_is_measured_and_what_is_estimated_is_told():
    assert "**estimated** from their sum" in words(run(method_page))


def test_a_recording_that_cannot_be_computed_again_says_why_and_keeps_its_results():
    library = open_library()
    write_session(library.root / NAME)
    test = run(sessions_page, session=NAME)
    press(test, "Compute again")
    assert "recording.mcap" in said(test.error[0])
    assert library.open(NAME).repetitions == 4


def test_a_session_without_a_recording_is_not_played():
    library = open_library()
    write_session(library.root / NAME)
    (library.root / NAME / "recording.mcap").unlink()
    assert "no recording" in run(sessions_page, session=NAME, show="replay").info[0].value


def test_a_replay_leaves_nothing_behind(tmp_path):
    played = Replay()
    played.play(tmp_path / "none.mcap", 2.0)
    assert "none.mcap" in played.wait()
    played.close()
    assert not played.folder.exists()
    played.stop()
