"""The same movement, told in another unit or by another sensor, is the same samples."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.clock import DeviceClock
from sensors.decoding import StreamDecoder
from sensors.drivers.base import Notification
from sensors.protocols import metamotion, movella_dot, open_profile, thingy52, witmotion
from sensors.protocols.burst import unpacked
from sensors.protocols.families import family_named
from sensors.samples import GRAVITY_MPS2, Placement, SensorId, SensorInfo

some = settings(max_examples=25, deadline=None)
triples = st.tuples(*[st.floats(-1.0, 1.0)] * 3).map(np.array)
OSI = open_profile.Characteristic


def bits(value, per_lsb):
    return np.rint(np.asarray(value) / per_lsb).astype(np.int16)


def open_samples(acc_g, gyr_dps, acc_lsb_g=1 / 2048, gyr_lsb_dps=0.07, tick_us=1000):
    """One packet of an open-profile sensor whose bits are worth so much."""
    reader = family_named(open_profile.PROTOCOL).reader(100.0)
    scale = open_profile.Scale(0, acc_lsb_g * GRAVITY_MPS2, gyr_lsb_dps, 0.15, 1 / 32767, 100.0)
    reader.feed(OSI.SCALE, scale.encode())
    raw = np.r_[bits(acc_g, acc_lsb_g), bits(gyr_dps, gyr_lsb_dps)][None, :]
    packet = open_profile.DataPacket(1, 1, tick_us, 10_000, raw)
    return unpacked(reader.feed(OSI.DATA, open_profile.encode_packet(packet))[0])


def brands(acc_g, gyr_dps):
    """What each brand sends of one moment, in its own units and bits, as its reader gives it."""

    def read(protocol, characteristic, data):
        family = family_named(protocol)
        return unpacked(family.reader(family.rate_hz).feed(characteristic, data)[0])

    payload = movella_dot.Payload(
        1, quat=np.array([1.0, 0, 0, 0]), acc=acc_g * GRAVITY_MPS2, gyr_dps=gyr_dps
    )
    dot = movella_dot.encode_payload(movella_dot.PayloadId.CUSTOM_5, payload)
    wit = witmotion.encode_frame([*bits(acc_g, 16 / 32768), *bits(gyr_dps, 2000 / 32768), 0, 0, 0])
    fused = np.r_[bits(acc_g, 1 / 4096), bits(gyr_dps, 1 / 32.8)]
    raw = [*bits(acc_g, 1 / 1024), *bits(gyr_dps, 1 / 32), 0, 0, 0]
    yield open_samples(acc_g, gyr_dps)
    yield read("movella_dot", movella_dot.Characteristic.LONG, dot)
    yield read("witmotion", witmotion.NOTIFY, wit)
    meta = metamotion.encode_fused(metamotion.Fused(2, 1, fused))
    yield read("metamotion", metamotion.NOTIFY, meta)
    yield read("thingy52", thingy52.RAW, thingy52.encode_raw([int(v) for v in raw]))


@some
@given(triples, triples)
def test_every_brand_tells_one_movement_in_the_same_units(acc, gyr):
    """Up to 2 g and 500 °/s, to the bits of the coarsest."""
    for burst in brands(2.0 * acc, 500.0 * gyr):
        np.testing.assert_allclose(burst.acc[0], 2.0 * acc * GRAVITY_MPS2, atol=0.006)
        np.testing.assert_allclose(burst.gyr[0], np.radians(500.0 * gyr), atol=0.0007)


@some
@given(triples, triples, st.floats(0.2, 4.0), st.floats(0.3, 3.0))
def test_what_a_bit_is_worth_does_not_matter(acc, gyr, finer_acc, finer_gyr):
    """A sensor that measures more finely, or over a larger range, gives the same numbers."""
    one = open_samples(2.0 * acc, 300.0 * gyr)
    other = open_samples(2.0 * acc, 300.0 * gyr, finer_acc / 2048, 0.07 * finer_gyr)
    np.testing.assert_allclose(other.acc, one.acc, atol=(1 + finer_acc) * 0.0025)
    np.testing.assert_allclose(other.gyr, one.gyr, atol=(1 + finer_gyr) * np.radians(0.036))


@some
@given(st.integers(0, 2**32 - 1), st.floats(0.5, 1000.0))
def test_what_a_tick_is_worth_does_not_matter(seed, longer):
    """The same times in µs and in ticks of up to a millisecond: the same but for their steps."""
    rng = np.random.default_rng(seed)
    true_s = np.arange(0.0, 20.0, 0.04)
    arrival_s = np.maximum.accumulate(300.0 + true_s + rng.exponential(0.01, len(true_s)))
    found = []
    for tick_s in (1e-6, longer * 1e-6):
        clock, host_s = DeviceClock(tick_s), []
        for t_s, a_s in zip(true_s, arrival_s, strict=True):
            device_s = clock.unwrap(round((50.0 + t_s) / tick_s) % 2**32, float(a_s))
            host_s.append(clock.observe(device_s, float(a_s))[0])
        found.append(np.array(host_s))
    np.testing.assert_allclose(found[1], found[0], atol=0.003)


def test_seconds_are_seconds_whatever_the_host_counts_from():
    """A block's times are since the session began; nothing else of it knows the host's clock."""
    info = SensorInfo(SensorId("x"), Placement.PELVIS, "x", movella_dot.PROTOCOL, 60.0)
    payload = movella_dot.Payload(
        1, quat=np.array([1.0, 0, 0, 0]), acc=np.ones(3), gyr_dps=np.ones(3)
    )
    blocks = []
    for origin_s in (0.0, 4096.0):
        decoder = StreamDecoder(info, origin_s)
        notes = [
            Notification(
                info.sensor,
                movella_dot.Characteristic.LONG,
                origin_s + 0.5 + n / 64,
                movella_dot.encode_payload(
                    movella_dot.PayloadId.CUSTOM_5, replace(payload, time_us=n * 15_625)
                ),
            )
            for n in range(100)
        ]
        blocks.append(decoder.feed_all(notes))
    np.testing.assert_allclose(blocks[1].t_s, blocks[0].t_s, atol=1e-9)
    np.testing.assert_array_equal(blocks[1].acc, blocks[0].acc)
