"""The driver with the real ``bleak`` against emulated sensors, on both layers."""

import asyncio

import pytest

from sensors.drivers.base import LinkState, LinkTrouble, Notification, SensorReport
from sensors.drivers.ble_source import BleSource
from sensors.drivers.supervisor import GIVE_UP_S
from sensors.protocols.open_profile import Characteristic
from sensors.samples import SensorId, SensorInfo
from tests.ble.conftest import PATIENCE_S, address, hushed, infos, staged, three, watched

DATA = Characteristic.DATA.value
C, S, P, L = LinkState.CONNECTING, LinkState.STREAMING, LinkState.STALLED, LinkState.LOST


async def test_a_scan_with_nobody_there(either, monkeypatch):
    async with staged(either, [], monkeypatch) as (_, radio):
        assert await radio().scan(0.3) == []


async def test_a_scan_tells_name_signal_and_services(layer, monkeypatch):
    async with staged(layer, three(), monkeypatch) as (_, radio):
        found = await radio().scan(0.5)
    assert {a.sensor for a in found} == {address(n) for n in range(3)}
    assert {a.name for a in found} == {"OSI-0000", "OSI-0001", "OSI-0002"}
    assert all(-100 < a.rssi_dbm < 0 for a in found)
    assert all("c2c80001-a83e-40e3-ab86-6d70f9feefc6" in a.services for a in found)


async def test_three_at_once_and_a_clean_end(either, monkeypatch):
    """Everything sent is received or counted as lost, to the packet, with stalls and losses."""
    sensors = three(loss=0.02, stall_every_s=1.0, interval_s=0.030)
    async with staged(either, sensors, monkeypatch) as (stage, radio):
        async with watched(BleSource(infos(sensors), radio())) as watch:
            await watch.until(lambda: all(watch.received(address(n)) > 400 for n in range(3)))
            counts = await hushed(stage, watch, sensors)
        for n in range(3):
            sent = counts[address(n)]
            statistics = watch.decoders[address(n)].statistics
            await stage.gone(f"OSI-000{n}")
            assert sent["writes"] >= 4
            assert statistics.packets == sent["packets"]
            assert statistics.packets_lost == pytest.approx(sent["packets_lost"], abs=1)
            assert statistics.received == sent["samples"]
            assert statistics.duplicates == statistics.late == statistics.errors == 0
            assert watch.states(address(n))[:2] == [C, S]
            assert L not in watch.states(address(n))
    reports = [item for item in watch.items if isinstance(item, SensorReport)]
    assert {(r.battery_percent, r.rssi_dbm is None) for r in reports} == {(87, False)}
    arrivals = [item.arrival_s for item in watch.items]
    assert arrivals == sorted(arrivals)


async def test_one_vanishes_and_returns_to_its_role(layer, monkeypatch):
    sensors = three(supervision_s=0.8)
    async with (
        staged(layer, sensors, monkeypatch) as (stage, radio),
        watched(BleSource(infos(sensors), radio())) as watch,
    ):
        await watch.until(lambda: all(watch.received(address(n)) > 50 for n in range(3)))
        before = watch.received(address(1))
        await stage.tell("OSI-0001", "vanish")
        await watch.until(lambda: L in watch.states(address(1)))
        others = watch.received(address(0))
        await watch.until(lambda: watch.received(address(0)) > others + 50)
        await stage.tell("OSI-0001", "return")
        await watch.until(lambda: watch.received(address(1)) > before + 100)
    seen = watch.changes(address(1))
    assert [change.state for change in seen][:6] == [C, S, P, L, C, S]
    assert seen[2].trouble is LinkTrouble.SILENT
    assert seen[3].trouble is LinkTrouble.BROKEN
    sequences = watch.sequences(address(1), DATA)
    assert len(sequences) == len(set(sequences)), "an old link still delivers"
    assert L not in watch.states(address(0))
    gap = max(watch.decoders[address(1)].gaps, key=lambda gap: gap.missing)
    assert gap.end_s - gap.start_s > 0.8


async def test_one_sends_garbage(either, monkeypatch):
    sensors = three()
    async with (
        staged(either, sensors, monkeypatch) as (stage, radio),
        watched(BleSource(infos(sensors), radio())) as watch,
    ):
        await watch.until(lambda: watch.received(address(2)) > 50)
        await stage.tell("OSI-0002", "garbage", 20)
        decoder = watch.decoders[address(2)]
        await watch.until(lambda: decoder.statistics.errors >= 10)
        after = decoder.statistics.received
        await watch.until(lambda: decoder.statistics.received > after + 50)
    assert watch.states(address(2)) == [C, S]
    assert watch.decoders[address(0)].statistics.errors == 0


async def test_one_stalls_and_catches_up(either, monkeypatch):
    sensors = three()
    async with staged(either, sensors, monkeypatch) as (stage, radio):
        async with watched(BleSource(infos(sensors), radio())) as watch:
            await watch.until(lambda: watch.received(address(0)) > 50)
            await stage.tell("OSI-0000", "stall", 1.0)
            await watch.until(lambda: P in watch.states(address(0)))
            await watch.until(lambda: watch.states(address(0)) == [C, S])
            before = watch.received(address(0))
            await watch.until(lambda: watch.received(address(0)) > before + 150)
            sent = await hushed(stage, watch, sensors[:1])
        assert watch.decoders[address(0)].statistics.lost == 0
        assert watch.received(address(0)) == sent[address(0)]["samples"]


