"""The judged sample is what the code makes, and at least 80 % of it was good, twice."""

from __future__ import annotations

import json

import pytest

from tests.recall.make_sample import (
    PASSES,
    QUESTIONS,
    SAME,
    SAMPLE,
    make_questions,
    share_good,
    with_judgements,
)

JUDGED = json.loads(SAMPLE.read_text(encoding="utf-8"))


def test_the_judged_questions_are_those_that_are_made_today() -> None:
    made = make_questions()
    assert len(made) == QUESTIONS
    judged = [{name: question[name] for name in SAME} for question in JUDGED]
    assert made == judged, "run python -m tests.recall.make_sample, and judge what is new"


@pytest.mark.parametrize("name", PASSES)
def test_at_least_four_of_five_are_answerable_and_unambiguous(name: str) -> None:
    assert share_good(JUDGED, name) >= 0.8


def test_a_changed_question_loses_its_judgement() -> None:
    changed = [{**JUDGED[0], "choices": ["another", *JUDGED[0]["choices"][1:]]}, JUDGED[1]]
    fresh = [{name: question[name] for name in SAME} for question in changed]
    first, second = with_judgements(fresh, JUDGED)
    assert first["first_pass"] is None
    assert second["first_pass"] == JUDGED[1]["first_pass"]
