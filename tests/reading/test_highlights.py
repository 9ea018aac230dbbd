"""Marks: all that the learner said, guesses on at most a fifth of the text, each with its why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from fer_core.affect.indicators import Estimate
from fer_core.learner.probes import Answer, Probe, ProbeKind, clarity_correction, lost_answer
from fer_core.reading.highlights import Mark, find_highlights
from fer_core.reading.pace import Pace
from fer_core.reading.text_reading import Reading, read
from fer_core.reading.visibility import View
from fer_core.texts.opening import open_pasted
from fer_core.texts.question import Question
from tests.synthetic.reading import NO_CAMERA

PARAGRAPHS = 20
TEXT = open_pasted(
    "\n\n".join(f"Line {n} has words enough to stand alone. " * 5 for n in range(PARAGRAPHS))
)
SURE = Estimate(value=80.0, low=70.0, high=90.0)
HARD = Estimate(value=30.0, low=20.0, high=50.0)
DOUBTFUL = Estimate(value=30.0, low=5.0, high=70.0)


def reading(skimmed: tuple[str, ...] = ()) -> Reading:
    views, at = [], 0.0
    for passage in TEXT.passages:
        seconds = passage.words / 238 * 60 * (0.3 if passage.passage_id in skimmed else 1)
        views.append(View(passage.passage_id, 1.0, at, at + seconds))
        at += seconds
    return read(TEXT, views, NO_CAMERA)


def marks(
    reading: Reading,
    estimates: Mapping[str, Estimate],
    answers: Sequence[Answer],
    marked_important: Collection[str] = (),
) -> dict[str, Mark]:
    found = find_highlights(reading, estimates, answers, marked_important)
    return {one.passage_id: one.mark for one in found}


def test_a_low_answer_marks_its_passage_solid() -> None:
    found = find_highlights(reading(), {}, [clarity_correction("p3", 2, 9.0)])
    (hard,) = [one for one in found if one.passage_id == "p3"]
    assert hard.mark is Mark.HARD_SAID
    assert hard.mark.pattern == "solid"
    assert "2 of 5" in hard.why


def test_a_wrong_answer_to_the_texts_question_marks_its_passage() -> None:
    question = Question("?", ("a", "b"), 1, "p4")
    probe = Probe("q1", ProbeKind.QUESTION, 1.0, "?", "p4", question)
    assert marks(reading(), {}, [Answer(probe, 0, 2.0)])["p4"] is Mark.HARD_SAID


def test_a_low_estimate_with_a_narrow_interval_marks_dashed_and_a_doubtful_one_does_not() -> None:
    found = find_highlights(reading(), {"p5": HARD, "p6": DOUBTFUL, "p7": SURE}, [])
    by_passage = {one.passage_id: one for one in found}
    assert by_passage["p5"].mark is Mark.HARD_ESTIMATED
    assert by_passage["p5"].mark.pattern == "dashed"
    assert "30 (20 to 50" in by_passage["p5"].why
    assert not {"p6", "p7"} & {
        name for name, one in by_passage.items() if one.mark is Mark.HARD_ESTIMATED
    }


def test_a_skimmed_passage_says_how_fast_it_went() -> None:
    found = find_highlights(reading(("p9",)), {}, [])
    (skimmed,) = [one for one in found if one.mark is Mark.SKIMMED]
    assert skimmed.passage_id == "p9"
    assert "times people's usual pace" in skimmed.why


def test_a_pace_is_called_the_learners_once_they_have_read_something() -> None:
    known = replace(reading(("p9",)), own=Pace.of([200.0]))
    (skimmed,) = [one for one in find_highlights(known, {}, []) if one.mark is Mark.SKIMMED]
    assert "times your usual pace" in skimmed.why


def test_a_correction_takes_the_mark_away() -> None:
    estimates = {"p5": HARD}
    clear = clarity_correction("p5", 5, 9.0)
    assert Mark.HARD_ESTIMATED not in marks(reading(), estimates, [clear]).values()
    assert Mark.SKIMMED not in marks(reading(("p5",)), {}, [clear]).values()


def test_the_latest_answer_about_a_passage_counts() -> None:
    answers = [clarity_correction("p5", 1, 1.0), clarity_correction("p5", 4, 2.0)]
    assert marks(reading(), {}, answers).get("p5") is not Mark.HARD_SAID


@pytest.mark.parametrize("hard", [0, 2, 6, 20])
def test_all_that_was_said_is_marked_and_guesses_stand_on_a_fifth(hard: int) -> None:
    answers = [clarity_correction(f"p{n + 1}", 1, float(n)) for n in range(hard)]
    estimates = {passage.passage_id: HARD for passage in TEXT.passages}
    found = marks(reading(), estimates, answers, marked_important=["p20", "p19", "p1"])
    kinds = list(found.values())
    assert kinds.count(Mark.HARD_SAID) == hard
    if hard < 20:
        assert found["p20"] is found["p19"] is Mark.IMPORTANT_SAID
        guesses = kinds.count(Mark.HARD_ESTIMATED) + kinds.count(Mark.IMPORTANT)
        assert guesses == PARAGRAPHS // 5
    assert found["p1"] is (Mark.HARD_SAID if hard else Mark.IMPORTANT_SAID)


def test_every_passage_that_the_chart_shows_as_skimmed_is_marked_so() -> None:
    hurried = ("p2", "p5", "p8", "p11", "p14", "p17")
    read = reading(hurried)
    skimmed = {one.passage_id for one in read.passages if read.is_skimmed(one)}
    found = marks(read, {}, [])
    assert {name for name, mark in found.items() if mark is Mark.SKIMMED} == skimmed
    assert skimmed >= set(hurried)


def test_the_why_says_what_the_learner_really_did() -> None:
    asked = Probe("q1", ProbeKind.CLARITY, 190.0, "How clear?", "p4")
    answers = [
        lost_answer("p3", 187.4),
        Answer(asked, 2, 195.0),
        clarity_correction("p5", 1, 999.0),
    ]
    found = find_highlights(reading(), {}, answers, started_at=100.0)
    whys = {one.passage_id: one.why for one in found if one.mark is Mark.HARD_SAID}
    assert whys == {
        "p3": "You pressed “I'm lost” at 1:27.",
        "p4": "You were asked how clear it was and said 2 of 5 at 1:35.",
        "p5": "You said on your own account that its clarity was 1 of 5.",
    }


def test_marks_differ_without_colour() -> None:
    looks = {(mark.icon, mark.pattern) for mark in Mark}
    assert len(looks) == len(Mark)


def test_marks_come_in_the_order_of_the_text() -> None:
    answers = [clarity_correction("p9", 1, 1.0), clarity_correction("p2", 1, 2.0)]
    found = find_highlights(reading(), {}, answers)
    order = [int(one.passage_id[1:]) for one in found]
    assert order == sorted(order)
