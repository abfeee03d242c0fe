"""A path as fsspec sees it: where it leads, and what it is called for people and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from sessions.errors import SourceError


@dataclass(frozen=True, slots=True)
class Place:
    """A path on a file system of fsspec."""

    system: Any
    path: str

    @property
    def local(self) -> bool:
        """Whether it is on this computer's own file system."""
        return isinstance(self.system, LocalFileSystem)

    @property
    def name(self) -> str:
        """The whole path, or the URL if it is not on this computer; :func:`place` reads it."""
        return self.path if self.local else str(self.system.unstrip_protocol(self.path))

    def at(self, path: str) -> Place:
        """Another path on the same file system."""
        return Place(self.system, path)

    def __truediv__(self, name: str) -> Place:
        return Place(self.system, f"{self.path.rstrip('/')}/{name}")


def place(words: str) -> Place:
    """Find the place that a path or URL names.

    Raises
    ------
    SourceError
        No installed file system reads such a URL.
    """
    try:
        system, path = fsspec.core.url_to_fs(words)
    except (ImportError, ValueError) as error:
        raise SourceError(words, f"cannot be reached: {error}.") from error
    return Place(system, str(path))
