"""Head and chest, gyroscopes never zeroed, nobody ever still: nothing here may pass for a fact."""

from pathlib import Path

import numpy as np
import pytest

from dashboard.cli import main
from sensors.samples import Event, ImuBlock, Placement
from sessions.exports.raw_folder import write_raw_folder
from sessions.imports.source import read_source

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


def test_a_file_of_the_app_is_read_as_it_is(public_recordings: Path, tmp_path: Path) -> None:
    text = (public_recordings / "movella_dot_head_chest" / "raw_head.txt").read_text("utf-8")
    for tag in ("pelvis", "upper_back"):
        (tmp_path / f"{tag}.csv").write_text(text.replace("DeviceTag:,chest", f"DeviceTag:,{tag}"))
    (tmp_path / "events.tsv").write_text("onset\tduration\ttrial_type\n")
    session = read_source(tmp_path)
    block = session.blocks[Placement.PELVIS]
    assert session.sensors[Placement.PELVIS].rate_hz == pytest.approx(60, rel=1e-4)
    np.testing.assert_allclose(block.acc[0], [6.331278, -0.619638, -7.954893])
    np.testing.assert_allclose(np.degrees(block.gyr[0]), [1.507724, 3.178773, -1.708431])
    assert block.t_s[1] == pytest.approx(0.016667)
    assert len(block) == text.count("\n") - 12
