"""Measures everything and writes ``docs/benchmarks.md`` with its plots.

Each part of the document is measured on its own and stands between two marks, so that one part can
be measured anew without the others: ``python -m benchmarks document --only speed``.
"""

from __future__ import annotations

import re
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import accuracy, broad, curves, in_use, plot, speed, words
from benchmarks.accuracy import FIRST_SEED, PeerScore, Wanted
from benchmarks.effort import DOCUMENT, Effort
from benchmarks.measure import Spread, cpu, machine, ratio, straight, versions, wall
from benchmarks.scoring import SHOWN
from benchmarks.tables import bold, marked, mean_worst, shown, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.accuracy import Measured
    from benchmarks.curves import Point
    from benchmarks.scoring import Score

PEERS = (
    "vqf", "AHRS", "imufusion", "qmt", "opensim", "numpy", "scipy", "streamlit", "distributed",
)  # fmt: skip


def spine(effort: Effort) -> str:
    """Spine rotation on simulated sessions, ours beside every peer."""
    said = {"seeds": effort.seeds, "minutes": effort.minutes, "first": FIRST_SEED}
    parts = [words.SPINE.format(**said)]
    for drill in accuracy.DRILLS:
        wanted = [
            Wanted(drill, "main", 1.0, FIRST_SEED + i, effort.minutes) for i in range(effort.seeds)
        ]
        with ProcessPoolExecutor(effort.jobs) as pool:
            measured = list(pool.map(accuracy.measure, wanted))
        parts.append(f"**{drill.capitalize()}**\n\n{spine_table(spine_rows(measured))}")
    parts.append(words.SPINE_WHY)
    return "\n".join(parts)


def spine_rows(measured: Sequence[Measured]) -> dict[str, list[Score | PeerScore]]:
    """Every way's scores on all sessions, torso's first."""
    rows: dict[str, list[Score | PeerScore]] = {
        f"**torso, {mode}**": [m.scores[f"main, 3, {mode}"] for m in measured]
        for mode in ("offline", "live")
    }
    return rows | {name: [m.peers[name] for m in measured] for name in measured[0].peers}


def spine_table(rows: dict[str, list[Score | PeerScore]]) -> str:
    """One table; ✗ marks whoever beats torso offline in a column."""
    head = ["orientation by", *SHOWN, "drift of thoracolumbar °/min", "95 % holds"]
    means = {name: np.mean([s.rms_deg for s in scores], axis=0) for name, scores in rows.items()}
    ours = next(iter(means.values()))
    body = []
    for name, scores in rows.items():
        worst = np.max([s.rms_deg for s in scores], axis=0)
        lost = (means[name] < ours - 0.005) & (not name.startswith("**"))
        cells = [
            f"{m:.2f} ({w:.2f}){' ✗' if x else ''}"
            for m, w, x in zip(means[name], worst, lost, strict=True)
        ]
        drift = np.mean([s.drift[3] for s in scores])
        covered = [s.covered for s in scores if not isinstance(s, PeerScore)]
        held = "/".join(f"{c:.0%}" for c in np.mean(covered, axis=0)) if covered else "none given"
        body.append([name, *cells, f"{drift:.2f}", held])
    return table(head, body)


def recorded(effort: Effort) -> str:
    """Recorded sensors against optical truth."""
    try:
        scores = broad.measure(broad.trials(effort.broad))
    except FileNotFoundError as error:
        return f"Not measured: {error.args[0].split(' in ')[0]} were there.\n"
    alone = [
        [
            bold(name),
            mean_worst([s.inclination_deg for s in found]),
            mean_worst([s.heading_deg for s in found]),
            f"{np.mean([s.drift for s in found]):.2f}",
        ]
        for name, found in scores.alone.items()
    ]
    pairs = []
    for name, pair in scores.pairs.items():
        held = [s.covered for s in pair if s.covered is not None]
        interval = f"{np.mean(held):.0%}" if held else "none given"
        rms = [s.rms_deg for s in pair]
        drift = np.mean([s.drift for s in pair])
        pairs.append([bold(name), mean_worst(rms), f"{drift:.2f}", interval])
    return "\n".join(
        [
            words.TRIALS.format(count=len(next(iter(scores.alone.values())))),
            marked(table(["filter", "inclination", "heading", "drift °/min"], alone), (1, 2, 3)),
            words.PAIRS.format(count=len(next(iter(scores.pairs.values())))),
            marked(table(["way", "RMS error", "drift °/min", "95 % holds"], pairs), (1, 2)),
            words.TRIALS_WHY,
        ]
    )


