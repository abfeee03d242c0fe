"""Names that a session's folder may have, on any system and without leading anywhere else."""

from __future__ import annotations

import re

from sessions.errors import LibraryError, one_line

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def is_session_name(name: str) -> bool:
    """Whether a session's folder may be called so."""
    return (
        _NAME.fullmatch(name) is not None
        and _RESERVED.fullmatch(name) is None
        and not name.endswith(".")
    )


def check_session_name(name: str) -> None:
    """Refuse what no session's folder may be called.

    Raises
    ------
    LibraryError
        It may not.
    """
    if not is_session_name(name):
        raise LibraryError(
            one_line(
                f"'{name[:100]}' is no name for a session: use up to 80 letters, digits, '-', '_'"
                " and '.', beginning with a letter or digit."
            )
        )
