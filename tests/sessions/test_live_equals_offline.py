"""What was shown live is what ``torso analyze --live`` makes of the recording, to the digit."""

from pathlib import Path

import numpy as np
import pytest

from dashboard.cli import main
from fusion.pipeline import Pipeline
from fusion.updates import Update
from sessions.library import stored_session


def test_live_frames_equal_those_of_the_recording(tmp_path: Path) -> None:
    shown: dict[int, list[Update]] = {}
    advance = Pipeline.advance

    def watched(pipeline: Pipeline) -> Update:
        update = advance(pipeline)
        shown.setdefault(id(pipeline), []).append(update)
        return update

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pipeline, "advance", watched)
        status = main(["demo", "--headless", "--seconds", "75", "--out", str(tmp_path / "demo")])
    assert status == 0
    again = tmp_path / "again"
    recording = tmp_path / "demo" / "recording.mcap"
    assert main(["analyze", str(recording), "--out", str(again), "--live"]) == 0

    updates = max(shown.values(), key=lambda list_: sum(len(u.frames) for u in list_))
    t_s = np.concatenate([u.frames.t_s for u in updates])
    angles = np.concatenate([u.frames.angles_deg for u in updates])
    sd = np.concatenate([u.frames.sd_deg for u in updates])
    table = stored_session(again).read_angles()
    assert len(table) > 1500
    _, at_live, at_table = np.intersect1d(
        np.round(t_s * 100).astype(int), np.round(table.t_s * 100).astype(int), return_indices=True
    )
    assert len(at_table) >= len(table) - 200
    # The table has six digits; sums over blocks of other lengths differ in the twelfth.
    np.testing.assert_allclose(table.angles_deg[at_table], angles[at_live], rtol=6e-6, atol=1e-9)
    np.testing.assert_allclose(table.sd_deg[at_table], sd[at_live], rtol=6e-6, atol=1e-9)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        command = ["demo", "--headless", "--seconds", "50", "--seed", "2"]
        assert main([*command, "--out", str(tmp_path / name)]) == 0
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["angles.csv", "recording.mcap", "reps.csv", "summary.json"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
