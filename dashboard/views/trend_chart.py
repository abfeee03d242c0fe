"""One number over a person's sessions, with what their own noise leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import altair as alt
import pyarrow as pa

from dashboard.views.wording import began, changed_words, in_unit
from dashboard.words import say, text
from sessions.history import Key, before, changes, session_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessions.history import Change, SessionValue
    from sessions.stored import StoredSession

HEIGHT_PX: Final = 300
Z95: Final = 1.96
SIDES: Final = {"left": text("Left"), "right": text("Right")}

Course = list[tuple["StoredSession", dict[Key, "SessionValue"], dict[Key, "Change"]]]
"""Sessions in order, each with its numbers and what they are against the ones before."""


def course_of(sessions: Sequence[StoredSession]) -> Course:
    """Judge each of a person's sessions against those before it.

    Parameters
    ----------
    sessions
        All of one person's, in order.

    Raises
    ------
    SourceError
        The results of one are damaged.
    """
    values = {s.name: session_values(s) for s in sessions}
    return [
        (s, values[s.name], changes(values[s.name], [values[e.name] for e in before(s, sessions)]))
        for s in sessions
    ]


def trend_points(course: Course, drill: str, measure: str) -> pa.Table:
    """Tell one number of each session and side.

    Returns
    -------
    Table
        Columns ``when`` (ms since 1970), ``session``, ``side``, ``value``, ``lo``, ``hi`` (95 %, by
        the noise known at that session), ``verdict`` and whether it is ``real``; degrees or
        percent.
    """
    columns: dict[str, list[object]] = {
        name: [] for name in ("when", "session", "side", "value", "lo", "hi", "verdict", "real")
    }
    for session, values, judged in course:
        for side, words in SIDES.items():
            key = Key(drill, side, measure)
            if key not in values:
                continue
            value, half = values[key].value, Z95 * judged[key].sem
            ends = [round(in_unit(end, measure), 2) for end in (value, value - half, value + half)]
            when = int(1000 * began(session).timestamp())
            cells = (when, session.title, say(words), *ends)
            cells += (changed_words(judged[key]), bool(judged[key].real))
            for column, cell in zip(columns, cells, strict=True):
                columns[column].append(cell)
    return pa.table(columns)


def trend_chart(points: pa.Table, title: str) -> alt.LayerChart | alt.FacetChart:
    """Draw the points of :func:`trend_points`; a real change is filled, noise is hollow."""
    x = alt.X("when:T", title=None, axis=alt.Axis(format=say("%-d %b %Y"), labelOverlap=True))
    scale = alt.Scale(domain=[say(side) for side in SIDES.values()])
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolOpacity=1)
    colour = alt.Color("side:N", scale=scale, legend=legend)
    height = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False, padding=12))
    base = alt.Chart(points)
    line = base.mark_line(strokeWidth=1.6).encode(x, height, colour)
    spans = base.mark_rule(strokeWidth=2, opacity=0.45).encode(
        x, alt.Y("lo:Q", title=title), alt.Y2("hi"), colour
    )
    dots = [
        base.transform_filter(alt.datum.real == filled)
        .mark_point(size=70, filled=filled, strokeWidth=1.8, opacity=1)
        .encode(
            x,
            height,
            colour,
            tooltip=[
                alt.Tooltip("session:N", title=say("Session")),
                alt.Tooltip("side:N", title=say("Side")),
                alt.Tooltip("value:Q", title=title, format=".1f"),
                alt.Tooltip("lo:Q", title=say("from"), format=".1f"),
                alt.Tooltip("hi:Q", title=say("to"), format=".1f"),
                alt.Tooltip("verdict:N", title=say("Against the usual")),
            ],
        )
        for filled in sorted(set(points["real"].to_pylist()))
    ]
    layers = alt.layer(spans, line, *dots)
    seen = say("{measure} in each session", measure=title)
    return layers.properties(height=HEIGHT_PX, background="transparent", description=seen)
