"""The review page without a browser: due today, answered, undone, edited, dropped, in and out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.parts.due import due_count
from fer_core.recall.cards import CardKind, Rating
from fer_core.recall.making import own_card
from fer_core.storage.store import SessionStore
from tests.pages.running import run_page, said_by
from tests.storage.decks import card

DAY_S = 86_400.0


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SessionStore]:
    """A history of its own for the page, seen from outside."""
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    st.cache_resource.clear()
    with SessionStore(f"sqlite:///{tmp_path / 'history.sqlite'}") as store:
        yield store
    st.cache_resource.clear()


def open_review(view: str = "") -> AppTest:
    page = run_page("review")
    assert not page.exception
    if view:
        page.segmented_control(key="review_view").set_value(view).run()
    assert not page.exception
    return page


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    return "\n".join(str(one.proto.body) for one in page.get("html"))


def test_without_cards_it_says_what_to_do(store: SessionStore) -> None:
    page = open_review()
    assert "There are no cards yet. Read a text to its end" in said_by(page)
    assert "There are no cards yet" in said_by(open_review("All cards"))
    assert "No card has been asked" in said_by(open_review("What came back"))
    assert due_count() == 0


def test_a_card_is_asked_shown_and_graded_and_the_answer_taken_back(store: SessionStore) -> None:
    store.cards.add([own_card("Capital of Peru?", "Lima", time.time())])
    page = open_review()
    assert due_count() == 1
    assert "Capital of Peru?" in shown(page)
    assert "Lima" not in shown(page)
    press(page, "show_answer")
    assert "Lima" in shown(page)
    assert [one.label for one in page.button if str(one.key).startswith("rate-")] == [
        "Again: 1 min", "Hard: 6 min", "Good: 10 min", "Easy: 8 days",
    ]  # fmt: skip
    press(page, "rate-4")
    assert "Done for today. The next card is due on" in said_by(page)
    assert len(store.cards.reviews()) == 1
    press(page, "undo")
    assert store.cards.reviews() == []
    assert "Lima" in shown(page)  # it stands as it stood before the answer
    press(page, "rate-1")
    ((_, review),) = store.cards.reviews()
    assert review.rating is Rating.AGAIN


def test_the_keys_are_those_that_the_page_names(store: SessionStore) -> None:
    store.cards.add([own_card("Capital of Peru?", "Lima", time.time())])
    page = open_review()
    keys = {str(one.key): one.proto.shortcut for one in page.button}
    assert keys["show_answer"].casefold() == "space"
    press(page, "show_answer")
    keys = {str(one.key): one.proto.shortcut for one in page.button}
    assert [keys[f"rate-{number}"] for number in (1, 2, 3, 4)] == ["1", "2", "3", "4"]


def test_a_gap_is_chosen_for_and_filled_in(store: SessionStore) -> None:
    store.cards.add([card("Spain", CardKind.CLOZE)])
    page = open_review()
    choices = next(one for one in page.pills if one.key.startswith("choice-"))  # type: ignore[union-attr]
    choices.set_value("ants").run()
    assert "Not right:** you chose ants" in said_by(page)
    assert "<strong><u>bees</u></strong>" in shown(page)


def test_a_free_recall_is_compared_by_its_key_terms(store: SessionStore) -> None:
    store.cards.add([card("Spain", CardKind.RECALL)])
    page = open_review()
    assert "Bees dance." not in shown(page)
    page.text_area[0].set_value("It was about wasps").run()
    press(page, "show_answer")
    assert "Not mentioned: bees" in said_by(page)
    assert "Bees dance." in shown(page)  # the passage, in its text


def test_a_card_is_edited_and_dropped_and_brought_back(store: SessionStore) -> None:
    store.cards.add([own_card("Capital of Peru?", "Lima", time.time())])
    page = open_review()
    press(page, "edit_card")
    page.text_area[0].set_value("Which is Peru's capital?")
    next(one for one in page.button if one.label == "Save").click().run()
    assert "Which is Peru&#x27;s capital?" in shown(page)
    press(page, "drop_card")
    assert store.cards.all() == []
    press(page, "undo")
    assert store.cards.count() == 1


def test_words_of_a_card_are_no_markup(store: SessionStore) -> None:
    store.cards.add([own_card("<img src=x onerror=alert(1)>", "<b>x</b>", time.time())])
    page = open_review()
    press(page, "show_answer")
    assert "<img" not in shown(page)
    assert "<b>" not in shown(page)


def test_a_card_that_was_dropped_elsewhere_is_said_so(store: SessionStore) -> None:
    store.cards.add([own_card("Capital of Peru?", "Lima", time.time())])
    page = open_review()
    press(page, "show_answer")
    store.cards.drop(store.cards.all()[0].card_id)
    press(page, "rate-3")
    assert "There is no such card" in said_by(page)


def test_cards_are_found_written_and_brought_in(store: SessionStore) -> None:
    store.cards.add([own_card(f"Question {number}?", "x", time.time()) for number in range(25)])
    page = open_review("All cards")
    assert "25 cards, the latest first." in said_by(page)
    assert len(page.expander) == 20
    page.text_input(key="card_search").set_value("question 24").run()
    assert "1 card, the latest first." in said_by(page)
    page.text_input(key="card_search").set_value("nowhere").run()
    assert "No card has these words." in said_by(page)
    page.file_uploader(key="card_file").set_value(
        ("mine.csv", b"front,back\nCapital of Peru?,Lima\n", "text/csv")
    ).run()
    press(page, "import_cards")
    assert "1 new card came in, 0 were here already." in said_by(page)
    page.file_uploader(key="card_file").set_value(
        ("mine.txt", b"#separator:tab\nCapital of Peru?\tLima\nA\tB\n", "text/plain")
    ).run()
    press(page, "import_cards")
    assert "came in" in said_by(page)
    page.file_uploader(key="card_file").set_value(("mine.csv", b"one\n", "text/csv")).run()
    press(page, "import_cards")
    assert "Nothing was imported" in said_by(page)


def test_what_came_back_after_a_week_is_shown(store: SessionStore) -> None:
    read_at = time.time() - 9 * DAY_S
    store.cards.add([card("Spain", at=read_at), card("Peru", at=read_at)])
    store.cards.answer("Spain", Rating.GOOD, None)
    store.cards.answer("Peru", Rating.AGAIN, None)
    page = open_review("What came back")
    assert page.metric[0].value == "50%"
    assert "1 of 2 came back a week or more after reading" in said_by(page)
    assert list(page.dataframe[0].value["Days after reading"]) == [9, 9]


def test_a_card_that_cannot_be_added_stays_in_its_form(store: SessionStore) -> None:
    page = open_review("All cards")
    _, back = page.text_area
    back.input("Lima")
    add = page.button(key="own_card-add")
    add.click().run()
    assert page.error
    assert page.text_area[1].value == "Lima"
    page.text_area[0].input("Capital of Peru?")
    page.button(key="own_card-add").click().run()
    assert [card.front for card in store.cards.all()] == ["Capital of Peru?"]
    assert [field.value for field in page.text_area] == ["", ""]


def test_home_says_how_many_cards_are_due(store: SessionStore) -> None:
    assert "to review today" not in _links(run_page("welcome"))
    store.cards.add([own_card(f"Question {number}?", "x", time.time()) for number in range(2)])
    assert "2 cards to review today" in _links(run_page("welcome"))


def _links(page: AppTest) -> str:
    assert not page.exception
    return "\n".join(str(one.proto.label) for one in page.get("page_link"))
