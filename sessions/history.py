"""A person's sessions against each other: a real change, or within their own noise.

What is compared is one number per session, drill, side and measure (:func:`session_values`): the
median of the peaks, or the pooled share, of the repetitions that count. What was rejected by the
analysis or excluded by a person does not.

**Own noise.** The standard error of measurement (SEM) is how far a session's number lies from
where it would lie on the average of many like it. It is learned from the person: half the mean
square of the differences between one session and the next, so that slow progress is not taken for
noise (von Neumann 1941; worth ``2 (k-1)² / (3k-4)`` degrees of freedom after k sessions without
change). Few sessions say little, so it starts from what is published (:data:`MEASURES`) as if that
were worth :data:`PUBLISHED_DF` degrees of freedom. It is never below what the scatter of the
repetitions leaves open by itself.

**Real change.** The last session is compared with the person's usual, the mean of up to
:data:`USUAL_OF` sessions before it. The minimal detectable change is
``t(0.975, df) · SEM · √(1 + 1/m)``: of a hundred sessions of somebody who did not change at all,
five go beyond it. Each number is judged by itself, so on a page of twenty one of them is expected
to stand out by chance. What is beyond it is ``real``; whether it is good is for people to say.

Use :func:`changes` for one session against earlier ones, :func:`session_values` for a course.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fusion.results import SplitSource, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sessions.stored import StoredSession
    from sessions.tables import RepRow

USUAL_OF: Final = 5
"""Sessions whose mean is a person's usual."""

PUBLISHED_DF: Final = 6.0
"""What the published SEM is worth beside one's own sessions, degrees of freedom."""

FEWEST_REPS: Final = 2
"""A side with fewer repetitions that count has no number."""

