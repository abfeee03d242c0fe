"""The commands and the service on real sensors, down to bleak's own Linux backend."""

import asyncio
import json
import os
import shutil
import signal
import sys
from functools import partial

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from dashboard.commands.doctor import look_in_child
from dashboard.nearby import open_roles
from dashboard.service.finder import Finder
from dashboard.service.live import Service
from dashboard.service.runfile import read_running
from dashboard.service.steps import RefusedError
from sensors.decoding import StreamDecoder
from sensors.drivers.base import LinkChange, LinkState, LinkTrouble, Notification
from sensors.drivers.ble_source import BleSource
from sensors.recording import read_recording
from sensors.roles import filled
from sensors.samples import Placement
from sessions.library import open_library
from tests.ble.conftest import address, infos, staged, three

pytestmark = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="no dbus-daemon: install Debian's package 'dbus'"
)


async def torso(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dashboard.cli", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_find_them_give_them_places_record(monkeypatch, tmp_path):
    sensors = [dict(s, name=n) for s, n in zip(three(), ("PELVIS", "T12", "x"), strict=True)]
    file = tmp_path / "three.mcap"
    async with staged("bluez", sensors, monkeypatch) as (stage, _):
        status, out, _ = await torso("scan", "--seconds", "1", "--json")
        found = json.loads(out)
        assert (status, found["other_devices"]) == (0, 0)
        assert {s["name"]: s["placement"] for s in found["sensors"]} == {
            "PELVIS": "pelvis", "T12": "thoracolumbar", "x": None,
        }  # fmt: skip

        status, out, _ = await torso(
            "roles", "--by-name", "upper_back=x", "--seconds", "1", "--json"
        )
        assert status == 0
        assert [s["placement"] for s in json.loads(out)["sensors"]] == list(Placement)

        status, _, err = await torso("record", "--out", str(file), "--seconds", "4")
        assert status == 0, err
        assert "pelvis (PELVIS): Connecting…" in err
        await stage.gone("T12")

        status, out, _ = await torso("identify", "pelvis")
        assert (status, out) == (0, "PELVIS has blinked.\n")
        assert (await stage.tell("PELVIS", "stats"))["blinks"] == 1

        scan = await asyncio.to_thread(look_in_child, 1.0)
        assert (scan.trouble, scan.status, scan.devices) == (None, 0, 3)

    recording = read_recording(file)
    assert recording.complete
    decoders = {info.sensor: StreamDecoder(info, recording.origin_s) for info in recording.sensors}
    for item in recording:
        if isinstance(item, Notification):
            decoders[item.sensor].feed(item)
    assert all(decoder.statistics.received > 100 for decoder in decoders.values())


async def test_a_sensor_on_the_table_is_followed(monkeypatch):
    """It lies still, so one face is seen; Ctrl-C lets it go."""
    async with staged("bluez", [dict(three()[0], name="PELVIS")], monkeypatch) as (stage, _):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dashboard.cli", "calibrate-sensor", "--sensor", "PELVIS",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=dict(os.environ),
            # Whoever runs the tests in the background may have had Ctrl-C ignored.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        said = []
        while not any("Still to point up" in line for line in said):
            line = await process.stderr.readline()
            assert line, "".join(said)
            said.append(line.decode())
        assert any("Found PELVIS" in line for line in said)
        process.send_signal(signal.SIGINT)
        await process.communicate()
        await stage.gone("PELVIS")


async def test_how_full_they_are(monkeypatch):
    sensors = three(("open", "witmotion", "dot"))
    async with staged("bluez", sensors, monkeypatch) as (stage, _):
        status, out, _ = await torso("scan", "--seconds", "1", "--battery", "--json")
        found = {s["family"]: s["battery_percent"] for s in json.loads(out)["sensors"]}
        assert (status, found) == (0, {"open_profile": 87, "witmotion": 90, "movella_dot": 64})
        for sensor in sensors:
            await stage.gone(sensor["name"])


async def test_what_can_go_wrong_is_said(monkeypatch, tmp_path):
    async with staged("bluez", [], monkeypatch):
        status, out, err = await torso("scan", "--seconds", "0.3")
        assert (status, out) == (0, "")
        assert "No sensor that torso knows is in reach" in err
        status, _, err = await torso("roles", "pelvis=nobody", "--seconds", "0.3")
        assert status == 1
        assert "no sensor 'nobody' is in reach" in err
        status, _, err = await torso("identify", "nobody")
        assert status == 1
        assert "nobody is not in reach" in err
    status, _, err = await torso("record", "--out", str(tmp_path / "x.mcap"))
    assert status == 1
    assert "torso roles pelvis=ID" in err
    assert not (tmp_path / "x.mcap").exists()


async def test_without_bluetooth(monkeypatch, tmp_path):
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'nothing'}")
    status, _, err = await torso("scan", "--seconds", "0.3")
    assert status == 1
    assert "This computer has no Bluetooth that works" in err
    scan = await asyncio.to_thread(look_in_child, 0.3)
    assert scan.trouble == LinkTrouble.NO_RADIO
    status, out, _ = await torso("doctor", "--seconds", "0.3", "--json")
    assert status == 1
    assert not json.loads(out)["good"]


