"""``torso sessions``: what is kept on this computer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from dashboard.commands import results
from dashboard.commands.library import answer, declare, library_of
from dashboard.commands.terminal import confirm, say_json, say_table

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from sessions.library import StoredSession


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its own subcommands."""
    parser = commands.add_parser(
        "sessions",
        help="list, show, search, name, tag or delete recorded sessions",
        description="The sessions kept on this computer. SESSION is a name as 'torso sessions list'"
        " shows it, or a title that only one session has.",
    )
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_reading(actions)
    _add_typing(actions)
    results.add(actions)
    _add_passes(actions)
    _add_keeping(actions)


def _add_reading(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    action = declare(actions, "list", "list sessions, newest first", run_list)
    action.add_argument("--person", metavar="NAME", help="only this person's")
    action.add_argument("--tag", metavar="TAG", help="only those with this tag")
    action = declare(actions, "search", "find sessions by words typed about them", run_list)
    action.add_argument(
        "words", metavar="WORD", nargs="+", help="all must occur; names, notes, tags, drills"
    )
    action.add_argument("--person", metavar="NAME", help="only this person's")
    action.add_argument("--tag", metavar="TAG", help="only those with this tag")
    action = declare(actions, "show", "show one session and what came out of it", run_show)
    action.add_argument("session", metavar="SESSION")


def _add_typing(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    action = declare(actions, "rename", "give a session a title", run_rename)
    action.add_argument("session", metavar="SESSION")
    action.add_argument("title", metavar="TITLE", help="'' takes it away")
    action = declare(actions, "move", "say whose session it is", run_move)
    action.add_argument("session", metavar="SESSION")
    action.add_argument(
        "person", metavar="PERSON", help="a pseudonym; '' = whose the recording says"
    )
    action = declare(actions, "tag", "add tags to a session", run_tag)
    action.add_argument("session", metavar="SESSION")
    action.add_argument("tags", metavar="TAG", nargs="+")
    action.add_argument("--remove", action="store_true", help="take these tags away instead")
    action = declare(actions, "note", "replace the note about a session", run_note)
    action.add_argument("session", metavar="SESSION")
    action.add_argument("text", metavar="TEXT", help="'' takes it away")
    action = declare(actions, "mark", "say how something felt at a moment", run_mark)
    action.add_argument("session", metavar="SESSION")
    action.add_argument(
        "--at", type=float, metavar="S", required=True, help="seconds from the beginning"
    )
    kind = action.add_mutually_exclusive_group()
    kind.add_argument("--pain", type=float, metavar="N", help="from 0 (none) to 10")
    kind.add_argument("--effort", type=float, metavar="N", help="from 0 (none) to 10")
    action.add_argument("--words", metavar="TEXT", default="", help="in words")
    action = declare(actions, "exclude", "do not count the repetition at a moment", run_exclude)
    action.add_argument("session", metavar="SESSION")
    action.add_argument(
        "--at", type=float, metavar="S", required=True, help="a moment in the repetition (s)"
    )
    action.add_argument("reason", metavar="REASON", help="why")


def _add_passes(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    action = declare(
        actions,
        "two-passes",
        "tell a person's own lumbar share from three sessions with two sensors",
        run_two_passes,
    )
    action.add_argument("first", metavar="FIRST", help="sensors on pelvis and upper back")
    action.add_argument("above", metavar="ABOVE", help="the lower sensor moved to T12")
    action.add_argument("again", metavar="AGAIN", help="as FIRST, and turned as far")


def _add_keeping(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    action = declare(actions, "delete", "delete one session for good", run_delete)
    action.add_argument("session", metavar="SESSION")
    action.add_argument("--yes", action="store_true", help="do not ask")
    declare(actions, "rebuild", "make the database anew from the session folders", run_rebuild)


def run_list(args: argparse.Namespace) -> int:
    """List sessions; returns the exit status."""
    library = library_of(args)
    words = " ".join(getattr(args, "words", ()))
    sessions = library.list(person=args.person, tag=args.tag, text=words)
    if args.json:
        say_json([_facts(s) for s in sessions])
    elif sessions:
        header = ("session", "title", "person", "repetitions", "size", "state")
        say_table(header, [_row(s) for s in sessions])
    elif words or args.person is not None or args.tag is not None:
        print(f"No session in {library.root} fits.")
    else:
        print(f"No sessions yet in {library.root}.")
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Show one session; returns the exit status."""
    library = library_of(args)
    session = library.find(args.session)
    if args.json:
        made = [asdict(one) for one in library.results(session.name)]
        typed = {"about": asdict(session.about)}
        say_json(_facts(session) | typed | {"results": made, "summary": session.summary})
        return 0
    about = session.about
    print(f"{session.title}: {_state(session)}")
    print(f"  folder       {session.path}")
    print(f"  person       {session.person or '-'}")
    if session.started_unix_s is not None:
        print(f"  began        {_when(session.started_unix_s)}")
    print(f"  last change  {_when(session.modified_unix_s)}")
    print(f"  size         {_size(session.size_bytes)}")
    if about.tags:
        print(f"  tags         {', '.join(about.tags)}")
    for drill in session.drills:
        name = str(drill.get("drill", "")).replace("_", " ")
        print(f"  {name}: {drill.get('repetitions', 0)} repetitions")
    for known in library.results(session.name):
        print(f"  {'results' if known.current else 'before'} {known.id}: by {known.maker}")
    for mark in about.marks:
        value = "" if mark.value is None else f" {mark.value:g}"
        print(f"  {mark.t_s:8.1f} s  {mark.kind}{value}  {mark.text}".rstrip())
    for one in about.excluded:
        print(f"  {one.at_s:8.1f} s  not counted: {one.reason}")
    if about.note:
        print("", *(f"  {line}" for line in about.note.split("\n")), sep="\n")
    return 0


def run_two_passes(args: argparse.Namespace) -> int:
    """Tell a lumbar share and keep it; returns the exit status."""
    from fusion.errors import CalibrationError
    from sessions.errors import LibraryError
    from sessions.own_share import tell_by_passes

    library = library_of(args)
    names = [library.find(words).name for words in (args.first, args.above, args.again)]
    try:
        split = tell_by_passes(library, *names)
    except CalibrationError as error:
        text = str(error)
        raise LibraryError(f"{text[0].upper()}{text[1:]}.") from error
    words = (
        f"The low back does {100 * split.mean:.0f} % of the spine's turn (± {100 * split.sd:.0f} %)"
        f"; sessions of two sensors use that from now on."
    )
    answer(args, words, {"session": names[-1], "mean": split.mean, "sd": split.sd})
    return 0


def run_rename(args: argparse.Namespace) -> int:
    """Give a session a title; returns the exit status."""
    library = library_of(args)
    return _say(args, library.rename(library.find(args.session).name, args.title))


def run_move(args: argparse.Namespace) -> int:
    """Say whose a session is; returns the exit status."""
    library = library_of(args)
    return _say(args, library.move(library.find(args.session).name, args.person))


def run_tag(args: argparse.Namespace) -> int:
    """Add or remove tags; returns the exit status."""
    library = library_of(args)
    name = library.find(args.session).name
    change = {"remove" if args.remove else "add": args.tags}
    return _say(args, library.tag(name, **change))


def run_note(args: argparse.Namespace) -> int:
    """Replace a note; returns the exit status."""
    library = library_of(args)
    return _say(args, library.note(library.find(args.session).name, args.text))


def run_mark(args: argparse.Namespace) -> int:
    """Add a mark; returns the exit status."""
    from sessions.library import Mark

    library = library_of(args)
    kind, value = "note", None
    for name in ("pain", "effort"):
        if getattr(args, name) is not None:
            kind, value = name, getattr(args, name)
    session = library.find(args.session)
    return _say(args, library.mark(session.name, Mark(args.at, kind, value, args.words)))


def run_exclude(args: argparse.Namespace) -> int:
    """Leave a repetition out; returns the exit status."""
    library = library_of(args)
    return _say(args, library.exclude(library.find(args.session).name, args.at, args.reason))


def run_delete(args: argparse.Namespace) -> int:
    """Delete one session; returns the exit status."""
    from sessions.errors import LibraryError

    library = library_of(args)
    session = library.find(args.session)
    if not args.yes and not confirm(f"Delete {session.path} with everything in it, for good?"):
        raise LibraryError(f"Nothing was deleted. To delete {session.name} unasked: --yes.")
    library.delete(session.name)
    answer(args, f"Deleted {session.name}.", {"deleted": session.name})
    return 0


def run_rebuild(args: argparse.Namespace) -> int:
    """Make the database anew; returns the exit status."""
    library = library_of(args)
    count = library.rebuild()
    answer(args, f"Found {count} sessions in {library.root}.", {"sessions": count})
    return 0


def _say(args: argparse.Namespace, session: StoredSession) -> int:
    """Say what a session is now called, whose it is, and its tags."""
    words = [f"{session.name}: {session.title}" if session.about.title else session.name]
    words += [f"of {session.person}"] if session.person else []
    words += [f"tags {', '.join(session.about.tags)}"] if session.about.tags else []
    answer(args, "; ".join(words) + ".", _facts(session) | {"about": asdict(session.about)})
    return 0


def _facts(session: StoredSession) -> dict[str, object]:
    return {
        "name": session.name,
        "title": session.title,
        "person": session.person,
        "tags": list(session.about.tags),
        "path": str(session.path),
        "started_unix_s": session.started_unix_s,
        "modified_unix_s": session.modified_unix_s,
        "size_bytes": session.size_bytes,
        "recording": session.recording is not None,
        "analysed": session.analysed,
        "repetitions": session.repetitions,
        "problem": session.problem,
    }


def _row(session: StoredSession) -> Sequence[str]:
    reps = str(session.repetitions) if session.analysed else "-"
    title, person = session.about.title or "-", session.person or "-"
    return session.name, title, person, reps, _size(session.size_bytes), _state(session)


def _state(session: StoredSession) -> str:
    if session.problem is not None:
        return f"broken: {session.problem}"
    return "analysed" if session.analysed else "recorded, not analysed"


def _when(unix_s: float) -> str:
    return f"{datetime.fromtimestamp(unix_s):%Y-%m-%d %H:%M}"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e5 else f"{size_bytes / 1e3:.1f} kB"
