"""Which passages to mark after reading, each with its why; at most a fifth of the text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fer_core.affect.indicators import INTERVAL_PERCENT, Estimate
from fer_core.learner.probes import Answer, ProbeKind
from fer_core.reading.attribution import SKIMMED_PACE, PassageReading, Reading
from fer_core.texts.importance import rank_passages

#: Marks on more of a text than this are no help any more.
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
) -> tuple[Highlight, ...]:
    """Choose the passages to mark.

    The learner's own words come first, then estimates, skimming and the text's own weight take
    turns, until a fifth of the passages (at least one) is marked. A passage carries one mark.

    Args:
        reading: What happened on each passage.
        estimates: Comprehension by passage.
        answers: The learner's answers in the order given; the latest about a passage counts.
        marked_important: Passages that the learner marked.

    Returns:
        In the order of the text.
    """
    latest = latest_answers(answers)
    cleared = {name for name, answer in latest.items() if (answer.target or 0.0) > LOW_ANSWER}
    own = [_said_hard(name, answer) for name, answer in latest.items() if name not in cleared]
    own.sort(key=lambda highlight: -highlight.strength)
    own += [
        Highlight(name, Mark.IMPORTANT_SAID, "You marked this passage as important.", 0.0)
        for name in marked_important
    ]
    found = [
        _estimated_hard(estimates, cleared),
        _skimmed(reading, cleared),
        _important(reading),
    ]
    queues = [sorted(group, key=lambda item: -item.strength) for group in found]
    order = list(own)
    while any(queues):
        order += [queue.pop(0) for queue in queues if queue]

    budget = max(1, int(LARGEST_SHARE * len(reading.passages)))
    chosen: dict[str, Highlight] = {}
    known = {passage.passage_id for passage in reading.passages}
    for highlight in order:
        if len(chosen) == budget:
            break
        if highlight.passage_id in known:
            chosen.setdefault(highlight.passage_id, highlight)
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


def _said_hard(passage_id: str, answer: Answer) -> Highlight:
    if answer.probe.kind is ProbeKind.QUESTION:
        why = "Your answer to the question about it was not the right one."
    else:
        why = f"You rated it {answer.value} of 5 for clarity."
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
                f"Comprehension estimate {estimate.value:.0f} ({estimate.low:.0f} to "
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
    times = _speed(passage) / reading.own_wpm
    pace = f"{times:.1f} times" if times < 10 else "more than 10 times"
    return (
        f"{passage.seconds:.0f} s for {passage.words:.0f} words: {pace} your usual pace of "
        f"{reading.own_wpm:.0f} words a minute (marked from {SKIMMED_PACE} times)."
    )


def _important(reading: Reading) -> list[Highlight]:
    ranks = rank_passages(reading.document.passages)
    why = "Many other sentences and headings of the text share its words (TextRank)."
    return [
        Highlight(passage.passage_id, Mark.IMPORTANT, why, float(rank))
        for passage, rank in zip(reading.document.passages, ranks, strict=True)
        if rank >= IMPORTANT_RANK
    ]
