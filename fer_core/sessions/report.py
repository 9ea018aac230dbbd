"""What a finished session amounts to: totals, best and hardest stretch, breaks, the camera's part.

Everything is taken from the session's own rows, events and answers; nothing is claimed that
they do not show.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

import pandas as pd

from fer_core.affect.heart_rate import NoPulse
from fer_core.affect.indicators import CALIBRATED_ANSWERS
from fer_core.arrays import MAD_TO_SD
from fer_core.emotions import LABELS
from fer_core.learner.evaluation import evaluate, evaluate_stress
from fer_core.learner.probes import ProbeKind
from fer_core.learner.profile import examples_of
from fer_core.reading.playback import lost_moments
from fer_core.sessions.events import Event, EventKind
from fer_core.sessions.markers import counted
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import Totals
from fer_core.sessions.timeline_bucket import TimelineBucket

#: Length of the stretches that are compared, and how far apart they start. Seconds.
STRETCH_S = 300.0
STRETCH_STEP_S = 60.0
#: How far from the median stretch the best or hardest must lie: in standard deviations between
#: stretches, and in points. In 30 made-up hours in which only the face wanders none lay further off
#: than 16 points.
STANDS_OUT_SDS = 5.0
STANDS_OUT_POINTS = 18.0
#: Version of the JSON document.
FORMAT_VERSION = 2
#: Its moments, in seconds since the epoch inside; RFC 3339 in the document.
MOMENTS = frozenset({"consent_at", "at", "start", "end", "started_at", "until"})

NOTE = "Estimates for self-reflection. Not medical, not a measure of ability."


@dataclass(frozen=True, slots=True)
class Stretch:
    """Five minutes that stood out.

    Attributes:
        start: Seconds since the epoch.
        end: Seconds since the epoch.
        comprehension: Mean estimate, 0..100.
    """

    start: float
    end: float
    comprehension: float


@dataclass(frozen=True, slots=True)
class BreakRecord:
    """A break that was suggested and what came of it.

    Attributes:
        at: Seconds since the epoch.
        rule: Why it was suggested.
        evidence: The sentence that was shown.
        outcome: "taken", "dismissed", "snoozed" or "no answer".
    """

    at: float
    rule: str
    evidence: str
    outcome: str


@dataclass(frozen=True, slots=True)
class HeartRate:
    """A session's heart rate, where it was asked for.

    Attributes:
        mean_bpm: Beats a minute over the time it could be read; None if it never could.
        lowest_bpm: Of the readings, each over half a minute.
        highest_bpm: The same.
        readable: Share of the time it was asked for in which it could be read, 0..1.
        reason: What kept it from being read most of the rest of the time, in a sentence; empty
            where nothing did.
    """

    mean_bpm: float | None
    lowest_bpm: float | None
    highest_bpm: float | None
    readable: float
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """A session in short.

    Attributes:
        totals: Times and mean shares.
        hardest: The five minutes with the lowest comprehension estimate; None if it did not stand
            out.
        best: Those with the highest; None likewise.
        stretches_note: Why no stretch is named; empty where they are.
        suggestions: Breaks suggested.
        answered: Questions answered.
        skipped: Questions skipped.
        mean_clarity: Mean of the clarity ratings, 1..5; None without any.
        mean_stress: Mean of the stress ratings, 0..10; None without any.
        camera: What the camera added, in a sentence.
        heart_rate: None where it was not asked for.
    """

    totals: Totals
    hardest: Stretch | None
    best: Stretch | None
    stretches_note: str
    suggestions: tuple[BreakRecord, ...]
    answered: int
    skipped: int
    mean_clarity: float | None
    mean_stress: float | None
    camera: str
    heart_rate: HeartRate | None = None


def make_report(session: StudySession, at: float) -> Report:
    """Sum up a session, finished or not.

    Args:
        session: The session.
        at: Now, seconds since the epoch.
    """
    rows = counted(session.rows(), session.excluded)
    hardest, best, note = find_stretches(rows)
    answers = session.answers
    profile = session.profile
    comprehension, stress = examples_of(session.given)
    camera = (
        evaluate([*profile.examples, *comprehension]),
        evaluate_stress([*profile.stress_examples, *stress]),
    )
    return Report(
        totals=session.totals(at),
        hardest=hardest,
        best=best,
        stretches_note=note,
        suggestions=tuple(_break_records(session.events())),
        answered=sum(not answer.skipped for answer in answers),
        skipped=sum(answer.skipped for answer in answers),
        mean_clarity=_mean(
            [answer.value for answer in answers if answer.probe.kind is ProbeKind.CLARITY]
        ),
        mean_stress=_mean(
            [answer.value for answer in answers if answer.probe.kind is ProbeKind.STRESS]
        ),
        camera=" ".join(one.sentence for one in camera),
        heart_rate=heart_rate_of(rows),
    )


def _mean(values: Sequence[int | None]) -> float | None:
    given = [value for value in values if value is not None]
    return sum(given) / len(given) if given else None


def heart_rate_of(rows: Sequence[TimelineBucket]) -> HeartRate | None:
    """Return the heart rate over a session; None where it was not asked for."""
    asked = [(row.pulse, row.width_s) for row in rows if row.pulse is not None]
    if not asked:
        return None
    read = [(pulse.bpm, seconds) for pulse, seconds in asked if pulse.bpm is not None]
    seconds_read = sum(seconds for _, seconds in read)
    reasons = Counter(pulse.reason for pulse, _ in asked if pulse.reason is not None)
    if len(reasons) > 1:
        del reasons[NoPulse.GATHERING]
    return HeartRate(
        mean_bpm=sum(bpm * seconds for bpm, seconds in read) / seconds_read if read else None,
        lowest_bpm=min((bpm for bpm, _ in read), default=None),
        highest_bpm=max((bpm for bpm, _ in read), default=None),
        readable=seconds_read / sum(seconds for _, seconds in asked),
        reason=reasons.most_common(1)[0][0].text if reasons else "",
    )


def find_stretches(rows: Sequence[TimelineBucket]) -> tuple[Stretch | None, Stretch | None, str]:
    """Return the hardest and the best five minutes, and why there are none otherwise.

    A stretch counts with an estimate for at least half of it. Of some fifty stretches the best and
    the hardest always lie apart. So one is named only where it lies further from the session's
    median stretch than chance puts any of them, and only once the weights are the learner's own.

    Args:
        rows: In the order of time.
    """
    if not any(row.comprehension.calibrated for row in rows):
        return (
            None,
            None,
            (
                f"No stretch is named before you have answered {CALIBRATED_ANSWERS} questions: "
                "until then it is not known what moves your estimate."
            ),
        )
    stretches = []
    if rows:
        start, last = rows[0].at, rows[-1].at + rows[-1].width_s
        while start + STRETCH_S <= last:
            stretch = _stretch(rows, start)
            if stretch is not None:
                stretches.append(stretch)
            start += STRETCH_STEP_S
    if not stretches:
        return None, None, "Too short to compare: that needs five minutes of data."
    hardest = min(stretches, key=lambda stretch: stretch.comprehension)
    best = max(stretches, key=lambda stretch: stretch.comprehension)
    apart = round(STRETCH_S / STRETCH_STEP_S)
    means = [stretch.comprehension for stretch in stretches[::apart]]
    middle = median(means)
    usual = MAD_TO_SD * median(abs(mean - middle) for mean in means)
    enough = max(STANDS_OUT_POINTS, STANDS_OUT_SDS * usual)
    low = middle - hardest.comprehension >= enough
    high = best.comprehension - middle >= enough
    if not (low or high):
        return None, None, "No stretch stood out beyond what chance gives."
    return hardest if low else None, best if high else None, ""


def _stretch(rows: Sequence[TimelineBucket], start: float) -> Stretch | None:
    weighted = seconds = 0.0
    for row in rows:
        value = row.comprehension.value
        if start <= row.at < start + STRETCH_S and value is not None:
            weighted += value * row.width_s
            seconds += row.width_s
    if seconds < STRETCH_S / 2:
        return None
    return Stretch(start, start + STRETCH_S, weighted / seconds)


_OUTCOMES = {
    EventKind.BREAK_TAKEN: "taken",
    EventKind.BREAK_DISMISSED: "dismissed",
    EventKind.BREAK_SNOOZED: "snoozed",
}


def _break_records(events: Sequence[Event]) -> list[BreakRecord]:
    outcomes = {
        event.data["suggestion_id"]: _OUTCOMES[event.kind]
        for event in events
        if event.kind in _OUTCOMES and "suggestion_id" in event.data
    }
    return [
        BreakRecord(
            at=event.at,
            rule=str(event.data["rule"]),
            evidence=str(event.data["evidence"]),
            outcome=outcomes.get(event.data["suggestion_id"], "no answer"),
        )
        for event in events
        if event.kind is EventKind.BREAK_SUGGESTED
    ]


def timeline_csv(frame: pd.DataFrame) -> str:
    """Return a timeline as CSV: times in RFC 3339 UTC, numbers with four decimals.

    A missing number is an empty cell; the column of its reason says why.
    """
    out = frame.copy()
    out["time"] = [time.isoformat(timespec="milliseconds") for time in out["time"]]
    return str(out.to_csv(index=False, float_format="%.4f", lineterminator="\n"))


def session_json(session: StudySession, at: float, result: Mapping[str, Any] | None = None) -> str:
    """Return a whole session as one JSON document, its report first; times in RFC 3339 UTC.

    Args:
        session: The session.
        at: Now, seconds since the epoch.
        result: What it came to in words, where that is known: plain values.
    """
    report = asdict(make_report(session, at))
    shares = report["totals"]["shares"]
    if shares is not None:
        report["totals"]["shares"] = dict(zip(LABELS, shares, strict=True))
    document: dict[str, Any] = {
        "format": "fer-session",
        "version": FORMAT_VERSION,
        "note": NOTE,
        "exported_at": _moment(at),
        "session": session.info.to_dict(),
        "result": None if result is None else dict(result),
        "report": report,
        "playback": [
            {"at": view.start, "until": view.end, "video_s": view.video}
            for view in session.views
            if view.video is not None
        ],
        "lost": [asdict(moment) for moment in lost_moments(session.answers, session.views)],
        "markers": [marker.to_dict() for marker in session.markers.all()],
        "events": [event.to_dict() for event in session.events()],
        "timeline": [row.to_dict() for row in session.rows()],
    }
    written = _with_moments_written(document)
    return json.dumps(written, ensure_ascii=False, allow_nan=False, indent=1)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _with_moments_written(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: _moment(value)
            if key in MOMENTS and isinstance(value, int | float)
            else _with_moments_written(value)
            for key, value in node.items()
        }
    if isinstance(node, list | tuple):
        return [_with_moments_written(value) for value in node]
    return node
