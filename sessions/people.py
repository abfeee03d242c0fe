"""The people of the library: pseudonyms, each with a note, in ``people.json``.

A person is known as soon as a session is theirs; the file only adds those without sessions, and
notes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sensors.bounded import read_bounded
from sessions.about import NOTE_LENGTH, person_name
from sessions.errors import LibraryError, one_line
from sessions.files import is_own_file, write_private

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE: Final = "people.json"
SCHEMA: Final = "torso.people"
SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Person:
    """One who wears the sensors.

    Attributes
    ----------
    name
        Pseudonym.
    note
        What was typed about them.
    sessions
        How many they have.
    last_unix_s
        When their last one began (s since 1970), ``None`` if that is not known.
    """

    name: str
    note: str = ""
    sessions: int = 0
    last_unix_s: float | None = None


def read_people(root: Path) -> dict[str, str]:
    """Read the note about each person that was added by hand, by name.

    Raises
    ------
    LibraryError
        The file is damaged; it is left as it is, because people wrote it.
    """
    path = root / PEOPLE
    if not path.is_symlink() and not path.exists():
        return {}
    if not is_own_file(path):
        raise LibraryError(f"{path} is no file of this folder; remove it.")
    try:
        return _decode(json.loads(read_bounded(path)))
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, LibraryError,
    ) as error:  # fmt: skip
        raise LibraryError(
            one_line(f"{path} is damaged ({error}); mend it by hand or delete it.")
        ) from error


def write_people(root: Path, people: dict[str, str]) -> None:
    """Keep the note about each person.

    Raises
    ------
    LibraryError
        A note is too long.
    OutputError
        The disk refuses; what was there before is still there.
    """
    if any(len(note) > NOTE_LENGTH for note in people.values()):
        raise LibraryError(f"The note must be plain text of up to {NOTE_LENGTH} characters.")
    content = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION, "people": people}
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True)
    write_private(root / PEOPLE, (text + "\n").encode())


def _decode(content: dict[str, Any]) -> dict[str, str]:
    if content["schema"] != SCHEMA or content["schema_version"] != SCHEMA_VERSION:
        raise ValueError("another kind or version of file")
    return {person_name(name, needed=True): str(note) for name, note in content["people"].items()}
