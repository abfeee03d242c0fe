"""Settings of one user: kept whole, for that user alone, and never in the way."""

import json
import stat
import sys

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.cli import main
from dashboard.live.choices import live_choices
from dashboard.service.live import session_place
from dashboard.settings import Settings, SettingsError, choose, load, settings_file
from sessions.library import open_library


def settings_page():
    from dashboard.views import settings

    settings.show()


def test_what_was_chosen_is_found_again():
    choose(language="de", large_text=True)
    choose(theme="dark")
    assert load() == Settings(language="de", large_text=True, theme="dark")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps other people out otherwise")
def test_they_are_readable_for_their_owner_alone():
    choose(language="de")
    assert stat.S_IMODE(settings_file().stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "[]", "{", '{"language": "xx", "large_text": "yes"}'])
def test_a_spoilt_file_is_as_if_nothing_had_been_chosen(content):
    settings_file().write_text(content)
    assert load() == Settings()


def test_one_spoilt_choice_leaves_the_others():
    settings_file().write_text(json.dumps({"language": "de", "theme": 3, "unknown": 1}))
    assert load() == Settings(language="de")


def test_what_cannot_be_chosen_is_refused():
    with pytest.raises(ValueError, match="language"):
        choose(language="xx")


def test_a_folder_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TORSO_SETTINGS", str(tmp_path / "file" / "settings.json"))
    with pytest.raises(SettingsError, match=r"settings\.json"):
        choose(language="de")


def test_the_data_folder_is_used_by_every_command(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("TORSO_DATA")
    choose(data_folder=str(tmp_path / "chosen"))
    # Remembered by monkeypatch, which takes it away again.
    monkeypatch.setenv("TORSO_DATA", "")
    assert main(["sessions", "list"]) == 0
    assert (tmp_path / "chosen").exists() or "chosen" in capsys.readouterr().out


def test_the_page_keeps_a_choice_at_once_and_speaks_it():
    page = AppTest.from_function(settings_page, default_timeout=30).run()
    assert page.title[0].value == "Settings"
    page.selectbox(key="settings-language").select("de").run()
    assert not page.exception
    assert load().language == "de"
    assert page.title[0].value == "Einstellungen"


def test_the_page_refuses_half_a_path():
    page = AppTest.from_function(settings_page, default_timeout=30).run()
    page.text_input(key="settings-data_folder").input("somewhere").run()
    assert "whole path" in page.error[0].value
    assert load().data_folder == ""


def test_the_live_view_is_told_all_but_the_folder():
    choose(language="de", data_folder="/secret/place")
    told = live_choices()
    assert told["words"]["Start"] == "Start"
    assert "secret" not in json.dumps(told)


def test_the_minute_before_is_kept_unless_the_person_does_not_want_it(tmp_path):
    place = session_place(open_library(tmp_path), dict)
    assert place.keep_before()
    choose(keep_before=False)
    assert not place.keep_before()
