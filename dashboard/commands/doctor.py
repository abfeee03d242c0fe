"""``torso doctor``: what is wrong with this computer's Bluetooth and how to mend it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from dashboard.commands.scan import seconds
from dashboard.commands.terminal import say_json, tell

if TYPE_CHECKING:
    import argparse

    from sensors.drivers.doctor import Scan


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "doctor",
        help="find out what is wrong with Bluetooth",
        description="Check this computer's Bluetooth, from the adapter to the sensors, and say what"
        " to do about what is wrong. Ends with status 0 if all is well, else 1.",
    )
    option = parser.add_argument
    option("--seconds", type=seconds, default=5.0, metavar="N", help="how long to look around")
    option("--json", action="store_true", help="print the findings as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine; returns the exit status."""
    from sensors.drivers.doctor import diagnose, gather

    facts = gather()
    if all(finding.good for finding in diagnose(facts)[1:]):
        tell(f"Looking for sensors for {args.seconds:g} s ...")
        facts = replace(facts, scan=look_in_child(args.seconds))
    findings = diagnose(facts)
    good = all(finding.good for finding in findings)
    if args.json:
        say_json({"good": good, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.good else 'BAD '} {finding.words}")
            if finding.remedy:
                print(f"     → {finding.remedy}")
    return 0 if good else 1


def look_in_child(seconds: float) -> Scan:
    """Look around in a process of its own: macOS ends programs that may not use Bluetooth."""
    import subprocess

    from sensors.drivers.doctor import Scan

    command = [sys.executable, "-P", "-m", "dashboard.looking", str(seconds)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds + 30.0, check=False
        )
    except subprocess.TimeoutExpired:
        return Scan(status=-1, detail="the scan did not end")
    if done.returncode:
        return Scan(status=done.returncode, detail=done.stderr.strip().rpartition("\n")[2])
    return Scan(**json.loads(done.stdout))
