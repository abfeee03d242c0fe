"""Angles over time as a chart: three lines with their 95 % bands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import altair as alt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.settings import load
from dashboard.views.wording import MARK_NAMES, SEGMENT_NAMES
from dashboard.words import say, text
from fusion.results import ANGLES, SD_ANGLES, Quality
from sessions.counted import left_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensors.samples import FloatArray
    from sessions.library import About, Mark
    from sessions.tables import AngleTable, RepRow

Z95: Final = 1.96
MOST_POINTS: Final = 1600
HEIGHT_PX: Final = 340
PEAKS_HEIGHT_PX: Final = 280
ANGLES_SEEN: Final = text("Angles of pelvis, lumbar and thoracic over time")
PEAKS_SEEN: Final = text("Angles of pelvis, lumbar and thoracic at the peak of each repetition")
"""What a chart is to whoever cannot see it."""

UP: Final = {
    "left_up": text("Turns to the left go up, to the right down."),
    "right_up": text("Turns to the right go up, to the left down."),
}
"""How a chart is read, by the side that the settings put on top."""

QUIET: Final = "#7d8497"
"""Read on the light and on the dark ground alike."""


def angle_points(angles: AngleTable, start_s: float, end_s: float) -> pa.Table:
    """Thin one drill's angles out for drawing.

    Parameters
    ----------
    angles
        Content of ``angles.csv``.
    start_s, end_s
        From when to when.

    Returns
    -------
    Table
        Columns ``time_s``, ``segment``, ``angle``, ``lo``, ``hi`` (degrees, left positive); at
        most :data:`MOST_POINTS` times, empty where the angle is unusable.
    """
    rows = np.flatnonzero((angles.t_s >= start_s) & (angles.t_s <= end_s))
    rows = rows[:: max(1, -(-len(rows) // MOST_POINTS))]
    usable = angles.quality[rows] < Quality.UNUSABLE
    parts = []
    for segment, name in SEGMENT_NAMES.items():
        column = ANGLES.index(segment)
        value = np.where(usable, angles.angles_deg[rows, column], np.nan)
        half = Z95 * angles.sd_deg[rows, column]
        parts.append(
            pa.table(
                {
                    "time_s": angles.t_s[rows].round(3),
                    "segment": [say(name)] * len(rows),
                    "angle": _cells(value),
                    "lo": _cells(value - half),
                    "hi": _cells(value + half),
                }
            )
        )
    return pa.concat_tables(parts)


def _cells(values: FloatArray) -> pa.Array:
    return pa.array(values.round(2), mask=~np.isfinite(values))


def angle_chart(
    points: pa.Table, reps: list[RepRow], *, measured: bool, marks: Sequence[Mark] = ()
) -> alt.LayerChart | alt.FacetChart:
    """Draw the points of :func:`angle_points`, with the peaks of the repetitions.

    Parameters
    ----------
    points
        What to draw.
    reps
        Rows of ``reps.csv`` of the same drill.
    measured
        Whether lumbar and thoracic were measured; otherwise their lines are dashed.
    marks
        How it felt, and when.
    """
    dashes = [[1, 0]] + 2 * [[1, 0] if measured else [6, 4]]
    x = alt.X("time_s:Q", title=say("Time, s"), scale=alt.Scale(nice=False))
    colour = _colour()
    dash = alt.StrokeDash(
        "segment:N", scale=alt.Scale(domain=_names(), range=dashes), legend=_legend()
    )
    base = alt.Chart(points)
    band = base.mark_area(opacity=0.16).encode(x, _height("lo", points), alt.Y2("hi"), colour)
    line = base.mark_line(strokeWidth=1.8).encode(
        x,
        _height("angle", points),
        colour,
        dash,
        tooltip=[
            alt.Tooltip("segment:N", title=say("Segment")),
            alt.Tooltip("time_s:Q", title=say("Time, s"), format=".1f"),
            alt.Tooltip("angle:Q", title=say("Angle, °"), format=".1f"),
            alt.Tooltip("lo:Q", title=say("from"), format=".1f"),
            alt.Tooltip("hi:Q", title=say("to"), format=".1f"),
        ],
    )
    zero = alt.Chart(pa.table({"y": [0]})).mark_rule(strokeWidth=1.3, color=QUIET)
    zero = zero.encode(y="y:Q")
    layers = alt.layer(zero, band, line.interactive(bind_y=False), _peaks(reps))
    if marks:
        layers = alt.layer(layers, *_felt(marks))
    return layers.properties(
        height=HEIGHT_PX, background="transparent", description=say(ANGLES_SEEN)
    )


def _height(column: str, points: pa.Table) -> alt.Y:
    """Degrees, the same room for both sides, and some for the peaks' names."""
    ends = [abs(v.as_py() or 0.0) for c in ("lo", "hi") for v in pc.min_max(points[c]).values()]
    left_up = load().sides == "left_up"
    limit_deg = 15 * math.ceil((max(ends, default=0.0) + 8) / 15)
    return alt.Y(
        f"{column}:Q",
        title=say("← right · left →") if left_up else say("← left · right →"),
        scale=alt.Scale(domain=[-limit_deg, limit_deg], nice=False, reverse=not left_up),
        axis=alt.Axis(
            values=list(range(-limit_deg, limit_deg + 1, 15)), labelExpr="abs(datum.value) + '°'"
        ),
    )


