"""Our drivers pass, faulty ones are found out, and a plug-in is a driver like ours."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sensors.conformance import checks
from sensors.conformance.sheet import DEMANDS, examine
from sensors.drivers import plugins
from sensors.drivers.plugins import other_drivers, our_drivers
from sensors.errors import DriverError
from sensors.protocols.burst import unpacked
from sensors.protocols.families import FAMILIES
from sensors.protocols.open_profile.reader import OpenProfileReader

ROOT = Path(__file__).resolve().parents[2]
OURS = our_drivers()


def test_every_family_has_a_driver():
    assert set(OURS) == {family.protocol for family in FAMILIES}


@pytest.mark.parametrize("name", OURS)
def test_ours_pass(name):
    failed = {line.demand: line.found for line in examine(OURS[name]) if line.passed is False}
    assert failed == {}


def faulty(reader):
    """The open profile's driver with another reader."""
    driver = OURS["open_profile"]
    return replace(driver, family=replace(driver.family, reader=lambda _: reader()))


class Raises(OpenProfileReader):
    def feed(self, characteristic, data):
        if len(data) == 0:
            raise IndexError("an empty value")
        return super().feed(characteristic, data)


class Invents(OpenProfileReader):
    def feed(self, characteristic, data):
        return [
            replace(b, acc=b.acc + 0.001) for b in map(unpacked, super().feed(characteristic, data))
        ]


class LosesHalf(OpenProfileReader):
    def feed(self, characteristic, data):
        return [
            replace(b, acc=b.acc[:2], gyr=b.gyr[:2], clipped=b.clipped[:2])
            for b in map(unpacked, super().feed(characteristic, data))
            if len(b)
        ]


class ShortClock(OpenProfileReader):
    def feed(self, characteristic, data):
        bursts = super().feed(characteristic, data)
        return [replace(b, ticks=b.ticks % (1 << 24)) for b in bursts]


@pytest.mark.parametrize(
    ("reader", "check"),
    [(Invents, checks.decode), (LosesHalf, checks.decode), (ShortClock, checks.decode)],
)
def test_faults_are_found(reader, check):
    assert check(faulty(reader))


def test_what_a_driver_raises_is_its_fault():
    line = next(line for line in examine(faulty(Raises)) if line.demand == "garbage")
    assert line.passed is False
    assert "an empty value" in line.found[0]


def test_the_example_of_the_docs_is_installed_and_passes(tmp_path):
    """As a person would: installed as a package of its own, found by its entry point."""
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation",
        "--no-index", "--target", str(tmp_path), str(ROOT / "docs" / "example_driver"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    torso = [sys.executable, "-m", "dashboard.cli", "conformance"]
    listed = subprocess.run([*torso], env=env, capture_output=True, text=True, check=True)
    assert listed.stdout.split() == [*OURS, "acme"]
    done = subprocess.run([*torso, "acme", "--json"], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    sheet = json.loads(done.stdout)
    assert sheet["passed"]
    assert [line["demand"] for line in sheet["sheet"]] == list(DEMANDS)
    assert all(line["passed"] for line in sheet["sheet"])


class Entry:
    name = "mine"

    def __init__(self, load):
        self.load = load


def explode():
    raise ImportError("no such module")


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (explode, "cannot be loaded"),
        (lambda: 3, "is no Driver but int"),
        (lambda: OURS["witmotion"], "has a name that is taken: witmotion"),
    ],
)
def test_a_plug_in_that_cannot_be_used_is_named(monkeypatch, load, words):
    monkeypatch.setattr(plugins.importlib.metadata, "entry_points", lambda group: [Entry(load)])
    with pytest.raises(DriverError, match=f"The driver 'mine' {words}"):
        other_drivers()
