"""The same sessions through other ways to orientation, everything else being equal.

Each peer gets the same samples on the grid, the same neutral, headings made equal there, and the
same definitions of the angles; only what gives the turns of the segments differs. A filter gives
them directly; `qmt` corrects the heading of the upper segment; OpenSense fits a chain of joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import filters, opensense
from benchmarks.filters import Samples
from benchmarks.scoring import errors_deg
from fusion import offline
from fusion import quaternions as qt
from fusion.calibration import Calibration, Stretch, calibrate, verified
from fusion.grid import GRID_HZ
from fusion.heading_estimate import HeadingEstimate
from fusion.neutral import announced_neutral
from fusion.setup import Setup
from fusion.spine import Reference, SegmentTurns, make_reference, spine_angles, turns
from fusion.track import Window

try:
    import qmt
except ModuleNotFoundError:  # only the extra `bench` brings it
    qmt = None

HAS_QMT = qmt is not None

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.samples import FloatArray
    from sensors.simulation.session import SimulatedSession
    from sensors.simulation.truth import DrillTruth

AXIAL_RANGE_DEG = 60.0
BEND_RANGE_DEG = 35.0
"""Of the joint that qmt is told of: what the simulated wearers reach, and some more."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One session's first drill, as far as every peer shares it.

    Attributes
    ----------
    setup, calibration, truth
        What is worn, how it sits, what is true.
    samples
        One per sensor, pelvis first, from before the neutral to the end of the drill.
    still, inside
        Rows of the neutral, and of the drill.
    t_s
        (m,) times of the drill's rows.
    neutral_s
        Start and end of the neutral.
    """

    setup: Setup
    calibration: Calibration
    truth: DrillTruth
    samples: tuple[Samples, ...]
    still: slice
    inside: slice
    t_s: FloatArray
    neutral_s: tuple[float, float]

    def reference(self, q_es: list[FloatArray]) -> Reference:
        """Neutral of orientations (n, 4) of each sensor."""
        still = {p: q[self.still] for p, q in zip(self.setup.chain, q_es, strict=True)}
        return make_reference(still, self.calibration, self.setup.chain, self.neutral_s)

    def errors_deg(self, reference: Reference, turn: FloatArray) -> FloatArray:
        """Errors (m, 4) of the angles that the turns (m, n, 4) make, taken as they are."""
        m, n = turn.shape[:2]
        held = HeadingEstimate(np.zeros((m, n)), np.zeros((m, n, n)))
        spine = spine_angles(SegmentTurns(0, reference, turn, held, np.zeros(m, dtype=bool)))
        angles = np.hstack([spine.columns, np.zeros((m, 3))])
        return errors_deg(self.t_s, angles, self.truth)


def prepare(session: SimulatedSession) -> Prepared:
    """What all peers get of a session."""
    setup = Setup(tuple(session.blocks))
    truth = session.truth.drills[0]
    tracks = {p: offline.grid_track(session.blocks[p]) for p in setup.chain}
    extent = offline.common_extent(tracks)
    stretches = verified(
        [
            (e.activity, Stretch(tracks, Window.between(e.onset_s, e.end_s).clip(extent)))
            for e in session.events
        ]
    )
    calibration = calibrate(stretches, setup)
    window = Window.between(truth.start_s, truth.end_s).clip(extent)
    neutral = announced_neutral(
        stretches.neutral, tracks, window.first, Window(window.first - 50, window.first)
    )
    if neutral is None:
        raise ValueError("a simulated session without a still neutral is no benchmark")
    samples = tuple(
        Samples(
            np.ascontiguousarray(t.rate(extent)),
            np.ascontiguousarray(t.acc(extent)),
            calibration.bias[p].bias_rad_s,
            GRID_HZ,
        )
        for p, t in tracks.items()
    )
    still, drill = neutral.window, window
    return Prepared(
        setup,
        calibration,
        truth,
        samples,
        slice(still.first - extent.first, still.end - extent.first),
        slice(drill.first - extent.first, drill.end - extent.first),
        np.arange(drill.first, drill.end) / GRID_HZ,
        (still.start_s, still.end_s),
    )


def filter_errors_deg(prepared: Prepared, orient: Callable[[Samples], FloatArray]) -> FloatArray:
    """Errors (m, 4) with orientations by one filter."""
    q_es = [orient(s) for s in prepared.samples]
    reference = prepared.reference(q_es)
    return prepared.errors_deg(reference, _turns(prepared, reference, q_es))


def opensense_errors_deg(prepared: Prepared) -> FloatArray:
    """Errors (m, 4) of OpenSim's inverse kinematics on the best orientations there are for it."""
    q_es = [filters.vqf_told_offline(s) for s in prepared.samples]
    reference = prepared.reference(q_es)
    turned = qt.multiply(reference.turn_e, np.stack(q_es, axis=1))
    turn = opensense.turns(prepared.t_s, turned[prepared.inside], turned[prepared.still])
    return prepared.errors_deg(reference, turn)


def qmt_errors_deg(prepared: Prepared) -> FloatArray:
    """Errors (m, 4) with qmt's heading correction of each upper segment, a joint with ranges."""
    q_es = [filters.vqf_told_offline(s) for s in prepared.samples]
    reference = prepared.reference(q_es)
    turn = _turns(prepared, reference, q_es)
    base = qt.from_axes(reference.sagittal, reference.u, reference.transverse)
    segment = qt.multiply(turn, base)
    to_segment = qt.conjugate(
        qt.multiply(qt.conjugate(qt.multiply(reference.turn_e, reference.q_n)), base)
    )
    rates = [
        qt.rotate(to_segment[i], s.unbiased[prepared.inside])
        for i, s in enumerate(prepared.samples)
    ]
    limits = np.radians([AXIAL_RANGE_DEG, BEND_RANGE_DEG, BEND_RANGE_DEG])
    corrected = [segment[:, 0]]
    for i in range(1, len(rates)):
        found = qmt.headingCorrection(
            rates[0],
            rates[i],
            segment[:, 0],
            segment[:, i],
            prepared.t_s - prepared.t_s[0],
            np.eye(3),
            {"convention": "yxz", "angle_ranges": np.column_stack([-limits, limits])},
        )
        corrected.append(np.asarray(found[0]))
    return prepared.errors_deg(
        reference, qt.multiply(np.stack(corrected, axis=1), qt.conjugate(base))
    )


def _turns(prepared: Prepared, reference: Reference, q_es: list[FloatArray]) -> FloatArray:
    return turns(reference, np.stack([q[prepared.inside] for q in q_es], axis=1))


def ways() -> dict[str, Callable[[Prepared], FloatArray]]:
    """Every peer that is installed, by name: errors (m, 4) of a prepared session."""
    found: dict[str, Callable[[Prepared], FloatArray]] = {}
    for name, orient in filters.PEERS.items():
        found[name] = partial(filter_errors_deg, orient=orient)
    if qmt is not None:
        found["qmt heading correction"] = qmt_errors_deg
    if opensense.installed():
        found["OpenSim OpenSense"] = opensense_errors_deg
    return found
