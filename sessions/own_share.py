"""A person's own lumbar share, as the sessions kept of them tell it.

A session tells it if a third sensor measured it, or if two passes with two sensors ended with it
(:func:`tell_by_passes`). The newest that does counts; how old it is goes along, because after some
months nobody should rely on it (:data:`fusion.setup.EXPIRES_DAYS`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fusion.drills import drill_of
from fusion.errors import CalibrationError
from fusion.personal_split import split_of_three, split_of_two_passes
from fusion.results import SplitSource, Verdict
from fusion.setup import PersonalSplit
from sensors.samples import Activity
from sessions.counted import left_out
from sessions.errors import LibraryError, SessionError

if TYPE_CHECKING:
    from sensors.samples import FloatArray
    from sessions.library import Library
    from sessions.stored import StoredSession
    from sessions.tables import RepRow

_DAY_S: Final = 86_400.0
_LEVEL: Final = "T2"
"""Where the upper sensor sits unless somebody says otherwise; results do not tell."""


@dataclass(frozen=True, slots=True)
class OwnShare:
    """A lumbar share and the session that told it."""

    split: PersonalSplit
    session: str


def own_share(library: Library, person: str, now_unix_s: float) -> OwnShare | None:
    """Look for a person's own lumbar share; ``None`` if no session of theirs tells it.

    Parameters
    ----------
    library
        Where their sessions are.
    person
        Whose; ``""`` is nobody, who has none.
    now_unix_s
        Seconds since 1970, to say how old it is.
    """
    if not person:
        return None
    sessions = library.list(person=person)
    for session in sorted(sessions, key=_began_unix_s, reverse=True):
        split = _told_by(session)
        if split is not None:
            age_days = max(now_unix_s - _began_unix_s(session), 0.0) / _DAY_S
            return OwnShare(replace(split, age_days=round(age_days, 1)), session.name)
    return None


def tell_by_passes(library: Library, first: str, above: str, again: str) -> PersonalSplit:
    """Tell a person's share from three sessions with two sensors, and keep it with the last.

    Parameters
    ----------
    library
        Where the sessions are.
    first, again
        Names of sessions with the sensors on pelvis and upper back, before and after.
    above
        Name of the one between, with the lower sensor at T12 instead.

    Raises
    ------
    LibraryError
        They are not those of one person and one drill, are not analysed, or had a third sensor.
    CalibrationError
        Too few good repetitions, or the passes cannot be compared.
    """
    sessions = [library.open(name) for name in (first, above, again)]
    if len({s.name for s in sessions}) < len(sessions):
        raise LibraryError("The two passes and the one between are three different sessions.")
    if len({s.person for s in sessions}) > 1:
        raise LibraryError("These sessions are not all of the same person.")
    if not sessions[0].person:
        raise LibraryError("Say first whose sessions these are: torso sessions move.")
    for session in sessions:
        if not session.analysed:
            raise LibraryError(f"The session '{session.name}' is not analysed yet.")
        if any(d.get("split_source") == SplitSource.MEASURED for d in session.drills):
            raise LibraryError(
                f"The session '{session.name}' had a third sensor, which tells the share by itself."
            )
    if len({frozenset(str(d.get("drill")) for d in s.drills) for s in sessions}) > 1:
        raise LibraryError("Do the same drill in all three sessions.")
    split = split_of_two_passes(*(_column(_good(s), "thoracolumbar_deg") for s in sessions))
    library.edit(again, lambda about: replace(about, lumbar_share=(split.mean, split.sd)))
    return split


def _told_by(session: StoredSession) -> PersonalSplit | None:
    """The share that a session tells, if it does."""
    if session.about.lumbar_share is not None:
        return PersonalSplit(*session.about.lumbar_share)
    measured = [d for d in session.drills if d.get("split_source") == SplitSource.MEASURED]
    for drill in sorted({str(d.get("drill")) for d in measured}, reverse=True):
        try:
            reps = [r for r in _good(session) if r["drill"] == drill]
            prior = drill_of(Activity(drill)).prior(_LEVEL)
            turned_deg = _column(reps, "thoracolumbar_deg")
            return split_of_three(_column(reps, "lumbar_deg"), turned_deg, prior)
        except (SessionError, CalibrationError, ValueError):
            continue  # too few repetitions, or a damaged table: another may tell
    return None


def _good(session: StoredSession) -> list[RepRow]:
    """Repetitions that nothing speaks against and whose peak is known."""
    good = [r for r in session.read_reps() if r["verdict"] == Verdict.GOOD]
    known = [r for r in good if None not in (r["lumbar_deg"], r["thoracolumbar_deg"])]
    return [r for r in known if left_out(r, session.about) is None]


def _column(rows: list[RepRow], name: str) -> FloatArray:
    return np.array([row[name] for row in rows], dtype=float)


def _began_unix_s(session: StoredSession) -> float:
    return session.started_unix_s or session.modified_unix_s