def offline_speed(effort: Effort) -> str:
    """Whole sessions."""
    short = speed.offline(effort.speed_minutes, effort.rounds)
    ours, core = short.spent[speed.OURS], short.spent[speed.CORE]
    rows = []
    for name, spent in short.spent.items():
        per_hour = cpu(spent, short.session_s / 3600.0)
        against = ratio(spent, ours)
        note = " ✗" if against.median < 1.0 and not name.startswith("torso") else ""
        real_time = 3600.0 / per_hour.median
        rows.append([name, shown(per_hour), f"{real_time:,.0f} ×", shown(against) + " ×" + note])
    hour = speed.ours_alone(effort.hour_minutes, effort.rounds)
    fastest = min(
        (n for n in short.spent if n.startswith("ahrs")), key=lambda n: cpu(short.spent[n]).median
    )
    at_hour = 1.0 / cpu(hour.spent[speed.OURS], hour.session_s).median
    to_core, to_whole = (
        ratio(hour.spent[speed.OURS], hour.spent[core]).median
        for core in (speed.CORE, speed.AS_IT_COMES)
    )
    targets = [
        (f"real time per core, offline, {hour.session_s / 60.0:.0f} min", at_hour, "≥", 1000.0),
        (f"times the vqf core as it comes, {hour.session_s / 60.0:.0f} min", to_whole, "≤", 3.0),
        (f"times the same as torso uses it, {hour.session_s / 60.0:.0f} min", to_core, "≤", 3.0),
        (f"times faster than {fastest}", ratio(short.spent[fastest], ours).median, "≥", 20.0),
    ]
    if speed.OPENSENSE in short.spent:
        faster = ratio(short.spent[speed.OPENSENSE], ours).median
        targets.append(("times faster than OpenSense", faster, "≥", 30.0))
    return "\n".join(
        [
            words.OFFLINE.format(minutes=short.session_s / 60.0, rounds=effort.rounds),
            table(["way", "s of one core per hour", "real time", "torso = 1"], rows),
            words.OFFLINE_WHY.format(core=ratio(core, ours).median),
            table(["what was wanted", "target", "measured", ""], [_target(*t) for t in targets]),
            words.TARGETS_WHY,
        ]
    )


