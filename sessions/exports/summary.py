"""``summary.json``: what one analysis came to, and everything needed to repeat it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np

from fusion.results import Side
from sessions.receipts import (
    code_digest,
    input_digests,
    library_versions,
    mode_name,
    software_version,
)
from sessions.tables import REP_METRICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fusion.results import (
        CalibrationResult,
        DrillResult,
        Flag,
        Interval,
        PlacementCalibration,
        Rep,
        SessionResult,
        Shares,
        SideSummary,
    )
    from sensors.samples import Placement
    from sessions.imports.session import ImportedSession

SCHEMA = "torso.summary"
SCHEMA_VERSION = 1


def summary_json(session: ImportedSession, result: SessionResult, *, live: bool) -> bytes:
    """Content of ``summary.json``.

    Parameters
    ----------
    session
        What was analysed.
    result
        What fusion made of it.
    live
        Whether the causal pipeline was used.
    """
    content = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "software": {"name": "torso", "version": software_version()},
        "algorithms": {
            "mode": mode_name(live=live),
            "code": code_digest(),
            "versions": library_versions(),
            "parameters": result.parameters,
        },
        "source": {
            "kind": session.kind,
            "subject": session.subject,
            "sha256": input_digests(session),
        },
        "sensors": {p: _sensor(session, result, p) for p in result.placements},
        "verdict": result.verdict,
        "calibration": _calibration(result.calibration),
        "drills": [_drill(drill) for drill in result.drills],
        "warnings": [_flag(flag) for flag in all_flags(session, result)],
    }
    return (json.dumps(_plain(content), indent=2, ensure_ascii=False) + "\n").encode()


def all_flags(session: ImportedSession, result: SessionResult) -> tuple[Flag, ...]:
    """Every flag of import, calibration, session and drills, each once, in that order."""
    flags = [*session.flags, *result.calibration.flags, *result.flags]
    flags += [flag for drill in result.drills for flag in drill.flags]
    return tuple(dict.fromkeys(flags))


def _sensor(session: ImportedSession, result: SessionResult, placement: Placement) -> object:
    info, block = session.sensors[placement], session.blocks[placement]
    return {
        "sensor": info.sensor,
        "name": info.name,
        "model": info.model,
        "firmware": info.firmware,
        "rate_hz": info.rate_hz,
        "samples": len(block),
        "first_s": float(block.t_s[0]),
        "last_s": float(block.t_s[-1]),
        "loss": session.loss.get(placement, result.loss.get(placement)),
    }


def _calibration(calibration: CalibrationResult) -> object:
    return {
        "verdict": calibration.verdict,
        "sensors": {p: _calibrated(c) for p, c in calibration.sensors.items()},
        "warnings": [_flag(flag) for flag in calibration.flags],
    }


def _calibrated(one: PlacementCalibration) -> object:
    return {
        "method": one.method,
        "verdict": one.verdict,
        "sd_deg": one.sd_deg,
        "q_sb": one.q_sb,
        "gyr_bias_dps": np.degrees(one.gyr_bias_rad_s),
        "reasons": one.reasons,
    }


def _drill(drill: DrillResult) -> object:
    return {
        "drill": drill.drill,
        "start_s": drill.start_s,
        "end_s": drill.end_s,
        "neutral_s": drill.neutral_s,
        "repetitions": len(drill.reps),
        "verdict": drill.verdict,
        "split_source": drill.split_source,
        "sides": {side: _side(drill.sides[side]) for side in Side if side in drill.sides},
        "side_difference_deg": _interval(drill.side_difference_deg),
        "side_difference_notable": drill.side_difference_notable,
        "rep_metrics": _rep_metrics(drill.reps),
        "drift_deg_per_min": drill.drift_deg_per_min,
        "warnings": [_flag(flag) for flag in drill.flags],
    }


def _rep_metrics(reps: Sequence[Rep]) -> object:
    """More of each repetition: a list by name, in the order of the rows of ``reps.csv``."""
    numbers = {"rep": [rep.rep for rep in reps]}
    return numbers | {name: [getattr(rep.metrics, name) for rep in reps] for name in REP_METRICS}


def _side(side: SideSummary) -> object:
    return {
        "repetitions": side.repetitions,
        "median_peak_deg": side.median_peak_deg,
        "best_peak_deg": side.best_peak_deg,
        "shares": _shares(side.shares),
    }


def _shares(shares: Shares | None) -> object:
    if shares is None:
        return None
    return {
        "pelvis": _interval(shares.pelvis),
        "lumbar": _interval(shares.lumbar),
        "thoracic": _interval(shares.thoracic),
    }


def _interval(interval: Interval | None) -> object:
    if interval is None:
        return None
    return {"value": interval.value, "lo": interval.lo, "hi": interval.hi}


def _flag(flag: Flag) -> object:
    return {"code": flag.code, "sentence": flag.sentence, "placement": flag.placement}


def _plain(value: object) -> object:
    """Only what JSON knows: numbers of six significant digits, ``None`` for what is not finite."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_plain(item) for item in items]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return _number(value)
    return value if isinstance(value, int) else str(value)


def _number(value: float) -> float | None:
    if not math.isfinite(value):
        return None
    digits = f"{value:.2f}" if abs(value) >= 10_000 else f"{value + 0.0:.6g}"
    return float(digits)
