"""One person: how far, how fast, with which segments and how steadily they turn.

The distributions are those of biomechanics reference §8.2; ranges of motion and shares there are
partly literature and partly heuristic, marked so in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensors.samples import Activity

LUMBAR_SHARE_MEAN = {"T1": 0.22, "T2": 0.24, "T3": 0.26, "T4": 0.285}
"""Mean lumbar share of thoracolumbar rotation by level of the upper sensor, upright (§2.3)."""

_QUADRUPED_SHARE_SHIFT = -0.01


@dataclass(frozen=True, slots=True)
class SideStyle:
    """How one person turns to one side in one drill.

    Attributes
    ----------
    thoracolumbar_deg
        Rotation of the upper back on the pelvis at the end of range, > 0.
    lumbar_share
        Part of it that happens below T12 (λ).
    pelvis_share
        Part of the total turn contributed by the pelvis.
    lumbar_lateral, thoracic_lateral, lumbar_flexion, thoracic_flexion
        Coupled motion in degrees per degree of the segment's axial rotation: lateral bend towards
        the side turned to is +, away from it −; flexion is +, extension −.
    """

    thoracolumbar_deg: float
    lumbar_share: float
    pelvis_share: float
    lumbar_lateral: float = 0.0
    thoracic_lateral: float = 0.0
    lumbar_flexion: float = 0.0
    thoracic_flexion: float = 0.0


@dataclass(frozen=True, slots=True)
class DrillStyle:
    """How one person does one drill: both sides, posture at neutral, tempo."""

    left: SideStyle
    right: SideStyle
    pitch_deg: float = 0.0
    lumbar_slump_deg: float = 0.0
    thoracic_slump_deg: float = 0.0
    out_s: float = 1.8
    hold_s: float = 0.9
    return_s: float = 1.8
    rest_s: float = 0.9


@dataclass(frozen=True, slots=True)
class Wearer:
    """One person, as drawn once for a session.

    Attributes
    ----------
    seated, quadruped
        How the two drills are done.
    heading_deg
        Where the wearer faces at the start, left of world x.
    tall_pitch_deg
        Forward lean left in what the person takes for sitting tall at the calibration.
    lumbar_axis_tilt_deg, thoracic_axis_tilt_deg
        Forward tilt of the true axes of rotation against the functional long axis.
    pelvis_lag_s
        How much later than the spine the pelvis moves; negative = hips first.
    sway_pelvis_deg, sway_joint_deg
        SD of the slow sway of the pelvis and of each joint.
    breathing_hz, breathing_thorax_deg, breathing_lumbar_deg
        Rate and amplitude of breathing.
    tremor_hz, tremor_deg
        Rate and amplitude of the tremor near the end of range.
    neutral_sd_deg, pelvis_neutral_sd_deg
        SD of what is missed on a return to neutral: thoracolumbar and pelvis.
    amplitude_scatter, share_scatter, pelvis_scatter, tempo_scatter
        SD from repetition to repetition: relative, absolute, logarithmic, logarithmic.
    fatigue
        Relative loss of range per repetition.
    second_push, bounce
        Probability per repetition of a second push and of bouncing at the end of range.
    noise_seed
        Seed of the phases of sway, breathing and tremor.
    """

    seated: DrillStyle
    quadruped: DrillStyle
    heading_deg: float = 0.0
    tall_pitch_deg: float = 0.0
    lumbar_axis_tilt_deg: float = 0.0
    thoracic_axis_tilt_deg: float = 0.0
    pelvis_lag_s: float = 0.0
    sway_pelvis_deg: float = 0.0
    sway_joint_deg: float = 0.0
    breathing_hz: float = 0.25
    breathing_thorax_deg: float = 0.0
    breathing_lumbar_deg: float = 0.0
    tremor_hz: float = 7.5
    tremor_deg: float = 0.0
    neutral_sd_deg: float = 0.0
    pelvis_neutral_sd_deg: float = 0.0
    amplitude_scatter: float = 0.0
    share_scatter: float = 0.0
    pelvis_scatter: float = 0.0
    tempo_scatter: float = 0.0
    fatigue: float = 0.0
    second_push: float = 0.0
    bounce: float = 0.0
    noise_seed: int = 0

    def style(self, drill: Activity) -> DrillStyle:
        """How this person does ``drill``."""
        return self.quadruped if drill is Activity.QUADRUPED else self.seated

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        *,
        upper_back_level: str = "T2",
        neutral_sd_deg: float = 1.7,
        pelvis_neutral_sd_deg: float = 0.7,
        lumbar_share: tuple[float, float] | None = None,
    ) -> Wearer:
        """Draw a person from the distributions of §8.2.

        Parameters
        ----------
        rng
            Source of randomness.
        upper_back_level
            Vertebra of the upper sensor, T1 to T4: it shifts the lumbar share.
        neutral_sd_deg, pelvis_neutral_sd_deg
            SD of what is missed on a return to neutral.
        lumbar_share
            Mean and SD of the lumbar share instead of the default (.24 ± .07 seated at T2).
        """
        mean, sd = lumbar_share or (LUMBAR_SHARE_MEAN[upper_back_level], 0.07)
        shift = 0.0 if lumbar_share else _QUADRUPED_SHARE_SHIFT
        return cls(
            seated=_draw_style(rng, Activity.SEATED, mean, sd),
            quadruped=_draw_style(rng, Activity.QUADRUPED, mean + shift, sd),
            heading_deg=rng.uniform(-180.0, 180.0),
            tall_pitch_deg=rng.normal(0.0, 1.5),
            lumbar_axis_tilt_deg=rng.normal(-4.0, 2.0),
            thoracic_axis_tilt_deg=rng.normal(5.0, 3.0),
            pelvis_lag_s=float(np.clip(rng.normal(0.05, 0.05), -0.1, 0.2)),
            sway_pelvis_deg=rng.uniform(0.4, 0.5),
            sway_joint_deg=rng.uniform(0.2, 0.3),
            breathing_hz=rng.uniform(0.2, 0.33),
            breathing_thorax_deg=rng.uniform(0.5, 1.0),
            breathing_lumbar_deg=rng.uniform(0.2, 0.3),
            tremor_hz=rng.uniform(6.0, 9.0),
            tremor_deg=rng.uniform(0.05, 0.15),
            neutral_sd_deg=neutral_sd_deg,
            pelvis_neutral_sd_deg=pelvis_neutral_sd_deg,
            amplitude_scatter=0.05,
            share_scatter=0.025,
            pelvis_scatter=0.25,
            tempo_scatter=0.08,
            fatigue=0.004,
            second_push=0.1,
            bounce=0.05,
            noise_seed=int(rng.integers(2**31)),
        )


def _draw_style(
    rng: np.random.Generator, drill: Activity, share_mean: float, share_sd: float
) -> DrillStyle:
    quadruped = drill is Activity.QUADRUPED
    slumped = not quadruped and rng.random() < 0.3
    slump_deg = rng.uniform(15.0, 30.0) if slumped else 0.0
    left, right = _draw_sides(rng, quadruped, slumped, share_mean, share_sd)
    out_s = _lognormal(rng, 1.8, 0.25, 1.0, 3.2)
    return DrillStyle(
        left=left,
        right=right,
        pitch_deg=rng.normal(0.0, 8.0 if quadruped else 6.0),
        lumbar_slump_deg=slump_deg,
        thoracic_slump_deg=0.5 * slump_deg,
        out_s=out_s,
        hold_s=_lognormal(rng, 0.9, 0.5, 0.3, 3.0),
        return_s=out_s * _lognormal(rng, 1.0, 0.1, 0.8, 1.25),
        rest_s=_lognormal(rng, 0.9, 0.5, 0.4, 3.0),
    )


def _draw_sides(
    rng: np.random.Generator, quadruped: bool, slumped: bool, share_mean: float, share_sd: float
) -> tuple[SideStyle, SideStyle]:
    """Left and right of one person: alike but for the asymmetry of range and of the pelvis."""
    asymmetry = rng.normal(0.0, 0.06)
    spine_deg = float(np.clip(rng.normal(44.0 if quadruped else 42.0, 9.0), 18.0, 70.0))
    share = float(np.clip(rng.normal(share_mean, share_sd), 0.05, 0.55))
    pelvis = 0.25 if quadruped and rng.random() < 0.15 else 0.08
    pelvis_share = _lognormal(rng, pelvis, 0.6, 0.0, 0.45)
    thoracic_lateral = _thoracic_lateral(rng, quadruped, slumped)
    lumbar_lateral = rng.normal(-0.15, 0.10)
    lumbar_flexion = rng.normal(0.10, 0.08)
    thoracic_flexion = rng.normal(-0.05, 0.08)

    def side(sign: float) -> SideStyle:
        return SideStyle(
            thoracolumbar_deg=spine_deg * (1.0 + sign * 0.5 * asymmetry),
            lumbar_share=float(np.clip(share + rng.normal(0.0, 0.015), 0.05, 0.55)),
            pelvis_share=pelvis_share * float(np.exp(rng.normal(0.0, 0.15))),
            lumbar_lateral=lumbar_lateral,
            thoracic_lateral=thoracic_lateral,
            lumbar_flexion=lumbar_flexion,
            thoracic_flexion=thoracic_flexion,
        )

    return side(-1.0), side(1.0)


def _thoracic_lateral(rng: np.random.Generator, quadruped: bool, slumped: bool) -> float:
    if quadruped:
        return rng.normal(0.05, 0.08)
    return rng.normal(0.23, 0.10) if slumped else rng.normal(-0.09, 0.08)


def _lognormal(
    rng: np.random.Generator, median: float, sigma: float, low: float, high: float
) -> float:
    return float(np.clip(median * np.exp(rng.normal(0.0, sigma)), low, high))