def live_speed(effort: Effort) -> str:
    """One live step."""
    spent = speed.live(12.0, max(2, effort.rounds // 2))
    ours = Spread.of(spent[speed.LIVE]).median
    rows = []
    for name, values in spent.items():
        spread = Spread.of(values)
        lost = spread.median < ours and not name.startswith("torso")
        rows.append([bold(name), shown(spread) + " ✗" * lost, f"{spread.median / 1e4:.2%}"])
    steps = table(["way", "µs per step", "of one core"], rows)
    return "\n".join([words.LIVE, steps, words.LIVE_WHY])


def cold(effort: Effort) -> str:
    """Cold starts."""
    spent = speed.cold_starts(max(2, effort.rounds // 2))
    rows = [[name, shown(wall(s)), shown(cpu(s))] for name, s in spent.items()]
    starts = table(["command", "wall s", "processor s"], rows)
    return "\n".join([words.COLD, starts, words.COLD_WHY])


def scaling(effort: Effort) -> str:
    """Cost and memory against length, sensors and rate."""
    minutes = tuple(m for m in curves.MINUTES if m <= effort.longest_minutes)
    rounds = min(effort.rounds, 3)
    length = curves.against_length(rounds, minutes)
    sensors, rate = curves.against_sensors(rounds), curves.against_rate(rounds)
    hours = {way: [p.session_s / 3600.0 for p in points] for way, points in length.items()}
    names = {"offline": "offline", "blocks": "live pipeline, in blocks"}
    folder = effort.plots
    folder.mkdir(parents=True, exist_ok=True)
    pictures: dict[str, tuple[str, str, Callable[[Point], float]]] = {
        "cost": ("Processor time", "s", lambda p: p.cpu_s),
        "memory": ("Memory beyond what was loaded", "MB", _extra_mb),
    }
    for stem, (title, unit, value) in pictures.items():
        lines = [
            plot.Line(names[way], hours[way], [value(p) for p in points])
            for way, points in length.items()
        ]
        drawn = plot.loglog(title, "length of the session, h", unit, lines)
        (folder / f"{stem}.svg").write_text(drawn, encoding="utf-8")
    rows = [
        [
            names[way],
            f"{p.session_s / 3600.0:.2f}",
            f"{p.cpu_s:.2f}",
            f"{p.session_s / p.cpu_s:,.0f} ×",
            f"{_extra_mb(p):.0f}",
        ]
        for way, points in length.items()
        for p in points
    ]
    power = {way: straight(hours[way], [p.cpu_s for p in ps])[0] for way, ps in length.items()}
    others = [
        [f"{p.sensors} sensors, {p.rate_hz:g} Hz", f"{p.cpu_s:.3f}", f"{p.cpu_s / p.session_s:.2e}"]
        for p in (*sensors, *rate)
    ]
    return "\n".join(
        [
            words.SCALING,
            table(["way", "hours", "processor s", "real time", "MB more"], rows),
            "![Cost against length](plots/cost.svg) ![Memory against length](plots/memory.svg)\n",
            words.SCALING_WHY.format(**power),
            table(["sensors and rate", "processor s", "s per s of session"], others),
            words.OTHERS_WHY,
        ]
    )


def elsewhere(_: Effort) -> str:
    """What other commands measure."""
    from benchmarks.__main__ import CHOICES

    known = {
        "recorder": "recordings cut at every byte, and one of half a day",
        "killed": "a live session killed at random moments: what is lost",
        "heap": "the page's memory in the browser, over time",
        "throughput": "what three sensors ask of one radio",
        "clocks": "how well sensors are on one clock",
        "ble": "three emulated sensors through the real `bleak`, every sample accounted for",
        "fuzz": "noise into every protocol, bad files into every reader",
        "people": "simulated people who do everything wrong that people do",
        "silences": "sensors that fall silent for 1–4 s, again and again",
        "chaos": "a live session while everything around it fails",
        "soak": "hours of a live session: does anything grow",
    }
    rows = [[f"`python -m benchmarks {name}`", known[name]] for name in known if name in CHOICES]
    return table(["command", "measures"], rows)


PARTS: dict[str, tuple[str, Callable[[Effort], str]]] = {
    "spine": ("Accuracy: rotation of the spine", spine),
    "broad": ("Accuracy: recorded sensors against optics", recorded),
    "speed": ("Speed: recorded sessions", offline_speed),
    "step": ("Speed: live", live_speed),
    "cold": ("Speed: from nothing", cold),
    "scaling": ("Cost and memory against length, sensors and rate", scaling),
    "page": ("Live: from a notification to the pixels", in_use.page),
    "decoding": ("Live: decoding", in_use.decoded),
    "recording": ("Live: recording", in_use.recorded),
    "batch": ("Scale: many sessions", in_use.batch),
    "elsewhere": ("Measured by other commands", elsewhere),
}


def run(effort: Effort, only: Sequence[str] = (), document: Path = DOCUMENT) -> None:
    """Measure the parts named (or all) and write the document, keeping the parts not named."""
    kept = _kept(document)
    for name, (title, measure) in PARTS.items():
        if only and name not in only:
            continue
        print(f"\n## {title}\n", flush=True)
        text = measure(effort)
        print(text, flush=True)
        when = datetime.now(UTC).date()
        kept[name] = f"`{name}`, {when}, {machine()}; {versions(PEERS)}\n\n{text}"
        _write(document, kept)


def _kept(document: Path) -> dict[str, str]:
    if not document.exists():
        return {}
    text = document.read_text(encoding="utf-8")
    found = re.findall(r"<!-- (\w+) -->\n(.*?)<!-- end -->", text, re.DOTALL)
    return {name: part for name, part in found if name in PARTS}


def _write(document: Path, kept: dict[str, str]) -> None:
    parts = [words.TITLE]
    for name, (title, _) in PARTS.items():
        if name in kept:
            parts.append(f"## {title}\n\n<!-- {name} -->\n{kept[name]}<!-- end -->\n")
    document.write_text("\n".join(parts), encoding="utf-8", newline="\n")


def _target(name: str, found: float, sign: str, target: float) -> list[str]:
    met = found >= target if sign == "≥" else found <= target
    return [name, f"{sign} {target:,.0f}", f"{found:,.1f}", "met" if met else "**missed**"]


def _extra_mb(point: curves.Point) -> float:
    return max(point.peak_mb - point.loaded_mb, 0.1)
