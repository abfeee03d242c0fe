"""A person who stands, sits and walks: nothing may be seen that was not done."""

from collections.abc import Callable

import numpy as np
import pytest

from fusion.results import ANGLES

from .conftest import QMT_BACK, Analysed, Blocks, drill, neutral

STANDING_S = (40.5, 43.5)
SITTING_S = (52.0, 79.0)
WALKING_S = (95.0, 138.0)
TURN_S = 115.0
DESCRIPTION = {
    "mounting": dict.fromkeys(("pelvis", "thoracolumbar", "upper_back"), QMT_BACK),
    "upper_back_level": "T2",
}


@pytest.mark.parametrize("described", [True, False], ids=["mounting", "no mounting"])
def test_sitting_is_no_exercise(
    qmt: Blocks, analyse: Callable[..., Analysed], described: bool
) -> None:
    events = [neutral(*STANDING_S), neutral(53.0, 56.0), drill(56.0, SITTING_S[1])]
    analysed = analyse(qmt, events, DESCRIPTION if described else {})
    angles = analysed.results.read_angles()
    assert len(angles) == pytest.approx(100 * (SITTING_S[1] - 56.0), abs=2)
    assert analysed.results.read_reps() == ()
    moved = angles.angles_deg - angles.angles_deg[:100].mean(axis=0)
    extreme = np.abs(moved).max(axis=0)
    print("largest departure (°):", dict(zip(ANGLES, extreme.round(2), strict=True)))
    # Without a bow and without mounting nothing says which way is forward.
    known = ANGLES if described else ANGLES[:5]
    assert extreme[: len(known)].max() < 5.0
    assert np.isnan(extreme[len(known) :]).all()


def test_walking_turns_the_spine_in_step_rhythm_and_a_u_turn_does_not_leak(
    qmt: Blocks, analyse: Callable[..., Analysed]
) -> None:
    analysed = analyse(qmt, [neutral(*STANDING_S), drill(*WALKING_S)], DESCRIPTION)
    angles = analysed.results.read_angles()
    turn = angles.angles_deg[:, ANGLES.index("thoracolumbar")]
    print(f"thoracolumbar {np.nanmin(turn):.1f} … {np.nanmax(turn):.1f}°")
    assert np.nanmax(np.abs(turn)) < 20.0

    straight = angles.t_s < TURN_S - 2
    rhythm = np.fft.rfftfreq(straight.sum(), 0.01)
    power = np.abs(np.fft.rfft(turn[straight] - turn[straight].mean())) ** 2
    used = rhythm > 0.4
    stride_hz = rhythm[used][np.argmax(power[used])]
    sway = qmt_sway_hz(qmt)
    print(f"spine {stride_hz:.2f} Hz, steps {sway:.2f} Hz")
    assert stride_hz == pytest.approx(sway / 2, abs=0.1)

    before = turn[(angles.t_s > 97) & (angles.t_s < TURN_S - 2)].mean()
    after = turn[(angles.t_s > TURN_S + 3) & (angles.t_s < 136)].mean()
    pelvis = angles.angles_deg[:, ANGLES.index("pelvis")]
    turned = abs(pelvis[angles.t_s > TURN_S + 3].mean() - pelvis[straight].mean())
    print(f"pelvis turned {turned:.0f}°, spine {before:.1f} → {after:.1f}°")
    assert turned == pytest.approx(180, abs=20)
    assert abs(after - before) < 6.0


def qmt_sway_hz(qmt: Blocks) -> float:
    """Step rate (two per stride) from the pelvis' vertical acceleration, independent of fusion."""
    pelvis = next(iter(qmt.values()))
    used = (pelvis.t_s > 96) & (pelvis.t_s < 113)
    size = np.linalg.norm(pelvis.acc[used], axis=1)
    frequency = np.fft.rfftfreq(used.sum(), 0.01)
    power = np.abs(np.fft.rfft(size - size.mean()))
    inside = (frequency > 1.2) & (frequency < 3.0)
    return float(frequency[inside][np.argmax(power[inside])])
