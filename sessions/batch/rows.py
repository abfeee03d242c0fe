"""What a session and its repetitions are in the two tables: columns, types, meanings, values."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from sessions.receipts import receipt_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from fusion.results import Rep, SessionResult
    from sessions.about import About
    from sessions.imports.session import ImportedSession

_WHOSE: Final = {
    "source": ("Path or URL of the recording or folder", ""),
    "subject": ("Pseudonym of the wearer, empty where nobody is named", ""),
}
_EXCLUDED: Final = ("Why a person does not want the repetition counted; empty where it counts", "")

SESSION_COLUMNS: Final = {
    **_WHOSE,
    "status": ("done or failed", ""),
    "exit_code": ("What torso analyze would have returned: 0, or why it failed", "1"),
    "reason": ("Why it failed", ""),
    "kind": ("Format of the source", ""),
    "sensors": ("Number of sensors", "1"),
    "duration_s": ("From the first to the last sample", "s"),
    "verdict": ("good, doubtful or rejected, for the session as a whole", ""),
    "calibration_verdict": ("good, doubtful or rejected, for its calibration", ""),
    "drills": ("Number of drills", "1"),
    "repetitions": ("Number of repetitions, those excluded among them", "1"),
    "warnings": ("Codes of all warnings, separated by semicolons", ""),
    "summary": ("The whole of summary.json", ""),
    "receipt": ("Short name of what the results were made from and by what", ""),
    "software": ("What made the results", ""),
    "key": ("Digest of everything that was read and of what read it; equal keys, equal rows", ""),
}
"""Definition and unit of each column of the table of sessions, by name."""

_NUMBERS: Final = {
    "exit_code": "int64", "sensors": "int64", "drills": "int64", "repetitions": "int64",
    "duration_s": "float64",
}  # fmt: skip


def session_row(
    imported: ImportedSession, result: SessionResult, summary: bytes, subject: str
) -> dict[str, Any]:
    """Values of an analysed session by column."""
    content = json.loads(summary)
    receipt = receipt_of(content)
    times = [block.t_s for block in imported.blocks.values()]
    return {
        "subject": subject,
        "kind": imported.kind,
        "sensors": len(result.placements),
        "duration_s": float(max(t[-1] for t in times) - min(t[0] for t in times)),
        "verdict": str(result.verdict),
        "calibration_verdict": str(result.calibration.verdict),
        "drills": len(result.drills),
        "repetitions": sum(len(drill.reps) for drill in result.drills),
        "warnings": ";".join(dict.fromkeys(w["code"] for w in content["warnings"])),
        "summary": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        "receipt": receipt.id,
        "software": receipt.maker,
    }


def rep_row(rep: Rep, subject: str, about: About) -> dict[str, Any]:
    """Values of a repetition by column."""
    from sessions.exports import parquet

    known = {n: None if _missing(v) else v for n, v in parquet.rep_row(rep).items()}
    excluded = about.excluded_because(rep.start_s, rep.end_s) or ""
    return {"subject": subject, **known, "excluded": excluded}


def session_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Make the table of sessions."""
    return _table(rows, session_schema())


def rep_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Make the table of repetitions."""
    return _table(rows, rep_schema())


def session_schema() -> pa.Schema:
    """Columns of the table of sessions."""
    import pyarrow as pa

    fields = [_field(name, *words) for name, words in SESSION_COLUMNS.items()]
    return pa.schema(fields, metadata={"schema": "torso.sessions", "schema_version": "1"})


def rep_schema() -> pa.Schema:
    """Columns of the table of repetitions: whose, those of ``reps.parquet``, what is excluded."""
    import pyarrow as pa

    from sessions.exports.parquet import REP_FIELDS, field

    whose = [_field(name, *words) for name, words in _WHOSE.items()]
    fields = [*whose, *(field(name) for name in REP_FIELDS), _field("excluded", *_EXCLUDED)]
    return pa.schema(fields, metadata={"schema": "torso.reps", "schema_version": "2"})


def _field(name: str, definition: str, unit: str) -> pa.Field:
    import pyarrow as pa

    kind = pa.type_for_alias(_NUMBERS.get(name, "string"))
    return pa.field(name, kind, metadata={"unit": unit, "definition": definition})


def _table(rows: Iterable[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=schema)


def _missing(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