async def test_one_falls_silent_on_an_open_link(either, monkeypatch):
    """No callback comes; after a while the link is given up and opened anew."""
    sensors = three()[:1]
    async with (
        staged(either, sensors, monkeypatch) as (stage, radio),
        watched(BleSource(infos(sensors), radio())) as watch,
    ):
        await watch.until(lambda: watch.received(address(0)) > 50)
        await stage.tell("OSI-0000", "silence")
        await watch.until(lambda: L in watch.states(address(0)))
        await stage.tell("OSI-0000", "resume")
        before = watch.received(address(0))
        await watch.until(lambda: watch.received(address(0)) > before + 50)
    stalled, lost = watch.changes(address(0))[2:4]
    assert (stalled.trouble, lost.trouble) == (LinkTrouble.SILENT, LinkTrouble.SILENT)
    heard = [
        item
        for item in watch.items[: watch.items.index(lost)]
        if isinstance(item, Notification) and item.characteristic == DATA
    ]
    assert lost.arrival_s - max(item.arrival_s for item in heard) >= GIVE_UP_S
    sequences = watch.sequences(address(0), DATA)
    assert len(sequences) == len(set(sequences)), "an old link still delivers"


async def test_one_reboots_its_clock(either, monkeypatch):
    sensors = three()[:1]
    async with (
        staged(either, sensors, monkeypatch) as (stage, radio),
        watched(BleSource(infos(sensors), radio())) as watch,
    ):
        await watch.until(lambda: watch.received(address(0)) > 50)
        await stage.tell("OSI-0000", "reboot")
        decoder = watch.decoders[address(0)]
        await watch.until(lambda: decoder.statistics.restarts == 1)
        before = decoder.statistics.received
        await watch.until(lambda: decoder.statistics.received > before + 50)
    assert decoder.statistics.restarts == 1
    assert decoder.statistics.errors == 0


async def test_what_is_no_sensor_of_this_kind(either, monkeypatch):
    sensors = [{"name": "OSI-0000", "brand": "battery", "address": address(0)}]
    async with staged(either, sensors, monkeypatch) as (stage, radio):
        async with watched(BleSource(infos(three())[:1], radio())) as watch:
            await watch.until(lambda: L in watch.states(address(0)))
        await stage.gone("OSI-0000")
    assert watch.changes(address(0))[1].trouble is LinkTrouble.FOREIGN


async def test_a_sensor_that_is_off_is_waited_for(either, monkeypatch):
    sensors = three()[:1]
    monkeypatch.setattr("sensors.drivers.supervisor.NOT_SEEN_S", 0.5)
    async with staged(either, sensors, monkeypatch) as (stage, radio):
        await stage.tell("OSI-0000", "off")
        async with watched(BleSource(infos(sensors), radio())) as watch:
            await watch.until(lambda: len(watch.changes(address(0))) == 2)
            await stage.tell("OSI-0000", "on")
            await watch.until(lambda: watch.received(address(0)) > 0)
    assert [c.trouble for c in watch.changes(address(0))][:4] == [
        None, LinkTrouble.NOT_SEEN, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("after_s", [0.12, 0.4])
async def test_leaving_at_any_moment_leaves_no_link_behind(layer, monkeypatch, after_s):
    sensors = three()
    async with staged(layer, sensors, monkeypatch) as (stage, radio):
        async with watched(BleSource(infos(sensors), radio())):
            await asyncio.sleep(after_s)
        async with asyncio.timeout(PATIENCE_S):
            for sensor in sensors:
                await stage.gone(sensor["name"])


async def test_refused_connections_are_tried_again(monkeypatch):
    sensors = three()[:1]
    async with staged("bluez", sensors, monkeypatch) as (stage, radio):
        await stage.tell("OSI-0000", "refuse", 2)
        async with watched(BleSource(infos(sensors), radio())) as watch:
            await watch.until(lambda: watch.received(address(0)) > 0)
    assert watch.states(address(0)) == [C, S], "two refusals are no reason to trouble anybody"


async def test_a_link_left_open_by_a_crash_is_taken_over(monkeypatch):
    """Such a sensor does not advertise; BlueZ keeps it connected when a program dies."""
    sensors = three()[:1]
    service = "c2c80001-a83e-40e3-ab86-6d70f9feefc6"
    async with staged("bluez", sensors, monkeypatch) as (stage, radio):
        crashed = await radio().open(SensorId(address(0)), lambda _: None, lambda: None)
        crashed._client._backend._bus.disconnect()
        async with watched(BleSource(infos(sensors), radio(services=[service]))) as watch:
            await watch.until(lambda: watch.received(address(0)) > 50)
        assert (await stage.tell("OSI-0000", "stats"))["connections"] == 1


def test_a_family_nobody_knows_is_refused():
    info = SensorInfo(SensorId("x"), infos(three())[0].placement, "x", "acme", 100.0)

    async def enter() -> None:
        async with BleSource([info], radio=None):
            pass

    with pytest.raises(Exception, match="acme: this program cannot read"):
        asyncio.run(enter())


async def test_a_queue_nobody_empties_has_an_end(either, monkeypatch):
    monkeypatch.setattr("sensors.drivers.ble_source.QUEUE_ITEMS", 40)
    sensors = three()[:1]
    async with staged(either, sensors, monkeypatch) as (stage, radio):
        source = BleSource(infos(sensors), radio())
        async with source:
            for _ in range(200):
                if (await stage.tell("OSI-0000", "stats"))["packets"] > 80:
                    break
                await asyncio.sleep(0.05)
            kept = []
            async for item in source:
                kept.append(item)
                if len(kept) == 40:
                    break
        assert source.dropped > 20
