"""``torso sessions``: what is kept on this computer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.terminal import confirm, say_json, say_table

if TYPE_CHECKING:
    import argparse

    from sessions.library import StoredSession


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its own subcommands."""
    parser = commands.add_parser(
        "sessions",
        help="list, show or delete recorded sessions",
        description="The sessions kept on this computer.",
    )
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = actions.add_parser(
        "list", help="list all sessions", description="List all sessions, newest first."
    )
    listing.set_defaults(run=run_list)
    show = actions.add_parser(
        "show", help="show one session", description="Show one session and what came out of it."
    )
    show.set_defaults(run=run_show)
    delete = actions.add_parser(
        "delete",
        help="delete one session for good",
        description="Delete a session with its recording and results, for good.",
    )
    delete.add_argument("--yes", action="store_true", help="do not ask")
    delete.set_defaults(run=run_delete)
    for action in (listing, show, delete):
        action.add_argument(
            "--data", metavar="DIR", type=Path, help="data folder (default: TORSO_DATA or yours)"
        )
    for action in (listing, show):
        action.add_argument("--json", action="store_true", help="print JSON")
    for action in (show, delete):
        action.add_argument("name", metavar="SESSION", help="name, as 'torso sessions list' shows")


def run_list(args: argparse.Namespace) -> int:
    """List sessions; returns the exit status."""
    from sessions.library import open_library

    library = open_library(args.data)
    sessions = library.list()
    if args.json:
        say_json([_facts(s) for s in sessions])
    elif sessions:
        say_table(("session", "repetitions", "size", "state"), [_row(s) for s in sessions])
    else:
        print(f"No sessions yet in {library.root}.")
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Show one session; returns the exit status."""
    from sessions.library import open_library

    session = open_library(args.data).open(args.name)
    if args.json:
        say_json(_facts(session) | {"summary": session.summary})
        return 0
    print(f"{session.name}: {_state(session)}")
    print(f"  folder       {session.path}")
    print(f"  last change  {datetime.fromtimestamp(session.modified_unix_s):%Y-%m-%d %H:%M}")
    print(f"  size         {_size(session.size_bytes)}")
    for drill in session.drills:
        name = str(drill.get("drill", "")).replace("_", " ")
        print(f"  {name}: {drill.get('repetitions', 0)} repetitions")
    return 0


def run_delete(args: argparse.Namespace) -> int:
    """Delete one session; returns the exit status."""
    from sessions.errors import LibraryError
    from sessions.library import open_library

    library = open_library(args.data)
    session = library.open(args.name)
    if not args.yes and not confirm(f"Delete {session.path} with everything in it, for good?"):
        raise LibraryError(f"Nothing was deleted. To delete {session.name} unasked: --yes.")
    library.delete(session.name)
    print(f"Deleted {session.name}.")
    return 0


def _facts(session: StoredSession) -> dict[str, object]:
    return {
        "name": session.name,
        "path": str(session.path),
        "modified_unix_s": session.modified_unix_s,
        "size_bytes": session.size_bytes,
        "recording": session.recording is not None,
        "analysed": session.analysed,
        "repetitions": session.repetitions,
        "problem": session.problem,
    }


def _row(session: StoredSession) -> tuple[str, str, str, str]:
    reps = str(session.repetitions) if session.analysed else "-"
    return session.name, reps, _size(session.size_bytes), _state(session)


def _state(session: StoredSession) -> str:
    if session.problem is not None:
        return f"broken: {session.problem}"
    return "analysed" if session.analysed else "recorded, not analysed"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e5 else f"{size_bytes / 1e3:.1f} kB"
