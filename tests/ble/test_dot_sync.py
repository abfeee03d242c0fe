"""Movella DOTs put their clocks on one, through the real ``bleak``; and what if they cannot."""

import asyncio

import pytest

from dashboard.cli import main
from dashboard.nearby import open_roles
from sensors.drivers import dot_sync
from sensors.drivers.ble_source import BleSource
from sensors.drivers.dot_sync import synchronise
from sensors.errors import ClocksNotAlignedError
from tests.ble.conftest import address, infos, staged, three, watched

NAMES = ("Movella DOT 0", "Movella DOT 1")
IDS = [address(0), address(1)]
ROOT = "d4:22:cd:00:00:01"
"""Of the first: by its device info, not by what the radio calls it."""


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(dot_sync, "SETTLE_S", 0.0)
    monkeypatch.setattr(dot_sync, "TALK_S", 0.0)


async def stats(stage):
    return [await stage.tell(name, "stats") for name in NAMES]


async def test_all_follow_the_first_and_stream_afterwards(layer, monkeypatch):
    sensors = three(("dot", "dot"))
    async with staged(layer, sensors, monkeypatch) as (stage, radio):
        central = radio()
        for _ in range(2):  # a second time, too: the first is ended before
            await synchronise(IDS, central)
            for name in NAMES:
                await stage.gone(name)
            assert [(s["root"], s["synced"]) for s in await stats(stage)] == [(ROOT, True)] * 2
        await central.close()
        async with watched(BleSource(infos(sensors), radio())) as watch:
            await watch.until(lambda: all(watch.received(sensor) > 30 for sensor in IDS))
            for sensor in IDS:
                assert watch.decoders[sensor].statistics.synchronised, "they were asked"
        assert all(s["synced"] for s in await stats(stage)), (
            "the rate they refuse is not insisted on"
        )


async def test_who_cannot_is_named_and_streams_all_the_same(either, monkeypatch):
    sensors = three(("dot", "stubborn dot"))
    said = []
    async with staged(either, sensors, monkeypatch) as (stage, radio):
        central = radio()
        with pytest.raises(ClocksNotAlignedError, match=r"far apart.*Or go on without") as error:
            await synchronise(IDS, central, said.append)
        await central.close()
        assert error.value.sensor == IDS[1]
        assert said[1] == "Its clock and the others' are too far apart. Once more."
        assert [s["root"] for s in await stats(stage)] == ["", ""], "nobody is left half-way"
        async with watched(BleSource(infos(sensors), radio())) as watch:
            await watch.until(lambda: all(watch.received(sensor) > 30 for sensor in IDS))


async def test_who_is_not_there_is_named(either, monkeypatch):
    monkeypatch.setattr(dot_sync, "LOOK_S", 0.3)
    sensors = three(("dot", "dot"))
    async with staged(either, sensors, monkeypatch) as (stage, radio):
        await stage.tell(NAMES[1], "off")
        central = radio()
        # Looked for first: however slow this computer is, the other is not what is missing.
        with pytest.raises(ClocksNotAlignedError, match=f"{IDS[1]} – it is not in reach"):
            await synchronise(IDS[::-1], central)
        await central.close()
        await stage.gone(NAMES[0])


async def test_the_command(monkeypatch, tmp_path, capsys):
    pytest.importorskip("dbus_fast", reason="the command uses this computer's own stack")
    monkeypatch.setenv("TORSO_DATA", str(tmp_path))
    sensors = three(("dot", "dot"))
    async with staged("bluez", sensors, monkeypatch) as (stage, _):
        open_roles().put(infos(sensors))
        assert await asyncio.to_thread(main, ["synchronise"]) == 0
        assert all(s["synced"] for s in await stats(stage))
    out, err = capsys.readouterr()
    assert out == "The clocks of 2 sensors are one.\n"
    assert "align their clocks" in err


def test_one_clock_alone_is_refused(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("TORSO_DATA", str(tmp_path))
    open_roles().put(infos(three(("dot", "open"))))
    with pytest.raises(SystemExit):
        main(["synchronise"])
    assert "1 of your sensors are Movella DOTs; it takes at least two" in capsys.readouterr().err
    with pytest.raises(ValueError, match="alone"):
        asyncio.run(synchronise([IDS[0]], None))