_CONFIDENCE: Final = 0.975  # both ends of 95 %


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a session has per drill and side.

    Attributes
    ----------
    name
        A column of ``reps.csv``: ``total_deg``, ``pelvis_share``, ….
    unit
        ``deg``, or ``share`` (a fraction).
    sem
        Published standard error of measurement from day to day, in that unit.
    split
        Whether it rests on the lumbar share. Without a third sensor that is no measurement, so
        sessions are only compared with those that know it from the same source.
    """

    name: str
    unit: str
    sem: float
    split: bool


# Degrees: the largest SEM of five tests of seated rotation (Johnson 2012: 0.8 to 2.3°). Shares:
# what systematic sensor errors of 2° leave open at 44° of turn (docs/method.md).
MEASURES: Final = (
    Measure("total_deg", "deg", 2.3, split=False),
    Measure("thoracolumbar_deg", "deg", 2.3, split=False),
    Measure("thoracic_deg", "deg", 2.3, split=True),
    Measure("lumbar_deg", "deg", 2.3, split=True),
    Measure("pelvis_deg", "deg", 2.3, split=False),
    Measure("thoracic_share", "share", 0.05, split=True),
    Measure("lumbar_share", "share", 0.065, split=True),
    Measure("pelvis_share", "share", 0.046, split=False),
)


class Key(NamedTuple):
    """Which number: a drill, a side (``left``, ``right``) and a :class:`Measure` by name."""

    drill: str
    side: str
    measure: str


@dataclass(frozen=True, slots=True)
class SessionValue:
    """One number of one session.

    Attributes
    ----------
    value
        Degrees towards the side (the pelvis may turn the other way: negative), or a share.
    se
        Standard error of ``value`` from the scatter of the repetitions alone.
    reps
        Repetitions it comes from.
    split_source
        Where the lumbar share came from.
    """

    value: float
    se: float
    reps: int
    split_source: str


@dataclass(frozen=True, slots=True)
class Change:
    """One number of a session against the same person's sessions before.

    Attributes
    ----------
    key
        Which number.
    now
        The session's own.
    usual
        Mean of the ``sessions`` before; ``None`` if there are none.
    difference
        ``now - usual``; ``None`` if there is no usual.
    sem, mdc
        Own standard error of measurement, and the smallest difference that noise would not make.
    sessions
        How many earlier sessions make the usual, at most :data:`USUAL_OF`.
    history
        How many earlier sessions could be compared at all; the SEM is learned from these.
    own_part
        How much of the SEM is one's own rather than published, 0 … 1.
    real
        Whether the difference is beyond ``mdc``; ``None`` if there is nothing to compare with.
    """

    key: Key
    now: SessionValue
    usual: float | None
    difference: float | None
    sem: float
    mdc: float
    sessions: int
    history: int
    own_part: float
    real: bool | None


def session_values(session: StoredSession) -> dict[Key, SessionValue]:
    """Every number one session has; none while it is not analysed.

    Raises
    ------
    SourceError
        Its ``reps.csv`` is damaged.
    """
    return rep_values(counted_reps(session)) if session.analysed else {}


def counted_reps(session: StoredSession) -> tuple[RepRow, ...]:
    """Rows of ``reps.csv`` that count: not rejected, and not excluded by a person.

    Raises
    ------
    SourceError
        The file is damaged.
    """

    def counts(rep: RepRow) -> bool:
        start_s, end_s = _number(rep, "start_s"), _number(rep, "end_s")
        rejected = rep["verdict"] == Verdict.REJECTED
        return not rejected and session.about.excluded_because(start_s, end_s) is None

    return tuple(rep for rep in session.read_reps() if counts(rep))


def rep_values(reps: Iterable[RepRow]) -> dict[Key, SessionValue]:
    """Pool repetitions by drill and side; see :func:`session_values`."""
    sides: dict[tuple[str, str], list[RepRow]] = {}
    for rep in reps:
        sides.setdefault((str(rep["drill"]), str(rep["side"])), []).append(rep)
    found = {}
    for (drill, side), rows in sides.items():
        for measure in MEASURES:
            value = _pooled(rows, measure, 1.0 if side == "left" else -1.0)
            if value is not None:
                found[Key(drill, side, measure.name)] = value
    return found


def in_order(sessions: Iterable[StoredSession]) -> tuple[StoredSession, ...]:
    """Order sessions by when they began, or were written where nothing says when they began."""
    return tuple(sorted(sessions, key=_began))


def before(session: StoredSession, sessions: Iterable[StoredSession]) -> tuple[StoredSession, ...]:
    """The analysed ones among ``sessions`` that are the same person's and earlier, in order.

    Somebody without a name has no history.
    """
    if not session.person:
        return ()
    return in_order(
        s
        for s in sessions
        if s.person == session.person and s.analysed and _began(s) < _began(session)
    )


def changes(
    now: Mapping[Key, SessionValue], earlier: Sequence[Mapping[Key, SessionValue]]
) -> dict[Key, Change]:
    """Compare every number of a session with the same person's earlier ones.

    Parameters
    ----------
    now
        From :func:`session_values`.
    earlier
        The same of each earlier session, oldest first.
    """
    by_name = {measure.name: measure for measure in MEASURES}
    return {
        key: _change(key, value, by_name[key.measure], [e[key] for e in earlier if key in e])
        for key, value in now.items()
    }


def _change(
    key: Key, now: SessionValue, measure: Measure, earlier: Sequence[SessionValue]
) -> Change:
    if measure.split:
        earlier = [e for e in earlier if e.split_source == now.split_source]
    values = np.array([e.value for e in earlier])
    sem, df = own_sem(values, measure.sem)
    own_part = 1.0 - PUBLISHED_DF / df
    sem = max(sem, now.se)
    count = min(len(values), USUAL_OF)
    mdc = _student(df) * sem * math.sqrt(1.0 + 1.0 / max(count, 1))
    if not count:
        return Change(key, now, None, None, sem, mdc, 0, 0, own_part, None)
    usual = float(np.mean(values[-count:]))
    difference = now.value - usual
    real = abs(difference) > mdc
    return Change(key, now, usual, difference, sem, mdc, count, len(values), own_part, real)


def own_sem(values: Sequence[float] | np.ndarray, published: float) -> tuple[float, float]:
    """Learn a person's standard error of measurement from their sessions.

    Parameters
    ----------
    values
        (k,) one number per session, oldest first.
    published
        What to start from, in the same unit.

    Returns
    -------
    float, float
        The SEM, and the degrees of freedom it is worth.
    """
    k = len(values)
    if k < 2:
        return published, PUBLISHED_DF
    own_df = 2.0 * (k - 1) ** 2 / (3 * k - 4)
    own_variance = float(np.mean(np.diff(values) ** 2)) / 2
    df = PUBLISHED_DF + own_df
    return math.sqrt((PUBLISHED_DF * published**2 + own_df * own_variance) / df), df


def _pooled(rows: Sequence[RepRow], measure: Measure, sign: float) -> SessionValue | None:
    """Pool the repetitions of one side; ``None`` where too few have the number."""
    rows = [r for r in rows if r[measure.name] is not None and r["total_deg"] is not None]
    sources = {str(r["split_source"]) for r in rows}
    if len(rows) < FEWEST_REPS or (measure.split and sources == {SplitSource.PRIOR}):
        return None
    values = np.array([_number(r, measure.name) for r in rows])
    if measure.unit == "share":
        # As within a repetition, a share counts by the square of the turn it is a part of.
        weights = np.array([_number(r, "total_deg") for r in rows]) ** 2
        if not weights.sum():
            return None
        value = float(np.average(values, weights=weights))
        spread = float(np.average((values - value) ** 2, weights=weights))
        se = math.sqrt(spread / (len(rows) - 1))
    else:
        value = sign * float(np.median(values))
        # A median scatters by 1.25 times as much as a mean.
        se = 1.25 * float(np.std(values, ddof=1)) / math.sqrt(len(rows))
    return SessionValue(value + 0.0, se, len(rows), "+".join(sorted(sources)))


def _student(df: float) -> float:
    """Two-sided 95 % quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(df, _CONFIDENCE))


def _began(session: StoredSession) -> tuple[float, str]:
    began = session.started_unix_s
    return (session.modified_unix_s if began is None else began), session.name


def _number(rep: RepRow, column: str) -> float:
    value = rep[column]
    return float(value) if value is not None else math.nan
