"""What a stored session says, in words and rows for the page. Knows nothing of streamlit."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from dashboard.messages import PLACEMENT_NAMES, rep_words
from dashboard.views import coordination
from dashboard.words import say, text
from sensors.samples import Activity
from sessions.counted import left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sessions.history import Change
    from sessions.library import About, StoredSession
    from sessions.tables import RepRow

DRILL_NAMES: Final = {
    Activity.SEATED.value: text("Seated"),
    Activity.QUADRUPED.value: text("All fours"),
}

SPLIT_WORDS: Final = {
    "measured": text("Lumbar and thoracic were measured with a sensor at T12."),
    "personal": text("Lumbar and thoracic follow your own calibrated split; no sensor at T12."),
    "prior": text(
        "Lumbar and thoracic follow a typical split, not measured on you: no sensor at T12."
    ),
}

VERDICT_NAMES: Final = {
    "good": text("Good"),
    "doubtful": text("Doubtful"),
    "rejected": text("Not usable"),
}

CALIBRATION_WORDS: Final = {
    "doubtful": text("Calibration doubtful"),
    "rejected": text("Calibration not usable"),
}

SEGMENT_NAMES: Final = {
    "pelvis": text("Pelvis"),
    "lumbar": text("Lumbar"),
    "thoracic": text("Thoracic"),
}

MEASURED_NAMES: Final = {
    "total": text("Whole turn"),
    "thoracolumbar": text("Chest against pelvis"),
    **SEGMENT_NAMES,
}

METHOD_NAMES: Final = {
    "bow": text("still and bows"),
    "all_fours": text("still, upright and on all fours"),
    "mounting": text("how it was mounted"),
    "gravity": text("still only"),
}

MARK_NAMES: Final = {"pain": text("Pain"), "effort": text("Effort"), "note": text("Note")}

WEEKDAYS: Final = (
    text("Monday"), text("Tuesday"), text("Wednesday"), text("Thursday"), text("Friday"),
    text("Saturday"), text("Sunday"),
)  # fmt: skip

MONTHS: Final = (
    text("January"), text("February"), text("March"), text("April"), text("May"), text("June"),
    text("July"), text("August"), text("September"), text("October"), text("November"),
    text("December"),
)  # fmt: skip

_SIDES: Final = {"left": text("← Left"), "right": text("Right →")}


def session_title(name: str) -> str:
    """Say when a session was made, from its name; a name of another form stays as it is."""
    found = re.match(r"(\d{4}-\d\d-\d\d)_(\d\d)-?(\d\d)-?\d\d(?:_|$)", name)
    if found is None:
        return name
    try:
        moment = datetime.fromisoformat("{} {}:{}".format(*found.groups()))
    except ValueError:
        return name
    return f"{say(WEEKDAYS[moment.weekday()])}, {day(moment)}, {moment:%H:%M}"


def day(moment: datetime) -> str:
    """Say a date."""
    month = say(MONTHS[moment.month - 1])
    return say("{day} {month} {year}", day=moment.day, month=month, year=moment.year)


def called(session: StoredSession) -> str:
    """Say what a session is called: its title, or when it was made."""
    return session.about.title or session_title(session.name)


def facts(session: StoredSession) -> tuple[str, ...]:
    """Say what else is known of a session: when, if its title does not say it; whose; tags."""
    when = session_title(session.name) if session.about.title else ""
    return tuple(filter(None, (when, session.person, *session.about.tags)))


def drill_names(session: StoredSession) -> str:
    """Name the drills of a session, each once."""
    names = (drill_name(str(drill.get("drill"))) for drill in session.drills)
    return ", ".join(dict.fromkeys(names))


def drill_name(drill: str) -> str:
    """Name a drill for a person."""
    return say(DRILL_NAMES.get(drill, drill.replace("_", " ")))


def repetition_words(session: StoredSession) -> str:
    """Say how many repetitions a session holds."""
    if not session.analysed:
        return say("not analysed")
    return times(session.repetitions)


def session_verdict(session: StoredSession) -> tuple[str, str]:
    """Judge a session as a whole: ``good``, ``doubtful`` or ``rejected``, and words for it."""
    if session.problem is not None:
        return "rejected", say("Needs attention")
    if session.summary is None:
        return "doubtful", say("Not analysed")
    calibration = _part(session.summary, "calibration")
    verdict = str(calibration.get("verdict", "doubtful"))
    if verdict != "good":
        return verdict, say(CALIBRATION_WORDS.get(verdict, verdict))
    notes = len(warnings(session))
    if notes:
        one = say("1 note")
        return "doubtful", one if notes == 1 else say("{count} notes", count=notes)
    return "good", say("Good")


def warnings(session: StoredSession) -> tuple[str, ...]:
    """Every warning of a session as a sentence, each once."""
    if session.summary is None:
        return ()
    found: list[Any] = []
    for part in (session.summary, _part(session.summary, "calibration"), *session.drills):
        listed = part.get("warnings")
        found += listed if isinstance(listed, list) else []
    sentences = (say(str(flag.get("sentence"))) for flag in found if isinstance(flag, dict))
    return tuple(dict.fromkeys(sentences))


def side_metrics(drill: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Rows of label, number and addition for the figures at the head of a drill."""
    rows = []
    for side, words in (
        ("left", text("Left, median peak")),
        ("right", text("Right, median peak")),
    ):
        found = drill["sides"].get(side)
        if found:
            best = say("best {peak}", peak=degrees(found["best_peak_deg"]))
            best = f"{best}, {times(found['repetitions'])}"
            rows.append((say(words), degrees(found["median_peak_deg"]), best))
    difference = drill.get("side_difference_deg")
    if difference:
        value = float(difference["value"])
        lo, hi = signed(difference["lo"]), signed(difference["hi"])
        between = say("95 %: {lo} to {hi}", lo=lo, hi=hi)
        rows.append((say("Right minus left"), signed(value), between))
    return rows


