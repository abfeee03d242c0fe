"""What is wrong with this computer's Bluetooth, told apart by what a person can do about it.

Facts are gathered first, each by itself and none of them fatal; the diagnosis is a pure function of
them, so that every platform's troubles can be tried on any other.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sensors.drivers.base import LinkTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

OUR_PACKAGES: Final = ("sensors", "fusion", "sessions", "dashboard")
OUR_DISTRIBUTION: Final = "torso"
BLUEZ_MIN: Final = (5, 55)

_ABORTED: Final = frozenset({-6, 134})
"""How a program ends on macOS that asks for Bluetooth without being allowed to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    code
        For programs.
    good
        Whether it is as it should be.
    words
        What was found, for a person.
    remedy
        What to do about it; empty if it is good.
    """

    code: str
    good: bool
    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """How looking around went.

    Attributes
    ----------
    trouble
        Why the radio could not look; ``None`` if it could.
    detail
        What the operating system said.
    devices, sensors
        How many devices were seen, and the names of those that are sensors of a known kind.
    status
        Exit status of the program that looked.
    """

    trouble: LinkTrouble | None = None
    detail: str = ""
    devices: int = 0
    sensors: tuple[str, ...] = ()
    status: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of this computer.

    Attributes
    ----------
    platform
        As :data:`sys.platform`.
    adapters
        Bluetooth adapters the kernel knows; ``None`` where that cannot be asked.
    rfkill
        ``soft`` (a switch in software) and ``hard`` (a switch on the case) blocks of Bluetooth.
    bluez
        Version of BlueZ; ``None`` if not known or not used.
    service_runs
        Whether the operating system's Bluetooth service runs; ``None`` if not known.
    owners
        Distributions other than ours that own one of our import names, by name.
    strays
        Import names of ours that lead to a file that is not ours.
    scan
        How looking around went; ``None`` if nobody looked.
    """

    platform: str
    adapters: tuple[str, ...] | None = None
    rfkill: frozenset[str] = frozenset()
    bluez: tuple[int, int] | None = None
    service_runs: bool | None = None
    owners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strays: Mapping[str, str] = field(default_factory=dict)
    scan: Scan | None = None


# The diagnosis


def diagnose(facts: Facts) -> list[Finding]:
    """Tell what is good and what is not, the cause before its consequences.

    What follows from a cause that was found is left out: an adapter that is blocked is not also
    said to be off, and nothing is said to be silent where nothing could be heard.
    """
    findings = [_names(facts), *_adapter(facts)]
    if all(finding.good for finding in findings[1:]) and facts.scan is not None:
        findings.append(_scan(facts, facts.scan))
    return findings


def _names(facts: Facts) -> Finding:
    if facts.owners:
        intruders = sorted({owner for owners in facts.owners.values() for owner in owners})
        names = ", ".join(sorted(facts.owners))
        return Finding(
            "names_taken",
            good=False,
            words=f"Other packages in this environment also install {names}: "
            + ", ".join(intruders),
            remedy="Give torso an environment of its own (uv tool install, or a new venv); "
            "uninstalling the other package here would damage torso's files.",
        )
    if facts.strays:
        name, place = next(iter(sorted(facts.strays.items())))
        return Finding(
            "names_shadowed",
            good=False,
            words=f"Python finds another '{name}' first: {place}",
            remedy="Start torso from another folder, or rename that file.",
        )
    return Finding("names", good=True, words="torso's packages are its own")


def _adapter(facts: Facts) -> Iterable[Finding]:
    if facts.platform == "linux":
        yield from _linux(facts)
    elif facts.platform == "win32" and facts.service_runs is False:
        yield Finding(
            "service_stopped",
            good=False,
            words="Windows' Bluetooth service is not running",
            remedy="Open Services, start 'Bluetooth Support Service' and set it to Automatic.",
        )


def _linux(facts: Facts) -> Iterable[Finding]:
    if facts.adapters is not None and not facts.adapters:
        yield Finding(
            "no_adapter",
            good=False,
            words="This computer has no Bluetooth adapter that Linux knows of",
            remedy="Plug in a Bluetooth 4.0 or newer USB adapter. In a virtual machine, pass the "
            "adapter through to it; containers and WSL have none.",
        )
        return
    if facts.adapters:
        yield Finding("adapter", good=True, words=f"Adapter: {', '.join(facts.adapters)}")
    if "hard" in facts.rfkill:
        yield Finding(
            "blocked_hard",
            good=False,
            words="Bluetooth is blocked by a switch or key of this computer (rfkill, hard)",
            remedy="Use the wireless switch or key, or turn flight mode off.",
        )
    elif "soft" in facts.rfkill:
        yield Finding(
            "blocked_soft",
            good=False,
            words="Bluetooth is blocked in software (rfkill, soft)",
            remedy="Turn Bluetooth on in the settings, or type: rfkill unblock bluetooth",
        )
    if facts.service_runs is False:
        yield Finding(
            "service_stopped",
            good=False,
            words="The Bluetooth service (bluetoothd) is not running",
            remedy="Type: sudo systemctl enable --now bluetooth   (Debian's package is 'bluez')",
        )
    if facts.bluez is None:
        return
    version = ".".join(map(str, facts.bluez))
    if facts.bluez < BLUEZ_MIN:
        needed = ".".join(map(str, BLUEZ_MIN))
        yield Finding(
            "bluez_old",
            good=False,
            words=f"BlueZ {version} is too old",
            remedy=f"Update the system: BlueZ {needed} or newer is needed.",
        )
    else:
        yield Finding("bluez", good=True, words=f"BlueZ {version}")


