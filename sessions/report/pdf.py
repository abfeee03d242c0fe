"""The report as a PDF of one page, drawn with ``fpdf2``: pure Python, nothing to install beside.

The fonts that every PDF reader has know the letters of western Europe. Names in other letters are
set in a font of this computer if it has one that knows them, else shown as ``?`` (the HTML has
them).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fpdf import FPDF

from sessions import safety
from sessions.report import drawing, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessions.report.content import DrillReport, Report

_SIDE_MM, _TOP_MM, _WIDTH_MM = 14.0, 12.0, 182.0
_BAR_MM, _LINE_MM = 6.4, 4.3
_COLUMNS_MM: Final = (24.0, 14.0, 18.0, 24.0, 20.0, 18.0, 36.0)
_LEFT_COLUMNS: Final = (0, 1, 6)
_WIDE_FONTS: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
)
_SHRINK: Final = (1.0, 0.9, 0.8, 0.7, 0.6)


def report_pdf(report: Report) -> bytes:
    """Draw the report as PDF, a little smaller where it would not fit on one page."""
    for shrink in _SHRINK:
        page = _Page(report, shrink)
        page.draw()
        if page.pdf.page == 1:
            break
    return bytes(page.pdf.output())


class _Page:
    """The page being drawn, everything ``shrink`` times its usual size."""

    def __init__(self, report: Report, shrink: float) -> None:
        self.report, self.shrink = report, shrink
        self.pdf = FPDF(format="A4")
        self.pdf.set_creation_date(datetime.fromtimestamp(report.made_unix_s, tz=UTC))
        self.pdf.set_title(report.title)
        self.pdf.set_creator("torso")
        self.pdf.set_lang("en")
        self.pdf.set_margins(_SIDE_MM, _TOP_MM, _SIDE_MM)
        self.pdf.set_auto_page_break(auto=True, margin=10.0)
        self.font = "helvetica"
        wide = next((path for path in _WIDE_FONTS if Path(path).is_file()), None)
        if wide is not None and not _plain(_typed(report)):
            self.pdf.add_font("wide", "", wide)
            self.pdf.add_font("wide", "B", wide)
            self.font = "wide"
        self.pdf.add_page()

    def draw(self) -> None:
        self._head()
        scale = drawing.scale_deg(self.report.drills)
        for drill in self.report.drills:
            self._drill(drill, scale)
        self._listed("How it felt", self.report.felt)
        self._listed("How far to trust it", self.report.quality)
        self._foot()

    def _head(self) -> None:
        pdf = self.pdf
        who = " · ".join(filter(None, (self.report.person, self.report.when)))
        self._pen(16, bold=True)
        title = self._fitting(self.report.title, _WIDTH_MM * 0.62)
        pdf.cell(_WIDTH_MM * 0.65, 8, title)
        self._pen(9.5)
        pdf.cell(_WIDTH_MM * 0.35, 8, self._fitting(who, _WIDTH_MM * 0.33), align="R")
        pdf.ln(8)
        pdf.set_draw_color(drawing.INK)
        pdf.set_line_width(0.5)
        pdf.line(_SIDE_MM, pdf.get_y(), _SIDE_MM + _WIDTH_MM, pdf.get_y())
        pdf.ln(1.5)
        self._text(self.report.history, colour=drawing.QUIET)

    def _drill(self, drill: DrillReport, scale: float) -> None:
        self.pdf.ln(2.0 * self.shrink)
        self._text(drill.name, 12, bold=True)
        self._text(drill.done)
        if drill.sides:
            self._picture(drill, scale)
            for side, found in drill.sides.items():
                peaks, shares = drawing.peak_words(found), drawing.share_words(found)
                self._text(f"{side.capitalize()}: {peaks}; shares {shares}.")
            self._text(f"{drill.difference} {drill.split}".strip(), colour=drawing.QUIET)
        if drill.changes:
            self._table(drill)

    def _picture(self, drill: DrillReport, scale: float) -> None:
        pdf, top = self.pdf, self.pdf.get_y() + 4.5
        middle, unit = _SIDE_MM + _WIDTH_MM / 2, 0.43 * _WIDTH_MM / scale
        height = _BAR_MM * self.shrink
        pdf.set_line_width(0.2)
        self._pen(7.5, drawing.QUIET)
        for tick in drawing.ticks_deg(scale):
            for x in (middle - unit * tick, middle + unit * tick):
                pdf.set_draw_color("#e3e6ec")
                pdf.line(x, top - 1, x, top + height + 1)
                self._centred(f"{tick:.0f}°", x, top + height + 3.5)
        for side, found in drill.sides.items():
            for bar in drawing.bars(side, found):
                self._bar(bar, drill.measured, middle, unit, top)
            lo, hi = ((-x if side == "left" else x) for x in (found.lo_deg, found.hi_deg))
            pdf.set_draw_color(drawing.INK)
            pdf.set_line_width(0.45)
            y = top + height / 2
            pdf.line(middle + unit * lo, y, middle + unit * hi, y)
        pdf.set_line_width(0.25)
        pdf.line(middle, top - 1.5, middle, top + height + 1.5)
        self._pen(8)
        pdf.text(_SIDE_MM, top - 1.5, "left")
        pdf.text(_SIDE_MM + _WIDTH_MM - pdf.get_string_width("right"), top - 1.5, "right")
        self._legend(middle, top + height + 7.5)
        pdf.set_y(top + height + 9.5)

    def _bar(
        self, bar: drawing.Bar, measured: bool, middle: float, unit: float, top: float
    ) -> None:
        left, right = sorted((middle + unit * bar.from_deg, middle + unit * bar.to_deg))
        height, pdf = _BAR_MM * self.shrink, self.pdf
        pdf.set_fill_color(drawing.COLOURS[bar.segment])
        pdf.rect(left, top, right - left, height, style="F")
        if not measured and bar.segment != "pelvis":
            pdf.set_draw_color("#ffffff")
            pdf.set_line_width(0.7)
            with pdf.rect_clip(left, top, right - left, height):
                x = left - height
                while x < right:
                    pdf.line(x, top + height, x + height, top)
                    x += 1.8
        elif right - left > 6:
            self._pen(7.5, "#ffffff")
            self._centred(bar.label, (left + right) / 2, top + height * 0.36)

    def _legend(self, middle: float, y: float) -> None:
        x = middle - 33
        for segment, colour in drawing.COLOURS.items():
            self.pdf.set_fill_color(colour)
            self.pdf.rect(x, y - 2.2, 2.4, 2.4, style="F")
            self._pen(8)
            self.pdf.text(x + 3.4, y, segment)
            x += 23

    def _table(self, drill: DrillReport) -> None:
        self._row(drawing.CHANGE_HEADER, drawing.QUIET)
        for label, sides in drill.changes:
            for number, (side, change) in enumerate(sides.items()):
                if not number:
                    self.pdf.set_draw_color("#d9dde5")
                    self.pdf.set_line_width(0.15)
                    y = self.pdf.get_y()
                    self.pdf.line(_SIDE_MM, y, _SIDE_MM + sum(_COLUMNS_MM), y)
                cells = drawing.change_cells("" if number else label, side, change)
                self._row(cells, verdict=drawing.REAL if change.real else drawing.INK)

    def _row(
        self, cells: Sequence[str], colour: str = drawing.INK, *, verdict: str = drawing.INK
    ) -> None:
        for column, (cell, width) in enumerate(zip(cells, _COLUMNS_MM, strict=True)):
            last = column == len(cells) - 1
            self._pen(9, verdict if last else colour, bold=last and verdict == drawing.REAL)
            align = "L" if column in _LEFT_COLUMNS else "R"
            indent = "   " if last else ""
            self.pdf.cell(width, _LINE_MM * self.shrink, self._known(indent + cell), align=align)
        self.pdf.ln(_LINE_MM * self.shrink)

    def _listed(self, title: str, lines: Sequence[str]) -> None:
        if lines:
            self.pdf.ln(1.5 * self.shrink)
            self._text(title, 10, bold=True)
            for line in lines:
                self._text(f"·  {line}")

    def _foot(self) -> None:
        self.pdf.ln(1.5 * self.shrink)
        self.pdf.set_draw_color("#c5cad5")
        self.pdf.set_line_width(0.2)
        self.pdf.line(_SIDE_MM, self.pdf.get_y(), _SIDE_MM + _WIDTH_MM, self.pdf.get_y())
        self.pdf.ln(1)
        for text in words.DEFINITIONS:
            self._text(text, 6.6, colour="#3c4456")
        self._text(safety.NOT_MEDICAL, 6.8, bold=True)
        self._text(f"{safety.STOP_NOW} {words.ASK_FIRST}", 6.6, colour="#3c4456")
        self._text(self.report.receipt, 6.2, colour=drawing.QUIET)

    def _text(
        self, text: str, size: float = 9, *, colour: str = drawing.INK, bold: bool = False
    ) -> None:
        self._pen(size, colour, bold=bold)
        line = size * 0.46 * self.shrink
        self.pdf.multi_cell(_WIDTH_MM, line, self._known(text), new_x="LMARGIN", new_y="NEXT")

    def _centred(self, text: str, x: float, y: float) -> None:
        known = self._known(text)
        self.pdf.text(x - self.pdf.get_string_width(known) / 2, y, known)

    def _fitting(self, text: str, width: float) -> str:
        """As much of ``text`` as one line holds."""
        known = self._known(text)
        if self.pdf.get_string_width(known) <= width:
            return known
        while known and self.pdf.get_string_width(f"{known}...") > width:
            known = known[:-1]
        return f"{known.rstrip()}..."

    def _pen(self, size: float, colour: str = drawing.INK, *, bold: bool = False) -> None:
        self.pdf.set_font(self.font, "B" if bold else "", size * self.shrink)
        self.pdf.set_text_color(colour)

    def _known(self, text: str) -> str:
        """Put what the standard fonts lack into letters that they have."""
        if self.font == "wide":
            return text
        for rare, usual in (("–", "-"), ("→", "to"), ("≤", "<="), ("’", "'"), ("−", "-")):
            text = text.replace(rare, usual)
        return text.encode("latin-1", "replace").decode("latin-1")


def _typed(report: Report) -> str:
    """Everything on the page that people typed."""
    return "".join((report.title, report.person, *report.felt))


def _plain(text: str) -> bool:
    return text.isascii() or all(ord(c) < 256 for c in text)
