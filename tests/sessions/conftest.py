"""Small sessions to import, export and spoil."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fusion.results import (
    CalibrationResult,
    DrillResult,
    Flag,
    Frames,
    Interval,
    PlacementCalibration,
    Rep,
    RepMetrics,
    SessionResult,
    Shares,
    Side,
    SideSummary,
    SplitSource,
    Verdict,
)
from sensors.samples import Activity, Event, ImuBlock, Placement
from sessions.exports.raw_folder import write_raw_folder

TWO = (Placement.PELVIS, Placement.UPPER_BACK)


def still_block(seconds: float = 4.0, rate_hz: float = 100.0, seed: int = 0) -> ImuBlock:
    """A sensor that lies still with its y axis up."""
    noise = np.random.default_rng(seed)
    n = round(seconds * rate_hz)
    acc = np.array([0.0, 9.81, 0.0]) + noise.normal(0, 0.02, (n, 3))
    return ImuBlock(t_s=np.arange(n) / rate_hz, acc=acc, gyr=noise.normal(0, 0.002, (n, 3)))


@pytest.fixture
def raw_folder(tmp_path: Path) -> Path:
    """A readable raw folder of two still sensors with one drill."""
    folder = tmp_path / "raw"
    events = [
        Event(0.0, 1.5, Activity.CALIBRATION_NEUTRAL),
        Event(2.0, 2.0, Activity.SEATED),
        Event(3.0, 0.0, Activity.MARK),
    ]
    write_raw_folder(folder, {p: still_block(seed=n) for n, p in enumerate(TWO)}, events)
    return folder


@pytest.fixture
def spoil(raw_folder: Path) -> Callable[..., Path]:
    """Change the text of one file of the raw folder."""

    def change(name: str, edit: Callable[[list[str]], list[str]]) -> Path:
        path = raw_folder / name
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(edit(lines)) + "\n", encoding="utf-8")
        return raw_folder

    return change


def make_result(n: int = 600, start_s: float = 10.0) -> SessionResult:
    """A made-up result: one drill of ``n`` frames with one repetition to each side."""
    t_s = np.round(start_s + np.arange(n) / 100, 2)
    thoracolumbar = 40 * np.sin(2 * np.pi * (t_s - start_s) / 6)
    angles = np.stack([thoracolumbar * g for g in (0.1, 0.2, 0.8, 1.0, 1.1, 0.05, 0.0)], axis=1)
    angles[50:65] = np.nan
    quality = np.zeros(n, np.uint8)
    quality[50:65] = 2
    part = Interval(0.2, 0.15, 0.25)
    shares = Shares(Interval(0.1, 0.05, 0.15), part, Interval(0.7, 0.6, 0.8))
    reps = tuple(
        Rep(
            drill=Activity.SEATED,
            set=1,
            rep=number,
            side=side,
            start_s=start_s + begin,
            hold_start_s=start_s + begin + 1,
            peak_s=start_s + begin + 1.25,
            hold_end_s=start_s + begin + 1.5,
            end_s=start_s + begin + 2.5,
            pelvis_deg=4.0,
            lumbar_deg=8.0,
            thoracic_deg=32.0,
            thoracolumbar_deg=40.0,
            total_deg=float("nan") if number == 2 else 44.0,
            shares=shares,
            split_source=SplitSource.PRIOR,
            peak_rate_dps=42.1234567,
            hold_s=0.5,
            verdict=Verdict.DOUBTFUL,
            reasons=("gap", "fast"),
            metrics=RepMetrics(1, 1, -1.4, -1.4, 0.05, 2, 1),
        )
        for number, side, begin in ((1, Side.LEFT, 0.25), (2, Side.RIGHT, 3.25))
    )
    drill = DrillResult(
        drill=Activity.SEATED,
        start_s=float(t_s[0]),
        end_s=float(t_s[-1]),
        neutral_s=(5.0, 6.0),
        frames=Frames(t_s, angles, np.full((n, 4), 1.23456789), quality),
        phase=np.zeros(n, np.uint8),
        reps=reps,
        split_source=SplitSource.PRIOR,
        sides={Side.RIGHT: SideSummary(1, -40.0, -40.0, shares)},
        side_difference_deg=None,
        drift_deg_per_min={Placement.UPPER_BACK: 1.25},
        flags=(Flag("no_bow", "Without a bow the side axis is a guess.", Placement.PELVIS),),
    )
    calibrated = PlacementCalibration(
        Placement.PELVIS, "gravity", Verdict.DOUBTFUL, np.array([1.0, 0, 0, 0]), np.zeros(3), 5.0
    )
    return SessionResult(
        placements=TWO,
        calibration=CalibrationResult(Verdict.DOUBTFUL, {Placement.PELVIS: calibrated}),
        drills=(drill,),
        loss={Placement.PELVIS: 0.01, Placement.UPPER_BACK: 0.0},
        parameters={"kappa_deg": 3.0},
    )
