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
from functools import cache
from pathlib import Path
from typing import Final

from dashboard.settings import load

ENGLISH: Final = "en"
FOLDER: Final = Path(__file__).parent
NAMES: Final = {"en": "English", "de": "Deutsch"}
"""Languages, each by its own name."""

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


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

    A sentence that was put together elsewhere and carries numbers is found by its text with ``#``
    for each number.
    """
    words = catalogue(language)
    found = words.get(text)
    if found is None and words:
        found = _with_numbers(text, words)
    said = text if found is None else found
    return said.format_map(values) if values else said


def _with_numbers(text: str, words: dict[str, str]) -> str | None:
    numbers = iter(_NUMBER.findall(text))
    found = words.get(_NUMBER.sub("#", text))
    return None if found is None else re.sub("#", lambda _: next(numbers, "#"), found)
