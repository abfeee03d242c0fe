"""What the report of one session says, before it is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fusion.drill_result import PEAK_SD_DEG
from sessions.counted import counted_drill, reps_of
from sessions.errors import LibraryError
from sessions.history import Key, before, changes, counted_reps, rep_values, session_values
from sessions.receipts import receipt_of
from sessions.report import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sessions.history import Change
    from sessions.stored import StoredSession
    from sessions.tables import RepRow

SEGMENTS = ("pelvis", "lumbar", "thoracic")
SIDES = ("left", "right")
_Z95 = 1.96
_MOST_WARNINGS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One segment's share of the turn, a fraction with its 95 % interval."""

    segment: str
    value: float
    lo: float
    hi: float


@dataclass(frozen=True, slots=True)
class SideReport:
    """One side of a drill: peaks (°, towards the side) and shares."""

    reps: int
    median_deg: float
    lo_deg: float
    hi_deg: float
    best_deg: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class DrillReport:
    """One drill of the session.

    ``changes`` holds per row of the table its label and the change of each side that has one.
    """

    name: str
    done: str
    measured: bool
    split: str
    sides: dict[str, SideReport]
    difference: str
    changes: tuple[tuple[str, dict[str, Change]], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page, in order.

    ``made_unix_s`` (s since 1970) dates the document: when the session began, so that the same
    session gives the same bytes.
    """

    title: str
    person: str
    when: str
    made_unix_s: float
    drills: tuple[DrillReport, ...]
    history: str
    felt: tuple[str, ...]
    quality: tuple[str, ...]
    receipt: str


def make_report(session: StoredSession, sessions: Iterable[StoredSession] = ()) -> Report:
    """Gather what the report of ``session`` says.

    Parameters
    ----------
    session
        An analysed session.
    sessions
        Sessions to find its person's earlier ones among; others are passed over.

    Raises
    ------
    LibraryError
        It is not analysed.
    SourceError
        Its results, or those of an earlier session, are damaged.
    """
    if session.summary is None or session.problem is not None:
        problem = session.problem or "it is not analysed yet."
        raise LibraryError(f"No report of '{session.name}': {problem}")
    earlier = [session_values(s) for s in before(session, sessions)]
    reps = counted_reps(session)
    compared = changes(rep_values(reps), earlier)
    began = session.started_unix_s
    return Report(
        title=session.title,
        person=session.person,
        when="" if began is None else _moment(began),
        made_unix_s=session.modified_unix_s if began is None else began,
        drills=tuple(_drills(session, reps, compared)),
        history=_history(session, len(earlier)),
        felt=tuple(_felt(session)),
        quality=tuple(_quality(session.summary)),
        receipt=_receipt(session.summary),
    )


def _drills(
    session: StoredSession, reps: Sequence[RepRow], compared: Mapping[Key, Change]
) -> Iterable[DrillReport]:
    """One report per kind of drill, over all its sets."""
    every = session.read_reps()
    for drill in dict.fromkeys(str(d.get("drill")) for d in session.drills):
        stretches = [d for d in session.drills if d.get("drill") == drill]
        mine = [r for r in reps if r["drill"] == drill]
        sides = {s: _side(s, [r for r in mine if r["side"] == s]) for s in SIDES}
        source = str(stretches[0].get("split_source"))
        left_out = sum(r["drill"] == drill for r in every) - len(mine)
        yield DrillReport(
            name=words.DRILLS.get(drill, drill.replace("_", " ")),
            done=_done(stretches, sides, left_out),
            measured=source == "measured",
            split=words.SPLIT.get(source, ""),
            sides={s: found for s, found in sides.items() if found is not None},
            difference=_difference(
                [counted_drill(d, reps_of(d, every), session.about) for d in stretches]
            ),
            changes=tuple(_rows(drill, compared)),
        )


def _side(side: str, reps: Sequence[RepRow]) -> SideReport | None:
    reps = [r for r in reps if r["total_deg"] is not None]
    if not reps:
        return None
    sign = 1.0 if side == "left" else -1.0
    peaks = sorted(sign * _number(r["total_deg"]) for r in reps)
    middle = len(peaks) // 2
    median = (peaks[middle] + peaks[~middle]) / 2
    mean = sum(peaks) / len(peaks)
    spread = sum((p - mean) ** 2 for p in peaks) / max(len(peaks) - 1, 1)
    # A median scatters by 1.25 times as much as a mean.
    half = _Z95 * math.sqrt(1.57 * spread / len(peaks) + PEAK_SD_DEG**2)
    return SideReport(
        len(reps), median, median - half, median + half, peaks[-1], tuple(_parts(reps))
    )


def _parts(reps: Sequence[RepRow]) -> Iterable[Part]:
    """Pool shares by the square of the turn; what is uncertain in one is so in all."""
    for segment in SEGMENTS:
        columns = [f"{segment}_share{end}" for end in ("", "_lo", "_hi")]
        known = [r for r in reps if all(r[c] is not None for c in columns)]
        weight = sum(_number(r["total_deg"]) ** 2 for r in known)
        if not weight:
            return
        value, lo, hi = (
            sum(_number(r["total_deg"]) ** 2 * _number(r[c]) for r in known) / weight
            for c in columns
        )
        yield Part(segment, value, lo, hi)


def _rows(drill: str, compared: Mapping[Key, Change]) -> Iterable[tuple[str, dict[str, Change]]]:
    measured = any(k.drill == drill and k.measure == "thoracic_deg" for k in compared)
    for measure, label in words.MEASURES.items():
        if measured and measure == "thoracolumbar_deg":
            continue
        keys = {side: Key(drill, side, measure) for side in SIDES}
        row = {side: compared[key] for side, key in keys.items() if key in compared}
        if row:
            yield label, row


def _done(
    stretches: Sequence[Mapping[str, Any]], sides: Mapping[str, SideReport | None], left_out: int
) -> str:
    counts = [f"{found.reps} to the {side}" for side, found in sides.items() if found is not None]
    seconds = sum(_number(d.get("end_s")) - _number(d.get("start_s")) for d in stretches)
    length = f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.0f} s"
    sentence = f"{' and '.join(counts) or 'no repetition that counts'}, in {length}"
    return f"{sentence}; {left_out} left out." if left_out else f"{sentence}."


def _difference(stretches: Sequence[Mapping[str, Any]]) -> str:
    """Say how the sides differ; of several sets the first that says it."""
    found = next(
        (d["side_difference_deg"] for d in stretches if d.get("side_difference_deg")), None
    )
    if not isinstance(found, dict):
        return ""
    value, lo, hi = (_number(found.get(key)) for key in ("value", "lo", "hi"))
    if not math.isfinite(value + lo + hi):
        return ""
    middle, low, high = (round(x) for x in (value, lo, hi))
    reach = f"right minus left {middle:+d}° [{low:+d} to {high:+d}]"
    if lo <= 0 <= hi:
        return f"The sides do not differ beyond what is uncertain: {reach}."
    return f"The sides differ: {reach}."


def _history(session: StoredSession, earlier: int) -> str:
    if not session.person:
        return "Nobody is named as the wearer, so there is no history to compare with."
    if not earlier:
        return "The first session of this person: nothing to compare with yet."
    return f"Compared with {earlier} earlier session{'s' if earlier > 1 else ''} of this person."


def _felt(session: StoredSession) -> Iterable[str]:
    about = session.about
    for mark in about.marks:
        value = "" if mark.value is None else f" {mark.value:g} of 10"
        said = f": {mark.text}" if mark.text else ""
        yield f"{mark.kind.capitalize()}{value} at {mark.t_s:.0f} s{said}"
    if about.note:
        yield f"Note: {' '.join(about.note.split())}"


def _quality(summary: Mapping[str, Any]) -> Iterable[str]:
    fit, sensors = _mapping(summary.get("calibration")), _mapping(summary.get("sensors"))
    losses = [_number(_mapping(s).get("loss")) for s in sensors.values()]
    known = [loss for loss in losses if math.isfinite(loss)]
    lost = f"; up to {100 * max(known):.1f} % of samples lost" if known else ""
    yield f"{len(sensors)} sensors; fit to the body {fit.get('verdict', 'unknown')}{lost}."
    warnings = [_mapping(w) for w in summary.get("warnings") or []]
    said = list(dict.fromkeys(_sentence(w) for w in warnings))
    yield from said[:_MOST_WARNINGS]
    if len(said) > _MOST_WARNINGS:
        yield f"And {len(said) - _MOST_WARNINGS} more remarks in summary.json."


def _sentence(warning: Mapping[str, Any]) -> str:
    sentence, placement = str(warning.get("sentence", "")), warning.get("placement")
    return f"Sensor on {str(placement).replace('_', ' ')}: {sentence}" if placement else sentence


def _receipt(summary: Mapping[str, Any]) -> str:
    receipt = receipt_of(summary)
    return f"Receipt {receipt.id}: {receipt.maker}"


def _moment(unix_s: float) -> str:
    moment = datetime.fromtimestamp(unix_s, tz=UTC).astimezone()
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
