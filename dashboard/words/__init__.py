"""What people read, in their language. Knows nothing of streamlit.

The English words stand where they are said, inside :func:`say` (in tables inside :func:`text`);
every other language is one file here, ``de.json``, from the English sentence to its own. The same
file serves the pages and the live view's JavaScript (``say`` in ``words.js``), so that a text is
translated once, wherever it comes from. A sentence that a language lacks is shown in English.
``python -m dashboard.words`` lists what is said and what each language lacks.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Final

from dashboard.settings import load

ENGLISH: Final = "en"
FOLDER: Final = Path(__file__).parent
NAMES: Final = {"en": "English", "de": "Deutsch"}
"""Languages, each by its own name."""


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return a language's sentences by their English ones; English itself has none."""
    if language not in NAMES or language == ENGLISH:
        return {}
    found: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


def say(text: str, /, **values: object) -> str:
    """Say something in the language of the settings.

    Parameters
    ----------
    text
        English; ``{name}`` stands for a value.
    values
        Put in after translation.
    """
    return translate(text, load().language, **values)


def text(words: str, /) -> str:
    """Mark something in a table that :func:`say` says later."""
    return words


def translate(text: str, language: str, /, **values: object) -> str:
    """Say something in a language.

    A sentence that was put together elsewhere, of numbers and names, is found by its text with
    ``#`` for each of them; they are said in the same order, each in the language if it has it.
    """
    found = catalogue(language).get(text)
    if found is None:
        found = _put_together(text, language)
    return found.format_map(values) if values else found


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Sentences with ``#``, those that say most first, and how each reads in the language."""
    open_ones = sorted((w for w in catalogue(language) if "#" in w), key=len, reverse=True)
    return [
        (re.compile("(.+?)".join(map(re.escape, english.split("#")))), catalogue(language)[english])
        for english in open_ones
    ]


@lru_cache(1000)
def _put_together(text: str, language: str) -> str:
    for pattern, said in _patterns(language):
        found = pattern.fullmatch(text)
        if found is not None:
            parts = (translate(part, language) for part in found.groups())
            return "".join(chain.from_iterable(zip(said.split("#"), [*parts, ""], strict=True)))
    return text
