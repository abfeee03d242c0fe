"""Sessions as rows of the library's index, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sessions.about import decode_about, encode_about
from sessions.receipts import receipt_of
from sessions.recompute import earlier_results
from sessions.stored import RECORDING, StoredSession

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path


def insert_session(db: sqlite3.Connection, session: StoredSession, fingerprint: str) -> None:
    """Add a session that is not there yet."""
    about = session.about
    db.execute(
        "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.name,
            fingerprint,
            session.person,
            session.title,
            session.started_unix_s,
            session.modified_unix_s,
            session.size_bytes,
            session.recording is not None,
            None if session.summary is None else json.dumps(session.summary),
            json.dumps(encode_about(about)),
            session.subject,
            session.problem,
            _words(session),
        ),
    )
    db.executemany("INSERT INTO tags VALUES (?, ?)", [(session.name, tag) for tag in about.tags])
    db.executemany(
        "INSERT INTO marks VALUES (?, ?, ?, ?, ?)",
        [(session.name, m.t_s, m.kind, m.value, m.text) for m in about.marks],
    )
    db.executemany("INSERT INTO calibrations VALUES (?, ?, ?, ?, ?, ?)", _calibrations(session))
    db.executemany("INSERT INTO results VALUES (?, ?, ?, ?, ?)", _results(session))


def session_of(root: Path, row: sqlite3.Row) -> StoredSession:
    """Make a session of its row."""
    path = root / row["name"]
    return StoredSession(
        name=row["name"],
        path=path,
        started_unix_s=row["started_unix_s"],
        modified_unix_s=row["modified_unix_s"],
        size_bytes=row["size_bytes"],
        recording=path / RECORDING if row["recorded"] else None,
        summary=None if row["summary"] is None else json.loads(row["summary"]),
        about=decode_about(json.loads(row["about"])),
        subject=row["subject"],
        problem=row["problem"],
    )


def where(person: str | None, tag: str | None, text: str) -> tuple[str, list[object]]:
    """Make the condition of a search, and the values in it.

    Every word of ``text`` must occur somewhere, whatever its case.
    """
    conditions, values = ["1"], list[object]()
    if person is not None:
        conditions.append("person = ?")
        values.append(person)
    if tag is not None:
        conditions.append("name IN (SELECT session FROM tags WHERE tag = ?)")
        values.append(tag)
    for word in text.casefold().split():
        conditions.append("instr(words, ?) > 0")
        values.append(word)
    return " AND ".join(conditions), values


def _words(session: StoredSession) -> str:
    """Everything a search looks through."""
    about = session.about
    marks = [f"{m.kind} {m.text}" for m in about.marks]
    reasons = [e.reason for e in about.excluded]
    drills = [str(d.get("drill", "")).replace("_", " ") for d in session.drills]
    parts = (session.name, session.title, session.person, about.note)
    return "\n".join((*parts, *about.tags, *marks, *reasons, *drills)).casefold()


def _calibrations(session: StoredSession) -> list[tuple[object, ...]]:
    """Sensor-to-segment calibrations, as the summary tells them."""
    summary = session.summary or {}
    found, sensors = _mapping(summary.get("calibration")), _mapping(summary.get("sensors"))
    rows: list[tuple[object, ...]] = []
    for placement, fit in _mapping(found.get("sensors")).items():
        known, worn = _mapping(fit), _mapping(sensors.get(placement))
        sd_deg = known.get("sd_deg")
        rows.append(
            (
                session.name,
                placement,
                str(worn.get("sensor", "")),
                str(known.get("method", "")),
                str(known.get("verdict", "")),
                float(sd_deg) if isinstance(sd_deg, int | float) else None,
            )
        )
    return rows


def _results(session: StoredSession) -> list[tuple[object, ...]]:
    """Every set of results, those kept from before first."""
    found = [
        (kept, receipt.maker, False) for kept, receipt in earlier_results(session.path).items()
    ]
    if session.summary is not None:
        receipt = receipt_of(session.summary)
        found = [one for one in found if one[0] != receipt.id]
        found.append((receipt.id, receipt.maker, True))
    return [(session.name, number, *one) for number, one in enumerate(found)]


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
