"""Probes: the questions a learner is asked now and then, their answers, and which to ask next.

This module decides when a question comes and about which passage. What the
answers mean for the estimates is in `personalise`.
"""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from fer_core.texts.question import Question

#: Shortest and longest time between two probes, seconds. Rarer than every 3 minutes keeps the
#: reader reading; more often than every 5 gives the 10-20 answers that calibration needs in two
#: or three sessions.
SHORTEST_GAP_S = 180.0
LONGEST_GAP_S = 300.0
#: A passage is asked about when the reader has gone on by one or two. Delayed judgments are far
#: more accurate than immediate ones (Rhodes & Tauber 2011, g = .93).
SHORTEST_DELAY_PASSAGES = 1
LONGEST_DELAY_PASSAGES = 2
#: Share of probes placed at random; the rest go where the estimate is least certain. The random
#: half keeps the evaluation unbiased.
RANDOM_SHARE = 0.5
#: With a text open, every third probe is about stress; without one, every second.
STRESS_EVERY_READING = 3
STRESS_EVERY_LIVE = 2


class ProbeKind(StrEnum):
    """What is asked, and on which scale."""

    CLARITY = "clarity"
    STRESS = "stress"
    QUESTION = "question"
    RECALL = "recall"


class Scale(NamedTuple):
    """Smallest and largest answer, both included, and the words at the two ends."""

    low: int
    high: int
    low_label: str
    high_label: str


CLARITY_SCALE = Scale(1, 5, "not clear at all", "completely clear")
#: How sure of an answer one can be.
CONFIDENCE_LABELS = {1: "a guess", 2: "fairly sure", 3: "sure"}
SURE = 3
STRESS_SCALE = Scale(0, 10, "not at all", "extremely")
#: A card answered days later; from 2 on it came back (the ratings of FSRS).
RECALL_SCALE = Scale(1, 4, "did not come back", "came at once")


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to ask, at one moment.

    Attributes:
        probe_id: Unique within its session.
        kind: What is asked.
        asked_at: When, in seconds on the session's clock.
        prompt: The words to show.
        passage_id: The passage it is about; None for probes about the moment.
        question: The text's own question, for kind QUESTION only.
        chosen_at_random: Placed by chance, not where the estimate was least certain.
        delay_s: Of kind RECALL: seconds from the reading of the passage to the question.
    """

    probe_id: str
    kind: ProbeKind
    asked_at: float
    prompt: str
    passage_id: str | None = None
    question: Question | None = None
    chosen_at_random: bool = True
    delay_s: float | None = None

    def __post_init__(self) -> None:
        if (self.kind is ProbeKind.RECALL) != (self.delay_s is not None):
            raise ValueError("a probe of kind recall carries its delay, and no other does")
        if (self.kind is ProbeKind.QUESTION) != (self.question is not None):
            raise ValueError("a probe of kind question carries a question, and no other does")

    @property
    def scale(self) -> Scale:
        """The answers allowed; for a question, positions in its choices."""
        if self.kind is ProbeKind.CLARITY:
            return CLARITY_SCALE
        if self.kind is ProbeKind.STRESS:
            return STRESS_SCALE
        if self.kind is ProbeKind.RECALL:
            return RECALL_SCALE
        assert self.question is not None  # noqa: S101  (held by __post_init__)
        return Scale(0, len(self.question.choices) - 1, "", "")

    @property
    def options(self) -> tuple[int, ...]:
        """Every value that can be answered, lowest first."""
        return tuple(range(self.scale.low, self.scale.high + 1))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the learner said.

    Attributes:
        probe: What was asked.
        value: One of `probe.options`, or None: skipped.
        answered_at: When, in seconds on the session's clock.
        is_correction: Given on the learner's own account, to correct a mark on a passage.
        confidence: How sure of it they were, 1 (a guess) to 3 (sure); None: not said. For answers
            to the text's own questions only.
    """

    probe: Probe
    value: int | None
    answered_at: float
    is_correction: bool = False
    confidence: int | None = None

    def __post_init__(self) -> None:
        if self.confidence is not None:
            if self.confidence not in CONFIDENCE_LABELS:
                raise ValueError("a confidence is 1 (a guess), 2 (fairly sure) or 3 (sure)")
            if self.probe.kind is not ProbeKind.QUESTION or self.value is None:
                raise ValueError("only an answer to a question of the text has a confidence")
        if self.value is not None and self.value not in self.probe.options:
            scale = self.probe.scale
            raise ValueError(f"an answer here is a whole number from {scale.low} to {scale.high}")

    @property
    def skipped(self) -> bool:
        return self.value is None

    @property
    def is_lost(self) -> bool:
        """Whether the learner pressed "I'm lost"."""
        return self.is_correction and self.probe.prompt == LOST_PROMPT

    @property
    def target(self) -> float | None:
        """The answer on 0..1: understood (clarity, question, recall) or stressed (stress)."""
        if self.value is None:
            return None
        if self.probe.kind is ProbeKind.RECALL:
            return float(self.value > RECALL_SCALE.low)
        if self.probe.question is not None:
            return float(self.value == self.probe.question.correct)
        scale = self.probe.scale
        return (self.value - scale.low) / (scale.high - scale.low)

    @property
    def weight(self) -> float:
        """Weight in the personalisation: 1 for a question or a card, .5 for a rating (method B)."""
        return 1.0 if self.probe.kind in (ProbeKind.QUESTION, ProbeKind.RECALL) else 0.5


