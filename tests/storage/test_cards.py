"""The deck: added, due, answered, undone, edited, dropped, erased; and what answers teach."""

from __future__ import annotations

import io
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fer_core.errors import HistoryFileInvalid
from fer_core.recall.cards import CardKind, Rating, Stage
from fer_core.recall.errors import CardInvalid, CardNotFound, NothingToUndo, ReviewConflict
from fer_core.storage.history import TextLabel
from fer_core.storage.queries import UNDO_S, remove_deleted
from fer_core.storage.store import SessionStore
from tests.storage.conftest import Clock
from tests.storage.decks import card, fill_deck
from tests.storage.sessions import START, TEXT, count_rows, full_session
from tests.storage.test_archive import edit, rewritten

DAY_S = 86_400.0


def test_a_card_comes_back_as_it_was_added(store: SessionStore) -> None:
    given = [card(str(kind), kind) for kind in CardKind]
    assert store.cards.add(given) == 4
    assert {one.card_id: one for one in store.cards.all()} == {one.card_id: one for one in given}


def test_adding_twice_adds_once(store: SessionStore) -> None:
    store.cards.add([card("a")])
    answered = store.cards.answer("a", Rating.GOOD, None, at=START + 5)
    assert store.cards.add([card("a"), card("b")]) == 1
    assert store.cards.get("a") == answered


def test_an_answer_sends_the_card_away_and_undo_brings_it_back(store: SessionStore) -> None:
    store.cards.add([card("a")])
    answered = store.cards.answer("a", Rating.EASY, None)
    assert answered.schedule.stage is Stage.REVIEW
    assert store.cards.due(None).ready == ()
    assert store.cards.due(None).next_at == answered.schedule.due_at
    assert store.cards.undo_answer("a") == card("a")
    assert store.cards.reviews() == []
    with pytest.raises(NothingToUndo):
        store.cards.undo_answer("a")


def test_an_answer_sent_again_counts_once(store: SessionStore) -> None:
    store.cards.add([card("a"), card("b")])
    first = store.cards.answer("a", Rating.GOOD, None, at=START + 9, review_id="r1")
    assert store.cards.answer("a", Rating.GOOD, None, at=START + 99, review_id="r1") == first
    assert len(store.cards.reviews()) == 1
    for name, rating in (("a", Rating.AGAIN), ("b", Rating.GOOD)):
        with pytest.raises(ReviewConflict):
            store.cards.answer(name, rating, None, review_id="r1")


