"""How bad the sensors, the skin, the radio and the wearer's neutral are: every magnitude at once.

``MAIN`` has the errors of consumer sensors on an ordinary wearer, ``MILD`` those of good sensors
on a careful one, ``HARSH`` those of poor sensors, loosely worn. Single magnitudes are changed with
:func:`dataclasses.replace`. Magnitudes follow biomechanics reference §8.3–8.5; gyroscope scale and
cross-axis errors have the size found on real sensors (BROAD benchmark), 0.1–0.3 % and 0.4 %.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Severity:
    """Magnitudes of everything that separates a sensor's samples from the truth.

    Attributes
    ----------
    mounting_deg
        Misalignment on the body, uniform within ± this about each of the three axes.
    quarter_turns
        Whether a sensor may further be turned by any quarter turn about the long axis.
    gyr_bias_dps
        Turn-on bias, uniform within ± this on each axis.
    gyr_warmup_dps
        SD of the bias change per axis while the sensor warms up (time constant 200 s).
    gyr_walk_dps_rts
        Random walk of the bias in °/s per √s.
    gyr_noise_dps_rthz
        White noise of the gyroscope in °/s per √Hz.
    gyr_scale, gyr_cross
        SD of scale and of cross-axis terms, as fractions.
    gyr_g_dps
        SD of each term of the sensitivity to specific force, °/s per g.
    acc_bias_mps2, acc_scale, acc_cross, acc_noise_mps2_rthz
        The same for the accelerometer.
    gyr_range_dps, acc_range_g
        Ends of the 16-bit ranges: they set the quantisation and where samples clip;
        infinite = neither.
    wobble_gain
        How much more than a mass on a spring the soft tissue swings under a sensor (6–10 Hz,
        damping 0.2–0.4); 0 = none.
    skin_gain
        Weight of the skin slip proportional to rotation: 1 = as published (2 % at the sacrum, 10 %
        at T12 and upper back, with their scatter), 0 = none. It is no sensor error: with 0 the
        truth is what an ideal sensor at the same place gives, with 1 it is not.
    arms_offset_deg
        Largest tilt of the upper-back sensor when the arms go into drill position.
    slips_per_min
        Rate of slips per sensor: 5–15° within 0.4 s, staying.
    neutral_sd_deg
        SD of the thoracolumbar rotation missed on each return to neutral.
    pelvis_neutral_sd_deg
        The same for the pelvis.
    loss
        Fraction of samples lost, in bursts.
    burst_s
        Mean duration of the bad spells of the radio.
    clock_skew_ppm
        SD of the rate error left in a sensor's timestamps.
    unsynchronised
        Whether each sensor samples at its own phase; else all at multiples of the sample interval.
    """

    mounting_deg: float = 25.0
    quarter_turns: bool = True
    gyr_bias_dps: float = 0.8
    gyr_warmup_dps: float = 0.03
    gyr_walk_dps_rts: float = 0.0015
    gyr_noise_dps_rthz: float = 0.01
    gyr_scale: float = 0.002
    gyr_cross: float = 0.004
    gyr_g_dps: float = 0.01
    acc_bias_mps2: float = 0.05
    acc_scale: float = 0.003
    acc_cross: float = 0.003
    acc_noise_mps2_rthz: float = 0.002
    gyr_range_dps: float = 2000.0
    acc_range_g: float = 8.0
    wobble_gain: float = 3.0
    skin_gain: float = 0.0
    arms_offset_deg: float = 2.0
    slips_per_min: float = 0.0
    neutral_sd_deg: float = 1.7
    pelvis_neutral_sd_deg: float = 0.7
    loss: float = 0.01
    burst_s: float = 0.3
    clock_skew_ppm: float = 0.0
    unsynchronised: bool = True


MAIN = Severity()

MILD = Severity(
    mounting_deg=10.0,
    gyr_bias_dps=0.3,
    gyr_warmup_dps=0.01,
    gyr_walk_dps_rts=0.0008,
    gyr_noise_dps_rthz=0.006,
    gyr_scale=0.001,
    gyr_cross=0.002,
    gyr_g_dps=0.005,
    acc_bias_mps2=0.03,
    acc_scale=0.002,
    acc_cross=0.001,
    acc_noise_mps2_rthz=0.001,
    wobble_gain=1.0,
    arms_offset_deg=1.0,
    neutral_sd_deg=1.2,
    pelvis_neutral_sd_deg=0.5,
    loss=0.002,
)

HARSH = Severity(
    gyr_bias_dps=1.5,
    gyr_warmup_dps=0.1,
    gyr_walk_dps_rts=0.003,
    gyr_noise_dps_rthz=0.015,
    gyr_scale=0.005,
    gyr_cross=0.008,
    gyr_g_dps=0.03,
    acc_bias_mps2=0.1,
    acc_scale=0.005,
    acc_cross=0.008,
    acc_noise_mps2_rthz=0.003,
    wobble_gain=6.0,
    skin_gain=0.2,
    arms_offset_deg=3.0,
    neutral_sd_deg=2.5,
    pelvis_neutral_sd_deg=1.0,
    loss=0.03,
    clock_skew_ppm=10.0,
)

PERFECT = Severity(
    mounting_deg=0.0,
    quarter_turns=False,
    gyr_bias_dps=0.0,
    gyr_warmup_dps=0.0,
    gyr_walk_dps_rts=0.0,
    gyr_noise_dps_rthz=0.0,
    gyr_scale=0.0,
    gyr_cross=0.0,
    gyr_g_dps=0.0,
    acc_bias_mps2=0.0,
    acc_scale=0.0,
    acc_cross=0.0,
    acc_noise_mps2_rthz=0.0,
    gyr_range_dps=float("inf"),
    acc_range_g=float("inf"),
    wobble_gain=0.0,
    arms_offset_deg=0.0,
    neutral_sd_deg=0.0,
    pelvis_neutral_sd_deg=0.0,
    loss=0.0,
    unsynchronised=False,
)

SEVERITIES = {"mild": MILD, "main": MAIN, "harsh": HARSH, "perfect": PERFECT}
