"""What the learner puts right while a session runs and after its end, on one way."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.errors import (
    SessionFinished,
    SessionNotFound,
)
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.live.registry import SessionRegistry
from fer_core.reading.highlights import Mark
from fer_core.storage.store import SessionStore
from tests.live.conftest import Restart
from tests.live.playing import Clock, finished_reading, forget_words, info, marks
from tests.storage.locks import locked
from tests.storage.sessions import TEXT


def test_a_correction_after_the_end_is_an_answer_like_the_others(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = finished_reading(registry, clock)
    end = running.session.totals(clock()).elapsed_s
    clock.at += 100
    registry.annotations.correct(running, "p1", 5)
    registry.annotations.correct(running, "p3", 1)
    assert marks(running) == {"p1": Mark.IMPORTANT, "p3": Mark.HARD_SAID}
    stored = store.load(running.session_id)
    assert [answer.value for answer, _ in stored.answers] == [1, 5, 1]
    assert all(features is not None for _, features in stored.answers)
    assert {one.reading.passage_id: one.mark for one in stored.passages if one.mark} == {
        "p1": Mark.IMPORTANT,
        "p3": Mark.HARD_SAID,
    }
    assert stored.summary.elapsed_s == end
    assert len(store.learner.profile().examples) == 3


def test_a_correction_in_an_outage_is_saved_after_it(
    registry: SessionRegistry, store: SessionStore, clock: Clock, tmp_path: Path
) -> None:
    running = finished_reading(registry, clock)
    with locked(tmp_path / "history.sqlite"):
        registry.annotations.correct(running, "p3", 1)
        assert not registry.history.status.saving
    assert store.save_now()
    assert [answer.value for answer, _ in store.load(running.session_id).answers] == [1, 1]


def test_a_finished_session_comes_back_to_be_put_right(
    registry: SessionRegistry, restart: Restart, clock: Clock
) -> None:
    first = finished_reading(registry, clock)
    with restart() as after:
        running = after.get_to_change(first.session_id)
        assert running.is_finished
        after.open_text(running, TEXT)
        assert marks(running)["p1"] is Mark.HARD_SAID
        after.annotations.correct(running, "p1", 5)
        assert marks(running).get("p1") is not Mark.HARD_SAID
        assert after.history.store is not None
        assert len(after.history.store.load(first.session_id).answers) == 2


def test_without_its_words_a_correction_is_kept_and_teaches_nothing(
    registry: SessionRegistry, restart: Restart, clock: Clock
) -> None:
    first = finished_reading(registry, clock)
    with restart() as after:
        forget_words(after)
        after.annotations.correct(after.get_to_change(first.session_id), "p3", 1)
        assert after.history.store is not None
        stored = after.history.store.load(first.session_id)
        assert [features is None for _, features in stored.answers] == [False, True]
        assert "p3" not in {one.reading.passage_id for one in stored.passages if one.mark}


def test_a_correction_brings_no_session_back_that_another_program_erased(
    registry: SessionRegistry, store: SessionStore, url: str, clock: Clock
) -> None:
    running = finished_reading(registry, clock)
    with SessionStore(url, clock) as other:
        other.erase(running.session_id)
    with pytest.raises(SessionNotFound):
        registry.annotations.correct(running, "p1", 5)
    assert running.erased
    assert store.save_now()
    assert store.sessions() == []


def test_an_answer_that_is_no_correction_comes_too_late_after_the_end(
    registry: SessionRegistry, clock: Clock
) -> None:
    running = registry.start(info(clock))
    registry.finish(running)
    probe = Probe("q1", ProbeKind.STRESS, clock(), "How stressed are you now?")
    with pytest.raises(SessionFinished):
        running.answer(probe, 5, clock())
