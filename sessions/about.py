"""What people type about a session: ``about.json`` beside the recording.

The title, whose session it is, a note, tags, marks of pain and effort, and repetitions a person
does not want counted. It is kept here and nowhere else; the library's database only repeats it.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from fusion.setup import PersonalSplit
from sensors.bounded import read_bounded
from sessions.errors import LibraryError, one_line
from sessions.files import is_own_file, write_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ABOUT = "about.json"
SCHEMA = "torso.about"
SCHEMA_VERSION = 1

MARK_KINDS = ("pain", "effort", "note")
TITLE_LENGTH = 120
PERSON_LENGTH = 80
TAG_LENGTH = 40
REASON_LENGTH = 400
NOTE_LENGTH = 20_000
MOST = 1000
"""Tags, marks or excluded repetitions of one session."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """How something felt at a moment.

    ``t_s`` is on the session clock; ``value`` 0 (none) to 10 (the worst, the hardest), ``None`` for
    a mere note.
    """

    t_s: float
    kind: str
    value: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Exclusion:
    """A repetition not to be counted: the one that lasts at ``at_s`` (session clock), and why."""

    at_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class About:
    """Everything typed about one session; the defaults are "nothing"."""

    title: str = ""
    person: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    lumbar_share: tuple[float, float] | None = None
    """Mean and standard deviation of the wearer's own lumbar share, where this session told it."""

    def excluded_because(self, start_s: float, end_s: float) -> str | None:
        """Return why a repetition from ``start_s`` to ``end_s`` is not counted, or ``None``."""
        reasons = (e.reason for e in self.excluded if start_s <= e.at_s <= end_s)
        return next(reasons, None)

    def tagged(self, add: Iterable[str] = (), remove: Iterable[str] = ()) -> About:
        """Add and remove tags."""
        gone = set(remove)
        return replace(self, tags=tuple(t for t in (*self.tags, *add) if t not in gone))


def checked(about: About) -> About:
    """Return ``about`` tidied up: stripped, sorted, without repetitions.

    Raises
    ------
    LibraryError
        Something in it cannot be kept.
    """
    tags = sorted({_line("tag", t, TAG_LENGTH, needed=True) for t in about.tags}, key=str.casefold)
    tidy = About(
        title=_line("title", about.title, TITLE_LENGTH),
        person=person_name(about.person),
        note=_note(about.note),
        tags=tuple(tags),
        marks=tuple(sorted({_mark(m) for m in about.marks}, key=_place)),
        excluded=tuple(sorted({_exclusion(e) for e in about.excluded})),
        lumbar_share=_share(about.lumbar_share),
    )
    for name in ("tags", "marks", "excluded"):
        if len(getattr(tidy, name)) > MOST:
            raise LibraryError(f"More than {MOST} {name} are too many for one session.")
    return tidy


def person_name(name: str, *, needed: bool = False) -> str:
    """Return a person's name as it is kept; ``""`` is nobody.

    Raises
    ------
    LibraryError
        It is too long, more than one line, or missing though ``needed``.
    """
    return _line("name", name, PERSON_LENGTH, needed=needed)


def read_about(folder: Path) -> About:
    """Read what was typed about the session in ``folder``; nothing if there is no such file.

    Raises
    ------
    LibraryError
        The file is damaged; it is left as it is, because people wrote it.
    """
    path = folder / ABOUT
    if not path.is_symlink() and not path.exists():
        return About()
    if not is_own_file(path):
        raise LibraryError(f"{path} is no file of this folder; remove it.")
    try:
        return decode_about(json.loads(read_bounded(path)))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, LibraryError) as error:
        raise LibraryError(
            one_line(f"{path} is damaged ({error}); mend it by hand or delete it.")
        ) from error


def write_about(folder: Path, about: About) -> None:
    """Keep what was typed; the file appears whole.

    Raises
    ------
    LibraryError
        Something in it cannot be kept.
    OutputError
        The disk refuses; what was there before is still there.
    """
    text = json.dumps(encode_about(checked(about)), indent=2, ensure_ascii=False)
    write_private(folder / ABOUT, (text + "\n").encode())


def encode_about(about: About) -> dict[str, Any]:
    """Return the content of ``about.json``."""
    return {"schema": SCHEMA, "schema_version": SCHEMA_VERSION, **asdict(about)}


def decode_about(value: dict[str, Any]) -> About:
    """Read the content of ``about.json``.

    Raises
    ------
    ValueError, KeyError, TypeError, LibraryError
        It is none.
    """
    if value["schema"] != SCHEMA or value["schema_version"] != SCHEMA_VERSION:
        raise ValueError("another kind or version of file")
    return checked(
        About(
            title=value["title"],
            person=value["person"],
            note=value["note"],
            tags=tuple(value["tags"]),
            marks=tuple(Mark(**mark) for mark in value["marks"]),
            excluded=tuple(Exclusion(**one) for one in value["excluded"]),
            lumbar_share=value.get("lumbar_share"),
        )
    )


def _line(what: str, text: str, length: int, *, needed: bool = False) -> str:
    if not isinstance(text, str):
        raise LibraryError(f"The {what} must be text.")
    tidy = text.strip()
    if len(tidy) > length or not tidy.isprintable():
        raise LibraryError(
            one_line(f"The {what} '{tidy[:40]}' must be one line of up to {length} characters.")
        )
    if needed and not tidy:
        raise LibraryError(f"The {what} is empty.")
    return tidy


def _note(text: str) -> str:
    if not isinstance(text, str):
        raise LibraryError("The note must be text.")
    tidy = text.replace("\r\n", "\n").strip()
    if len(tidy) > NOTE_LENGTH or not all(c.isprintable() or c in "\n\t" for c in tidy):
        raise LibraryError(f"The note must be plain text of up to {NOTE_LENGTH} characters.")
    return tidy


def _mark(mark: Mark) -> Mark:
    if mark.kind not in MARK_KINDS:
        raise LibraryError(
            one_line(f"'{mark.kind}' is no kind of mark; known are {', '.join(MARK_KINDS)}.")
        )
    value = None if mark.value is None else float(mark.value)
    if value is None and mark.kind != "note":
        raise LibraryError(f"A mark of {mark.kind} needs a value from 0 to 10.")
    if value is not None and not 0 <= value <= 10:
        raise LibraryError(f"{value:g} is no value of {mark.kind}: 0 (none) to 10 are.")
    text = _line("text of a mark", mark.text, REASON_LENGTH)
    return Mark(_seconds(mark.t_s), mark.kind, value, text)


def _place(mark: Mark) -> tuple[float, str, float, str]:
    return mark.t_s, mark.kind, -1.0 if mark.value is None else mark.value, mark.text


def _exclusion(one: Exclusion) -> Exclusion:
    reason = _line("reason", one.reason, REASON_LENGTH, needed=True)
    return Exclusion(_seconds(one.at_s), reason)


def _share(share: tuple[float, float] | None) -> tuple[float, float] | None:
    if share is None:
        return None
    mean, sd = map(float, share)
    PersonalSplit(mean, sd)  # says what is wrong with it
    return mean, sd


def _seconds(t_s: float) -> float:
    value = float(t_s)
    if not math.isfinite(value):
        raise LibraryError("A time must be a number of seconds.")
    return round(value, 3)
