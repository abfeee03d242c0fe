"""Where the sessions are: paths, folders of folders, globs and URLs become a list of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sensors.samples import Placement
from sessions.batch.places import place
from sessions.imports.raw_folder import EVENTS, file_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sessions.batch.places import Place

_OF_A_SESSION = {EVENTS, *(file_name(placement) for placement in Placement)}
_RECORDING = ".mcap"


def find_sources(patterns: Iterable[str]) -> tuple[str, ...]:
    """List the sessions that paths, globs and URLs lead to, each once, in the order of their names.

    A folder leads to every raw folder and every recording in it and below, hidden folders left
    out. A path in which there is nothing of the kind is listed itself: reading it will say why.

    Raises
    ------
    SourceError
        A URL that no installed file system reads.
    """
    return tuple(sorted({name for words in patterns for name in _sessions(place(words))}))


def _sessions(start: Place) -> Iterator[str]:
    globbed = _is_glob(start)
    matches = _matches(start) if globbed else [start]
    found = [name for match in matches for name in _at(match, named=not globbed)]
    yield from found or [start.name]


def _is_glob(start: Place) -> bool:
    return any(c in start.path for c in "*?[") and not start.system.exists(start.path)


def _matches(glob: Place) -> list[Place]:
    """What a glob leads to; as in a shell, what is hidden only where the glob says so."""
    hidden = "/." in glob.path
    return [glob.at(path) for path in glob.system.glob(glob.path) if hidden or "/." not in path]


def _at(match: Place, *, named: bool) -> Iterator[str]:
    """Yield what is at one path; a file that is no recording counts only if it was named."""
    if match.system.isdir(match.path):
        yield from _below(match)
    elif named or match.path.lower().endswith(_RECORDING):
        yield match.name


def _below(folder: Place) -> Iterator[str]:
    for path, folders, files in folder.system.walk(folder.path, detail=True):
        if _OF_A_SESSION & set(files):
            yield folder.at(path).name
            folders.clear()
            continue
        for hidden in [name for name in folders if name.startswith(".")]:
            del folders[hidden]
        for name in files:
            if name.lower().endswith(_RECORDING) and not name.startswith("."):
                yield (folder.at(path) / name).name
