"""What several tests need: the one burst of a notification, as arrays."""

from sensors.protocols.burst import unpacked


def only(bursts):
    """Return it; there must be no other."""
    (burst,) = bursts
    return unpacked(burst)
