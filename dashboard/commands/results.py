"""``torso sessions recompute`` and ``compare``: results and what made them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.library import answer, declare, library_of
from dashboard.commands.terminal import say_json, say_table, tell

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from sessions.compare import Comparison
    from sessions.library import Library


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare both actions."""
    action = declare(
        actions,
        "recompute",
        "analyse sessions again whose recording or algorithms have changed",
        run_recompute,
    )
    action.add_argument("sessions", metavar="SESSION", nargs="*", help="default: all")
    action.add_argument(
        "--again", action="store_true", help="even those whose results are up to date"
    )
    action = declare(
        actions, "compare", "tell what differs between two sets of results", run_compare
    )
    action.add_argument("a", metavar="A", help="a session, or a folder of results")
    action.add_argument(
        "b",
        metavar="B",
        nargs="?",
        help="another; left out: A as it is now against its results before",
    )


def run_recompute(args: argparse.Namespace) -> int:
    """Bring results up to date; returns 0, or 3 if a session could not be analysed."""
    from fusion.errors import FusionError
    from sessions.errors import SessionError
    from sessions.recompute import recompute

    library = library_of(args)
    if args.sessions:
        chosen = [library.find(words) for words in args.sessions]
    else:
        chosen = [s for s in library.list() if s.recording is not None]
    done, failed = list[str](), dict[str, str]()
    for session in chosen:
        try:
            if recompute(library, session, again=args.again):
                done.append(session.name)
                tell(f"{session.name}: analysed again")
        except (FusionError, SessionError) as error:
            failed[session.name] = str(error)
            tell(f"{session.name}: {error}")
    current = len(chosen) - len(done) - len(failed)
    words = f"{len(done)} analysed again, {current} up to date, {len(failed)} could not be."
    answer(args, words, {"analysed": done, "current": current, "failed": failed})
    return 3 if failed else 0


def run_compare(args: argparse.Namespace) -> int:
    """Compare two sets of results; returns the exit status."""
    from sessions.compare import before_recompute, compare, read_results

    library = library_of(args)
    a = _folder(library, args.a)
    a, b = (before_recompute(a), a) if args.b is None else (a, _folder(library, args.b))
    found = compare(read_results(a), read_results(b))
    if args.json:
        sides = [
            key._asdict() | {"a": values[0], "b": values[1]} for key, values in found.sides.items()
        ]
        say_json(asdict(found) | {"sides": sides, "equal": found.equal})
    else:
        _say(found)
    return 0


def _folder(library: Library, words: str) -> Path:
    path = Path(words)
    return path if path.is_dir() else library.find(words).path


def _say(found: Comparison) -> None:
    if not found.same_input:
        print("Made from different recordings: only the sides as a whole are compared.")
    for words in found.how:
        print(f"made with another {words}")
    if found.equal:
        print("The repetitions and sides are equal.")
        return
    if found.same_input:
        _say_reps(found)
    rows = [
        (key.drill.replace("_", " "), key.side, key.measure, *_cells(key.measure, pair))
        for key, pair in found.sides.items()
        if pair[0] != pair[1]
    ]
    if rows:
        say_table(("drill", "side", "number", "A", "B", "B - A"), rows)


def _say_reps(found: Comparison) -> None:
    print(f"{found.matched} repetitions are in both.")
    for label, places in (("A", found.only_a), ("B", found.only_b)):
        for peak_s, side in places:
            print(f"  {peak_s:8.1f} s  {side}: only in {label}")
    for peak_s, was, now in found.verdicts:
        print(f"  {peak_s:8.1f} s  {was} → {now}")
    for moved in found.moved:
        scale, unit = _unit(moved.column)
        mean, largest = scale * moved.mean, scale * moved.largest
        print(f"  {moved.column}: {mean:+.2f}{unit} on average, {largest:.2f}{unit} at most")


def _cells(measure: str, pair: Sequence[float | None]) -> tuple[str, str, str]:
    scale, unit = _unit(measure)
    was, now = pair
    first, second = ("-" if v is None else f"{scale * v:.1f}{unit}" for v in pair)
    change = "-" if was is None or now is None else f"{scale * (now - was):+.1f}{unit}"
    return first, second, change


def _unit(column: str) -> tuple[float, str]:
    return (100.0, " %") if column.endswith("_share") else (1.0, "°")
