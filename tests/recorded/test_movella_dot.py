"""Head and chest, gyroscopes never zeroed, nobody ever still: nothing here may pass for a fact."""

from pathlib import Path

import numpy as np
import pytest

from dashboard.cli import main
from sensors.samples import Event, ImuBlock, Placement
from sessions.exports.raw_folder import write_raw_folder

from .conftest import drill, neutral


@pytest.mark.parametrize(
    "events", [[drill(0.5, 45.0)], [neutral(0.0, 3.0), drill(3.0, 45.0)]], ids=["bare", "announced"]
)
def test_a_heading_that_nothing_holds_is_not_reported(
    public_recordings: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    events: list[Event],
) -> None:
    data = np.load(public_recordings / "movella_dot_head_chest" / "head_chest.npz")
    start_s = float(data["chest_t"][0])
    blocks = {
        placement: ImuBlock(
            t_s=data[f"{name}_t"] - start_s,
            acc=data[f"{name}_acc"].astype(float),
            gyr=data[f"{name}_gyr"].astype(float),
        )
        for placement, name in ((Placement.PELVIS, "chest"), (Placement.UPPER_BACK, "head"))
    }
    write_raw_folder(tmp_path / "raw", blocks, events)
    status = main(["analyze", str(tmp_path / "raw"), "--out", str(tmp_path / "out")])
    message = capsys.readouterr().err
    print(message)
    assert status == 3
    assert "there is no neutral to measure from" in message
    assert message.count("\n") == 1
    assert not (tmp_path / "out").exists()
