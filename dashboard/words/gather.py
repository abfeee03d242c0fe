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
from sessions.safety import NOT_MEDICAL, STOP_NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOM: Final = Path(__file__).parents[1]

PUT_TOGETHER: Final = (
    "dashboard/messages.py", "dashboard/replaying.py", "dashboard/settings.py",
    *(f"dashboard/service/{name}.py" for name in (
        "analysis", "commands", "engine", "finder", "http", "live", "recorder", "wizard",
    )),
    *(f"fusion/{name}.py" for name in (
        "calibration", "gates", "neutral", "offline", "pipeline", "quality", "sample_watch",
        "slips", "split",
    )),
    *(f"sessions/{name}.py" for name in (
        "about", "index", "library", "names", "people", "recompute", "stored", "tables",
    )),
)  # fmt: skip
"""Where sentences are put together: refusals, doubts about a session, errors of the library."""

_JS: Final = re.compile(r'\b(?:say|text)\(\s*"((?:[^"\\]|\\.)*)"')
_SENTENCE: Final = re.compile(r"[A-Z#'].*\.", re.DOTALL)
_REASON: Final = re.compile(r"[a-z].* .*[.]", re.DOTALL)
_FEWEST_WORDS: Final = 3


def gather() -> set[str]:
    """Return every English sentence that :func:`~dashboard.words.say` is given.

    In Python and in JavaScript the sentence stands in the call, or in a table whose entries are
    marked with ``text`` and said later. What the service says is in ``messages``
    and in the rules of the cues; doubts and errors are sentences in the other rooms.
    """
    files = (file for kind in ("py", "js") for file in ROOM.rglob(f"*.{kind}"))
    said = {words for file in files for words in said_in(file)}
    for file in PUT_TOGETHER:
        said |= put_together_in(ROOM.parent / file)
    return said | set(_in_messages())


def said_in(file: Path) -> set[str]:
    """Return what one file says, Python or JavaScript."""
    return set(_in_python(file) if file.suffix == ".py" else _in_javascript(file))


def put_together_in(file: Path) -> set[str]:
    """Return a Python file's sentences outside its docstrings, with ``#`` for what is put in."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {words for words in _strings(tree) if _is_sentence(words)}


def _is_sentence(words: str) -> bool:
    whole = _SENTENCE.fullmatch(words) or _REASON.fullmatch(words)
    return whole is not None and len(words.split()) >= _FEWEST_WORDS


def _strings(node: ast.AST) -> Iterator[str]:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
            continue  # a docstring
        if isinstance(part, ast.JoinedStr):
            yield "".join(
                str(value.value) if isinstance(value, ast.Constant) else "#"
                for value in part.values
            )
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        else:
            yield from _strings(part)


def _in_python(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in {"say", "text"} and node.args:
            said = node.args[0]
            for part in (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def _in_javascript(file: Path) -> Iterator[str]:
    yield from (found.replace('\\"', '"') for found in _JS.findall(file.read_text("utf-8")))


def _in_messages() -> Iterator[str]:
    yield from (NOT_MEDICAL, STOP_NOW)
    yield from TROUBLE_WORDS.values()
    yield from (rule[1] for rule in RULES)
    yield from HINTS.values()
    yield from SEEN.values()
    for name, value in vars(messages).items():
        if name.isupper() and isinstance(value, str):
            yield value
        elif name.isupper() and isinstance(value, dict) and name != "SOURCE_NAMES":
            yield from (words for words in value.values() if isinstance(words, str))
