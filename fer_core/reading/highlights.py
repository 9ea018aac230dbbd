"""Which passages to mark after reading, each with its why; guesses on at most a fifth of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from fer_core.affect.indicators import Estimate
from fer_core.affect.weights import INTERVAL_PERCENT
from fer_core.learner.probes import LOST_PROMPT, Answer, ProbeKind
from fer_core.reading.attribution import PassageReading
from fer_core.reading.playback import positions_at
from fer_core.reading.text_reading import Reading
from fer_core.reading.visibility import View
from fer_core.texts.importance import rank_passages
from fer_core.texts.video import position_text

#: Guesses on more of a text than this are no help any more. What the learner said is no guess, and
#: neither is a pace that was measured.
LARGEST_SHARE = 0.2
#: An estimate marks a passage as hard only below this, and with its interval's upper end below the
#: next: a wide interval marks nothing.
HARD_BELOW = 40.0
HARD_INTERVAL_BELOW = 55.0
#: Own answers on 0..1 up to this say "hard": ratings of 1 or 2 of 5, or a wrong answer.
LOW_ANSWER = 0.25
#: The text's own important passages: only those nearly as central as the most central one.
IMPORTANT_RANK = 0.75


class Mark(StrEnum):
    """Why a passage is marked, strongest first."""

    HARD_SAID = "hard_said"
    IMPORTANT_SAID = "important_said"
    HARD_ESTIMATED = "hard_estimated"
    SKIMMED = "skimmed"
    IMPORTANT = "important"

    @property
    def icon(self) -> str:
        return _LOOKS[self][0]

    @property
    def pattern(self) -> str:
        """Line style of the mark, so that it is told apart without colour."""
        return _LOOKS[self][1]

    @property
    def label(self) -> str:
        return _LOOKS[self][2]


_LOOKS = {
    Mark.HARD_SAID: ("⛰️", "solid", "Hard for you"),
    Mark.HARD_ESTIMATED: ("⛰️", "dashed", "Perhaps hard for you"),
    Mark.SKIMMED: ("⏩", "dotted", "Skimmed"),
    Mark.IMPORTANT_SAID: ("⭐", "double", "Marked by you"),
    Mark.IMPORTANT: ("🔑", "double", "Important in the text"),
}


@dataclass(frozen=True, slots=True)
class Highlight:
    """A mark on one passage.

    Attributes:
        passage_id: Which.
        mark: What kind.
        why: One or two sentences with the numbers behind it.
        strength: For ordering within its kind, larger first.
    """

    passage_id: str
    mark: Mark
    why: str
    strength: float


def find_highlights(
    reading: Reading,
    estimates: Mapping[str, Estimate],
    answers: Sequence[Answer],
    marked_important: Collection[str] = (),
    started_at: float | None = None,
    views: Sequence[View] = (),
) -> tuple[Highlight, ...]:
    """Choose the passages to mark.

    Everything that the learner said is marked, and everything that was skimmed. Then estimates and
    the text's own weight take turns until they stand on a fifth of the passages (at least one). A
    passage carries one mark, the strongest.

    Args:
        reading: What happened on each passage.
        estimates: Comprehension by passage.
        answers: The learner's answers in the order given; the latest about a passage counts.
        marked_important: Passages that the learner marked.
        started_at: Start of the session, seconds since the epoch, to say when something was
            pressed; None: that is left out.
        views: What was on when, to say where a video stood then.

    Returns:
        In the order of the text.
    """
    latest = latest_answers(answers)
    cleared = {name for name, answer in latest.items() if (answer.target or 0.0) > LOW_ANSWER}
    own = [
        _said_hard(name, answer, started_at, views)
        for name, answer in latest.items()
        if name not in cleared
    ]
    own.sort(key=lambda highlight: -highlight.strength)
    own += [
        Highlight(name, Mark.IMPORTANT_SAID, "You marked this passage as important.", 0.0)
        for name in marked_important
    ]
    chosen: dict[str, Highlight] = {}
    for highlight in [*own, *_skimmed(reading, cleared)]:
        chosen.setdefault(highlight.passage_id, highlight)
    queues = [
        sorted(
            (guess for guess in guesses if guess.passage_id not in chosen),
            key=lambda guess: -guess.strength,
        )
        for guesses in (_estimated_hard(estimates, cleared), _important(reading))
    ]
    order = [guess for turn in zip_longest(*queues) for guess in turn if guess is not None]
    budget = max(1, int(LARGEST_SHARE * len(reading.passages)))
    guessed: dict[str, Highlight] = {}
    for guess in order:
        if len(guessed) == budget:
            break
        guessed.setdefault(guess.passage_id, guess)
    chosen = guessed | chosen
    return tuple(
        chosen[passage.passage_id] for passage in reading.passages if passage.passage_id in chosen
    )


def latest_answers(answers: Sequence[Answer]) -> dict[str, Answer]:
    """Return the last answer given about each passage, skipped ones left out."""
    return {
        answer.probe.passage_id: answer
        for answer in answers
        if answer.probe.passage_id is not None
        and not answer.skipped
        and answer.probe.kind is not ProbeKind.STRESS
    }


def _said_hard(
    passage_id: str, answer: Answer, started_at: float | None, views: Sequence[View]
) -> Highlight:
    since = None if started_at is None else max(0, int(answer.answered_at - started_at))
    at = "" if since is None else f" at {since // 60}:{since % 60:02d}"
    if answer.probe.kind is ProbeKind.QUESTION:
        why = f"Your answer to a question about it was not right{at}."
    elif answer.is_lost:
        (place,) = positions_at(views, [answer.answered_at])
        where = "" if place is None else f", with the video at {position_text(place)}"
        why = f"You pressed “{LOST_PROMPT}”{at}{where}."
    elif answer.is_correction:
        why = f"You said on your own account that its clarity was {answer.value} of 5."
    else:
        why = f"You were asked how clear it was and said {answer.value} of 5{at}."
    return Highlight(passage_id, Mark.HARD_SAID, why, 1.0 - (answer.target or 0.0))


def _estimated_hard(estimates: Mapping[str, Estimate], cleared: set[str]) -> list[Highlight]:
    found = []
    for passage_id, estimate in estimates.items():
        if estimate.value is None or estimate.low is None or estimate.high is None:
            continue
        if estimate.value < HARD_BELOW and estimate.high < HARD_INTERVAL_BELOW:
            if passage_id in cleared:
                continue
            why = (
                f"Understanding estimate {estimate.value:.0f} ({estimate.low:.0f} to "
                f"{estimate.high:.0f}, {INTERVAL_PERCENT} % interval) of 100."
            )
            found.append(Highlight(passage_id, Mark.HARD_ESTIMATED, why, 100.0 - estimate.value))
    return found


def _skimmed(reading: Reading, cleared: set[str]) -> list[Highlight]:
    found = []
    for passage in reading.passages:
        if passage.passage_id in cleared or not reading.is_skimmed(passage):
            continue
        found.append(
            Highlight(
                passage.passage_id, Mark.SKIMMED, _skimmed_why(passage, reading), _speed(passage)
            )
        )
    return found


def _speed(passage: PassageReading) -> float:
    return passage.wpm or 0.0


def _skimmed_why(passage: PassageReading, reading: Reading) -> str:
    # Above some pace the figure says nothing but "scrolled past".
    times = _speed(passage) / reading.own.wpm
    pace = f"{times:.1f} times" if times < 10 else "more than 10 times"
    whose = "your" if reading.own.is_own else "people's"
    return (
        f"{passage.seconds:.0f} s for {passage.words:.0f} words: {pace} {whose} usual pace of "
        f"{reading.own.wpm:.0f} words a minute (marked from {reading.own.skimmed_wpm:.0f})."
    )


def _important(reading: Reading) -> list[Highlight]:
    if reading.document.is_video:  # it has no sentences to rank
        return []
    ranks = rank_passages(reading.document.passages)
    why = "Many other sentences and headings of the text share its words (TextRank)."
    return [
        Highlight(passage.passage_id, Mark.IMPORTANT, why, float(rank))
        for passage, rank in zip(reading.document.passages, ranks, strict=True)
        if rank >= IMPORTANT_RANK
    ]
