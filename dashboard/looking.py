"""``python -m dashboard.looking SECONDS``: one look around, told as JSON for ``torso doctor``."""

from __future__ import annotations

import asyncio
import json
import sys

from dashboard.nearby import look
from sensors.drivers.link import LinkError


def main(seconds: float) -> None:
    """Look around; the answer says how it went."""
    try:
        found = asyncio.run(look(seconds, ()))
    except LinkError as error:
        answer: dict[str, object] = {"trouble": error.trouble, "detail": error.detail}
    else:
        names = [device.name or device.sensor for device in found if device.family is not None]
        answer = {"devices": len(found), "sensors": names}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(float(sys.argv[1]))
