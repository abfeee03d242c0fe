"""Words in several languages: each is whole, and puts in the same values."""

import re

import pytest

from dashboard.settings import choose
from dashboard.words import NAMES, catalogue, say, translate
from dashboard.words.gather import ROOM, said_in

OTHERS = [language for language in NAMES if language != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_all_of_the_live_view_and_of_the_pages_that_begin_it(language):
    files = [*ROOM.glob("live/static/*.js"), ROOM / "app.py"]
    files += [ROOM / "views" / f"{page}.py" for page in ("devices", "settings")]
    said = {words for file in files for words in said_in(file)}
    assert len(said) > 150
    assert said - catalogue(language).keys() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_puts_in_what_the_english_does(language):
    for english, other in catalogue(language).items():
        for hole in (r"\{\w+\}", "#"):
            assert sorted(re.findall(hole, other)) == sorted(re.findall(hole, english)), english


def test_the_language_is_the_one_in_the_settings():
    assert say("set {number}", number=2) == "set 2"
    choose(language="de")
    assert say("set {number}", number=2) == "Satz 2"


def test_a_sentence_with_numbers_from_elsewhere_is_found():
    told = translate("Battery at 12 %: charge it before the next session.", "de")
    assert told == "Akku bei 12 %: vor der nächsten Übung laden."


def test_what_a_language_lacks_stays_english():
    assert translate("Nobody ever said this 3 times.", "de") == "Nobody ever said this 3 times."