def _names() -> list[str]:
    return [say(name) for name in SEGMENT_NAMES.values()]


def _colour() -> alt.Color:
    return alt.Color("segment:N", scale=alt.Scale(domain=_names()), legend=_legend())


def _legend() -> alt.Legend:
    return alt.Legend(
        title=None, orient="top", symbolType="stroke", symbolStrokeWidth=2.5, symbolOpacity=1
    )


def _peaks(reps: list[RepRow]) -> alt.Chart:
    words = [f"{rep['rep']} {_letter(rep)}" for rep in reps]
    times = pa.array([rep["peak_s"] for rep in reps], pa.float64())
    table = pa.table({"time_s": times, "words": pa.array(words, pa.string())})
    labels = alt.Chart(table).mark_text(fontSize=11, color=QUIET, baseline="top")
    placed: alt.Chart = labels.encode(x="time_s:Q", y=alt.value(2), text="words:N")
    return placed


def _felt(marks: Sequence[Mark]) -> tuple[alt.Chart, alt.Chart]:
    """Marks as dashed lines with their kind and value below the peaks' names."""
    words = [say(MARK_NAMES[m.kind]) + ("" if m.value is None else f" {m.value:g}") for m in marks]
    base = alt.Chart(pa.table({"time_s": [m.t_s for m in marks], "words": words}))
    rules = base.mark_rule(strokeDash=[2, 3], color=QUIET).encode(x="time_s:Q")
    labels = base.mark_text(fontSize=11, color=QUIET, align="left", dx=4, baseline="top")
    return rules, labels.encode(x="time_s:Q", y=alt.value(18), text="words:N")


def peak_points(angles: AngleTable, reps: list[RepRow], about: About) -> pa.Table:
    """Tell each segment's angle at the peak of each repetition, with its interval.

    Returns
    -------
    Table
        Columns ``rep``, ``segment``, ``angle``, ``lo``, ``hi`` (degrees, left positive) and
        ``out`` (whether a person left it out).
    """
    columns: dict[str, list[object]] = {
        name: [] for name in ("rep", "segment", "angle", "lo", "hi", "out")
    }
    for rep in reps:
        row = min(int(np.searchsorted(angles.t_s, float(rep["peak_s"] or 0))), len(angles) - 1)
        for segment, name in SEGMENT_NAMES.items():
            value = rep[f"{segment}_deg"]
            half = Z95 * float(angles.sd_deg[row, SD_ANGLES.index(segment)])
            if value is None or not math.isfinite(half):
                continue
            ends = (float(value), float(value) - half, float(value) + half)
            cells = (_label(rep), say(name), *(round(end, 2) for end in ends))
            for column, cell in zip(
                columns, (*cells, left_out(rep, about) is not None), strict=True
            ):
                columns[column].append(cell)
    return pa.table(columns)


def up_words() -> str:
    """Say which way is up."""
    return say(UP[load().sides])


def peak_chart(points: pa.Table) -> alt.LayerChart | alt.FacetChart:
    """Draw the points of :func:`peak_points`, in the order of the repetitions."""
    order = list(dict.fromkeys(points["rep"].to_pylist()))
    x = alt.X("rep:N", title=say("Repetition"), sort=order, axis=alt.Axis(labelAngle=0))
    colour = _colour()
    offset = alt.XOffset("segment:N", sort=_names())
    base = alt.Chart(points)
    spans = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
        x, _height("lo", points), alt.Y2("hi"), offset, colour
    )
    dots = [
        base.transform_filter(alt.datum.out == out)
        .mark_point(size=46, filled=not out, strokeWidth=1.6, opacity=1)
        .encode(
            x,
            _height("angle", points),
            offset,
            colour,
            tooltip=[
                alt.Tooltip("rep:N", title=say("Repetition")),
                alt.Tooltip("segment:N", title=say("Segment")),
                alt.Tooltip("angle:Q", title=say("Angle, °"), format=".1f"),
                alt.Tooltip("lo:Q", title=say("from"), format=".1f"),
                alt.Tooltip("hi:Q", title=say("to"), format=".1f"),
            ],
        )
        # A layer of no points would be a picture without a name to whoever hears the page.
        for out in sorted(set(points["out"].to_pylist()))
    ]
    zero = alt.Chart(pa.table({"y": [0]})).mark_rule(strokeWidth=1.3, color=QUIET)
    layers = alt.layer(zero.encode(y="y:Q"), spans, *dots)
    return layers.properties(
        height=PEAKS_HEIGHT_PX, background="transparent", description=say(PEAKS_SEEN)
    )


def _label(rep: RepRow) -> str:
    return f"{rep['set']}.{rep['rep']} {_letter(rep)}"


def _letter(rep: RepRow) -> str:
    return say("L") if rep["side"] == "left" else say("R")
