"""Cloze questions: made of the text's own words, at its important places, for those asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.recall.cards import GAP
from fer_core.recall.cloze import DISTRACTORS, make_clozes
from fer_core.recall.language import ENGLISH
from fer_core.recall.terms import TermKind, find_terms
from fer_core.texts.document import Document, Passage
from fer_core.texts.opening import open_pasted
from tests.recall.make_sample import TEXTS


def open_sample(path: Path) -> Document:
    return open_pasted(path.read_text(encoding="utf-8"), path.stem)


@pytest.mark.parametrize("path", sorted(TEXTS.glob("[a-z]*.md")), ids=lambda path: path.stem)
def test_a_question_is_a_sentence_of_the_text_with_one_word_taken_out(path: Path) -> None:
    document = open_sample(path)
    words = {passage.passage_id: passage.text for passage in document.passages}
    clozes = make_clozes(document.passages)
    assert len(clozes) >= 7
    assert len({cloze.sentence for cloze in clozes}) == len(clozes)
    for cloze in clozes:
        assert cloze.front.count(GAP) == 1
        assert cloze.front.replace(GAP, cloze.back) == cloze.sentence
        assert cloze.sentence in words[cloze.passage_id]
        assert len(set(cloze.choices)) == DISTRACTORS + 1
        assert cloze.back in cloze.choices
        for choice in cloze.choices:
            assert any(choice in text for text in words.values())
            if choice != cloze.back:  # it stands nowhere else in the sentence
                assert not re.search(rf"\b{re.escape(choice)}\b", cloze.sentence)


def test_only_the_passages_asked_for_are_asked_about() -> None:
    document = open_sample(TEXTS / "own_heart.md")
    wanted = {document.passages[1].passage_id}
    assert {cloze.passage_id for cloze in make_clozes(document.passages, wanted)} == wanted


def test_the_same_text_gives_the_same_questions() -> None:
    passages = open_sample(TEXTS / "own_heart.md").passages
    assert make_clozes(passages) == make_clozes(passages)


def test_the_right_answer_stands_anywhere_among_the_choices() -> None:
    places = {
        cloze.choices.index(cloze.back)
        for path in TEXTS.glob("own_*.md")
        for cloze in make_clozes(open_sample(path).passages)
    }
    assert places == {0, 1, 2, 3}


def test_names_and_years_have_their_like_as_wrong_choices() -> None:
    clozes = {
        cloze.back: cloze for cloze in make_clozes(open_sample(TEXTS / "own_heart.md").passages)
    }
    assert set(clozes["Christiaan Barnard"].choices) <= {
        "Christiaan Barnard", "William Harvey", "Willem Einthoven", "Marcello Malpighi",
    }  # fmt: skip
    years = make_clozes(open_sample(TEXTS / "own_printing.md").passages)
    year = next(cloze for cloze in years if cloze.back == "1501")
    assert all(re.fullmatch(r"1\d{3}", choice) for choice in year.choices)


def test_a_text_in_an_unknown_language_or_of_one_sentence_gives_none() -> None:
    assert make_clozes([Passage("p1", 0, "Serce jest pompą ciała i nigdy nie odpoczywa.")]) == []
    assert make_clozes([Passage("p1", 0, "The heart is the pump of the body of a man.")]) == []
    assert make_clozes([]) == []


@given(st.text(max_size=400))
@settings(max_examples=60)
def test_any_text_is_taken(words: str) -> None:
    for cloze in make_clozes([Passage("p1", 0, f"The heart of the text is here. {words}")]):
        assert cloze.back in cloze.choices


def test_terms_are_told_by_the_small_words_around_them() -> None:
    text = (
        "The light of the lamp travels in the room.",
        "He saw the light of the lamp in 1850.",
        "The wise Anna Brown and the Roman villa of London were old.",
    )
    terms = find_terms([(0, sentence) for sentence in text], ENGLISH)
    found = {(term.text, term.kind) for sentence in terms.found for term in sentence}
    assert {("lamp", TermKind.NOUN), ("1850", TermKind.YEAR)} <= found
    assert {("Anna Brown", TermKind.NAME), ("London", TermKind.NAME)} <= found
    assert not {"travels", "wise", "Roman", "The"} & {name for name, _ in found}
