"""Real change, or within noise: what repetitions count, and how often noise is taken for change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sessions import history
from sessions.about import About, Exclusion
from sessions.history import Key, SessionValue, changes
from sessions.stored import StoredSession
from sessions.tables import REP_COLUMNS, RepRow

LEFT = Key("seated_thoracic_rotation", "left", "total_deg")


def rep(side: str = "left", total_deg: float = 45.0, **changed: object) -> RepRow:
    sign = 1.0 if side == "left" else -1.0
    row: RepRow = dict.fromkeys(REP_COLUMNS)
    row |= {"drill": "seated_thoracic_rotation", "side": side, "set": 1, "rep": 1}
    row |= {"start_s": 1.0, "peak_s": 2.0, "end_s": 3.0}
    row |= {"verdict": "good", "reasons": "", "split_source": "measured"}
    for name, part in (("pelvis", 0.1), ("lumbar", 0.2), ("thoracic", 0.7)):
        row[f"{name}_deg"] = sign * part * total_deg
        row[f"{name}_share"] = part
    row |= {"total_deg": sign * total_deg, "thoracolumbar_deg": sign * 0.9 * total_deg}
    return row | changed  # type: ignore[return-value]  # changed are cells too


def value(number: float, source: str = "measured") -> SessionValue:
    return SessionValue(number, 0.5, 5, source)


def test_numbers_are_pooled_by_side_and_positive_towards_it() -> None:
    rows = [rep("left", t) for t in (40, 50, 48)] + [rep("right", t) for t in (30, 34)]
    found = history.rep_values(rows)
    assert found[LEFT].value == pytest.approx(48)
    assert found[LEFT].reps == 3
    assert found[LEFT._replace(side="right")].value == pytest.approx(32)
    assert found[LEFT._replace(measure="thoracic_share")].value == pytest.approx(0.7)


def test_a_hip_that_turns_the_other_way_is_negative_on_both_sides() -> None:
    rows = [rep("left", 40, pelvis_deg=-3.0)] * 2 + [rep("right", 40, pelvis_deg=3.0)] * 2
    found = history.rep_values(rows)
    assert found[LEFT._replace(measure="pelvis_deg")].value == -3.0
    assert found[LEFT._replace(measure="pelvis_deg", side="right")].value == -3.0


def test_large_turns_weigh_more_in_a_share() -> None:
    rows = [rep("left", 20, pelvis_share=0.3), rep("left", 40, pelvis_share=0.1)]
    found = history.rep_values(rows)[LEFT._replace(measure="pelvis_share")]
    assert found.value == pytest.approx((400 * 0.3 + 1600 * 0.1) / 2000)


def test_one_repetition_is_no_number_and_a_guessed_split_no_measurement() -> None:
    assert history.rep_values([rep()]) == {}
    rows = [rep(split_source="prior"), rep(split_source="prior")]
    assert {k.measure for k in history.rep_values(rows)} == {
        "total_deg", "thoracolumbar_deg", "pelvis_deg", "pelvis_share",
    }  # fmt: skip
    nothing = rep(total_deg=0.0) | {"total_deg": None}
    assert history.rep_values([nothing, rep()]) == {}


def test_what_a_person_or_the_analysis_rejected_does_not_count(
    stored: Callable[..., StoredSession],
) -> None:
    rows = [
        rep(total_deg=40.0),
        rep(total_deg=42.0, start_s=5.0, end_s=7.0),
        rep(total_deg=90.0, start_s=10.0, end_s=12.0),
        rep(total_deg=90.0, start_s=15.0, end_s=17.0, verdict="rejected"),
    ]
    session = stored(rows, excluded=(Exclusion(11.0, "slipped"),))
    assert history.session_values(session)[LEFT].value == pytest.approx(41.0)
    assert history.session_values(replace(session, summary=None)) == {}


def test_a_history_is_the_same_persons_before(stored: Callable[..., StoredSession]) -> None:
    at = [replace(stored([], person="ada"), name=str(n), started_unix_s=float(n)) for n in range(4)]
    other = replace(at[0], about=About(person="bob"))
    raw = replace(at[1], summary=None)
    assert history.before(at[2], [at[3], at[1], other, raw, at[0], at[2]]) == (at[0], at[1])
    nobody = [replace(s, about=About()) for s in at]
    assert history.before(nobody[2], nobody) == ()


def test_a_first_session_has_nothing_to_compare_with() -> None:
    change = changes({LEFT: value(45)}, [])[LEFT]
    assert (change.usual, change.difference, change.real, change.own_part) == (None, None, None, 0)


def test_a_large_change_is_real_and_a_small_one_is_noise() -> None:
    earlier = [{LEFT: value(v)} for v in (40, 42, 41, 40, 42)]
    small = changes({LEFT: value(44)}, earlier)[LEFT]
    large = changes({LEFT: value(50)}, earlier)[LEFT]
    assert (small.real, large.real) == (False, True)
    assert large.usual == pytest.approx(41)
    assert large.difference == pytest.approx(9)
    assert large.sem < 2.3
    assert 0 < large.own_part < 1


def test_scattered_repetitions_are_never_more_certain_than_they_are() -> None:
    vague = SessionValue(50, 6.0, 3, "measured")
    assert changes({LEFT: vague}, [{LEFT: value(40)}])[LEFT].sem == 6.0


def test_a_split_is_only_compared_with_its_own_kind() -> None:
    key = LEFT._replace(measure="thoracic_deg")
    change = changes({key: value(30)}, [{key: value(20, "personal")}, {key: value(29)}])[key]
    assert (change.history, change.usual) == (1, 29)


def test_steady_progress_is_not_taken_for_noise() -> None:
    progress = np.linspace(30, 50, 21)
    sem, _ = history.own_sem(progress, 2.3)
    assert sem < 2.0
    assert np.std(progress) > 5


@pytest.mark.parametrize("sessions", [1, 2, 4, 8, 20])
@pytest.mark.parametrize("sem_deg", [1.0, 2.3])
def test_noise_is_seldom_taken_for_change(sessions: int, sem_deg: float) -> None:
    """Somebody as noisy as published or less, who does not change: one in twenty, or less."""
    noise = np.random.default_rng(sessions)
    draws = noise.normal(40.0, sem_deg, (500, sessions + 1))
    found = [
        changes({LEFT: value(row[-1])}, [{LEFT: value(v)} for v in row[:-1]])[LEFT].real
        for row in draws
    ]
    assert np.mean(found) < 0.07


def test_a_change_of_ten_degrees_is_seen_after_four_sessions() -> None:
    noise = np.random.default_rng(0)
    draws = noise.normal(40.0, 1.8, (400, 5))
    found = [
        changes({LEFT: value(row[-1] + 10)}, [{LEFT: value(v)} for v in row[:-1]])[LEFT].real
        for row in draws
    ]
    assert np.mean(found) > 0.9


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., StoredSession]:
    """Make a stored session of rows of ``reps.csv``."""

    def make(
        rows: list[RepRow], *, person: str = "", excluded: tuple[Exclusion, ...] = ()
    ) -> StoredSession:
        lines = [",".join(REP_COLUMNS)]
        lines += [",".join("" if c is None else str(c) for c in row.values()) for row in rows]
        (tmp_path / "reps.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        about = About(person=person, excluded=excluded)
        return StoredSession("s", tmp_path, 0.0, 0.0, 0, None, {"drills": []}, about, "", None)

    return make
