"""The simulated source end to end: motion → bytes → radio → decoder → the wearer's samples."""

import asyncio
from collections import defaultdict

import numpy as np
import pytest

from sensors.decoding import StreamDecoder
from sensors.drivers.base import (
    ActivityChange,
    LinkChange,
    LinkState,
    Notification,
    SensorReport,
)
from sensors.drivers.radio import PERFECT_RADIO, RadioSettings
from sensors.drivers.simulated import STALLED_S, SimulatedSource
from sensors.errors import SourceEndedError
from sensors.protocols.open_profile import Characteristic, Info, decode_packet
from sensors.samples import Activity, ImuBlock, Placement
from sensors.simulation.live import DEMO, LiveWearer

ORIGIN_S = 5000.0
SEED = 3
RATE_HZ = 104.0
SOME_LOSS = RadioSettings(loss=0.02, stalls_per_min=6.0, clock_ppm=40.0)


def source(radio=SOME_LOSS, **settings):
    chosen = {"seed": SEED, "speed": None, "duration_s": 20.0, "origin_s": ORIGIN_S}
    return SimulatedSource(radio=radio, **(chosen | settings))


async def collect(simulated):
    async with simulated:
        return [item async for item in simulated]


def data_of(items):
    return [i.data for i in items if getattr(i, "characteristic", "") == Characteristic.DATA]


def joined(blocks):
    return ImuBlock(
        *(np.concatenate([getattr(block, name) for block in blocks]) for name in ("t_s", "acc")),
        gyr=np.concatenate([block.gyr for block in blocks]),
    )


def decoded(simulated, items):
    decoders = {info.sensor: StreamDecoder(info, simulated.origin_s) for info in simulated.sensors}
    blocks = defaultdict(list)
    for item in items:
        if isinstance(item, Notification):
            block = decoders[item.sensor].feed(item)
            if block is not None:
                blocks[decoders[item.sensor].info.placement].append(block)
    samples = {placement: joined(parts) for placement, parts in blocks.items()}
    return samples, {d.info.placement: d.statistics for d in decoders.values()}


async def test_what_is_decoded_is_what_the_wearer_did():
    simulated = source()
    items = await collect(simulated)
    samples, statistics = decoded(simulated, items)
    truth = LiveWearer(SEED, rate_hz=RATE_HZ, script=DEMO).next_chunk(20.0)
    assert set(samples) == set(Placement)
    for placement, block in samples.items():
        true = truth.blocks[placement]
        nearest = np.rint((block.t_s - true.t_s[0]) * RATE_HZ - 0.1).astype(int)
        settled = block.t_s > 8.0
        late_s = block.t_s[settled] - true.t_s[nearest][settled]
        assert np.all((late_s > -0.002) & (late_s < 0.005))
        np.testing.assert_allclose(
            block.acc[settled], true.acc[nearest][settled], atol=0.6 * 8 * 9.80665 / 32768
        )
        np.testing.assert_allclose(
            block.gyr[settled], true.gyr[nearest][settled], atol=0.6 * np.deg2rad(2000 / 32768)
        )
        link = statistics[placement]
        assert link.errors == link.late == link.duplicates == link.restarts == 0
        assert 0.0 < link.loss < 0.08
        assert link.rate_hz == pytest.approx(RATE_HZ, rel=1e-3)
        under_way_s = SOME_LOSS.stall_s[1] + 0.1
        assert 0 <= 20.0 * RATE_HZ + 1 - link.received - link.lost <= under_way_s * RATE_HZ


async def test_items_are_in_order_of_arrival():
    items = await collect(source(RadioSettings(dropouts_per_min=6.0, loss=0.1)))
    arrivals = [item.arrival_s for item in items]
    assert arrivals == sorted(arrivals)
    assert arrivals[0] == ORIGIN_S
    assert arrivals[-1] < ORIGIN_S + 20.0


async def test_same_settings_give_the_same_items():
    assert await collect(source()) == await collect(source())
    assert await collect(source()) != await collect(source(RadioSettings(seed=1)))


async def test_placements_do_not_change_each_other():
    two = await collect(source(placements=(Placement.PELVIS, Placement.UPPER_BACK)))
    three = await collect(source())
    left_out = "simulated-thoracolumbar"
    assert two == [item for item in three if getattr(item, "sensor", "") != left_out]


async def test_a_connection_begins_with_what_a_decoder_needs():
    items = await collect(source(duration_s=1.0))
    mine = [item for item in items if getattr(item, "sensor", "") == "simulated-pelvis"]
    assert [item.state for item in mine if isinstance(item, LinkChange)] == [
        LinkState.CONNECTING,
        LinkState.STREAMING,
    ]
    values = [item.characteristic for item in mine if isinstance(item, Notification)]
    assert values[:3] == [Characteristic.INFO, Characteristic.SCALE, Characteristic.CONFIG]
    assert set(values[3:]) == {Characteristic.DATA, Characteristic.STATUS}
    info = next(item for item in mine if isinstance(item, Notification))
    assert Info.decode(info.data).max_payload == 244