def clarity_correction(passage_id: str, value: int, at: float) -> Answer:
    """Turn a learner's correction of a mark ("this was clear") into an answer.

    Args:
        passage_id: The passage whose mark is corrected.
        value: 1 (not clear at all) to 5 (completely clear).
        at: When, in seconds on the session's clock.
    """
    probe = Probe(
        probe_id=f"correction-{passage_id}-{at:.3f}",
        kind=ProbeKind.CLARITY,
        asked_at=at,
        prompt=PASSAGE_PROMPT,
        passage_id=passage_id,
        chosen_at_random=False,
    )
    return Answer(probe, value, at, is_correction=True)


def lost_answer(passage_id: str, at: float) -> Answer:
    """Turn a press of "I'm lost" into an answer: not clear at all, on the learner's own account.

    Arguments as `clarity_correction`.
    """
    answer = clarity_correction(passage_id, CLARITY_SCALE.low, at)
    return replace(answer, probe=replace(answer.probe, prompt=LOST_PROMPT))


#: The button's words, in place of a question that was never asked.
LOST_PROMPT = "I'm lost"
PASSAGE_PROMPT = "How clear was that passage?"
LIVE_CLARITY_PROMPT = "How clear is it?"
STRESS_PROMPT = "How stressed are you now?"


class ReadPassage(NamedTuple):
    """A passage that the reader has had before them: what the choice of a probe needs.

    Attributes:
        passage_id: Its name.
        delay_passages: How many passages the reader has gone on since leaving it, from 0.
        uncertainty: Width of its estimate's interval, 0..100; wider is asked first.
    """

    passage_id: str
    delay_passages: int
    uncertainty: float


class ProbeSchedule:
    """Decides when a question comes and what it asks. Not thread-safe: its session locks.

    Args:
        started_at: Start of the session, in seconds on the session's clock.
        questions: The text's own questions.
        seed: Makes the choices repeatable.
        asked: How many were asked before a restart, so that names stay unique.
    """

    def __init__(
        self,
        started_at: float,
        questions: Sequence[Question] = (),
        seed: int | None = None,
        asked: int = 0,
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311  (a schedule, not a secret)
        self.use(questions)
        self._asked_passages: set[str] = set()
        self._count = asked
        self._due_at = started_at + self._gap()

    def use(self, questions: Sequence[Question]) -> None:
        """Take the text's own questions from here on."""
        self._questions: defaultdict[str, deque[Question]] = defaultdict(deque)
        for question in questions:
            self._questions[question.passage_id].append(question)

    def next(self, now: float, read: Sequence[ReadPassage] | None = None) -> Probe | None:
        """Return the question to ask now, or None.

        Args:
            now: Seconds on the session's clock.
            read: The passages read so far, where a text is open; None without a text. A probe
                that is due waits until a passage lies one or two back.
        """
        if now < self._due_at:
            return None
        every = STRESS_EVERY_LIVE if read is None else STRESS_EVERY_READING
        if (self._count + 1) % every == 0:
            return self._ask(now, ProbeKind.STRESS, STRESS_PROMPT)
        if read is None:
            return self._ask(now, ProbeKind.CLARITY, LIVE_CLARITY_PROMPT)
        choice = choose_passage(read, self._asked_passages, self._random)
        if choice is None:
            return None
        passage, at_random = choice
        own = self._questions[passage.passage_id]
        question = own.popleft() if own else None
        if not own:
            self._asked_passages.add(passage.passage_id)
        if question is not None:
            return self._ask(
                now, ProbeKind.QUESTION, question.prompt, passage.passage_id, question, at_random
            )
        return self._ask(
            now, ProbeKind.CLARITY, PASSAGE_PROMPT, passage.passage_id, None, at_random
        )

    def count_asked(self) -> None:
        """Note that one more question was asked before a restart, so that names stay unique."""
        self._count += 1

    def answered(self, passage_id: str) -> None:
        """Note that a passage needs no question: the learner has spoken about it already."""
        self._asked_passages.add(passage_id)

    def _gap(self) -> float:
        return self._random.uniform(SHORTEST_GAP_S, LONGEST_GAP_S)

    def _ask(
        self,
        now: float,
        kind: ProbeKind,
        prompt: str,
        passage_id: str | None = None,
        question: Question | None = None,
        at_random: bool = True,
    ) -> Probe:
        self._count += 1
        self._due_at = now + self._gap()
        return Probe(f"q{self._count}", kind, now, prompt, passage_id, question, at_random)


def choose_passage(
    read: Sequence[ReadPassage], already_asked: set[str], rng: random.Random
) -> tuple[ReadPassage, bool] | None:
    """Choose the passage to ask about: half the time any, half the time the least certain.

    Args:
        read: The passages read so far.
        already_asked: Names of those that need no further question.
        rng: Source of chance.

    Returns:
        The passage and whether it was chosen at random, or None while no passage lies one or
        two back.
    """
    eligible = [
        passage
        for passage in read
        if passage.passage_id not in already_asked
        and SHORTEST_DELAY_PASSAGES <= passage.delay_passages <= LONGEST_DELAY_PASSAGES
    ]
    if not eligible:
        return None
    at_random = rng.random() < RANDOM_SHARE
    if at_random:
        return rng.choice(eligible), True
    return max(eligible, key=lambda passage: passage.uncertainty), False
