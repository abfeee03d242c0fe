"""The same sessions through other ways to orientation, everything else being equal.

Each peer gets the same grid samples, the same neutral and the same definitions; only what gives the
orientations differs, and none has a drift model. Those that do not estimate a bias themselves get
the one of the table rest, as a careful user would do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from vqf import VQF

from benchmarks.scoring import errors_deg, rms
from fusion import offline
from fusion.calibration import Stretch, calibrate, verified
from fusion.grid import GRID_HZ
from fusion.heading import HeadingEstimate
from fusion.neutral import announced_neutral
from fusion.orientation import make_filter
from fusion.setup import Setup
from fusion.spine import make_reference, spine_angles, turns
from fusion.track import Window

try:
    import imufusion
except ModuleNotFoundError:  # only the extra `bench` brings it
    imufusion = None

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensors.samples import FloatArray
    from sensors.simulation.session import SimulatedSession

GRAVITY = 9.80665


def vqf_default(gyr: FloatArray, acc: FloatArray, bias: FloatArray) -> FloatArray:
    """VQF 6D as it comes, with its own rest and motion bias estimation."""
    del bias
    filtered = VQF(1.0 / GRID_HZ).updateBatch(np.ascontiguousarray(gyr), np.ascontiguousarray(acc))
    return np.asarray(filtered["quat6D"])


def vqf_without_bias(gyr: FloatArray, acc: FloatArray, bias: FloatArray) -> FloatArray:
    """VQF 6D with rest updates off and no bias given."""
    del bias
    run = VQF(1.0 / GRID_HZ, restBiasEstEnabled=False)
    return np.asarray(
        run.updateBatch(np.ascontiguousarray(gyr), np.ascontiguousarray(acc))["quat6D"]
    )


def _named(name: str) -> Callable[[FloatArray, FloatArray, FloatArray], FloatArray]:
    def run(gyr: FloatArray, acc: FloatArray, bias: FloatArray) -> FloatArray:
        return make_filter(name, GRID_HZ).update(gyr - bias, acc)

    return run


def imufusion_6d(gyr: FloatArray, acc: FloatArray, bias: FloatArray) -> FloatArray:
    """The filter of imufusion (x-io) as it comes, 6D; it takes °/s and g."""
    ahrs = imufusion.Ahrs()
    ahrs.set_sample_period(1.0 / GRID_HZ)
    out = np.empty((len(gyr), 4))
    for i, (rate, force) in enumerate(zip(np.degrees(gyr - bias), acc / GRAVITY, strict=True)):
        ahrs.update_no_magnetometer(rate, force)
        out[i] = ahrs.get_quaternion()
    return out


PEERS = {
    "vqf, as it comes": vqf_default,
    "vqf, no bias, no rest": vqf_without_bias,
    "vqf + table bias": _named("vqf"),
    "ahrs madgwick + table bias": _named("madgwick"),
    "ahrs ekf + table bias": _named("ekf"),
}
if imufusion is not None:
    PEERS["imufusion + table bias"] = imufusion_6d


def peer_rms_deg(
    session: SimulatedSession, orient: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
) -> FloatArray:
    """RMS error (4,) of a session's first drill with orientations by ``orient``, no drift model."""
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
    q = {
        p: orient(t.rate(extent), t.acc(extent), calibration.bias[p].bias_rad_s)
        for p, t in tracks.items()
    }
    still = slice(neutral.window.first - extent.first, neutral.window.end - extent.first)
    reference = make_reference(
        {p: x[still] for p, x in q.items()}, calibration, setup.chain, (0, 1)
    )
    inside = slice(window.first - extent.first, window.end - extent.first)
    turn = turns(reference, np.stack([q[p][inside] for p in setup.chain], axis=1))
    n = turn.shape[1]
    no_drift = HeadingEstimate(
        np.zeros((len(turn), n)), np.zeros((len(turn), n, n)), np.zeros((len(turn), n))
    )
    spine = spine_angles(reference, turn, no_drift)
    rest = np.zeros((len(turn), 3))
    thoracic = spine.thoracolumbar - spine.lumbar
    angles = np.column_stack([spine.pelvis, spine.lumbar, thoracic, spine.thoracolumbar, rest])
    t_s = np.arange(window.first, window.end) / GRID_HZ
    return rms(errors_deg(t_s, angles, truth))
