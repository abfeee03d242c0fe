"""What every command says and how: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from fusion.results import Flag

_BAR = 30


def say_json(content: object) -> None:
    """Print one JSON document."""
    print(json.dumps(content, indent=2, ensure_ascii=False))


def tell(line: str) -> None:
    """Say something to the person who waits."""
    print(line, file=sys.stderr, flush=True)


def warn(flags: Iterable[Flag]) -> None:
    """Print each flag as one line of warning."""
    from dashboard.messages import flag_words

    for flag in flags:
        print(f"warning: {flag_words(flag)}", file=sys.stderr)


def progress_bar(label: str) -> Callable[[float], None]:
    """Make a function that shows the fraction done, 0 … 1, if a person is watching."""
    if not sys.stderr.isatty():
        return lambda _: None

    def show(done: float) -> None:
        filled = round(_BAR * min(max(done, 0.0), 1.0))
        end = "\n" if done >= 1 else ""
        bar = "#" * filled + "." * (_BAR - filled)
        print(f"\r{label} [{bar}] {100 * done:3.0f} %", end=end, file=sys.stderr, flush=True)

    return show


def say_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns, each as wide as its longest cell."""
    widths = [max(len(row[n]) for row in (header, *rows)) for n in range(len(header))]
    for row in (header, *rows):
        print("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip())


def confirm(question: str) -> bool:
    """Ask a person; whoever cannot be asked has not agreed."""
    if not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
