"""Sessions go on after a restart of the process, where and as they were left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from fer_core.errors import (
    SessionElsewhere,
    SessionNotFound,
)
from fer_core.live.registry import SessionRegistry
from fer_core.live.running_session import RunningSession
from fer_core.sessions.clock import SILENT_AFTER_S
from fer_core.sessions.snapshot import State
from fer_core.storage import session_locks
from fer_core.storage.store import SessionStore
from tests.live.conftest import Restart
from tests.live.playing import Clock, forget_words, info, read, stay, watch
from tests.storage.sessions import QUESTION, TEXT

#: A process, sessions that were cut off, and what has all of them come back at once.
CutOff = tuple[SessionRegistry, list[str], Callable[[], list[Future[RunningSession]]]]


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


def test_words_that_are_to_be_kept_are_kept_after_a_restart_too(
    registry: SessionRegistry, restart: Restart, clock: Clock
) -> None:
    first = registry.start(info(clock), TEXT, keep_text=True)
    with restart() as after:
        back = after.get_to_change(first.session_id)
        watch(back, clock, 5)
        after.finish(back)
        forget_words(after)
        assert after.history.load(first.session_id, clock).reading is not None


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


@pytest.fixture
def cut_off(registry: SessionRegistry, restart: Restart, clock: Clock) -> Iterator[CutOff]:
    """Four sessions of a process that has ended, and the process that comes after it."""
    names = [registry.start(info(clock)).session_id for _ in range(4)]
    with restart() as after, ThreadPoolExecutor(4) as threads:
        yield after, names, lambda: [threads.submit(after.get_to_change, name) for name in names]


def test_sessions_that_come_back_together_are_read_back_one_after_the_other(
    cut_off: CutOff, monkeypatch: pytest.MonkeyPatch
) -> None:
    after, names, all_come = cut_off
    load, at_work, met = after.history.load, threading.Semaphore(1), []

    def alone(*arguments: Any) -> RunningSession:
        is_alone = at_work.acquire(blocking=False)
        met.append(not is_alone)
        time.sleep(0.02)
        at_work.release()
        return load(*arguments)

    monkeypatch.setattr(after.history, "load", alone)
    assert [back.result().session_id for back in all_come()] == names
    assert met == [False] * 4


def test_one_that_hangs_while_it_is_read_back_does_not_keep_the_others_out(
    cut_off: CutOff, monkeypatch: pytest.MonkeyPatch
) -> None:
    after, names, all_come = cut_off
    load, goes_on = after.history.load, threading.Event()

    def hang(name: str, *arguments: Any) -> RunningSession:
        if name == names[0]:
            assert goes_on.wait(30)
        return load(name, *arguments)

    monkeypatch.setattr(session_locks, "TURN_S", 0.05)
    monkeypatch.setattr(after.history, "load", hang)
    first, *others = all_come()
    assert [back.result(30).session_id for back in others] == names[1:]
    assert not first.done()
    goes_on.set()
    assert first.result().session_id == names[0]
