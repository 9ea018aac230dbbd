"""What a session comes to in two sentences: what happened, and what to try next.

The sentences say only what the session's own figures and the learner's own words show. Where the
figures tell nothing, the second sentence falls back on what holds for everybody: bringing back to
mind what was learnt keeps it better than reading it again (Roediger & Karpicke 2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from fer_core.learner.probes import Answer, ProbeKind
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.report import Report
from fer_core.sessions.session_info import SessionInfo, Totals

#: Fewer earlier sessions make no habit to compare with.
LEAST_EARLIER = 3
#: So many of the latest ones make it.
EARLIER_COUNTED = 20
#: A session that differs by less than this is "about as long as usual". Seconds.
SAME_LENGTH_S = 120.0
#: Below this a session is called short: nothing else can be said of it. Seconds.
SHORT_S = 600.0
#: Study without any rest from here on is worth a word. Seconds.
LONG_WITHOUT_REST_S = 50 * 60.0
#: Answers that make a moment worth a second look: clarity up to, stress from.
UNCLEAR_UP_TO, STRESSED_FROM = 2, 7


@dataclass(frozen=True, slots=True)
class Usual:
    """What this learner's sessions usually are: medians over the latest finished ones.

    Attributes:
        sessions: How many they are taken over.
        studied_s: Seconds.
        away_s: Seconds.
        breaks: Rests taken.
    """

    sessions: int
    studied_s: float
    away_s: float
    breaks: float

    @classmethod
    def of(cls, earlier: Sequence[tuple[float, float, int]]) -> Usual | None:
        """Take the medians; None with fewer than three sessions.

        Args:
            earlier: Studied and away, seconds, and rests of each session, the latest first.
        """
        counted = earlier[:EARLIER_COUNTED]
        if len(counted) < LEAST_EARLIER:
            return None
        studied, away, breaks = (median(values) for values in zip(*counted, strict=True))
        return cls(len(counted), float(studied), float(away), float(breaks))


@dataclass(frozen=True, slots=True)
class TextRead:
    """How far a text was read.

    Attributes:
        read: Passages that were read.
        passages: Passages that it has.
        hard: Numbers, from 1, of those that the learner called hard.
        again: Numbers of those worth reading again, for whatever reason, in that order.
        spans: Of a video: each passage's time in it, "12:00 to 13:00"; empty for a text.
        lost_at: Of a video: where it stood when its viewer pressed "I'm lost".
    """

    read: int
    passages: int
    hard: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    spans: tuple[str, ...] = ()
    lost_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A moment or a stretch worth another look.

    Attributes:
        start: Seconds since the epoch.
        end: The same; equal to `start` for a moment.
        why: On what grounds, one sentence.
    """

    start: float
    end: float
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A session in two sentences."""

    happened: str
    next_step: str


def tell_outcome(
    info: SessionInfo,
    report: Report,
    usual: Usual | None = None,
    goal: GoalOutcome | None = None,
    text: TextRead | None = None,
) -> Outcome:
    """Say what happened and what to try next.

    Args:
        info: Of the session.
        report: Its figures.
        usual: What the learner's sessions are otherwise; None: not known.
        goal: What the learner says of the goal; None: nothing.
        text: How far a text was read; None: there was none.
    """
    return Outcome(_happened(report, usual, text), _next_step(info, report, goal, text))


def second_looks(report: Report, answers: Sequence[Answer]) -> tuple[SecondLook, ...]:
    """Return what is worth a second look: what the learner said, and what stood out beyond chance.

    Args:
        report: Of the session; it names a hardest stretch only where one stands out.
        answers: The learner's, about moments; those about passages stand in the text.
    """
    found = []
    if report.hardest is not None:
        stretch = report.hardest
        why = f"The understanding estimate was lowest here: {stretch.comprehension:.0f} of 100."
        found.append(SecondLook(stretch.start, stretch.end, why))
    for answer in answers:
        value, kind = answer.value, answer.probe.kind
        if value is None or answer.probe.passage_id is not None:
            continue
        if kind is ProbeKind.CLARITY and value <= UNCLEAR_UP_TO:
            why = f"You said it was not clear here: {value} of 5."
        elif kind is ProbeKind.STRESS and value >= STRESSED_FROM:
            why = f"You said you were stressed here: {value} of 10."
        else:
            continue
        found.append(SecondLook(answer.answered_at, answer.answered_at, why))
    return tuple(sorted(found, key=lambda look: look.start))


def in_minutes(seconds: float) -> str:
    """Return a length of time as people say it: "25 minutes", "1 hour 5 minutes"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    hours, rest = divmod(minutes, 60)
    parts = [_count(hours, "hour")] if hours else []
    parts += [_count(rest, "minute")] if rest else []
    return " ".join(parts)


