"""Sessions in which sensors fall silent for 1–4 s, again and again, wherever the person is.

After a second of silence nobody knows where a sensor's heading is: a back turns from end to end
meanwhile. Whether it is found again at the next returns, and whether it is told until then, shows
only over many silences. Errors are those of the angles that are said to be of use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.accuracy import DRILLS, print_head, print_line
from benchmarks.scoring import Score, score
from fusion.pipeline import analyze_session
from fusion.results import Quality
from fusion.setup import Setup
from sensors.samples import ImuBlock
from sensors.simulation.session import THREE_SENSORS, simulate_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.simulation.session import SimulatedSession

FIRST_SEED = 40_000
BEGIN_S = 20.0
"""The first silence is so long after the drill began."""

EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Silences:
    """How long sensors are silent (s, uniform), and whether all of them at once or one by turns."""

    shortest_s: float
    longest_s: float
    together: bool

    def __str__(self) -> str:
        """What stands in front of a line."""
        who = "all sensors" if self.together else "one sensor"
        return f"{self.shortest_s:g}–{self.longest_s:g} s, {who}"

    def cut(self, session: SimulatedSession, seed: int) -> SimulatedSession:
        """The session without what was sent during the silences."""
        rng = np.random.default_rng(seed)
        truth = session.truth.drills[0]
        blocks = dict(session.blocks)
        starts = np.arange(truth.t_s[0] + BEGIN_S, truth.t_s[-1] - BEGIN_S, EVERY_S)
        for start_s in (starts + rng.uniform(0.0, 0.5 * EVERY_S, len(starts))).tolist():
            length_s = rng.uniform(self.shortest_s, self.longest_s)
            silent = rng.permutation(list(blocks)).tolist()[: len(blocks) if self.together else 1]
            for placement in silent:
                blocks[placement] = _without(blocks[placement], start_s, start_s + length_s)
        return replace(session, blocks=blocks)


CONDITIONS = tuple(
    Silences(*seconds, together)
    for seconds in ((1.0, 2.0), (2.0, 4.0))
    for together in (False, True)
)


def run(
    count: int,
    minutes: float,
    *,
    drills: Sequence[str] = tuple(DRILLS),
    conditions: Sequence[Silences] = CONDITIONS,
) -> None:
    """Print a line for every drill and kind of silence, over ``count`` sessions each."""
    print(f"{count} sessions a line, {minutes:g} min each, seeds from {FIRST_SEED}, one silence")
    print(f"about every {EVERY_S:g} s. Mean RMS error in degrees; in brackets the worst session.\n")
    print_head("silent for, who, mode")
    for drill in drills:
        sessions = [
            simulate_session(
                seed=FIRST_SEED + i,
                drills=(DRILLS[drill],),
                placements=THREE_SENSORS,
                minutes_per_drill=minutes,
            )
            for i in range(count)
        ]
        for silences in conditions:
            cut = [silences.cut(s, FIRST_SEED + i) for i, s in enumerate(sessions)]
            for live in (False, True):
                label = f"{silences}, {'live' if live else 'offline'}"
                scores, unusable = zip(*(_score(s, live=live) for s in cut), strict=True)
                print_line(drill, label, scores, f", of no use {np.mean(unusable):.0%}")


def _without(block: ImuBlock, start_s: float, end_s: float) -> ImuBlock:
    """Samples (acceleration and rate) that are not between two times."""
    heard = (block.t_s < start_s) | (block.t_s > end_s)
    return ImuBlock(block.t_s[heard], block.acc[heard], block.gyr[heard])


def _score(session: SimulatedSession, *, live: bool) -> tuple[Score, float]:
    """Score of what is of use, and the part of the frames that is none, silences not counted."""
    found = analyze_session(Setup(THREE_SENSORS), session.blocks, session.events, live=live)
    drill = found.drills[0]
    frames = drill.frames
    heard = np.isfinite(frames.angles_deg[:, 0])
    useless = heard & (frames.quality == Quality.UNUSABLE)
    angles_deg = np.where(useless[:, None], np.nan, frames.angles_deg)
    of_use = replace(drill, frames=replace(frames, angles_deg=angles_deg))
    return score(of_use, session.truth.drills[0]), float(useless.sum() / heard.sum())
