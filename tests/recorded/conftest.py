"""Public recordings as raw folders, analysed by the real command."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from dashboard.cli import main
from sensors.samples import Activity, Event, ImuBlock, Placement
from sessions.exports.raw_folder import write_raw_folder
from sessions.library import StoredSession, stored_session

Blocks = dict[Placement, ImuBlock]
QMT_BACK = {"anterior": "-z", "cranial": "x"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "recorded" in Path(item.path).parts:
            item.add_marker(pytest.mark.recorded)


@dataclass
class Analysed:
    """What ``torso analyze`` made of a raw folder."""

    results: StoredSession
    stderr: str


@pytest.fixture
def analyse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[Blocks, Sequence[Event], dict[str, object]], Analysed]:
    """Write a raw folder, run the command on it and read what it wrote."""

    def run(blocks: Blocks, events: Sequence[Event], description: dict[str, object]) -> Analysed:
        write_raw_folder(tmp_path / "raw", blocks, events, description=description)
        status = main(["analyze", str(tmp_path / "raw"), "--out", str(tmp_path / "out")])
        captured = capsys.readouterr()
        assert status == 0, captured.err
        return Analysed(stored_session(tmp_path / "out"), captured.err)

    return run


@pytest.fixture
def qmt(public_recordings: Path) -> Blocks:
    """Pelvis, lower back and upper back of the qmt full-body example, 40 to 140 s."""
    data = np.load(public_recordings / "qmt_full_body" / "qmt_spine.npz")
    names = {
        Placement.PELVIS: "pelvis",
        Placement.THORACOLUMBAR: "lower_back",
        Placement.UPPER_BACK: "upper_back",
    }
    return {
        placement: ImuBlock(
            t_s=data["t"].astype(float),
            acc=data[f"{name}_acc"].astype(float),
            gyr=data[f"{name}_gyr"].astype(float),
        )
        for placement, name in names.items()
    }


def drill(start_s: float, end_s: float) -> Event:
    return Event(start_s, end_s - start_s, Activity.SEATED)


def neutral(start_s: float, end_s: float) -> Event:
    return Event(start_s, end_s - start_s, Activity.CALIBRATION_NEUTRAL)
