"""Where each sensor's calibration is kept: one small JSON file per sensor."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sensors.bounded import read_bounded
from sensors.errors import CalibrationStoreError
from sensors.inertial_calibration import InertialCalibration
from sensors.private import make_folder, replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from sensors.samples import SensorId

FOLDER = "calibrations"

_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9_-]")


class CalibrationStore:
    """The calibrations of the sensors of this computer.

    Parameters
    ----------
    root
        The folder; it need not exist yet.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, sensor: SensorId) -> InertialCalibration | None:
        """Return a sensor's calibration, ``None`` if it has none.

        Raises
        ------
        CalibrationStoreError
            There is one, but it cannot be read: better no session than a wrongly corrected one.
        """
        path = self.path(sensor)
        try:
            text = read_bounded(path).decode()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise CalibrationStoreError(path, f"cannot be read ({error})") from error
        try:
            return _read(text, sensor)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise CalibrationStoreError(path, f"is no calibration ({error})") from error

    def put(self, sensor: SensorId, calibration: InertialCalibration) -> Path:
        """Keep a sensor's calibration in place of the one before; return its file.

        Raises
        ------
        CalibrationStoreError
            It cannot be written; the one before is still there.
        """
        path = self.path(sensor)
        record = {"sensor": sensor, "calibration": calibration.to_json()}
        try:
            make_folder(self.root)
            replace_file(path, (json.dumps(record, indent=2) + "\n").encode())
        except OSError as error:
            raise CalibrationStoreError(path, f"cannot be written ({error.strerror})") from error
        return path

    def forget(self, sensor: SensorId) -> bool:
        """Throw a sensor's calibration away; false if it has none.

        Raises
        ------
        CalibrationStoreError
            It cannot be removed.
        """
        path = self.path(sensor)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise CalibrationStoreError(path, f"cannot be removed ({error.strerror})") from error
        return True

    def path(self, sensor: SensorId) -> Path:
        """Return the sensor's file; addresses have characters that file names must not have."""
        name = _NO_FILE_NAME.sub(lambda found: f"%{ord(found.group()):02X}", sensor)
        return self.root / f"{name}.json"


def _read(text: str, sensor: SensorId) -> InertialCalibration:
    record = json.loads(text)
    if record["sensor"] != sensor:
        raise ValueError(f"it is of the sensor {record['sensor']}")
    return InertialCalibration.from_json(record["calibration"])
