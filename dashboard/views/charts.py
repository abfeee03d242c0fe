"""Angles over time as a chart: three lines with their 95 % bands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import altair as alt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fusion.results import ANGLES, Quality

if TYPE_CHECKING:
    from sensors.samples import FloatArray
    from sessions.tables import AngleTable, RepRow

Z95: Final = 1.96
MOST_POINTS: Final = 1600
SEGMENTS: Final = ("pelvis", "lumbar", "thoracic")
NAMES: Final = tuple(s.capitalize() for s in SEGMENTS)
HEIGHT_PX: Final = 340
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
    for segment, name in zip(SEGMENTS, NAMES, strict=True):
        column = ANGLES.index(segment)
        value = np.where(usable, angles.angles_deg[rows, column], np.nan)
        half = Z95 * angles.sd_deg[rows, column]
        parts.append(
            pa.table(
                {
                    "time_s": angles.t_s[rows].round(3),
                    "segment": [name] * len(rows),
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
    points: pa.Table, reps: list[RepRow], *, measured: bool
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
    """
    dashes = [[1, 0]] + 2 * [[1, 0] if measured else [6, 4]]
    x = alt.X("time_s:Q", title="Time, s", scale=alt.Scale(nice=False))
    colour = alt.Color("segment:N", scale=alt.Scale(domain=list(NAMES)), legend=_legend())
    dash = alt.StrokeDash(
        "segment:N", scale=alt.Scale(domain=list(NAMES), range=dashes), legend=_legend()
    )
    base = alt.Chart(points)
    band = base.mark_area(opacity=0.16).encode(x, _height("lo", points), alt.Y2("hi"), colour)
    line = base.mark_line(strokeWidth=1.8).encode(
        x,
        _height("angle", points),
        colour,
        dash,
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("time_s:Q", title="Time, s", format=".1f"),
            alt.Tooltip("angle:Q", title="Angle, °", format=".1f"),
            alt.Tooltip("lo:Q", title="from", format=".1f"),
            alt.Tooltip("hi:Q", title="to", format=".1f"),
        ],
    )
    zero = alt.Chart(pa.table({"y": [0]})).mark_rule(strokeWidth=1.3, color=QUIET)
    zero = zero.encode(y="y:Q")
    layers = alt.layer(zero, band, line.interactive(bind_y=False), _peaks(reps))
    return layers.properties(height=HEIGHT_PX, background="transparent")


def _height(column: str, points: pa.Table) -> alt.Y:
    """Degrees with left up, the same room on both sides, and some for the peaks' names."""
    ends = [abs(v.as_py() or 0.0) for c in ("lo", "hi") for v in pc.min_max(points[c]).values()]
    limit_deg = 15 * math.ceil((max(ends, default=0.0) + 8) / 15)
    return alt.Y(
        f"{column}:Q",
        title="← right · left →",
        scale=alt.Scale(domain=[-limit_deg, limit_deg], nice=False),
        axis=alt.Axis(
            values=list(range(-limit_deg, limit_deg + 1, 15)), labelExpr="abs(datum.value) + '°'"
        ),
    )


def _legend() -> alt.Legend:
    return alt.Legend(
        title=None, orient="top", symbolType="stroke", symbolStrokeWidth=2.5, symbolOpacity=1
    )


def _peaks(reps: list[RepRow]) -> alt.Chart:
    words = [f"{rep['rep']} {str(rep['side'])[:1].upper()}" for rep in reps]
    times = pa.array([rep["peak_s"] for rep in reps], pa.float64())
    table = pa.table({"time_s": times, "words": pa.array(words, pa.string())})
    labels = alt.Chart(table).mark_text(fontSize=11, color=QUIET, baseline="top")
    placed: alt.Chart = labels.encode(x="time_s:Q", y=alt.value(2), text="words:N")
    return placed