def share_rows(drill: Mapping[str, Any]) -> list[dict[str, object]]:
    """Rows for the share bars of one drill, one per side."""
    rows: list[dict[str, object]] = []
    for side, title in (("left", text("To the left")), ("right", text("To the right"))):
        found = drill["sides"].get(side)
        if not found or not found.get("shares"):
            continue
        shares = {
            s: [found["shares"][s][end] for end in ("value", "lo", "hi")] for s in SEGMENT_NAMES
        }
        note = times(found["repetitions"])
        source = drill["split_source"]
        rows.append({"title": say(title), "note": note, "shares": shares, "split_source": source})
    return rows


def rep_name(rep: RepRow) -> str:
    """Name one repetition: its set, number, side, size and time."""
    side = {"left": text("left"), "right": text("right")}.get(str(rep["side"]), "")
    return say(
        "Set {set}, rep {rep}, {side} {turn}, at {seconds} s",
        set=rep["set"],
        rep=rep["rep"],
        side=say(side),
        turn=degrees(size(rep["total_deg"])),
        seconds=f"{float(rep['peak_s'] or 0):.0f}",
    )


def rep_rows(
    reps: Iterable[RepRow], about: About, metrics: coordination.Metrics
) -> list[dict[str, object]]:
    """Rows of the repetition table; what was left out is in it and says why."""
    return [_rep_row(rep, left_out(rep, about), metrics) for rep in reps]


def _rep_row(rep: RepRow, out: str | None, metrics: coordination.Metrics) -> dict[str, object]:
    codes = filter(None, str(rep["reasons"] or "").split(";"))
    reasons = out or ", ".join(say(rep_words([code])) for code in codes)
    verdict = say(VERDICT_NAMES.get(str(rep["verdict"]), str(rep["verdict"])))
    verdict = verdict if out is None else say("Left out")
    row: dict[str, object] = {
        say("Set"): rep["set"],
        say("Rep"): rep["rep"],
        say("Side"): say(_SIDES.get(str(rep["side"]), str(rep["side"]))),
        say("At"): rep["peak_s"],
        say("Turn"): size(rep["total_deg"]),
    }
    row |= {say(name): size(rep[f"{s}_deg"]) for s, name in SEGMENT_NAMES.items()}
    row |= coordination.columns(rep, metrics)
    row |= {_share_of(name): share_words(rep, s) for s, name in SEGMENT_NAMES.items()}
    row |= {say("Hold"): rep["hold_s"], say("Speed"): rep["peak_rate_dps"]}
    return row | {say("Verdict"): f"{verdict}: {reasons}" if reasons else verdict}


def _share_of(segment: str) -> str:
    return say("{segment} share", segment=say(segment))


def share_words(rep: RepRow, segment: str) -> str:
    """Say a share with its interval, in percent."""
    value, lo, hi = (rep[f"{segment}_share{end}"] for end in ("", "_lo", "_hi"))
    if not isinstance(value, float | int):
        return "–"
    if not isinstance(lo, float | int) or not isinstance(hi, float | int):
        return f"{100 * value:.0f} %"
    between = f"{100 * lo:.0f}–{100 * hi:.0f}"
    if lo < 0:
        between = say("−{lo} to {hi}", lo=f"{-100 * lo:.0f}", hi=f"{100 * hi:.0f}")
    return f"{100 * value:.0f} % ({between})"


