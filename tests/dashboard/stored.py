"""A made-up session in a library, as an analysis leaves it."""

import csv
import json
import math

from sessions.tables import ANGLE_COLUMNS, REP_COLUMNS

DRILL = "seated_thoracic_rotation"
SHARES = {
    "pelvis": (0.12, 0.08, 0.16),
    "lumbar": (0.22, 0.12, 0.32),
    "thoracic": (0.66, 0.57, 0.75),
}
REP_S = 6.0
REPS = 4


def total_deg(t_s):
    number, within_s = divmod(t_s, REP_S)
    return 50 * math.sin(math.pi * within_s / REP_S) ** 2 * (1 if number % 2 == 0 else -1)


def write_session(
    folder, *, split_source="measured", verdict="good", warnings=(), scale=1.0, reps=REPS
):
    """Write the results of one seated drill, its repetitions ``scale`` times as large."""
    folder.mkdir(parents=True)
    _write_table(
        folder / "angles.csv", ANGLE_COLUMNS, map(_angle_row, range(int(100 * REP_S * REPS)))
    )
    rows = [_rep_row(k, split_source, scale) for k in range(reps)]
    _write_table(folder / "reps.csv", REP_COLUMNS, rows)
    summary = _summary(split_source, verdict, warnings)
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    (folder / "recording.mcap").write_bytes(b"made up")


def _write_table(path, columns, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _angle_row(k):
    t_s = k / 100
    total = total_deg(t_s)
    parts = {f"{name}_deg": total * share[0] for name, share in SHARES.items()}
    sds = {f"{name}_sd_deg": 1.0 for name in (*SHARES, "thoracolumbar")}
    joint = {
        "thoracolumbar_deg": 0.88 * total,
        "total_deg": total,
        "lateral_deg": 0,
        "flexion_deg": 0,
    }
    unusable = 500 <= k < 520
    return {
        "time_s": t_s, "drill": DRILL, "rep": int(t_s // REP_S) + 1, "phase": "out",
        **parts, **joint, **sds, "quality": 2 if unusable else 0,
    }  # fmt: skip


def _rep_row(k, split_source, scale):
    peak_s = REP_S * (k + 0.5)
    total = scale * total_deg(peak_s)
    shares = {
        f"{name}_share{end}": value
        for name, values in SHARES.items()
        for end, value in zip(("", "_lo", "_hi"), values, strict=True)
    }
    doubtful = k == 2
    return {
        "drill": DRILL, "set": 1, "rep": k + 1, "side": "left" if total > 0 else "right",
        "start_s": REP_S * k, "peak_s": peak_s, "end_s": REP_S * (k + 1),
        **{f"{name}_deg": total * share[0] for name, share in SHARES.items()},
        "thoracolumbar_deg": 0.88 * total, "total_deg": total, **shares,
        "split_source": split_source, "peak_rate_dps": 60, "hold_s": 0.8,
        "verdict": "doubtful" if doubtful else "good", "reasons": "side_bend" if doubtful else "",
    }  # fmt: skip


def _summary(split_source, verdict, warnings):
    intervals = {
        name: dict(zip(("value", "lo", "hi"), values, strict=True))
        for name, values in SHARES.items()
    }
    side = {"repetitions": 2, "median_peak_deg": 50.0, "best_peak_deg": 52.0, "shares": intervals}
    placements = ("pelvis", "thoracolumbar", "upper_back")
    sensor = {
        "sensor": "AA:01",
        "name": "Torso 1",
        "rate_hz": 100.0,
        "samples": 2400,
        "loss": 0.012,
    }
    calibrated = {"method": "bow", "verdict": verdict, "sd_deg": 2.0, "reasons": []}
    drill = {
        "drill": DRILL, "start_s": 0.0, "end_s": REP_S * REPS, "repetitions": REPS,
        "split_source": split_source, "sides": {"left": side, "right": side},
        "side_difference_deg": {"value": -3.0, "lo": -7.0, "hi": 1.0},
        "rep_metrics": {
            "rep": [1, 2, 3, 4], "coupling_deg": [88.0, 62.0, 85.0, None],
            "pelvis_lead_s": [None, 0.21, None, -0.14],
        },
        "drift_deg_per_min": dict.fromkeys(placements, 4.2), "warnings": [],
    }  # fmt: skip
    return {
        "schema": "torso.summary", "schema_version": 1,
        "sensors": dict.fromkeys(placements, sensor),
        "calibration": {
            "verdict": verdict, "sensors": dict.fromkeys(placements, calibrated), "warnings": [],
        },
        "drills": [drill],
        "warnings": [{"code": "x", "sentence": words, "placement": None} for words in warnings],
    }  # fmt: skip
