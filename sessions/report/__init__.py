"""The report: one page to hand to a physiotherapist, as HTML and as PDF.

:func:`make_report` gathers what it says, :func:`report_html` and :func:`report_pdf` draw it.
"""

from __future__ import annotations

from sessions.report.content import Report, make_report
from sessions.report.html import report_html
from sessions.report.pdf import report_pdf

__all__ = ["Report", "make_report", "report_html", "report_pdf"]
