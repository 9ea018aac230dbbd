"""The learner is shown how well they know what they know."""

from __future__ import annotations

import pytest

from fer_core.learner.confidence import LEAST_ANSWERS, own_calibration
from fer_core.learner.probes import Answer, Probe, ProbeKind
from fer_core.texts.question import Question

QUESTION = Question("Who dances?", ("bees", "ants"), 0, "p2")


def answer(value: int, confidence: int | None, at: float = 0.0) -> Answer:
    probe = Probe(f"q{at}", ProbeKind.QUESTION, at, QUESTION.prompt, "p2", QUESTION)
    return Answer(probe, value, at, confidence=confidence)


def test_answers_are_counted_by_how_sure_they_were() -> None:
    given = [answer(0, 3)] * 6 + [answer(1, 3, 7.0), answer(1, 3, 9.0)] + [answer(0, 1)] * 3
    told = own_calibration([*given, answer(1, None)])
    guess, fairly, sure = told.by_confidence
    assert (sure.answers, sure.right, sure.share) == (8, 6, 0.75)
    assert (guess.answers, guess.right, guess.share) == (3, 3, None)
    assert fairly.answers == 0
    assert told.answers == 11
    assert told.sentence == "Of 8 answers of which you were sure, 6 were right and 2 wrong."
    assert [one.answered_at for one in told.sure_but_wrong] == [9.0, 7.0]


def test_of_few_answers_nothing_is_told_but_how_many_are_missing() -> None:
    told = own_calibration([answer(1, 3)] * (LEAST_ANSWERS - 1))
    assert "after 1 more answer to" in told.sentence
    assert told.by_confidence[2].share is None


@pytest.mark.parametrize("confidence", [0, 4])
def test_a_confidence_is_one_of_three(confidence: int) -> None:
    with pytest.raises(ValueError, match="a guess"):
        answer(0, confidence)


def test_only_an_answer_to_a_question_of_the_text_has_one() -> None:
    rating = Probe("q1", ProbeKind.CLARITY, 0.0, "How clear?", "p1")
    with pytest.raises(ValueError, match="question of the text"):
        Answer(rating, 4, 0.0, confidence=2)
    asked = answer(0, 2).probe
    with pytest.raises(ValueError, match="question of the text"):
        Answer(asked, None, 0.0, confidence=2)
