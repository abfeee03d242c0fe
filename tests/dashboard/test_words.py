"""Words in several languages: each is whole, and puts in the same values."""

import re

import numpy as np
import pytest

from dashboard.settings import choose
from dashboard.words import NAMES, catalogue, say, translate
from dashboard.words.gather import gather
from fusion.slips import Slip
from sensors.samples import Placement

OTHERS = [language for language in NAMES if language != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_all_that_is_said(language):
    said = gather()
    assert len(said) > 600
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


def test_a_doubt_about_a_session_is_said_with_its_parts():
    slip = Slip(0, after=1990, before=2000, known=2000, slip_deg=np.array([0.0, 6.0, 0.0]))
    said = translate(slip.flag((Placement.UPPER_BACK,), 100.0).sentence, "de")
    assert said.startswith("Ein Sensor (oberer Rücken) ist um etwa 6° verrutscht, bei 20 s:")
