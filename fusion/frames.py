"""Axes, signs and frame names: the one page of truth.

Frames
------
``e``
    Earth: z up. Each sensor's filter has its own heading until headings are made equal.
``s``
    Sensor: the axes printed on its case, right-handed, mounted anyhow.
``b``
    Body segment: x anterior, y cranial, z to the wearer's right (ISB order; functional, not
    anatomical: y is gravity-up in tall neutral, z the hinge axis of the bow, x = y × z).

Quaternions are unit, wxyz, Hamilton. ``q_es`` takes sensor → earth, ``q_sb`` body → sensor, and
``q_es ⊗ q_sb = q_eb``.

Signs (right-hand rule about the body axes at neutral)
------------------------------------------------------
axial
    about +y: positive to the wearer's **left**.
lateral
    about +x: positive to the **right**.
flexion
    about −z: positive **forward**.

Sources: Wu et al. 2002 and 2005 for the axis order; swing–twist in place of Cardan angles after
Crawford et al. 1996 ("tilt and twist"), because it has no order and no gimbal lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sensors.samples import FloatArray

UP_E: FloatArray = np.array([0.0, 0.0, 1.0])
"""Vertical in the earth frame."""

AXIS_NAMES: dict[str, FloatArray] = {
    f"{sign}{name}": factor * np.eye(3)[i]
    for i, name in enumerate("xyz")
    for sign, factor in (("", 1.0), ("+", 1.0), ("-", -1.0))
}
"""Sensor axes by name, ``"x"``, ``"+x"``, ``"-x"`` …, as ``mounting`` gives them."""
