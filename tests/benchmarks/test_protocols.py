"""Every protocol, fuzzed for a moment, and the cost of decoding measured for once."""

import pytest

from benchmarks import decoding, fuzz
from sensors.protocols.families import FAMILIES

FAMILY = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.protocol)


@FAMILY
@pytest.mark.parametrize("seed", [1, 2])
def test_no_noise_breaks_a_reader(family, seed):
    outcome = fuzz.fuzz(family, fuzz.subjects()[family.protocol], 3000, seed)
    assert outcome.resynchronised == outcome.checks > 0
    assert outcome.refused > 0 or family.protocol == "witmotion"


@FAMILY
def test_the_cost_of_decoding_can_be_measured(family):
    subject = fuzz.subjects()[family.protocol]
    assert decoding.cost_us(family, subject, at_once=25, samples=400) > 0
