"""``torso``: the command line. One subcommand per file in :mod:`dashboard.commands`.

Exit status: 0 done; 1 something could not be written or started; 2 wrong usage or input that
cannot be read; 3 input that was read but cannot be analysed; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from dashboard.commands import (
    analyze,
    batch,
    calibrate_sensor,
    conformance,
    doctor,
    export,
    live,
    people,
    record,
    report,
    roles,
    scan,
    sessions,
    simulate,
    synchronise,
)
from dashboard.settings import load
from fusion.errors import FusionError
from sensors.errors import CalibrationError, SensorError
from sessions.errors import ClusterError, OutputError, SessionError

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_FAILED = 1
EXIT_UNREADABLE = 2
EXIT_NOT_ANALYSABLE = 3
EXIT_INTERRUPTED = 130

_COMMANDS = (
    live, scan, roles, synchronise, doctor, record, analyze, batch, export, report, sessions,
    people, simulate,
    calibrate_sensor,
    conformance,
)  # fmt: skip
_DESCRIPTION = "See which part of your back turned, measured with small motion sensors."


class _Version(argparse.Action):
    """``--version``, looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import version

        print(f"torso {version('torso')}")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """Declare all commands and options."""
    parser = argparse.ArgumentParser(prog="torso", description=_DESCRIPTION)
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in _COMMANDS:
        module.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``torso`` with ``argv`` (default: the process's own); returns the exit status."""
    args = build_parser().parse_args(argv)
    if not os.environ.get("TORSO_DATA") and (folder := load().data_folder):
        os.environ["TORSO_DATA"] = folder
    try:
        status: int = args.run(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; give the interpreter nothing to complain about.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except (CalibrationError, FusionError) as error:
        return _fail(error, EXIT_NOT_ANALYSABLE)
    except (ClusterError, OutputError, SensorError) as error:
        return _fail(error, EXIT_FAILED)
    except SessionError as error:
        return _fail(error, EXIT_UNREADABLE)
    return status


def _fail(error: Exception, status: int) -> int:
    print(f"torso: {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
