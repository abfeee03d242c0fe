"""The arithmetic of the air, and that the simulation keeps to it."""

import pytest

from benchmarks import throughput


def test_time_on_the_air_is_what_the_link_layer_takes():
    """One IMU6 in 20 bytes: 37 bytes of 8 µs, 150, an empty packet of 80, 150."""
    assert throughput.air_us(20) == 676
    assert throughput.air_us(106) == 1364
    assert throughput.air_us(106, long_packets=False) > 2 * throughput.air_us(106)


@pytest.mark.parametrize(("mtu", "batch"), [(23, 1), (65, 4), (185, 4), (247, 4)])
def test_packets_are_the_firmwares(mtu, batch):
    assert throughput.load(100, mtu).batch == batch


def test_what_does_not_fit_is_lost_and_what_fits_is_not():
    assert throughput.simulate(100, 185, 15.0, seconds=30.0).lost == 0
    crowded = throughput.simulate(200, 23, 50.0, seconds=30.0)
    room = throughput.packets_per_event(throughput.load(200, 23), 50.0) / 0.050
    assert crowded.lost == pytest.approx(1 - room / 200, abs=0.1)


def test_age_is_the_batch_and_the_wait():
    flow = throughput.simulate(100, 185, 15.0, seconds=30.0, stalls=False)
    assert 5 < flow.p50_ms < 40
    assert flow.p95_ms < 60


def test_the_tables_are_printed(capsys):
    throughput.run(seconds=5.0)
    assert capsys.readouterr().out.count("\n|") == 2 * (2 + 10)
