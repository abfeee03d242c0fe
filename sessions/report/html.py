"""The report as one HTML file that needs nothing else and prints on one page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from sessions import safety
from sessions.report import drawing, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sessions.report.content import DrillReport, Report

_STYLE: Final = """
@page { size: A4; margin: 12mm 14mm; }
* { box-sizing: border-box; }
body { font: 13px/1.4 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: #1b2030;
  background: #fff; max-width: 182mm; margin: 8mm auto; padding: 0 2mm; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 8mm;
  border-bottom: 2px solid #1b2030; padding-bottom: 2mm; }
h1 { font-size: 20px; margin: 0; } h2 { font-size: 15px; margin: 4mm 0 0; }
h3 { font-size: 13px; margin: 3mm 0 0; }
p, ul { margin: 1mm 0; } ul { padding-left: 5mm; }
.quiet { color: #5d6678; } .small { font-size: 9.5px; line-height: 1.35; color: #3c4456; }
.drill { break-inside: avoid; }
svg { width: 100%; height: auto; display: block; margin: 1mm 0; }
svg text { font-size: 11px; fill: #1b2030; } svg .tick { fill: #5d6678; font-size: 10px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { font-weight: 500; color: #5d6678; } th, td { padding: 0 2mm 0 0; text-align: right; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2), th:last-child, td:last-child
  { text-align: left; }
tr.next td { border-top: 1px solid #d9dde5; } td:last-child { padding-left: 3mm; }
td.real { color: #8a3ffc; font-weight: 600; }
footer { border-top: 1px solid #c5cad5; margin-top: 3mm; padding-top: 1.5mm; }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 11.5px; } }
"""

_WIDTH, _HALF, _ROW = 680.0, 290.0, 22.0


def report_html(report: Report) -> bytes:
    """Draw the report as HTML; everything a person typed is escaped."""
    scale = drawing.scale_deg(report.drills)
    body = [
        f"<header><h1>{escape(report.title)}</h1>"
        f"<div>{escape(' · '.join(filter(None, (report.person, report.when))))}</div></header>",
        f"<p class=quiet>{escape(report.history)}</p>",
        *(_drill(drill, scale) for drill in report.drills),
        _listed("How it felt", report.felt),
        _listed("How far to trust it", report.quality),
        "<footer>",
        *(f"<p class=small>{escape(text)}</p>" for text in words.DEFINITIONS),
        f"<p class=small><b>{escape(safety.NOT_MEDICAL)}</b>"
        f" {escape(safety.STOP_NOW)} {escape(words.ASK_FIRST)}</p>",
        f"<p class='small quiet'>{escape(report.receipt)}</p></footer>",
    ]
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(filter(None, body))
        + "\n</body></html>\n"
    ).encode()


def _drill(drill: DrillReport, scale: float) -> str:
    parts = [f"<h2>{escape(drill.name)}</h2><p>{escape(drill.done)}</p>"]
    if drill.sides:
        parts.append(_picture(drill, scale))
        parts += [
            f"<p>{side.capitalize()}: <b>{escape(drawing.peak_words(found))}</b>;"
            f" shares {escape(drawing.share_words(found))}.</p>"
            for side, found in drill.sides.items()
        ]
        said = " ".join(filter(None, (drill.difference, drill.split)))
        parts.append(f"<p class=quiet>{escape(said)}</p>")
    if drill.changes:
        parts.append(_table(drill))
    return f"<section class=drill>{''.join(parts)}</section>"


def _table(drill: DrillReport) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in drawing.CHANGE_HEADER)
    rows = []
    for label, sides in drill.changes:
        for number, (side, change) in enumerate(sides.items()):
            cells = drawing.change_cells("" if number else label, side, change)
            mark = " class=real" if change.real else ""
            plain = "".join(f"<td>{escape(c)}</td>" for c in cells[:-1])
            first = "" if number else " class=next"
            rows.append(f"<tr{first}>{plain}<td{mark}>{escape(cells[-1])}</td></tr>")
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _picture(drill: DrillReport, scale: float) -> str:
    """Left and right from the middle; the length is the median peak, its parts the shares."""
    middle, unit = _WIDTH / 2, _HALF / scale
    height = 2 * _ROW + 34
    top, bottom = 18.0, 18.0 + 1.4 * _ROW
    shapes = [_HATCH]
    for tick in drawing.ticks_deg(scale):
        for x in (middle - unit * tick, middle + unit * tick):
            shapes.append(f"<path d='M{x:.1f} {top}V{bottom}' stroke='#e3e6ec'/>")
            place = f"x={x:.1f} y={bottom + 13:.1f} text-anchor=middle"
            shapes.append(f"<text class=tick {place}>{tick:.0f}°</text>")
    for side, found in drill.sides.items():
        shapes += _side_shapes(drawing.bars(side, found), drill.measured, middle, unit, top)
        lo, hi = ((-x if side == "left" else x) for x in (found.lo_deg, found.hi_deg))
        y = top + 0.7 * _ROW
        shapes.append(
            f"<path d='M{middle + unit * lo:.1f} {y}H{middle + unit * hi:.1f}' stroke='#1b2030'"
            " stroke-width=1.6 />"
        )
    shapes.append(f"<path d='M{middle} {top - 4}V{bottom + 4}' stroke='#1b2030'/>")
    shapes.append("<text x=4 y=12>left</text>")
    shapes.append(f"<text x={_WIDTH - 4} y=12 text-anchor=end>right</text>")
    shapes += _legend(middle, height)
    return f"<svg viewBox='0 0 {_WIDTH:.0f} {height:.0f}' role=img>{''.join(shapes)}</svg>"


_HATCH: Final = (
    "<defs><pattern id=guess width=5 height=5 patternUnits=userSpaceOnUse"
    " patternTransform='rotate(45)'><path d='M0 0V5' stroke='#fff' stroke-width=3 />"
    "</pattern></defs>"
)


def _side_shapes(
    bars: Sequence[drawing.Bar], measured: bool, middle: float, unit: float, top: float
) -> Iterable[str]:
    for bar in bars:
        left, right = sorted((middle + unit * bar.from_deg, middle + unit * bar.to_deg))
        place = f"x={left:.1f} y={top + 3:.1f} width={right - left:.1f} height={1.4 * _ROW - 6:.1f}"
        yield f"<rect {place} fill='{drawing.COLOURS[bar.segment]}'/>"
        if not measured and bar.segment != "pelvis":
            yield f"<rect {place} fill='url(#guess)'/>"
        elif right - left > 20:
            x, y = (left + right) / 2, top + 0.7 * _ROW - 3
            place = f"x={x:.1f} y={y:.1f} text-anchor=middle"
            yield f"<text {place} style='fill:#fff'>{bar.label}</text>"


def _legend(middle: float, height: float) -> Iterable[str]:
    x = middle - 120
    for segment, colour in drawing.COLOURS.items():
        yield f"<rect x={x:.0f} y={height - 10:.0f} width=9 height=9 fill='{colour}'/>"
        yield f"<text x={x + 13:.0f} y={height - 1.5:.1f}>{segment}</text>"
        x += 85


def _listed(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    return f"<h3>{title}</h3><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
