"""The rules about running sessions, each where it stands: in the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fer_core.emotions import Emotion
from fer_core.errors import (
    HistoryNotShrunk,
    SessionElsewhere,
    SessionFinished,
    SessionNotFound,
    StorageError,
)
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.live.memory import IDLE_S
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession
from fer_core.reading.highlights import Mark
from fer_core.sessions.clock import SILENT_AFTER_S
from fer_core.sessions.snapshot import State
from fer_core.storage.queries import LEFT_S, remove_temporary
from fer_core.storage.store import SessionStore
from tests.live.conftest import Clock, info
from tests.storage.locks import locked
from tests.storage.sessions import QUESTION, TEXT
from tests.synthetic.signals import START, face, one_hot, picture

CALM = picture(face(one_hot(Emotion.NATURAL, 0.9)))


def watch(running: RunningSession, clock: Clock, seconds: int) -> None:
    """Let a calm face be seen for so long, twice a second."""
    for _ in range(2 * seconds):
        clock.at += 0.5
        running.observe(CALM, clock())


def read(running: RunningSession, clock: Clock) -> None:
    """Have the first three passages of the text on the screen, ten seconds each."""
    for passage in TEXT.passages[:3]:
        clock.at += 10
        running.sign()
        running.session.mark_passage(passage.passage_id, 1.0, clock() - 10, clock())


def marks(running: RunningSession) -> dict[str, Mark]:
    assert running.reading is not None
    return {one.passage_id: one.mark for one in running.reading.result().highlights}


Restart = Callable[[], SessionRegistry]


@pytest.fixture
def restart(registry: SessionRegistry, url: str, clock: Clock) -> Restart:
    """Return a function that ends the process, in effect, and starts another a minute later."""

    def again() -> SessionRegistry:
        registry.close()
        clock.at += 60
        return SessionRegistry(SessionStore(url, clock), clock)

    return again


def forget_words(registry: SessionRegistry) -> None:
    """Let the words go that were not to be kept, as after hours."""
    store = registry.history.store
    assert store is not None
    with store.database.writing() as connection:
        remove_temporary(connection, registry.clock() + LEFT_S + 1)


# Starting and finding


def test_who_asks_again_finds_the_same_session(registry: SessionRegistry, clock: Clock) -> None:
    running = registry.start(info(clock))
    assert registry.get(running.session_id) is running
    assert registry.get_to_change(running.session_id) is running
    assert registry.latest(running) is running


@pytest.mark.parametrize("name", ["guess", "a\0b"])
def test_a_name_that_nobody_was_given_finds_nothing(registry: SessionRegistry, name: str) -> None:
    for ask in (registry.get, registry.get_to_change, registry.erase):
        with pytest.raises(SessionNotFound):
            ask(name)


def test_a_session_that_is_to_be_forgotten_takes_nothing_from_the_history(
    registry: SessionRegistry, clock: Clock
) -> None:
    taught = registry.start(info(clock), TEXT)
    read(taught, clock)
    registry.correct(taught, "p1", 1)
    registry.finish(taught)
    assert registry.start(info(clock)).session.profile.examples
    assert not registry.start(info(clock, keep=False)).session.profile.examples


def test_a_session_that_is_not_to_be_kept_is_nowhere_in_the_history(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock, keep=False), TEXT)
    read(running, clock)
    registry.finish(running)
    assert registry.get(running.session_id) is running  # its door has yet to show it
    assert store.save_now()
    assert store.sessions() == []
    registry.erase(running.session_id)
    assert registry.running() == []
    with pytest.raises(SessionNotFound):
        registry.get(running.session_id)


def stay(running: RunningSession, clock: Clock, seconds: float) -> None:
    """Let time pass with a sign of the learner every ten seconds."""
    for _ in range(int(seconds // 10)):
        clock.at += 10
        running.sign()


def test_the_questions_of_a_text_are_asked_also_where_it_is_opened_later(
    registry: SessionRegistry, restart: Restart, clock: Clock
) -> None:
    text = replace(TEXT, questions=(QUESTION,))
    first = registry.start(info(clock), text)
    with restart() as after:
        forget_words(after)
        running = after.get_to_change(first.session_id)
        assert running.reading is None
        after.open_text(running, text)
        running.session.resume(clock())
        read(running, clock)
        stay(running, clock, 370)
        probe = running.next_probe(clock())
        while probe is not None and probe.question is None:
            running.answer(probe, None, clock())
            stay(running, clock, 310)
            probe = running.next_probe(clock())
        assert probe is not None
        assert probe.question == QUESTION


# Left, idle, restarted


def test_the_sweep_pauses_what_was_left_and_the_history_counts_no_night(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock))
    watch(running, clock, 60)
    clock.at += 8 * 3600
    registry.sweep()
    assert running.session.state is State.PAUSED
    assert store.save_now()
    assert store.summary(running.session_id).active_s == pytest.approx(60)


def test_a_list_shows_what_was_left_as_paused_before_any_sweep(
    registry: SessionRegistry, clock: Clock
) -> None:
    running = registry.start(info(clock))
    clock.at += SILENT_AFTER_S + 1
    assert [one.session.state for one in registry.running()] == [State.PAUSED]
    assert running.last_sign == START  # to be listed is no sign


def test_an_idle_session_leaves_the_saver_and_memory(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock))
    watch(running, clock, 5)
    gone: list[str] = []
    running.on_close(lambda: gone.append("camera"))
    clock.at += IDLE_S + 1
    registry.sweep()
    assert gone == ["camera"]
    assert registry.find(running.session_id) is None
    frames = store.summary(running.session_id).frames
    assert frames == 10
    running.session.resume(clock())  # by somebody who still holds it
    watch(running, clock, 60)
    assert store.save_now()
    assert store.summary(running.session_id).frames == frames  # it is followed no more
    back = registry.get_to_change(running.session_id)
    assert back is not running
    assert back.session.state is State.PAUSED


def test_an_idle_session_that_cannot_be_saved_now_stays(
    registry: SessionRegistry, store: SessionStore, clock: Clock, tmp_path: Path
) -> None:
    running = registry.start(info(clock))
    clock.at += IDLE_S + 1
    with locked(tmp_path / "history.sqlite"):
        registry.sweep()
    assert registry.find(running.session_id) is running
    registry.sweep()
    assert registry.find(running.session_id) is None
    assert store.summary(running.session_id).state is State.PAUSED


def test_the_end_of_the_process_counts_no_time_after_the_last_sign(
    registry: SessionRegistry, restart: Restart, clock: Clock
) -> None:
    running = registry.start(info(clock))
    watch(running, clock, 60)
    clock.at += SILENT_AFTER_S - 1
    with restart() as after:
        back = after.get_to_change(running.session_id)
        assert back.session.state is State.PAUSED
        assert back.session.totals(clock()).active_s == pytest.approx(60)
        assert after.get_to_change(running.session_id) is back
        back.session.resume(clock())
        watch(back, clock, 10)
        assert back.session.totals(clock()).active_s == pytest.approx(70)


@pytest.mark.parametrize("keep", [True, False])
def test_after_a_restart_the_next_sign_goes_on_with_text_answers_and_questions(
    registry: SessionRegistry, restart: Restart, clock: Clock, keep: bool
) -> None:
    first = registry.start(info(clock, keep=keep), TEXT)
    watch(first, clock, 60)
    read(first, clock)
    stay(first, clock, 300)
    asked = first.next_probe(clock())
    assert asked is not None
    with restart() as after:
        back = after.get_to_change(first.session_id)
        assert back.session.is_interrupted
        watch(back, clock, 1)
        assert back.session.state is State.ACTIVE
        assert back.session.totals(clock()).active_s == pytest.approx(391, abs=1)
        assert back.session.totals(clock()).breaks == 0
        assert back.reading is not None
        assert back.reading.document == TEXT
        assert back.session.probe(asked.probe_id) == asked
        back.answer(asked, asked.options[0], clock())
        assert [one.value for one in back.session.answers] == [asked.options[0]]


def test_a_pause_that_was_wanted_stays_one_after_a_restart(
    registry: SessionRegistry, restart: Restart, clock: Clock
) -> None:
    running = registry.start(info(clock))
    running.session.pause(clock())
    with restart() as after:
        back = after.get_to_change(running.session_id)
        watch(back, clock, 5)
        assert back.session.state is State.PAUSED


def test_a_page_that_was_loaded_again_goes_on_unless_it_was_away_for_long(
    registry: SessionRegistry, restart: Restart, clock: Clock
) -> None:
    running = registry.start(info(clock))
    with restart() as after:
        back = after.get_to_change(running.session_id)
        back.look()
        assert back.session.state is State.ACTIVE
        after.close()
        clock.at += SILENT_AFTER_S + 1
        with restart() as late:
            back = late.get_to_change(running.session_id)
            back.look()
            assert back.session.state is State.PAUSED


@pytest.mark.parametrize("keep", [True, False])
def test_an_end_is_told_again_word_for_word(
    registry: SessionRegistry, restart: Restart, clock: Clock, keep: bool
) -> None:
    running = registry.start(info(clock, keep=keep))
    assert registry.endings.sum_up(running.session_id, lambda _: "first") == "first"
    assert registry.endings.sum_up(running.session_id, lambda _: "second") == "first"
    with restart() as after:
        assert after.endings.sum_up(running.session_id, lambda _: "third") == "first"
        after.erase(running.session_id)
        with pytest.raises(SessionNotFound):
            after.endings.sum_up(running.session_id, lambda _: "fourth")


def test_what_another_process_runs_can_be_looked_at_only(
    registry: SessionRegistry, store: SessionStore, url: str, clock: Clock
) -> None:
    running = registry.start(info(clock))
    assert store.save_now()
    with SessionRegistry(SessionStore(url, clock), clock) as other:
        look = other.get(running.session_id)
        assert (look.runs_here, look.session.state) == (False, State.PAUSED)
        with pytest.raises(SessionElsewhere):
            other.get_to_change(running.session_id)
    assert running.session.state is State.ACTIVE


# After the end


def finished_reading(registry: SessionRegistry, clock: Clock) -> RunningSession:
    """Return a session in which three passages were read and the first was said to be hard."""
    running = registry.start(info(clock), TEXT)
    read(running, clock)
    registry.correct(running, "p1", 1)
    registry.finish(running)
    assert marks(running)["p1"] is Mark.HARD_SAID
    return running


def test_a_correction_after_the_end_is_an_answer_like_the_others(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = finished_reading(registry, clock)
    end = running.session.totals(clock()).elapsed_s
    clock.at += 100
    registry.correct(running, "p1", 5)
    registry.correct(running, "p3", 1)
    assert marks(running) == {"p1": Mark.IMPORTANT, "p3": Mark.HARD_SAID}
    stored = store.load(running.session_id)
    assert [answer.value for answer, _ in stored.answers] == [1, 5, 1]
    assert all(features is not None for _, features in stored.answers)
    assert {one.reading.passage_id: one.mark for one in stored.passages if one.mark} == {
        "p1": Mark.IMPORTANT,
        "p3": Mark.HARD_SAID,
    }
    assert stored.summary.elapsed_s == end
    assert len(store.profile().examples) == 3


def test_a_correction_in_an_outage_is_saved_after_it(
    registry: SessionRegistry, store: SessionStore, clock: Clock, tmp_path: Path
) -> None:
    running = finished_reading(registry, clock)
    with locked(tmp_path / "history.sqlite"):
        registry.correct(running, "p3", 1)
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
        after.correct(running, "p1", 5)
        assert marks(running).get("p1") is not Mark.HARD_SAID
        assert after.history.store is not None
        assert len(after.history.store.load(first.session_id).answers) == 2


def test_without_its_words_a_correction_is_kept_and_teaches_nothing(
    registry: SessionRegistry, restart: Restart, clock: Clock
) -> None:
    first = finished_reading(registry, clock)
    with restart() as after:
        forget_words(after)
        after.correct(after.get_to_change(first.session_id), "p3", 1)
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
        registry.correct(running, "p1", 5)
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


def test_a_mark_is_kept_at_once_and_after_the_end(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    running = registry.start(info(clock), TEXT)
    assert store.save_now()
    registry.toggle_mark(running, "p2")
    assert store.load(running.session_id).marked == ("p2",)
    registry.finish(running)
    registry.toggle_mark(running, "p4")
    assert store.load(running.session_id).marked == ("p2", "p4")


# Erasing


def test_erasing_everything_is_everywhere_at_once(
    registry: SessionRegistry, store: SessionStore, clock: Clock
) -> None:
    sessions = [registry.start(info(clock, keep=keep)) for keep in (True, False)]
    done = finished_reading(registry, clock)
    assert store.save_now()
    registry.erase_all()
    assert all(one.erased for one in [*sessions, done])
    assert registry.running() == []
    assert store.save_now()
    assert store.sessions() == []
    assert not store.profile().examples


def test_where_nothing_could_be_erased_everything_goes_on(
    registry: SessionRegistry, store: SessionStore, clock: Clock, tmp_path: Path
) -> None:
    running = registry.start(info(clock))
    assert store.save_now()
    with locked(tmp_path / "history.sqlite"):
        for erase in (registry.erase_all, lambda: registry.erase(running.session_id)):
            with pytest.raises(StorageError):
                erase()
    assert not running.erased
    assert registry.get(running.session_id) is running
    assert store.save_now()


def test_what_is_erased_is_gone_also_where_the_file_keeps_its_size(
    registry: SessionRegistry, store: SessionStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shrink() -> None:
        raise HistoryNotShrunk

    running = registry.start(info(clock))
    monkeypatch.setattr(store.database, "shrink", shrink)
    with pytest.raises(HistoryNotShrunk):
        registry.erase_all()
    assert running.erased
    assert registry.running() == []


def test_a_session_that_starts_while_everything_is_erased_leaves_no_trace(
    registry: SessionRegistry, store: SessionStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_all = store.erase_all
    started: list[RunningSession] = []

    def start_meanwhile() -> None:
        erase_all()
        started.append(registry.start(info(clock)))

    monkeypatch.setattr(store, "erase_all", start_meanwhile)
    registry.erase_all()
    assert started[0].erased
    assert store.save_now()
    assert store.sessions() == []
