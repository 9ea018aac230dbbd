"""What the learner adds to a session is kept at once, while it runs and after its end."""

from __future__ import annotations

import pytest

from fer_core.errors import SessionNotFound
from fer_core.live.registry import SessionRegistry
from fer_core.reading.notes import PassageNote
from fer_core.sessions.goal import GoalOutcome
from fer_core.sessions.markers import Marker
from fer_core.storage.store import SessionStore
from tests.live.playing import Clock, info
from tests.storage.sessions import TEXT


def test_a_mark_is_kept_at_once_and_after_the_end(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock), TEXT)
    assert store.save_now()
    registry.annotations.toggle_mark(running, "p2")
    assert store.load(running.session_id).marked == ("p2",)
    registry.finish(running)
    registry.annotations.toggle_mark(running, "p4")
    assert store.load(running.session_id).marked == ("p2", "p4")


def test_a_note_is_kept_at_once_and_after_the_end(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock), TEXT)
    first, last = PassageNote("p2", note="ask"), PassageNote("p4", ((0, 5),))
    registry.annotations.set_note(running, first)
    assert store.load(running.session_id).notes == (first,)
    registry.finish(running)
    registry.annotations.set_note(running, last)
    assert store.load(running.session_id).notes == (first, last)


def test_marks_and_notes_need_an_open_text(registry: SessionRegistry, clock: Clock) -> None:
    running = registry.start(info(clock))
    registry.annotations.toggle_mark(running, "p2")
    registry.annotations.set_note(running, PassageNote("p2", note="ask"))
    assert running.reading is None


def test_a_marker_may_be_set_until_the_end_of_a_session_that_is_over(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock))
    clock.at += 60
    registry.finish(running)
    end = clock()
    clock.at += 600
    moment = Marker.point(end, "the proof")
    registry.annotations.change_markers(running, lambda held, latest: held.add([moment], latest))
    assert store.load(running.session_id).markers == (moment,)
    assert registry.annotations.change_markers(running, lambda _, latest: latest) == end


def test_a_marker_or_a_note_is_a_sign_of_somebody_at_work(
    registry: SessionRegistry, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = registry.start(info(clock), TEXT)
    told: list[float] = []
    monkeypatch.setattr(running.session, "act", told.append)
    clock.at += 60
    registry.annotations.change_markers(running, lambda _, latest: latest)
    registry.annotations.toggle_mark(running, "p1")
    registry.annotations.set_note(running, PassageNote("p1", note="why?"))
    assert told == [clock.at] * 3


def test_no_marker_brings_a_session_back_that_another_program_erased(
    registry: SessionRegistry, url: str, clock: Clock
) -> None:
    running = registry.start(info(clock))
    registry.finish(running)
    with SessionStore(url, clock) as other:
        other.erase(running.session_id)
    with pytest.raises(SessionNotFound):
        registry.annotations.change_markers(running, lambda _, latest: latest)
    assert running.erased


def test_the_word_on_the_goal_is_kept_and_can_be_taken_back(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock))
    registry.finish(running)
    outcomes = []
    for outcome in (GoalOutcome.PARTLY, None):
        registry.annotations.judge_goal(running, outcome)
        outcomes.append(store.summary(running.session_id).goal_outcome)
    assert outcomes == [GoalOutcome.PARTLY, None]


def test_a_marker_and_a_correction_of_a_running_session_are_kept_at_once(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock), TEXT)
    moment = Marker.point(clock(), "the proof")
    registry.annotations.change_markers(running, lambda held, latest: held.add([moment], latest))
    registry.annotations.correct(running, "p2", 4)
    kept = store.load(running.session_id)
    assert kept.markers == (moment,)
    assert [answer.value for answer, _ in kept.answers] == [4]


@pytest.mark.parametrize(("after_s", "kept"), [(30.0, [4]), (90.0, [4, 4])])
def test_the_same_word_again_within_a_minute_counts_once(
    registry: SessionRegistry, clock: Clock, after_s: float, kept: list[int]
) -> None:
    running = registry.start(info(clock), TEXT)
    registry.annotations.correct(running, "p2", 4)
    clock.at += after_s
    registry.annotations.correct(running, "p2", 4)
    assert [answer.value for answer, _ in running.session.examples] == kept


def test_another_word_or_a_word_about_another_passage_counts_by_itself(
    registry: SessionRegistry, clock: Clock
) -> None:
    running = registry.start(info(clock), TEXT)
    for passage_id, value in (("p2", 4), ("p4", 4), ("p2", 5), ("p2", 4)):
        clock.at += 1
        registry.annotations.correct(running, passage_id, value)
    assert [answer.value for answer, _ in running.session.examples] == [4, 4, 5, 4]
