"""Two single-sensor trials played as pelvis and upper back: real noise against optical truth."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from fusion.results import ANGLES
from sensors.samples import FloatArray, ImuBlock, Placement

from .conftest import Analysed, drill, neutral

AXES = {"anterior": "x", "cranial": "z"}
REST_S = (2.0, 10.0)
NAMES = {
    "slow": ("11_undisturbed_slow_translation_B", "15_undisturbed_fast_translation_A"),
    "wild": (
        "09_undisturbed_fast_rotation_with_breaks_B",
        "04_undisturbed_slow_rotation_with_breaks_A",
    ),
}


def load(path: Path) -> tuple[ImuBlock, Rotation]:
    """Samples, and the optical orientation with lost frames held."""
    data = np.load(path)
    t_s = np.arange(len(data["gyr"])) / float(data["fs"])
    quat = data["opt_quat"].astype(float)
    seen = ~np.isnan(quat).any(axis=1)
    quat = quat[np.maximum.accumulate(np.where(seen, np.arange(len(seen)), np.argmax(seen)))]
    block = ImuBlock(t_s=t_s, acc=data["acc"].astype(float), gyr=data["gyr"].astype(float))
    return block, Rotation.from_quat(np.roll(quat, -1, axis=1))


def relative_turn_deg(
    pelvis: tuple[ImuBlock, Rotation], upper: tuple[ImuBlock, Rotation], t_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Truth by its definition: twist of D_P* ⊗ D_U about u, and the size of the swing."""
    at = []
    for block, turn in (pelvis, upper):
        rest = turn[(block.t_s > REST_S[0]) & (block.t_s < REST_S[1])].mean()
        index = np.clip(np.searchsorted(block.t_s, t_s), 0, len(block) - 1)
        at.append((rest, turn[index]))
    (rest_p, turn_p), (rest_u, turn_u) = at
    forward_p, forward_u = rest_p.apply([1.0, 0, 0]), rest_u.apply([1.0, 0, 0])
    heading = np.arctan2(forward_p[1], forward_p[0]) - np.arctan2(forward_u[1], forward_u[0])
    same = Rotation.from_rotvec([0, 0, heading])
    change_p = turn_p * rest_p.inv()
    change_u = same * turn_u * rest_u.inv() * same.inv()
    axis = rest_p.apply([0, 0, 1.0]) + same.apply(rest_u.apply([0, 0, 1.0]))
    axis /= np.linalg.norm(axis)
    quat = (change_p.inv() * change_u).as_quat()
    twist = 2 * np.arctan2(quat[:, :3] @ axis, quat[:, 3])
    swing = 2 * np.arccos(np.clip(np.hypot(quat[:, :3] @ axis, quat[:, 3]), 0, 1))
    return np.degrees(twist), np.degrees(swing)


@pytest.mark.parametrize(("pair", "limit_deg"), [("slow", 10.0), ("wild", 30.0)])
def test_relative_rotation_against_optical_truth(
    public_recordings: Path, analyse: Callable[..., Analysed], pair: str, limit_deg: float
) -> None:
    pelvis, upper = (load(public_recordings / "broad" / f"{n}.npz") for n in NAMES[pair])
    end_s = min(pelvis[0].t_s[-1], upper[0].t_s[-1]) - 0.1
    analysed = analyse(
        {Placement.PELVIS: pelvis[0], Placement.UPPER_BACK: upper[0]},
        [neutral(*REST_S), drill(11.0, end_s)],
        {"mounting": {"pelvis": AXES, "upper_back": AXES}},
    )
    angles = analysed.results.read_angles()
    truth, swing = relative_turn_deg(pelvis, upper, angles.t_s)
    found = angles.angles_deg[:, ANGLES.index("thoracolumbar")]
    error = (found - truth + 180) % 360 - 180
    used = (swing < 90) & np.isfinite(error)
    rms = np.sqrt(np.mean(error[used] ** 2))
    sd = angles.sd_deg[used, 3]
    print(
        f"{pair}: RMS {rms:.1f}° over {used.mean():.0%} of {len(angles) / 100:.0f} s,"
        f" largest {np.abs(error[used]).max():.1f}°, stated sd {sd.min():.1f}…{sd.max():.1f}°,"
        f" within two sd {np.mean(np.abs(error[used]) < 2 * sd):.0%}, {analysed.stderr}"
    )
    assert rms < limit_deg