async def test_the_service_finds_shows_and_chooses(monkeypatch, tmp_path):
    """Begins with one place empty, finds a sensor for it, and begins again with both."""
    sensors = three()[:2]
    library, store = open_library(tmp_path), open_roles(tmp_path)
    async with staged("bluez", sensors, monkeypatch) as (stage, radio):
        store.put(infos(sensors)[:1])
        central = radio()
        source = BleSource(filled(store.get()), central)
        finder = Finder(source, central, store)
        async with source:
            service = Service(source, library, finder)
            reading = asyncio.create_task(service.read())
            assert service.snapshot()["nearby"]["sensors"] == []
            monkeypatch.setattr("dashboard.service.finder.SCAN_S", 0.5)
            service.command("scan", {})
            with pytest.raises(RefusedError, match="still going on"):
                finder.obey("scan", {}, idle=True)
            await finder._work
            found = {s["sensor"]: s["family"] for s in service.snapshot()["nearby"]["sensors"]}
            assert found[address(1)] == "open_profile"
            for _ in range(400):
                if service.snapshot()["sensors"][0]["state"] == "streaming":
                    break
                await asyncio.sleep(0.05)
            for number in (0, 1):
                monkeypatch.setattr("sensors.drivers.ble_source.SHOWS_S", 0.1)
                service.command("identify", {"sensor": address(number)})
                await finder._work
                assert (await stage.tell(f"OSI-000{number}", "stats"))["blinks"] == 1
            states = {s["placement"]: s for s in service.snapshot()["sensors"]}
            assert states["pelvis"]["state"] == "streaming"
            assert states["upper_back"]["words"] == "No sensor has this place yet. Choose one."
            with pytest.raises(RefusedError, match="Stop the session"):
                finder.obey("wear", {}, idle=False)
            both = dict.fromkeys(("pelvis", "upper_back"), address(0))
            with pytest.raises(RefusedError, match="one sensor cannot be worn at two places"):
                finder.obey("wear", {"placements": both}, idle=True)
            service.command(
                "wear", {"placements": {"pelvis": address(1), "upper_back": address(0)}}
            )
            assert finder.chosen_anew
        await reading
        await finder.close()
    assert [(i.placement, i.sensor) for i in store.get()] == [
        ("pelvis", address(1)), ("upper_back", address(0)),
    ]  # fmt: skip


async def test_a_stand_in_only_keeps_a_place():
    source = BleSource(filled(()), radio=_NoRadio())
    async with source:
        items = [item async for item, _ in _first(source, 2)]
    assert items == [
        LinkChange(i.sensor, source.origin_s, LinkState.CONNECTING, LinkTrouble.NOT_CHOSEN)
        for i in source.sensors
    ]


class _NoRadio:
    async def close(self) -> None:
        pass


async def _first(source, count):
    number = 0
    async for item in source:
        yield item, number
        number += 1
        if number == count:
            return


async def test_the_service_begins_again_with_the_sensors_that_were_chosen(monkeypatch, tmp_path):
    """As a page does it: scan, give places, and see both stream."""
    sensors = three()[:2]
    async with staged("bluez", sensors, monkeypatch):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "dashboard.service", "--source", "ble",
            "--data", str(tmp_path), "--supervised",
            stdin=asyncio.subprocess.PIPE, env=dict(os.environ),
        )  # fmt: skip
        try:
            async with asyncio.timeout(50.0):
                before = await _snapshot(tmp_path, lambda s: len(s["sensors"]) == 2, "scan")
                assert {s["trouble"] for s in before["sensors"]} == {"not_chosen"}
                await _snapshot(tmp_path, lambda s: len(s["nearby"]["sensors"]) == 2)
                choice = {"pelvis": address(1), "upper_back": address(0)}
                await _snapshot(tmp_path, lambda _: True, "wear", placements=choice)
                after = await _snapshot(
                    tmp_path, lambda s: {x["state"] for x in s["sensors"]} == {"streaming"}
                )
            assert {s["placement"]: s["sensor"] for s in after["sensors"]} == choice
        finally:
            process.stdin.close()
            assert await asyncio.wait_for(process.wait(), 20.0) == 0


async def _snapshot(data, wanted, command=None, **fields):
    """Give a command, if any, and wait for a snapshot; the service may begin again meanwhile."""
    while True:
        running = read_running(data)
        if running is None:
            await asyncio.sleep(0.1)
            continue
        headers = {"Authorization": f"Bearer {running.token}"}
        url = f"ws://127.0.0.1:{running.port}/stream"
        try:
            async with connect(url, additional_headers=headers) as socket:
                if command is not None:
                    message = {"type": "command", "id": 1, "name": command, **fields}
                    await socket.send(json.dumps(message))
                async for text in socket:
                    said = json.loads(text) if isinstance(text, str) else {}
                    if said.get("type") == "reply":
                        assert said["ok"], said
                    if said.get("type") == "snapshot" and wanted(said):
                        return said
        except (OSError, ConnectionClosed):
            await asyncio.sleep(0.1)
