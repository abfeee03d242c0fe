"""Results of fusion as plain JSON values, field by field as ``docs/live_stream.md`` says. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.messages import flag_words, rep_words
from dashboard.service.hub import Happening

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.service.wizard import Wizard
    from fusion.results import CalibrationResult, Cue, Flag, Interval, Rep, Shares


def describe_rep(rep: Rep) -> dict[str, object]:
    """Describe a finished repetition."""
    return {
        "drill": rep.drill,
        "set": rep.set,
        "rep": rep.rep,
        "side": rep.side,
        "start_s": round(rep.start_s, 3),
        "peak_s": round(rep.peak_s, 3),
        "end_s": round(rep.end_s, 3),
        "pelvis_deg": round(rep.pelvis_deg, 2),
        "lumbar_deg": round(rep.lumbar_deg, 2),
        "thoracic_deg": round(rep.thoracic_deg, 2),
        "thoracolumbar_deg": round(rep.thoracolumbar_deg, 2),
        "total_deg": round(rep.total_deg, 2),
        "shares": describe_shares(rep.shares),
        "split_source": rep.split_source,
        "peak_rate_dps": round(rep.peak_rate_dps, 1),
        "hold_s": round(rep.hold_s, 2),
        "verdict": rep.verdict,
        "reasons": list(rep.reasons),
        "words": rep_words(rep.reasons),
    }


def rep_happening(rep: Rep) -> Happening:
    """A finished repetition as what happened when it ended."""
    facts = describe_rep(rep)
    del facts["words"]
    moments = {"start_s": rep.start_s, "peak_s": rep.peak_s, "end_s": rep.end_s}
    facts = {name: fact for name, fact in facts.items() if name not in moments}
    return Happening(rep.end_s, "repetition", facts, moments)


def describe_shares(shares: Shares) -> dict[str, object]:
    """Describe shares, each as value, lower and upper limit."""
    return {
        "pelvis": _limits(shares.pelvis),
        "lumbar": _limits(shares.lumbar),
        "thoracic": _limits(shares.thoracic),
    }


def describe_calibration(calibration: CalibrationResult) -> dict[str, object]:
    """Describe a calibration: verdict, reasons in words, and each sensor's part."""
    return {
        "verdict": calibration.verdict,
        "reasons": [flag_words(flag) for flag in calibration.flags],
        "sensors": {
            placement.value: {
                "method": fit.method,
                "verdict": fit.verdict,
                "sd_deg": round(fit.sd_deg, 1),
            }
            for placement, fit in calibration.sensors.items()
        },
    }


def describe_wizard(wizard: Wizard) -> dict[str, object]:
    """Describe a calibration step by step; sentences name no sensor, ``placement`` does."""
    progress = wizard.progress
    return {
        "path": wizard.path,
        "step": wizard.index,
        "steps": [
            {"name": step, "state": state, "reasons": describe_plainly(reasons)}
            for step, state, reasons in zip(
                wizard.steps, wizard.states, wizard.reasons, strict=True
            )
        ],
        "progress": None
        if progress is None
        else {
            "done": round(progress.done, 2),
            "words": progress.sentence,
            "hint": None if progress.hint is None else _plain(progress.hint),
        },
    }


def describe_plainly(flags: Iterable[Flag]) -> list[object]:
    """Describe flags whose sentences name no sensor: ``placement`` does, in any language."""
    return [_plain(flag) for flag in flags]


def _plain(flag: Flag) -> dict[str, object]:
    return {"code": flag.code, "words": flag.sentence, "placement": flag.placement}


def describe_flags(flags: Iterable[Flag]) -> list[object]:
    """Describe what lowers trust."""
    return [
        {"code": flag.code, "words": flag_words(flag), "placement": flag.placement}
        for flag in flags
    ]


def describe_cue(cue: Cue) -> dict[str, object]:
    """Describe what to do better."""
    return {"code": cue.code, "words": cue.sentence, "level": cue.level}


def _limits(interval: Interval) -> list[float]:
    return [round(interval.value, 4), round(interval.lo, 4), round(interval.hi, 4)]
