"""Everything that is said, gathered from where it is said: what a language has to have."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dashboard import messages
from fusion.calibration_steps import HINTS, SEEN
from fusion.cues import RULES
from sensors.drivers.link import WORDS as TROUBLE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOM: Final = Path(__file__).parents[1]

_JS: Final = re.compile(r'\b(?:say|text)\(\s*"((?:[^"\\]|\\.)*)"')


def gather() -> set[str]:
    """Return every English sentence that :func:`~dashboard.words.say` is given.

    In Python and in JavaScript the sentence stands in the call, or in a table whose entries are
    marked with ``text`` and said later. What the service says is in ``messages``
    and in the rules of the cues.
    """
    files = (file for kind in ("py", "js") for file in ROOM.rglob(f"*.{kind}"))
    return {words for file in files for words in said_in(file)} | set(_in_messages())


def said_in(file: Path) -> set[str]:
    """Return what one file says, Python or JavaScript."""
    return set(_in_python(file) if file.suffix == ".py" else _in_javascript(file))


def _in_python(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in {"say", "text"} and node.args:
            for part in ast.walk(node.args[0]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def _in_javascript(file: Path) -> Iterator[str]:
    yield from (found.replace('\\"', '"') for found in _JS.findall(file.read_text("utf-8")))


def _in_messages() -> Iterator[str]:
    yield from TROUBLE_WORDS.values()
    yield from (rule[1] for rule in RULES)
    yield from HINTS.values()
    yield from SEEN.values()
    for name, value in vars(messages).items():
        if name.isupper() and isinstance(value, str):
            yield value
        elif name.isupper() and isinstance(value, dict) and name != "SOURCE_NAMES":
            yield from (words for words in value.values() if isinstance(words, str))