def test_answers_of_several_threads_are_taken_one_after_the_other(store: SessionStore) -> None:
    store.cards.add([card("a")])

    def answer() -> None:
        store.cards.answer("a", Rating.GOOD, None, at=START + 9, review_id="r1")

    threads = [threading.Thread(target=answer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.cards.reviews()) == 1


def test_two_answers_in_one_moment_are_two(store: SessionStore) -> None:
    store.cards.add([card("a")])
    for _ in range(2):
        store.cards.answer("a", Rating.GOOD, None, at=START + 9)
    assert len(store.cards.reviews()) == 2
    assert store.cards.undo_answer("a").schedule.stage is Stage.LEARNING


def test_due_today_is_the_learners_today(store: SessionStore, clock: Clock) -> None:
    # 22:30 in Berlin is 21:30 in UTC; the card is due at half past midnight in Berlin.
    clock.now = datetime(2026, 11, 26, 21, 30, tzinfo=UTC).timestamp()
    store.cards.add([card("a")])
    clock.now -= DAY_S * 4
    graduated = store.cards.answer("a", Rating.EASY, ZoneInfo("Europe/Berlin"))
    due = datetime.fromtimestamp(graduated.schedule.due_at, ZoneInfo("Europe/Berlin"))
    assert (due.hour, due.minute) == (0, 0)
    clock.now = graduated.schedule.due_at - 1800
    assert store.cards.count_due(ZoneInfo("Europe/Berlin")) == 0
    assert store.cards.count_due(ZoneInfo("Asia/Tokyo")) == 1  # there it is that day already


def test_cards_are_edited_and_words_that_make_no_card_refused(store: SessionStore) -> None:
    store.cards.add([card("a", CardKind.CLOZE)])
    edited = store.cards.edit("a", "Only _____ dance.", "honey bees")
    assert (edited.front, edited.back) == ("Only _____ dance.", "honey bees")
    assert edited.choices == ("honey bees", "ants", "wasps", "flies")
    assert store.cards.get("a") == edited
    for front, back in (("", "x"), ("no gap", "x"), ("_____", " ")):
        with pytest.raises(CardInvalid):
            store.cards.edit("a", front, back)
    assert store.cards.get("a") == edited


def test_a_dropped_card_comes_back_for_a_while(store: SessionStore, clock: Clock) -> None:
    fill_deck(store)
    store.cards.drop("card-own")
    assert len(store.cards.all()) == 3
    assert len(store.cards.reviews()) == 1
    with pytest.raises(CardNotFound):
        store.cards.get("card-own")
    store.cards.undo_drop("card-own")
    assert len(store.cards.reviews()) == 2
    store.cards.drop("card-own")
    with store.database.writing() as connection:
        remove_deleted(connection, clock.now + UNDO_S + 1)
    with pytest.raises(CardNotFound):
        store.cards.undo_drop("card-own")


def test_a_learner_sees_their_own_cards_only(store: SessionStore) -> None:
    store.cards.add([card("mine")], owner="me")
    assert store.cards.all() == []
    for change in (
        lambda: store.cards.get("mine"),
        lambda: store.cards.drop("mine"),
        lambda: store.cards.undo_drop("mine"),
        lambda: store.cards.edit("mine", "a", "b"),
        lambda: store.cards.answer("mine", Rating.GOOD, None),
        lambda: store.cards.get("mine\0"),
    ):
        with pytest.raises(CardNotFound):
            change()


def test_cards_are_found_by_their_words_and_their_text(store: SessionStore) -> None:
    store.cards.add([card("ONE"), card("two")])
    assert [one.card_id for one in store.cards.all(search="one WHO")] == ["ONE"]
    assert store.cards.all(text_id="another") == []


def test_characters_that_no_database_keeps_are_left_out(store: SessionStore) -> None:
    store.cards.add([card("a")])
    assert store.cards.edit("a", "Wh\ud800o?", "be\ud800es").front == "Wh\ud800o?"
    assert store.cards.get("a").front == "Who?"


# What answers teach


def test_every_answer_teaches_the_estimates_with_full_weight(
    store: SessionStore, clock: Clock
) -> None:
    before = store.learner.profile().comprehension
    store.cards.add([card("a")])
    store.cards.answer("a", Rating.AGAIN, None, at=START + 8 * DAY_S)
    profile = store.learner.profile()
    assert profile.comprehension.answers == before.answers + 1
    (example,) = profile.examples
    assert (example.target, example.weight) == (0.0, 1.0)
    assert profile.comprehension.full.mean[0] < before.full.mean[0]
    assert store.learner.profile(before=START + 7 * DAY_S).examples == ()
    clock.now = START + 9 * DAY_S
    store.learner.reset_personalisation()
    assert store.learner.profile().examples == ()


def test_an_answer_knows_its_delay_since_the_reading(store: SessionStore) -> None:
    store.cards.add([card("a")])
    store.cards.answer("a", Rating.HARD, None, at=START + 8 * DAY_S)
    ((_, review),) = store.cards.reviews()
    assert review.delay_s == pytest.approx(8 * DAY_S)
    result = store.cards.after_a_week()
    assert (result.asked, result.recalled) == (1, 1)


def test_an_erased_session_leaves_its_cards_and_no_trace_in_the_estimates(
    store: SessionStore,
) -> None:
    store.follow(full_session("s1"), text=TextLabel(TEXT.text_id, TEXT.title, TEXT.words))
    store.save_now()
    store.cards.add([card("a")])
    store.cards.answer("a", Rating.GOOD, None)
    given = len(store.learner.profile().examples)
    store.delete("s1")
    assert store.learner.profile().examples == ()
    store.undo_delete("s1")
    assert len(store.learner.profile().examples) == given
    store.erase("s1")
    assert store.learner.profile().examples == ()
    left = store.cards.get("a")
    assert (left.source.session_id, left.source.features) == ("", None)
    assert left.schedule.stage is Stage.LEARNING


# Erased, exported, imported with the rest


def test_erasing_everything_erases_the_deck(store: SessionStore) -> None:
    fill_deck(store)
    store.cards.add([card("theirs")], owner="them")
    (theirs,) = store.cards.all(owner="them")
    store.cards.answer(theirs.card_id, Rating.GOOD, None, owner="them")
    store.erase_all()
    assert store.cards.all() == []
    assert len(store.cards.reviews(owner="them")) == 1
    store.erase_all(owner=None)
    assert count_rows(store) == 0


def test_a_deck_moves_to_another_learner_with_its_answers(store: SessionStore) -> None:
    fill_deck(store)
    store.cards.drop("card-question")
    exported = store.archive.export()
    kept, given = store.cards.all(), store.cards.reviews()
    assert store.archive.import_file(io.BytesIO(exported)).cards == 0
    store.erase_all()
    assert store.archive.import_file(io.BytesIO(exported), owner="me").cards == 3
    assert store.cards.all(owner="me") == kept
    assert store.cards.reviews(owner="me") == given


@pytest.mark.parametrize(
    "change",
    [
        lambda deck: deck["cards"][0].update(kind="poem"),
        lambda deck: deck["cards"][0].update(front=" "),
        lambda deck: deck["cards"][0].update(due_at=1e300),
        lambda deck: deck["cards"][0].update(stage="asleep"),
        lambda deck: deck["cards"][0].update(choices=[1, 2]),
        lambda deck: deck["cards"][0].update(stability=-1.0),
        lambda deck: deck["cards"][0].update(features={"negative": "much"}),
        lambda deck: deck["cards"][0].pop("back"),
        lambda deck: deck["reviews"][0].update(rating=5),
        lambda deck: deck["reviews"][0].update(before=[]),
        lambda deck: deck["reviews"][0].update(before={"stage": "new"}),
        lambda deck: deck["reviews"][0].update(delay_s=-1.0),
        lambda deck: deck.pop("reviews"),
    ],
)
def test_a_damaged_deck_changes_nothing(store: SessionStore, change: object) -> None:
    fill_deck(store)
    exported = store.archive.export()
    store.erase_all()
    damaged = rewritten(exported, edit("json/cards.json", change))  # type: ignore[arg-type]
    with pytest.raises(HistoryFileInvalid):
        store.archive.import_file(io.BytesIO(damaged))
    assert count_rows(store) == 0


def test_two_weeks_of_reviews(store: SessionStore, clock: Clock) -> None:
    """Twelve cards, one of them forgotten once; each evening what is due is answered."""
    zone = ZoneInfo("Europe/Berlin")
    first_evening = datetime(2026, 11, 20, 18, 0, tzinfo=zone)
    clock.now = first_evening.timestamp()
    store.cards.add([card(f"c{number:02d}", at=clock.now) for number in range(12)])
    asked_on: dict[str, list[int]] = defaultdict(list)
    forgotten = False
    for day in range(15):
        clock.now = (first_evening + timedelta(days=day)).timestamp()
        while ready := store.cards.due(zone).ready:
            name = ready[0].card_id
            forgets = name == "c00" and day == 2 and not forgotten
            forgotten = forgotten or forgets
            asked_on[name].append(day)
            store.cards.answer(name, Rating.AGAIN if forgets else Rating.GOOD, zone)
            clock.now += 20
        assert store.cards.due(zone).due_today == 0
    # Learnt on the first evening in two steps, then FSRS-6: after 2 days, then after 11 more.
    assert asked_on["c01"] == [0, 0, 2, 13]
    # What was forgotten is asked again at once, and sooner from then on.
    assert asked_on["c00"][:4] == [0, 0, 2, 2]
    assert len(asked_on["c00"]) > len(asked_on["c01"])
    result = store.cards.after_a_week()
    assert (result.asked, result.share) == (12, 1.0)
    assert store.learner.profile().comprehension.answers == sum(map(len, asked_on.values()))