async def test_packets_are_as_long_as_the_radio_allows():
    small = await collect(source(RadioSettings(payload_bytes=20, packets_per_event=6)))
    assert {len(value) for value in data_of(small)} == {20}
    samples, statistics = decoded(source(), small)
    assert statistics[Placement.PELVIS].packets == len(samples[Placement.PELVIS])


async def test_the_first_packet_says_that_the_clock_is_new():
    items = await collect(source(PERFECT_RADIO, duration_s=1.0))
    restarted = [decode_packet(value).restarted for value in data_of(items)]
    assert sum(restarted) == len(Placement)
    assert all(restarted[: len(Placement)])


async def test_the_demonstration_announces_what_it_does():
    items = await collect(source(duration_s=30.0))
    changes = [(i.activity, i.begins) for i in items if isinstance(i, ActivityChange)]
    assert changes[:3] == [
        (Activity.CALIBRATION_NEUTRAL, True),
        (Activity.CALIBRATION_NEUTRAL, False),
        (Activity.CALIBRATION_BOW, True),
    ]
    assert changes[-1] == (Activity.SEATED, True)


async def test_the_wearer_does_what_is_asked():
    changes = []
    async with source(script=(), duration_s=12.0) as simulated:
        async for item in simulated:
            if not changes and item.arrival_s > ORIGIN_S + 2.0:
                simulated.perform(Activity.CALIBRATION_NEUTRAL)
                changes.append(item)
            if isinstance(item, ActivityChange):
                changes.append(item)
    asked, begins, *_ = changes
    assert (begins.activity, begins.begins) == (Activity.CALIBRATION_NEUTRAL, True)
    assert begins.arrival_s - asked.arrival_s < 3.0


async def test_battery_and_signal_are_reported():
    items = await collect(source(duration_s=25.0))
    reports = [item for item in items if isinstance(item, SensorReport)]
    assert len(reports) == 3 * len(Placement)
    assert all(90 < report.battery_percent <= 100 for report in reports)
    assert all(-90 < report.rssi_dbm < -30 for report in reports)


async def test_a_dropout_is_stalled_then_lost_then_connected_again():
    dropping = RadioSettings(seed=2, dropouts_per_min=2.0, dropout_s=(4.0, 4.0))
    items = await collect(source(dropping, duration_s=60.0))
    by_sensor = defaultdict(list)
    for item in items:
        if isinstance(item, LinkChange):
            by_sensor[item.sensor].append(item)
    dropped = [changes for changes in by_sensor.values() if len(changes) > 5]
    assert dropped
    for changes in dropped:
        assert [change.state for change in changes[:6]] == [
            LinkState.CONNECTING,
            LinkState.STREAMING,
            LinkState.STALLED,
            LinkState.LOST,
            LinkState.CONNECTING,
            LinkState.STREAMING,
        ]
    samples, statistics = decoded(source(), items)
    for placement, block in samples.items():
        assert np.all(np.diff(block.t_s) > 0.0)
        assert statistics[placement].restarts == 0
        if len(by_sensor[f"simulated-{placement.value}".replace("_", "-")]) > 5:
            assert statistics[placement].longest_gap_s > STALLED_S


async def test_paced_time_is_the_clocks(monkeypatch):
    now_s = [100.0]

    async def sleep(delay_s):
        now_s[0] += delay_s + 1e-9

    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    monkeypatch.setattr("sensors.drivers.pacing.asyncio.sleep", sleep)
    async with source(PERFECT_RADIO, speed=2.0, duration_s=1.0, origin_s=None) as simulated:
        assert simulated.origin_s == 100.0
        now_s[0] = 100.25
        assert simulated.now_s() == pytest.approx(100.5)
        async for item in simulated:
            assert simulated.now_s() == pytest.approx(max(item.arrival_s, 100.5))


async def test_leaving_ends_the_iteration():
    items = []
    async with source(duration_s=None) as simulated:
        async for item in simulated:
            items.append(item)
            if len(items) == 100:
                await simulated.__aexit__(None, None, None)
    assert len(items) == 100


async def test_a_source_is_iterated_once():
    simulated = source(duration_s=0.5)
    await collect(simulated)
    with pytest.raises(SourceEndedError, match="simulated source has ended"):
        await anext(aiter(simulated))


async def test_an_unpaced_source_lets_others_run():
    turns = 0

    async def other():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await collect(source(duration_s=2.0))
    task.cancel()
    assert turns > 10
