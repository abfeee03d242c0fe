"""``torso people``: whose sessions are kept on this computer."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.commands.library import answer, declare, library_of
from dashboard.commands.terminal import confirm, say_json, say_table

if TYPE_CHECKING:
    import argparse


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its own subcommands."""
    parser = commands.add_parser(
        "people",
        help="list, add, rename, export or erase people; show a lumbar share",
        description="The people whose sessions are kept on this computer, by pseudonym."
        " 'torso sessions move SESSION PERSON' says whose a session is.",
    )
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    declare(actions, "list", "list everybody", run_list)
    action = declare(actions, "note", "add a person, or replace the note about one", run_note)
    action.add_argument("person", metavar="PERSON")
    action.add_argument("text", metavar="TEXT", nargs="?", default="")
    action = declare(actions, "share", "show a person's own lumbar share", run_share)
    action.add_argument("person", metavar="PERSON")
    action = declare(actions, "rename", "give a person another pseudonym", run_rename)
    action.add_argument("person", metavar="PERSON")
    action.add_argument(
        "new_name", metavar="NEW", help="if there is such a person, the two become one"
    )
    action = declare(actions, "export", "copy everything about a person to a folder", run_export)
    action.add_argument("person", metavar="PERSON")
    action.add_argument("--out", metavar="DIR", type=Path, required=True, help="a new folder")
    action = declare(
        actions, "erase", "delete a person with all their sessions, for good", run_erase
    )
    action.add_argument("person", metavar="PERSON")
    action.add_argument("--yes", action="store_true", help="do not ask")


def run_list(args: argparse.Namespace) -> int:
    """List everybody; returns the exit status."""
    library = library_of(args)
    people = library.people()
    if args.json:
        say_json([asdict(person) for person in people])
    elif people:
        rows = [(p.name, str(p.sessions), " ".join(p.note.split())[:60] or "-") for p in people]
        say_table(("person", "sessions", "note"), rows)
    else:
        print(f"Nobody is named yet in {library.root}.")
    return 0


def run_note(args: argparse.Namespace) -> int:
    """Add a person or a note; returns the exit status."""
    library_of(args).note_person(args.person, args.text)
    answer(args, f"{args.person} is noted.", {"person": args.person})
    return 0


def run_share(args: argparse.Namespace) -> int:
    """Show a person's own lumbar share; returns the exit status."""
    from sessions.own_share import own_share

    library = library_of(args)
    library.sessions_of(args.person)  # says so if there is no such person
    own = own_share(library, args.person, time.time())
    if own is None:
        words = f"No session of {args.person} tells it: the typical share is used."
    else:
        split = own.split
        words = (
            f"The low back does {100 * split.mean:.0f} % of the spine's turn"
            f" (± {100 * split.sd:.0f} %), by '{own.session}', {split.age_days:.0f} days ago"
            + ("; too long ago to be used." if split.expired else ".")
        )
    answer(args, words, {"person": args.person, "share": None if own is None else asdict(own)})
    return 0


def run_rename(args: argparse.Namespace) -> int:
    """Rename a person; returns the exit status."""
    count = library_of(args).rename_person(args.person, args.new_name)
    words = f"{args.person} is now {args.new_name}, in {count} sessions."
    answer(args, words, {"person": args.new_name, "sessions": count})
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Export a person; returns the exit status."""
    count = library_of(args).export_person(args.person, args.out)
    words = f"Copied {count} sessions of {args.person} to {args.out}."
    answer(args, words, {"person": args.person, "sessions": count, "out": str(args.out)})
    return 0


def run_erase(args: argparse.Namespace) -> int:
    """Erase a person; returns the exit status."""
    from sessions.errors import LibraryError

    library = library_of(args)
    count = len(library.sessions_of(args.person))
    question = f"Delete {args.person} with {count} sessions, for good?"
    if not args.yes and not confirm(question):
        raise LibraryError(f"Nothing was deleted. To erase {args.person} unasked: --yes.")
    library.erase_person(args.person)
    answer(
        args,
        f"Erased {args.person} with {count} sessions.",
        {"erased": args.person, "sessions": count},
    )
    return 0
