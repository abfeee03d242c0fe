"""Parts of the document about the product in use: the live page, decoding, recording, batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import decoding, dispatch, live_page, many, words, writing
from benchmarks.measure import cpu, ratio
from benchmarks.tables import shown, table, three

if TYPE_CHECKING:
    from benchmarks.effort import Effort

CLUSTER, SESSIONS = 100, 1_000_000
"""The cluster that is thought of, and what it is given."""


def page(effort: Effort) -> str:
    """The live page, and the same made of Streamlit's own charts."""
    missing = live_page.missing()
    if missing:
        return f"Not measured: there was no {missing}.\n"
    report = live_page.measure(effort.page_s)
    streaming = ", ".join(
        f"{report.service_percent[viewers]:.1f} % of a core with {viewers}"
        f" viewer{'s' * (viewers > 1)} ({percent:.1f} more than with none)"
        for viewers, percent in report.streaming_percent.items()
    )
    before_mb, after_mb = report.heap_mb
    said = {"streaming": streaming, "before_mb": before_mb, "after_mb": after_mb}
    return "\n".join(
        [
            words.PAGE.format(seconds=report.seconds),
            table(["", "torso", "`st.line_chart`", "gain"], report.rows()),
            words.PAGE_WHY.format(seconds=report.seconds, **said),
        ]
    )


def decoded(effort: Effort) -> str:
    """Decoding, by brand."""
    costs = decoding.measure(effort.decoded, 5 * effort.rounds)
    rows = [decoding.row(cost) for cost in costs]
    return "\n".join([words.DECODING, table(decoding.HEAD, rows), words.DECODING_WHY])


def recorded(effort: Effort) -> str:
    """Recording, beside writing nothing but the bytes."""
    written = writing.measure(effort.recorded_s, effort.rounds)
    hours = written.seconds / 3600.0
    rows = [
        [
            way,
            shown(cpu(spent, hours)),
            f"{100.0 * cpu(spent, written.seconds).median:.2f} %",
            f"{1e6 * cpu(spent, written.items).median:.1f}",
            f"{written.file_mb[way] / hours:.0f}",
            f"{shown(ratio(spent, written.spent[writing.FLOOR]))} ×",
        ]
        for way, spent in written.spent.items()
    ]
    head = ["way", "s of one core per hour", "of one core", "µs per notification", "MB per hour"]
    said = words.RECORDING.format(minutes=written.seconds / 60.0, rounds=effort.rounds)
    return "\n".join([said, table([*head, "floor = 1"], rows), words.RECORDING_WHY])


def batch(effort: Effort) -> str:
    """Many sessions, what handing them out costs, and what that means for a cluster."""
    report = many.measure(effort.sessions, effort.batch_minutes)
    took = [
        [
            name if name != many.SHARED else f"{report.jobs} processes",
            f"{t.clock_s:.1f}",
            f"{t.busy_s:.1f}",
            f"{t.clock_s / report.took[many.ALONE].clock_s:.2f}",
        ]
        for name, t in report.took.items()
    ]
    dispatched = dispatch.measure(effort.dispatched)
    ways = [
        [name, three(d.clock_ms), three(d.busy_ms), three(d.front_ms), f"{busy:.2%}"]
        for name, d in dispatched.items()
        for busy in (1e-3 * d.busy_ms / report.each_s,)
    ]
    dask = dispatched[dispatch.CLUSTER]
    per_s = CLUSTER / report.each_s
    said = {
        "cost": report.cost,
        "of_ideal": report.of_ideal,
        "jobs": report.jobs,
        "equal": "the same to the last byte" if report.equal else "**not the same**",
        "each_s": report.each_s,
        "processors": CLUSTER,
        "sessions": SESSIONS,
        "hours": SESSIONS / per_s / 3600.0,
        "per_s": per_s,
        "front": 1e-3 * dask.front_ms * per_s,
        "most": 1e3 / dask.front_ms * report.each_s,
        "mb": report.session_mb,
        "mb_per_s": report.session_mb * per_s,
    }
    return "\n".join(
        [
            words.BATCH.format(sessions=effort.sessions, minutes=2 * effort.batch_minutes),
            table(["", "s on the clock", "s of processor", "one process = 1"], took),
            words.DISPATCH.format(dispatched=effort.dispatched, **said),
            table(
                ["handed out by", "ms on the clock", "ms of processor", "of that in front",
                 "of a session"],
                ways,
            ),
            words.BATCH_WHY.format(**said),
        ]
    )  # fmt: skip
