"""A simulated session as a raw folder, with ``truth.csv`` and ``truth_reps.csv`` beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sensors.simulation.track import Phase
from sensors.simulation.truth import ANGLES
from sessions.exports import text
from sessions.exports.raw_folder import table_csv, write_raw_folder

if TYPE_CHECKING:
    from pathlib import Path

    from sensors.simulation.session import SimulatedSession
    from sensors.simulation.truth import DrillTruth, RepTruth

TRUTH = "truth.csv"
TRUTH_REPS = "truth_reps.csv"
TRUTH_REP_COLUMNS = (
    "drill",
    "set",
    "rep",
    "side",
    "start_s",
    "hold_start_s",
    "peak_s",
    "hold_end_s",
    "end_s",
    *(f"{angle}_deg" for angle in ANGLES[:5]),
    "pelvis_share",
    "lumbar_share",
    "thoracic_share",
)


def write_simulated(folder: Path, session: SimulatedSession, *, subject: str) -> None:
    """Write a simulated session; the truth is for comparison and no analysis reads it.

    Parameters
    ----------
    folder
        Where to; made if need be.
    session
        From :func:`sensors.simulation.session.simulate_session`.
    subject
        Pseudonym for ``session.json``.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    description = {"subject": subject, "upper_back_level": session.truth.upper_back_level}
    further = {
        TRUTH: _truth_csv(session.truth.drills),
        TRUTH_REPS: _truth_reps_csv(session.truth.drills),
    }
    write_raw_folder(
        folder, session.blocks, session.events, description=description, further=further
    )


def _truth_csv(drills: tuple[DrillTruth, ...]) -> bytes:
    header = ",".join(("time_s", "drill", "rep", "phase", *(f"{a}_deg" for a in ANGLES)))
    return f"{header}\n".encode() + b"".join(_drill_rows(drill) for drill in drills)


def _drill_rows(drill: DrillTruth) -> bytes:
    """Rows of one drill; the words are put between the numbers of the two tables."""
    times = table_csv({"time_s": text.round_times(drill.t_s)}).decode().splitlines()[1:]
    rounded = text.round_significant(drill.angles_deg)
    angles = table_csv(dict(zip(ANGLES, rounded.T, strict=True))).decode().splitlines()[1:]
    phases = [Phase(p).name.lower() for p in drill.phase]
    reps = [str(r) if r else "" for r in drill.rep]
    rows = zip(times, reps, phases, angles, strict=True)
    return "".join(f"{t},{drill.drill},{r},{p},{a}\n" for t, r, p, a in rows).encode()


def _truth_reps_csv(drills: tuple[DrillTruth, ...]) -> bytes:
    lines = [",".join(TRUTH_REP_COLUMNS)]
    lines += [",".join(_rep_cells(rep)) for drill in drills for rep in drill.reps]
    return ("\n".join(lines) + "\n").encode()


def _rep_cells(rep: RepTruth) -> list[str]:
    cells = [str(rep.drill), str(rep.set), str(rep.rep), rep.side]
    cells += [text.time(getattr(rep, name)) for name in TRUTH_REP_COLUMNS[4:9]]
    cells += [text.number(getattr(rep, name)) for name in TRUTH_REP_COLUMNS[9:14]]
    return cells + [text.number(float(share)) for share in np.asarray(rep.shares)]
