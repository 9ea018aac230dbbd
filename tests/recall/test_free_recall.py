"""Free recall: which key terms the learner's own words cover."""

from __future__ import annotations

import pytest

from fer_core.recall.free_recall import MOST_KEY_TERMS, compare, key_terms
from fer_core.texts.document import Passage
from tests.recall.make_sample import TEXTS
from tests.recall.test_cloze import open_sample


def test_key_terms_are_the_passages_own_in_its_order() -> None:
    passages = open_sample(TEXTS / "own_heart.md").passages
    last = passages[-1]
    (terms,) = key_terms(passages, {last.passage_id}).values()
    assert len(terms) == MOST_KEY_TERMS
    assert {"William Harvey", "capillaries", "haemoglobin"} <= set(terms)
    places = [last.text.index(term) for term in terms]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("answer", "covered"),
    [
        ("Harvey found that the blood goes round; capillary vessels join arteries", True),
        ("HARVEY... arterys and capilaries", True),  # slips of the pen
        ("nothing", False),
        ("", False),
    ],
)
def test_words_count_in_other_forms_and_with_slips(answer: str, covered: bool) -> None:
    result = compare(answer, ["William Harvey", "capillaries", "arteries"])
    assert result.share == (1.0 if covered else 0.0)
    assert result.missing == (() if covered else ("William Harvey", "capillaries", "arteries"))


def test_a_year_has_to_be_right_and_a_short_word_whole() -> None:
    assert compare("in 1629, a veil", ["1628", "vein"]).covered == ()
    assert compare("in 1628 Körper", ["1628", "körper"]).covered == ("1628", "körper")


def test_without_terms_there_is_no_share() -> None:
    assert compare("words", []).share is None


def test_an_unknown_language_gives_its_longer_words_and_no_whole_sentences() -> None:
    polish = Passage("p1", 0, "Liście pobierają dwutlenek węgla z powietrza.")
    assert key_terms([polish], {"p1"})["p1"] == ("dwutlenek", "pobierają", "powietrza", "Liście")
    chinese = Passage("p1", 0, "光合作用是植物把光能转化为化学能的过程。")
    assert key_terms([chinese], {"p1"})["p1"] == ()
