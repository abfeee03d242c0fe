"""Tables of the library's index, step by step: each step takes the one before to the next version.

``PRAGMA user_version`` counts the steps taken.
"""

from __future__ import annotations

from typing import Final

_SESSIONS: Final = """
CREATE TABLE sessions (
    name            TEXT PRIMARY KEY,
    fingerprint     TEXT NOT NULL,
    person          TEXT NOT NULL,
    title           TEXT NOT NULL,
    started_unix_s  REAL,
    modified_unix_s REAL NOT NULL,
    size_bytes      INTEGER NOT NULL,
    recorded        INTEGER NOT NULL,
    summary         TEXT,
    about           TEXT NOT NULL,
    subject         TEXT NOT NULL,
    problem         TEXT,
    words           TEXT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);

CREATE TABLE tags (
    session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    tag     TEXT NOT NULL,
    PRIMARY KEY (session, tag)
);

CREATE TABLE marks (
    session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    t_s     REAL NOT NULL,
    kind    TEXT NOT NULL,
    value   REAL,
    text    TEXT NOT NULL
);
CREATE INDEX marks_session ON marks (session);

CREATE TABLE calibrations (
    session   TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    placement TEXT NOT NULL,
    sensor    TEXT NOT NULL,
    method    TEXT NOT NULL,
    verdict   TEXT NOT NULL,
    sd_deg    REAL,
    PRIMARY KEY (session, placement)
);
"""

# Emptying the fingerprints has every folder read again, for what was not asked of it before.
_RESULTS: Final = """
CREATE TABLE results (
    session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    id      TEXT NOT NULL,
    maker   TEXT NOT NULL,
    current INTEGER NOT NULL,
    PRIMARY KEY (session, number)
);
UPDATE sessions SET fingerprint = ''
"""

MIGRATIONS: Final = (_SESSIONS, _RESULTS)
"""Scripts in order; one that was released is never changed, only followed by another."""
