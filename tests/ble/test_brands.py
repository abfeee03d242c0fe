"""Every family's own dialogue, with the real ``bleak``: found, configured, streaming, stopped."""

import pytest

from sensors.drivers.base import SensorReport
from sensors.drivers.ble_source import BleSource, identify
from sensors.drivers.dialogues import dialogue_for, family_of, services
from sensors.errors import CannotShowError, ProtocolError
from sensors.protocols.families import FAMILIES
from sensors.samples import SensorId
from tests.ble.conftest import address, hushed, infos, staged, three, watched

MIXED = ("open", "witmotion", "metamotion")


async def test_three_brands_at_100_hz_at_once(layer, monkeypatch):
    """What was sent was received, to the sample; the one without a counter lost nothing here."""
    sensors = three(MIXED, stall_every_s=1.5, interval_s=0.030)
    async with staged(layer, sensors, monkeypatch) as (stage, radio):
        async with watched(BleSource(infos(sensors), radio())) as watch:
            await watch.until(lambda: all(watch.received(address(n)) > 300 for n in range(3)))
            sent = await hushed(stage, watch, sensors)
        for n, sensor in enumerate(sensors):
            statistics = watch.decoders[address(n)].statistics
            await stage.gone(sensor["name"])
            assert statistics.received == sent[address(n)]["samples"]
            assert statistics.errors == statistics.duplicates == statistics.late == 0
            assert statistics.rate_hz == pytest.approx(100.0, rel=0.05)


@pytest.mark.parametrize(
    ("brand", "battery", "rate_hz"),
    [
        ("dot", 64, 60.0),
        ("old dot", 64, 60.0),
        ("movesense", 87, 104.0),
        ("witmotion", 90, 100.0),
        ("metamotion", 99, 100.0),
        ("thingy52", 87, 100.0),
    ],
)
async def test_each_brand_goes_the_whole_way(either, monkeypatch, brand, battery, rate_hz):
    sensors = three((brand,))
    async with staged(either, sensors, monkeypatch) as (stage, radio):
        central = radio()
        (seen,) = await central.scan(0.5)
        protocol = infos(sensors)[0].protocol
        assert family_of(seen) == protocol
        async with watched(BleSource(infos(sensors), radio())) as watch:
            await watch.until(lambda: watch.received(address(0)) > 150)
            sent = await hushed(stage, watch, sensors)
        await stage.gone(sensors[0]["name"])
        statistics = watch.decoders[address(0)].statistics
        assert statistics.received == sent[address(0)]["samples"]
        assert (statistics.errors, statistics.lost) == (0, 0)
        assert statistics.rate_hz == pytest.approx(rate_hz, rel=0.03)
        reports = [i.battery_percent for i in watch.items if isinstance(i, SensorReport)]
        assert reports[-1] == battery
        monkeypatch.setattr("sensors.drivers.ble_source.SHOWS_S", 0.1)
        if not dialogue_for(protocol).identify:
            with pytest.raises(CannotShowError, match="cannot blink"):
                await identify(SensorId(address(0)), protocol, central, 5.0)
            return
        await identify(SensorId(address(0)), protocol, central, 5.0)
        assert (await stage.tell(sensors[0]["name"], "stats"))["blinks"] == 1


async def test_the_way_that_worked_is_taken_first_after_a_loss(either, monkeypatch):
    """An old DOT is found out once; when it comes back, it streams without the detour."""
    sensors = three(("old dot",))
    async with (
        staged(either, sensors, monkeypatch) as (stage, radio),
        watched(BleSource(infos(sensors), radio())) as watch,
    ):
        await watch.until(lambda: watch.received(address(0)) > 30)
        first = (await stage.tell("Xsens DOT", "drop"))["writes"]
        await watch.until(lambda: len(watch.states(address(0))) >= 5)
        before = watch.received(address(0))
        await watch.until(lambda: watch.received(address(0)) > before + 30)
        again = (await stage.tell("Xsens DOT", "stats"))["writes"] - first
    assert 0 < again < first


def test_every_live_family_has_a_dialogue():
    for family in FAMILIES:
        dialogue = dialogue_for(family.protocol)
        assert dialogue.data <= set(dialogue.listen)
        assert dialogue.openings
    assert all(len(uuid) == 36 for uuid in services())
    with pytest.raises(ProtocolError, match="cannot read"):
        dialogue_for("morse")
