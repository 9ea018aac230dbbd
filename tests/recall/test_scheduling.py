"""When cards come back: FSRS by the learner's calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.recall.cards import Rating, Schedule, Stage
from fer_core.recall.making import own_card
from fer_core.recall.scheduling import (
    AHEAD_S,
    answered,
    chance,
    end_of_today,
    make_queue,
    wait_in_words,
    waits,
)
from fer_core.time_zones import start_of

BERLIN = ZoneInfo("Europe/Berlin")
DAY_S = 86_400.0


def at(*when: int, zone: ZoneInfo = BERLIN) -> float:
    return datetime(*when, tzinfo=zone).timestamp()  # type: ignore[arg-type,misc]


EVENING = at(2026, 11, 26, 18, 0)


def test_the_intervals_are_those_of_the_package() -> None:
    """Answered once a day on the day when due, the package alone says the same."""
    scheduler, card = fsrs.Scheduler(enable_fuzzing=False), fsrs.Card(card_id=1)
    schedule, now = Schedule(EVENING), EVENING
    for rating in (3, 3, 3, 1, 3, 3, 2, 4, 3):
        day = datetime.fromtimestamp(now, UTC)
        card, _ = scheduler.review_card(card, fsrs.Rating(rating), day)
        schedule = answered(schedule, Rating(rating), now, BERLIN)
        assert (schedule.stability, schedule.difficulty) == (card.stability, card.difficulty)
        wait = card.due - day
        # By the calendar it is due from midnight on; the learner comes at six again.
        now += wait.total_seconds() if wait.days >= 1 else 600.0
        if wait.days >= 1:
            due = datetime.fromtimestamp(schedule.due_at, BERLIN)
            assert (due.hour, due.minute) == (0, 0)


def test_the_evening_before_is_a_day_before_for_the_morning() -> None:
    learnt = answered(Schedule(EVENING), Rating.EASY, EVENING, BERLIN)
    same_day = answered(learnt, Rating.GOOD, EVENING + 3600, BERLIN)
    next_morning = answered(learnt, Rating.GOOD, EVENING + 13 * 3600, BERLIN)
    assert learnt.stability is not None
    assert same_day.stability is not None
    assert next_morning.stability is not None
    # Thirteen hours later but a day older by the calendar: it counts as a review of that day.
    assert next_morning.stability > same_day.stability


def test_a_day_ends_at_the_learners_midnight_summer_time_or_not() -> None:
    assert end_of_today(at(2026, 11, 26, 23, 59), BERLIN) == at(2026, 11, 27)
    # The day on which summer time ends has 25 hours.
    assert end_of_today(at(2026, 10, 25, 0, 30), BERLIN) - at(2026, 10, 25) == 25 * 3600
    assert end_of_today(at(2026, 11, 26, 12), ZoneInfo("Pacific/Auckland")) == at(
        2026, 11, 28, zone=ZoneInfo("Pacific/Auckland")
    )
    today = datetime.fromtimestamp(EVENING, UTC).astimezone().date()
    assert start_of(today, None) <= EVENING < end_of_today(EVENING, None)


def test_what_is_learnt_comes_first_then_reviews_then_new_ones() -> None:
    new = own_card("new", "x", EVENING - DAY_S)
    cards = [new]
    for name, ratings in (("learning", [1]), ("review", [4]), ("overdue", [4])):
        schedule = Schedule(EVENING - 20 * DAY_S)
        card = own_card(name, "x", EVENING - 20 * DAY_S)
        for rating in ratings:
            when = EVENING - (60 if name == "learning" else 8 * DAY_S + (name == "overdue") * DAY_S)
            schedule = answered(schedule, Rating(rating), when, BERLIN)
        cards.append(type(card)(card.card_id, card.kind, name, "x", card.created_at, schedule))
    queue = make_queue(cards, EVENING, BERLIN)
    assert [card.front for card in queue.ready] == ["learning", "overdue", "review", "new"]


def test_the_last_card_is_not_waited_for() -> None:
    card = own_card("a", "x", EVENING)
    learning = answered(card.schedule, Rating.GOOD, EVENING, BERLIN)
    waiting = type(card)(card.card_id, card.kind, "a", "x", EVENING, learning)
    assert make_queue([waiting], EVENING + 1, BERLIN).ready == (waiting,)
    other = own_card("b", "x", EVENING)
    queue = make_queue([waiting, other], EVENING + 1, BERLIN)
    assert (queue.ready, queue.later, queue.due_today) == ((other,), (waiting,), 2)
    assert learning.due_at - EVENING < AHEAD_S


def test_without_cards_nothing_is_due() -> None:
    assert make_queue([], EVENING, BERLIN) == ((), (), None)


def test_the_buttons_promise_what_will_be() -> None:
    learnt = answered(Schedule(EVENING), Rating.EASY, EVENING, BERLIN)
    promised = waits(learnt, EVENING + 8 * DAY_S, BERLIN)
    assert list(promised.values()) == sorted(promised.values())
    assert wait_in_words(promised[Rating.AGAIN]) == "10 min"
    assert wait_in_words(promised[Rating.GOOD]).endswith("days")
    words = [wait_in_words(days * DAY_S) for days in (0.001, 0.1, 1, 3, 200, 2000)]
    assert words == ["1 min", "2 h", "1 day", "3 days", "7 months", "5.5 years"]


def test_the_chance_falls_with_the_days() -> None:
    assert chance(Schedule(EVENING), EVENING, BERLIN) is None
    learnt = answered(Schedule(EVENING), Rating.EASY, EVENING, BERLIN)
    chances = [chance(learnt, EVENING + days * DAY_S, BERLIN) or 0 for days in (0, 8, 80)]
    assert chances[0] == 1.0
    assert chances[1] == pytest.approx(0.9, abs=0.01)
    assert chances[2] < 0.8


@given(
    st.lists(st.tuples(st.sampled_from(Rating), st.floats(0, 400 * DAY_S)), min_size=1, max_size=12)
)
def test_any_answers_at_any_times_give_a_schedule(given_: list[tuple[Rating, float]]) -> None:
    schedule, now = Schedule(EVENING), EVENING
    for rating, later in given_:
        now += later
        schedule = answered(schedule, rating, now, BERLIN)
        assert schedule.due_at > now
        assert schedule.stage is not Stage.NEW
    # A clock that was set back takes nothing away.
    back = answered(schedule, Rating.GOOD, EVENING - DAY_S, BERLIN)
    assert back.last_at == schedule.last_at


@pytest.mark.parametrize(
    "wrong",
    [
        {"stage": Stage.REVIEW},
        {"stage": Stage.NEW, "stability": 1.0},
        {"stage": Stage.REVIEW, "stability": 1.0, "difficulty": 5.0, "last_at": 1.0, "step": 0},
        {"stage": Stage.LEARNING, "stability": 1.0, "difficulty": 5.0, "last_at": 1.0, "step": 9},
        {"stage": Stage.REVIEW, "stability": 0.0, "difficulty": 5.0, "last_at": 1.0},
        {"stage": Stage.REVIEW, "stability": 1.0, "difficulty": 11.0, "last_at": 1.0},
        {"due_at": float("nan")},
    ],
)
def test_a_schedule_that_no_scheduler_made_is_none(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"card|step|stability|difficulty|finite"):
        Schedule(**{"due_at": 1.0, **wrong})  # type: ignore[arg-type]
