"""What commands on the library have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import say_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from sessions.library import Library


def declare(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    words: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """Declare one action on the library."""
    action = actions.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
    action.add_argument(
        "--data", metavar="DIR", type=Path, help="data folder (default: TORSO_DATA or yours)"
    )
    action.add_argument("--json", action="store_true", help="print the answer as JSON")
    action.set_defaults(run=run)
    return action


def library_of(args: argparse.Namespace) -> Library:
    """Open the library that is meant."""
    from sessions.library import open_library

    return open_library(args.data)


def answer(args: argparse.Namespace, sentence: str, facts: dict[str, object]) -> None:
    """Say what was done, in words or as JSON."""
    if args.json:
        say_json(facts)
    else:
        print(sentence)