def away_in_words(totals: Totals) -> str:
    """Return how long the learner was away: "5 minutes"; empty where no camera saw it."""
    if not totals.observed_s:
        return ""
    return in_minutes(totals.away_s) if totals.away_s else "0 minutes"


def _listed(words: Sequence[str]) -> str:
    """Return "a", "a and b", or "a, b and c"; five at most, then how many more."""
    shown = list(words[:5])
    if more := len(words) - len(shown):
        shown.append(f"{more} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def numbered(numbers: Sequence[int], what: str = "passage") -> str:
    """Return "passage 3", or "passages 3, 7 and 9"; five at most, then how many more."""
    listed = _listed([str(number) for number in numbers])
    return f"{what} {listed}" if len(numbers) == 1 else f"{what}s {listed}"


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _happened(report: Report, usual: Usual | None, text: TextRead | None) -> str:
    totals = report.totals
    length = in_minutes(totals.studied_s)
    if text is not None and text.spans:
        said = f"You watched {text.read} of {_count(text.passages, 'part')} in {length}"
    elif text is not None:
        said = f"You read {text.read} of {_count(text.passages, 'passage')} in {length}"
    else:
        said = f"You studied for {length}"
    if totals.breaks:
        said += f" and took {_count(totals.breaks, 'break')}"
    if usual is not None:
        said += f", {_beside(totals.studied_s, usual)}"
    if text is not None and text.lost_at:
        said += f"; you were lost at {_listed(text.lost_at)} of the video"
    elif text is not None and text.hard and not text.spans:
        verb = "was" if len(text.hard) == 1 else "were"
        said += f"; {numbered(text.hard)} {verb} hard for you"
    return f"{said}."


def _watch_next(text: TextRead) -> str:
    if text.again:
        where = _listed([text.spans[number - 1] for number in text.again])
        return f"Next, watch {where} again and say in your own words what it means."
    if text.read < text.passages:
        return "Next, watch on from where you stopped."
    return "Tomorrow, say from memory what the video was about before you look at it again."


def _beside(studied_s: float, usual: Usual) -> str:
    difference = studied_s - usual.studied_s
    if abs(difference) < SAME_LENGTH_S:
        return "about as long as you usually do"
    word = "longer" if difference > 0 else "shorter"
    return f"{in_minutes(abs(difference))} {word} than you usually do"


def _next_step(
    info: SessionInfo, report: Report, goal: GoalOutcome | None, text: TextRead | None
) -> str:
    totals = report.totals
    if text is not None and text.spans:
        return _watch_next(text)
    if text is not None and text.again:
        they = "it means" if len(text.again) == 1 else "they mean"
        return f"Next, read {numbered(text.again)} again and say in your own words what {they}."
    if text is not None and text.read < text.passages:
        return f"Next, read on from passage {text.read + 1}."
    if info.goal and goal in (GoalOutcome.NOT_YET, GoalOutcome.PARTLY):
        return f"Next, plan another {info.plan.focus_min:.0f} minutes for your goal: {info.goal}."
    if not totals.breaks and totals.studied_s >= LONG_WITHOUT_REST_S:
        return (
            f"Next time, rest after {info.plan.focus_min:.0f} minutes: "
            "regular breaks leave you less tired."
        )
    if totals.studied_s < SHORT_S:
        return f"Next, try one whole round of {info.plan.focus_min:.0f} minutes."
    return "Tomorrow, say from memory what you learned before you look at it again."
