"""Each trouble is told from all others, whatever computer this runs on."""

from dataclasses import replace
from pathlib import Path

import pytest

from sensors.drivers import doctor
from sensors.drivers.base import LinkTrouble
from sensors.drivers.doctor import Facts, Scan, diagnose, gather

LINUX = Facts(
    "linux", adapters=("hci0",), bluez=(5, 66), service_runs=True, scan=Scan(sensors=("OSI-1",))
)
MAC = Facts("darwin", scan=Scan(devices=3, sensors=("OSI-1",)))
WINDOWS = Facts("win32", service_runs=True, scan=Scan(devices=3, sensors=("OSI-1",)))


def bad(facts: Facts) -> list[str]:
    return [finding.code for finding in diagnose(facts) if not finding.good]


@pytest.mark.parametrize("facts", [LINUX, MAC, WINDOWS])
def test_a_computer_that_is_fine(facts):
    assert bad(facts) == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(LINUX, adapters=()), "no_adapter"),
        (replace(LINUX, rfkill=frozenset({"soft"})), "blocked_soft"),
        (replace(LINUX, rfkill=frozenset({"soft", "hard"})), "blocked_hard"),
        (replace(LINUX, service_runs=False), "service_stopped"),
        (replace(LINUX, bluez=(5, 54)), "bluez_old"),
        (replace(LINUX, scan=Scan(LinkTrouble.RADIO_OFF)), "adapter_off"),
        (replace(LINUX, scan=Scan(LinkTrouble.NOT_ALLOWED)), "no_permission"),
        (replace(LINUX, scan=Scan(LinkTrouble.NO_RADIO)), "no_adapter"),
        (replace(LINUX, scan=Scan(LinkTrouble.REFUSED, "InProgress")), "scan_failed"),
        (replace(LINUX, scan=Scan()), "nothing_advertising"),
        (replace(LINUX, scan=Scan(devices=7)), "no_sensor"),
        (replace(MAC, scan=Scan(status=-6)), "no_permission"),
        (replace(MAC, scan=Scan(LinkTrouble.NOT_ALLOWED)), "no_permission"),
        (replace(WINDOWS, service_runs=False), "service_stopped"),
        (replace(WINDOWS, scan=Scan(LinkTrouble.RADIO_OFF)), "adapter_off"),
        (replace(LINUX, owners={"fusion": ("pyfusion",)}), "names_taken"),
        (replace(LINUX, strays={"sessions": "/home/me/sessions.py"}), "names_shadowed"),
    ],
)
def test_each_trouble_by_itself(facts, code):
    assert bad(facts) == [code]
    (finding,) = (finding for finding in diagnose(facts) if not finding.good)
    assert finding.words
    assert finding.remedy


def test_no_consequence_is_reported_beside_its_cause():
    blocked = replace(LINUX, rfkill=frozenset({"soft"}), scan=Scan(LinkTrouble.RADIO_OFF))
    assert bad(blocked) == ["blocked_soft"]


def test_where_to_allow_it_depends_on_the_system():
    denied = Scan(LinkTrouble.NOT_ALLOWED)
    remedies = {diagnose(replace(f, scan=denied))[-1].remedy for f in (LINUX, MAC, WINDOWS)}
    assert len(remedies) == 3


def test_what_linux_keeps_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "_output", lambda command: SAID.get(command[0], ""))
    for name in ("hci0", "hci0:64", "hci1"):
        (tmp_path / "sys/class/bluetooth" / name).mkdir(parents=True)
    for number, (kind, soft, hard) in enumerate([("wlan", 1, 1), ("bluetooth", 1, 0)]):
        switch = tmp_path / f"sys/class/rfkill/rfkill{number}"
        switch.mkdir(parents=True)
        for name, value in (("type", kind), ("soft", soft), ("hard", hard)):
            (switch / name).write_text(f"{value}\n")
    facts = gather(root=tmp_path, platform="linux")
    assert facts.adapters == ("hci0", "hci1")
    assert facts.rfkill == {"soft"}
    assert facts.bluez == (5, 50)
    assert facts.service_runs is False
    assert bad(facts) == ["blocked_soft", "service_stopped", "bluez_old"]


SAID = {"bluetoothctl": "bluetoothctl: 5.50\n", "systemctl": "inactive\n"}


def test_who_else_owns_our_names(monkeypatch: pytest.MonkeyPatch):
    owners = {"fusion": ["pyfusion", "torso"], "sensors": ["torso"], "numpy": ["numpy"]}
    monkeypatch.setattr(doctor.importlib.metadata, "packages_distributions", lambda: owners)
    assert doctor.foreign_owners() == {"fusion": ("pyfusion",)}


def test_this_environment_is_ours():
    assert doctor.foreign_owners() == {}
    assert doctor.strays() == {}
