"""When a question comes, what it asks, and what an answer counts for."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.learner.probes import (
    LONGEST_GAP_S,
    SHORTEST_GAP_S,
    Answer,
    Probe,
    ProbeKind,
    ProbeSchedule,
    ReadPassage,
    choose_passage,
    clarity_correction,
)
from fer_core.texts.question import Question

QUESTION = Question("What does it do?", ("A", "B", "C"), correct=1, passage_id="p2")


def probe(kind: ProbeKind, question: Question | None = None) -> Probe:
    return Probe("q1", kind, 10.0, "?", "p2", question)


@pytest.mark.parametrize(
    ("kind", "value", "target"),
    [
        (ProbeKind.CLARITY, 1, 0.0),
        (ProbeKind.CLARITY, 4, 0.75),
        (ProbeKind.CLARITY, 5, 1.0),
        (ProbeKind.STRESS, 0, 0.0),
        (ProbeKind.STRESS, 7, 0.7),
    ],
)
def test_a_rating_becomes_a_target_between_0_and_1(
    kind: ProbeKind, value: int, target: float
) -> None:
    answer = Answer(probe(kind), value, 12.0)
    assert answer.target == pytest.approx(target)
    assert answer.weight == 0.5


def test_a_right_answer_counts_1_and_a_wrong_one_0_with_full_weight() -> None:
    asked = probe(ProbeKind.QUESTION, QUESTION)
    assert [Answer(asked, choice, 12.0).target for choice in asked.options] == [0.0, 1.0, 0.0]
    assert Answer(asked, 1, 12.0).weight == 1.0


def test_a_skipped_probe_has_no_target() -> None:
    answer = Answer(probe(ProbeKind.CLARITY), None, 12.0)
    assert answer.skipped
    assert answer.target is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [(ProbeKind.CLARITY, 0), (ProbeKind.CLARITY, 6), (ProbeKind.STRESS, 11)],
)
def test_values_off_the_scale_are_refused(kind: ProbeKind, value: int) -> None:
    with pytest.raises(ValueError, match="whole number"):
        Answer(probe(kind), value, 12.0)


def test_a_question_needs_two_choices_and_a_right_one() -> None:
    with pytest.raises(ValueError, match="two choices"):
        Question("?", ("only",), 0, "p1")
    with pytest.raises(ValueError, match="one of the choices"):
        Question("?", ("a", "b"), 2, "p1")


def test_a_correction_is_a_clarity_answer_about_its_passage() -> None:
    answer = clarity_correction("p7", 5, 99.0)
    assert answer.is_correction
    assert answer.probe.passage_id == "p7"
    assert answer.target == 1.0


@given(st.integers(0, 10_000))
def test_probes_come_three_to_five_minutes_apart(seed: int) -> None:
    schedule = ProbeSchedule(0.0, seed=seed)
    asked = [now for now in range(3600) if schedule.next(float(now)) is not None]
    gaps = [later - earlier for earlier, later in zip([0, *asked], asked, strict=False)]
    assert all(SHORTEST_GAP_S <= gap <= LONGEST_GAP_S + 1 for gap in gaps)
    assert len(asked) >= 3600 // LONGEST_GAP_S - 1


def test_without_a_text_clarity_and_stress_take_turns() -> None:
    schedule = ProbeSchedule(0.0, seed=1)
    kinds = [asked.kind for now in range(3600) if (asked := schedule.next(float(now)))]
    assert kinds[:4] == [ProbeKind.CLARITY, ProbeKind.STRESS] * 2


def test_a_due_probe_waits_until_a_passage_lies_one_or_two_back() -> None:
    schedule = ProbeSchedule(0.0, seed=1)
    assert schedule.next(400.0, [ReadPassage("p1", 0, 30.0)]) is None
    assert schedule.next(410.0, [ReadPassage("p1", 3, 30.0)]) is None
    asked = schedule.next(420.0, [ReadPassage("p1", 1, 30.0)])
    assert asked is not None
    assert asked.passage_id == "p1"


def test_no_passage_is_asked_about_twice() -> None:
    schedule = ProbeSchedule(0.0, seed=1)
    read = [ReadPassage("p1", 1, 30.0)]
    asked = [schedule.next(now * 301.0, read) for now in range(1, 10)]
    about = [one.passage_id for one in asked if one is not None and one.passage_id]
    assert about == ["p1"]


def test_every_question_about_a_passage_is_asked_once_in_their_order() -> None:
    second = Question("And how?", ("A", "B"), correct=0, passage_id="p2")
    schedule = ProbeSchedule(0.0, [QUESTION, second], seed=1)
    read = [ReadPassage("p2", 1, 30.0)]
    asked = [schedule.next(now * 301.0, read) for now in range(1, 10)]
    assert [one.question for one in asked if one and one.passage_id] == [QUESTION, second]


def test_the_texts_own_question_is_asked_where_there_is_one() -> None:
    schedule = ProbeSchedule(0.0, [QUESTION], seed=1)
    asked = schedule.next(400.0, [ReadPassage("p2", 2, 30.0)])
    assert asked is not None
    assert asked.kind is ProbeKind.QUESTION
    assert asked.question == QUESTION


def test_half_of_the_choices_are_random_and_the_others_take_the_least_certain() -> None:
    rng = random.Random(5)  # noqa: S311
    read = [ReadPassage("sure", 1, 10.0), ReadPassage("unsure", 2, 60.0)]
    drawn = [choose_passage(read, set(), rng) for _ in range(2000)]
    choices = [choice for choice in drawn if choice is not None]
    assert len(choices) == 2000
    at_random = [passage.passage_id for passage, by_chance in choices if by_chance]
    aimed = {passage.passage_id for passage, by_chance in choices if not by_chance}
    assert 900 < len(at_random) < 1100
    assert aimed == {"unsure"}
    assert min(Counter(at_random).values()) > 400
