"""Live sessions outlive a tab, a silence, and the process itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.live import sessions as sessions_module
from app.live.sessions import LOST_AFTER_S, LiveSessions, new_session_id
from fer_core.emotions import Emotion
from fer_core.errors import Busy, SessionNotFound
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import State
from fer_core.storage.store import SessionStore
from fer_core.vision.engine import InferenceEngine
from tests.synthetic.signals import START, face, one_hot, picture

CALM = picture(face(one_hot(Emotion.NATURAL, 0.9)))


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def info(clock: Clock) -> SessionInfo:
    return SessionInfo(new_session_id(), clock())


def test_a_reload_finds_the_same_session(engine: InferenceEngine, clock: Clock) -> None:
    sessions = LiveSessions(clock)
    study = sessions.start(engine, info(clock))
    assert sessions.get(engine, study.session_id) is study


def test_a_name_that_nobody_was_given_finds_nothing(engine: InferenceEngine, clock: Clock) -> None:
    with pytest.raises(SessionNotFound):
        LiveSessions(clock).get(engine, "guess")


def test_two_tabs_are_two_sessions(engine: InferenceEngine, clock: Clock) -> None:
    sessions = LiveSessions(clock)
    first, second = sessions.start(engine, info(clock)), sessions.start(engine, info(clock))
    first.session.observe(CALM, START + 1)
    assert first.session_id != second.session_id
    assert second.session.snapshot(START + 1).frames == 0


def test_a_tab_that_was_closed_pauses_its_session_in_hindsight(
    engine: InferenceEngine, clock: Clock
) -> None:
    sessions = LiveSessions(clock)
    study = sessions.start(engine, info(clock))
    clock.at = START + 60
    study.touch(clock())
    clock.at = START + 60 + LOST_AFTER_S + 3600
    study = sessions.get(engine, study.session_id)
    assert study.session.state is State.PAUSED
    assert study.session.totals(clock()).active_s == pytest.approx(60)


def test_a_session_whose_tab_never_comes_back_stops_counting_in_the_history(
    engine: InferenceEngine, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "WATCH_EVERY_S", 0.01)
    with SessionStore(f"sqlite:///{tmp_path / 'history.db'}", clock) as store:
        sessions = LiveSessions(clock, store)
        sessions.watch()
        study = sessions.start(engine, info(clock))
        clock.at = START + 60
        study.touch(clock())
        at_first = sessions.idle
        assert not at_first
        clock.at = START + 8 * 3600
        deadline = time.monotonic() + 10
        while not sessions.idle and time.monotonic() < deadline:
            time.sleep(0.01)
        sessions.close()
        assert store.save_now()
        assert store.summary(study.session_id).active_s == pytest.approx(60)


def test_a_tab_in_the_background_does_not_pause_its_session(
    engine: InferenceEngine, clock: Clock
) -> None:
    study = LiveSessions(clock).start(engine, info(clock))
    for minute in range(1, 10):
        study.touch(START + 60 * minute)
    assert study.session.state is State.ACTIVE


def test_there_is_a_bound_to_how_many(
    engine: InferenceEngine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "MAX_SESSIONS", 2)
    sessions = LiveSessions(clock)
    first = sessions.start(engine, info(clock))
    sessions.start(engine, info(clock))
    with pytest.raises(Busy):
        sessions.start(engine, info(clock))
    first.session.finish(START + 1)
    sessions.start(engine, info(clock))
    assert len(sessions.unfinished()) == 2


def test_after_a_restart_of_the_app_a_kept_session_can_be_gone_on_with(
    engine: InferenceEngine, clock: Clock, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'history.db'}"
    with SessionStore(url, clock) as store:
        study = LiveSessions(clock, store).start(engine, info(clock))
        for i in range(1, 100):
            study.session.observe(CALM, START + i / 5)
        rows = study.session.rows()
        assert store.save_now()
    with SessionStore(url, clock) as store:
        clock.at = START + 500
        found = LiveSessions(clock, store).get(engine, study.session_id)
        assert found.session.state is State.PAUSED
        assert [row.at for row in found.session.rows()] == [row.at for row in rows]


def test_a_session_that_is_not_to_be_kept_is_not_in_the_history(
    engine: InferenceEngine, clock: Clock, tmp_path: Path
) -> None:
    with SessionStore(f"sqlite:///{tmp_path / 'history.db'}", clock) as store:
        quiet = SessionInfo(new_session_id(), START, keep=False)
        study = LiveSessions(clock, store).start(engine, quiet)
        study.session.observe(CALM, START + 1)
        assert store.save_now()
        assert store.sessions() == []