def sensor_rows(session: StoredSession) -> list[dict[str, str]]:
    """Rows of the sensor table: how each sat, what it lost, how far it drifted."""
    summary = session.summary or {}
    calibrated = _part(_part(summary, "calibration"), "sensors")
    return [
        _sensor_row(placement, sensor, _part(calibrated, placement), session)
        for placement, sensor in _part(summary, "sensors").items()
    ]


def _sensor_row(
    placement: str,
    sensor: Mapping[str, Any],
    calibration: Mapping[str, Any],
    session: StoredSession,
) -> dict[str, str]:
    drifts = (_part(drill, "drift_deg_per_min").get(placement) for drill in session.drills)
    known = [float(drift) for drift in drifts if drift is not None]
    loss, sd = sensor.get("loss"), calibration.get("sd_deg")
    method = str(calibration.get("method", ""))
    verdict = str(calibration.get("verdict", ""))
    return {
        say("Sensor"): _placement_name(placement),
        say("Device"): str(sensor.get("name") or sensor.get("sensor") or ""),
        say("Calibrated from"): say(METHOD_NAMES.get(method, method)),
        say("Verdict"): say(VERDICT_NAMES.get(verdict, "–")),
        say("Sits within"): "–" if sd is None else f"± {1.96 * float(sd):.0f}°",
        say("Lost"): "–" if loss is None else f"{100 * float(loss):.1f} %",
        say("Drift, °/min"): ", ".join(f"{drift:.1f}" for drift in known) or "–",
    }


def began(session: StoredSession) -> datetime:
    """Tell when a session began, or was written where nothing says when it began."""
    known = session.started_unix_s
    return datetime.fromtimestamp(session.modified_unix_s if known is None else known).astimezone()


def measure_name(measure: str) -> str:
    """Name a number that sessions are compared by, with its unit."""
    segment, unit = measure.rsplit("_", 1)
    name = MEASURED_NAMES[segment]
    return f"{say(name)}, °" if unit == "deg" else f"{_share_of(name)}, %"


def in_unit(value: float, measure: str) -> float:
    """Turn a share into percent; an angle stays in degrees."""
    return 100 * value if measure.endswith("_share") else value


def changed_words(change: Change) -> str:
    """Say whether a number changed."""
    if change.real is None:
        return say("nothing to compare yet")
    return say("real change") if change.real else say("within noise")


def change_rows(changes: Iterable[Change], *, judged: bool = True) -> list[dict[str, str]]:
    """Rows of the table of changes.

    Parameters
    ----------
    changes
        What to tell.
    judged
        Whether a person's own noise may judge them.
    """
    in_order = sorted(changes, key=lambda change: (change.key.drill, change.key.side))
    return [_change_row(change, judged=judged) for change in in_order]


def _change_row(change: Change, *, judged: bool) -> dict[str, str]:
    measure = change.key.measure
    unit = " %" if measure.endswith("_share") else "°"

    def shown(value: float | None, form: str) -> str:
        if value is None:
            return "–"
        rounded = round(in_unit(value, measure), 1) + 0.0  # no minus before a zero
        return f"{rounded:{form}}{unit}".replace("-", "−")

    row = {
        say("Drill"): drill_name(change.key.drill),
        say("Side"): say(_SIDES.get(change.key.side, change.key.side)),
        say("What"): measure_name(measure).rsplit(",", 1)[0],
        say("Before"): shown(change.usual, ".0f"),
        say("Now"): shown(change.now.value, ".0f"),
        say("Difference"): shown(change.difference, "+.1f"),
    }
    if judged:
        noise = f"± {shown(change.mdc, '.1f')}"
        row |= {say("Noise"): noise, say("Verdict"): changed_words(change)}
    return row


def degrees(angle_deg: float | None) -> str:
    """Say an angle's size."""
    return "–" if angle_deg is None else f"{abs(float(angle_deg)):.0f}°"


def signed(angle_deg: float | None) -> str:
    """Say an angle with its sign."""
    return "–" if angle_deg is None else f"{float(angle_deg):+.0f}°".replace("-", "−")


def size(angle_deg: object) -> float | None:
    """Size of an angle, or ``None`` where it is not known."""
    return abs(angle_deg) if isinstance(angle_deg, float | int) else None


def _placement_name(placement: str) -> str:
    known = {str(p): name for p, name in PLACEMENT_NAMES.items()}
    name = say(known.get(placement, placement.replace("_", " ")))
    return name[:1].upper() + name[1:]


def times(repetitions: int) -> str:
    """Say how many repetitions."""
    if repetitions == 1:
        return say("1 repetition")
    return say("{count} repetitions", count=repetitions)


def _part(whole: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = whole.get(key)
    return found if isinstance(found, dict) else {}
