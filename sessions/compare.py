"""Two results side by side: what a change of the algorithms, or another session, did to them.

Of the same recording, repetitions are the same if they are to the same side and overlap by more
than half; what moved, appeared and vanished is told one by one. Of different recordings only the
sides as a whole are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sessions.errors import LibraryError
from sessions.history import Key, rep_values
from sessions.receipts import receipt_of
from sessions.recompute import EARLIER, earlier_results
from sessions.stored import stored_session
from sessions.tables import REP_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sessions.receipts import Receipt
    from sessions.tables import RepRow

_DEGREES: Final = tuple(c for c in REP_COLUMNS if c.endswith("_deg"))
_SHARES: Final = tuple(c for c in REP_COLUMNS if c.endswith("_share"))
_OVERLAP: Final = 0.5


@dataclass(frozen=True, slots=True)
class Results:
    """One set of results: its receipt, its repetitions, its parameters."""

    receipt: Receipt
    reps: tuple[RepRow, ...]
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Moved:
    """How far one column of the repetitions moved from A to B, over those that are in both.

    ``mean`` is signed, in the direction of the turn; ``largest`` is not.
    """

    column: str
    mean: float
    largest: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs from A to B.

    Attributes
    ----------
    same_input
        Whether both were made from the same bytes.
    how
        What made them differ, in words; empty if they were made alike.
    matched
        Repetitions found in both.
    only_a, only_b
        Repetitions found in one alone: where they peak (s), and to which side.
    verdicts
        Matched repetitions whose verdict changed: peak (s), before, after.
    moved
        Columns of which a matched repetition moved.
    sides
        Numbers of a side as a whole, in A and in B; ``None`` where one has none.
    """

    same_input: bool
    how: tuple[str, ...]
    matched: int
    only_a: tuple[tuple[float, str], ...]
    only_b: tuple[tuple[float, str], ...]
    verdicts: tuple[tuple[float, str, str], ...]
    moved: tuple[Moved, ...]
    sides: dict[Key, tuple[float | None, float | None]]

    @property
    def equal(self) -> bool:
        """Whether nothing differs in the repetitions."""
        apart = self.only_a or self.only_b or self.verdicts or self.moved
        return self.same_input and not apart and all(a == b for a, b in self.sides.values())


def read_results(folder: Path) -> Results:
    """Read the results in a session's or analysis folder, or one kept below ``earlier/``.

    Raises
    ------
    LibraryError
        There are none.
    SourceError
        They are damaged.
    """
    stored = stored_session(folder)
    if stored.summary is None:
        raise LibraryError(f"{folder} holds no results; analyse it first.")
    algorithms = stored.summary.get("algorithms")
    parameters = algorithms.get("parameters") if isinstance(algorithms, dict) else None
    return Results(
        receipt_of(stored.summary),
        stored.read_reps(),
        parameters if isinstance(parameters, dict) else {},
    )


def before_recompute(folder: Path) -> Path:
    """Folder of the results that a session had before its present ones.

    Raises
    ------
    LibraryError
        It has only ever had these.
    """
    kept = list(earlier_results(folder))
    if not kept:
        raise LibraryError(
            f"'{folder.name}' has no earlier results; give a second session or folder."
        )
    return folder / EARLIER / kept[-1]


def compare(a: Results, b: Results) -> Comparison:
    """Compare two sets of results."""
    known = bool(a.receipt.inputs or b.receipt.inputs)
    same_input = known and a.receipt.inputs == b.receipt.inputs
    pairs = _pairs(a.reps, b.reps) if same_input else []
    in_a, in_b = {id(x) for x, _ in pairs}, {id(y) for _, y in pairs}
    values_a, values_b = rep_values(a.reps), rep_values(b.reps)
    return Comparison(
        same_input=same_input,
        how=tuple(_how(a, b)),
        matched=len(pairs),
        only_a=_places([r for r in a.reps if id(r) not in in_a]) if same_input else (),
        only_b=_places([r for r in b.reps if id(r) not in in_b]) if same_input else (),
        verdicts=tuple(
            (_number(y, "peak_s"), str(x["verdict"]), str(y["verdict"]))
            for x, y in pairs
            if x["verdict"] != y["verdict"]
        ),
        moved=tuple(m for c in (*_DEGREES, *_SHARES) if (m := _moved(c, pairs)) is not None),
        sides={
            key: (
                values_a[key].value if key in values_a else None,
                values_b[key].value if key in values_b else None,
            )
            for key in dict.fromkeys((*values_a, *values_b))
        },
    )


def _how(a: Results, b: Results) -> list[str]:
    """What the receipts differ in."""
    first, second = a.receipt, b.receipt
    words = []
    for name, was, now in (
        ("mode", first.mode, second.mode),
        ("torso", first.software, second.software),
        ("code", first.code, second.code),
    ):
        if was != now:
            words.append(f"{name} {was or 'unknown'} → {now or 'unknown'}")
    was_versions, now_versions = dict(first.versions), dict(second.versions)
    for name in sorted(was_versions.keys() | now_versions.keys()):
        was, now = was_versions.get(name, "none"), now_versions.get(name, "none")
        if was != now:
            words.append(f"{name} {was} → {now}")
    words += [
        f"parameter {name}: {a.parameters.get(name)} → {b.parameters.get(name)}"
        for name in sorted(a.parameters.keys() | b.parameters.keys())
        if a.parameters.get(name) != b.parameters.get(name)
    ]
    return words


def _pairs(a: Sequence[RepRow], b: Sequence[RepRow]) -> list[tuple[RepRow, RepRow]]:
    """Repetitions that are the same one, each in at most one pair."""
    free, found = list(b), []
    for one in a:
        other = max(free, key=lambda r: _overlap(one, r), default=None)
        if other is not None and _overlap(one, other) > _OVERLAP:
            free.remove(other)
            found.append((one, other))
    return found


def _overlap(one: RepRow, other: RepRow) -> float:
    """Part of their common span that two repetitions to the same side share."""
    if (one["drill"], one["side"]) != (other["drill"], other["side"]):
        return 0.0
    starts = _number(one, "start_s"), _number(other, "start_s")
    ends = _number(one, "end_s"), _number(other, "end_s")
    span = max(ends) - min(starts)
    return (min(ends) - max(starts)) / span if span > 0 else 0.0


def _moved(column: str, pairs: Sequence[tuple[RepRow, RepRow]]) -> Moved | None:
    """How a column moved; ``None`` if it did not."""
    apart = []
    for one, other in pairs:
        if one[column] is None or other[column] is None:
            continue
        towards = -1.0 if column in _DEGREES and one["side"] == "right" else 1.0
        apart.append(towards * (_number(other, column) - _number(one, column)))
    if not any(apart):
        return None
    return Moved(column, sum(apart) / len(apart), max(abs(x) for x in apart))


def _places(reps: Sequence[RepRow]) -> tuple[tuple[float, str], ...]:
    return tuple((_number(r, "peak_s"), str(r["side"])) for r in reps)


def _number(rep: RepRow, column: str) -> float:
    value = rep[column]
    return float(value) if value is not None else float("nan")