def _scan(facts: Facts, scan: Scan) -> Finding:
    if scan.status in _ABORTED and facts.platform == "darwin":
        return _not_allowed(facts.platform, "the program was ended by macOS")
    match scan.trouble:
        case LinkTrouble.NO_RADIO:
            return Finding(
                "no_adapter",
                good=False,
                words="No Bluetooth adapter was found" + _said(scan.detail),
                remedy="Plug in a Bluetooth 4.0 or newer adapter; on Linux also check that the "
                "Bluetooth service runs: systemctl status bluetooth",
            )
        case LinkTrouble.RADIO_OFF:
            return Finding(
                "adapter_off",
                good=False,
                words="The Bluetooth adapter is switched off",
                remedy="Turn Bluetooth on in the system's settings.",
            )
        case LinkTrouble.NOT_ALLOWED:
            return _not_allowed(facts.platform, scan.detail)
        case None if scan.status == 0:
            return _heard(scan)
        case _:
            return Finding(
                "scan_failed",
                good=False,
                words="Looking for sensors failed" + _said(scan.detail),
                remedy="Turn Bluetooth off and on again; if that does not help, restart the "
                "computer.",
            )


def _heard(scan: Scan) -> Finding:
    if scan.sensors:
        return Finding("sensors", good=True, words="Sensors in reach: " + ", ".join(scan.sensors))
    heard = (
        "Nothing is advertising in reach"
        if scan.devices == 0
        else f"{scan.devices} Bluetooth devices are in reach, but no sensor torso knows"
    )
    return Finding(
        "nothing_advertising" if scan.devices == 0 else "no_sensor",
        good=False,
        words=heard,
        remedy="Switch the sensors on, charge them, bring them closer. A sensor that is connected "
        "to a phone or another program does not show itself: close that first.",
    )


def _not_allowed(platform: str, detail: str) -> Finding:
    remedies = {
        "darwin": "System Settings → Privacy & Security → Bluetooth: allow the program you start "
        "torso from (Terminal, iTerm, your editor), then start it anew.",
        "win32": "Settings → Privacy & security → Radios: let desktop apps control radios.",
        "linux": "Add yourself to the group that may use Bluetooth, then log in anew: "
        "sudo usermod -aG bluetooth $USER   (over ssh, polkit may ask for a rule as well)",
    }
    return Finding(
        "no_permission",
        good=False,
        words="This program may not use Bluetooth" + _said(detail),
        remedy=remedies.get(platform, remedies["linux"]),
    )


def _said(detail: str) -> str:
    return f" ({detail})" if detail else ""


# The facts


def gather(*, root: Path = Path("/"), platform: str = sys.platform) -> Facts:
    """Find out about this computer, without looking for sensors yet.

    Parameters
    ----------
    root
        Where the file system begins.
    platform
        As :data:`sys.platform`.
    """
    linux = platform == "linux"
    return Facts(
        platform=platform,
        adapters=_adapters(root) if linux else None,
        rfkill=_rfkill(root) if linux else frozenset(),
        bluez=_bluez() if linux else None,
        service_runs=_service(platform),
        owners=foreign_owners(),
        strays=strays(),
    )


def _adapters(root: Path) -> tuple[str, ...]:
    """Name the adapters the kernel has; links of connections (hci0:64) stand among them."""
    try:
        names = [entry.name for entry in (root / "sys/class/bluetooth").iterdir()]
    except OSError:
        return ()
    return tuple(sorted(name for name in names if re.fullmatch(r"hci\d+", name)))


def _rfkill(root: Path) -> frozenset[str]:
    blocked: set[str] = set()
    for switch in (root / "sys/class/rfkill").glob("*"):
        try:
            if (switch / "type").read_text().strip() != "bluetooth":
                continue
            blocked |= {kind for kind in ("soft", "hard") if _is_one(switch / kind)}
        except OSError:
            continue
    return frozenset(blocked)


def _is_one(path: Path) -> bool:
    return path.read_text().strip() == "1"


def _bluez() -> tuple[int, int] | None:
    found = re.search(r"(\d+)\.(\d+)", _output(["bluetoothctl", "--version"]))
    return (int(found[1]), int(found[2])) if found else None


def _service(platform: str) -> bool | None:
    if platform == "win32":
        answer = _output(["sc", "query", "bthserv"])
        return "RUNNING" in answer if "STATE" in answer else None
    state = _output(["systemctl", "is-active", "bluetooth"]).strip() if platform == "linux" else ""
    return state == "active" if state in {"active", "inactive", "failed"} else None


def _output(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5.0, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def foreign_owners() -> dict[str, tuple[str, ...]]:
    """Return which other distributions install something under one of our names."""
    owners = importlib.metadata.packages_distributions()
    found = {
        name: tuple(sorted({o for o in owners.get(name, ()) if o != OUR_DISTRIBUTION}))
        for name in OUR_PACKAGES
    }
    return {name: others for name, others in found.items() if others}


def strays() -> dict[str, str]:
    """Return which of our names lead Python to a place where our other packages are not."""
    home = Path(__file__).resolve().parents[2]
    found: dict[str, str] = {}
    for name in OUR_PACKAGES:
        spec = importlib.util.find_spec(name)
        origin = "nothing" if spec is None or spec.origin is None else spec.origin
        if origin == "nothing" or Path(origin).resolve().parent.parent != home:
            found[name] = origin
    return found
