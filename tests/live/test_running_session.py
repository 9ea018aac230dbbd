"""A session in memory counts while signs of its learner come, and lets go of what hangs on it."""

from __future__ import annotations

import pytest

from fer_core.emotions import Emotion
from fer_core.live.running_session import RunningSession
from fer_core.sessions.clock import SILENT_AFTER_S
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from tests.live.playing import Clock, info
from tests.storage.sessions import TEXT
from tests.synthetic.signals import START, face, one_hot, picture

CALM = picture(face(one_hot(Emotion.NATURAL, 0.9)))


@pytest.fixture
def running(clock: Clock) -> RunningSession:
    return RunningSession(StudySession(info(clock)), clock)


def active_s(running: RunningSession, clock: Clock) -> float:
    return running.session.totals(clock()).active_s


def test_a_tab_in_the_background_that_reports_once_a_minute_keeps_its_session_going(
    running: RunningSession, clock: Clock
) -> None:
    for minute in range(1, 10):
        clock.at = START + 60 * minute
        running.sign()
    assert running.session.state is State.ACTIVE
    assert active_s(running, clock) == 540


def test_silence_pauses_a_session_as_of_its_last_sign(
    running: RunningSession, clock: Clock
) -> None:
    clock.at = START + 60
    running.sign()
    clock.at = START + 60 + SILENT_AFTER_S
    assert not running.pause_if_lost()
    clock.at += 1
    assert running.pause_if_lost()
    assert running.session.state is State.PAUSED
    assert active_s(running, clock) == 60
    assert running.session.events()[-1].at == START + 60


def test_who_comes_back_goes_on_from_there(running: RunningSession, clock: Clock) -> None:
    clock.at = START + 9 * 3600
    running.sign()
    running.session.resume(clock())
    clock.at += 100
    running.sign()
    assert running.session.state is State.ACTIVE
    assert active_s(running, clock) == 100


@pytest.mark.parametrize("jump_s", [9 * 3600, -9 * 3600])
def test_a_clock_that_jumps_adds_no_study(
    running: RunningSession, clock: Clock, jump_s: float
) -> None:
    clock.at = START + 60
    running.sign()
    clock.at += jump_s
    running.sign()
    assert running.session.state is State.PAUSED
    assert active_s(running, clock) == 60
    running.session.resume(clock())
    clock.at += 10
    running.sign()
    assert active_s(running, clock) == 70


def test_a_clock_that_is_put_back_a_little_changes_nothing(
    running: RunningSession, clock: Clock
) -> None:
    clock.at = START + 60
    running.sign()
    clock.at -= 5
    running.sign()
    assert running.session.state is State.ACTIVE
    assert running.last_sign == START + 60


def test_a_frame_is_a_sign_and_the_first_after_a_silence_finds_a_paused_session(
    running: RunningSession, clock: Clock
) -> None:
    clock.at = START + 100
    assert running.observe(CALM, clock())
    clock.at = START + 100 + SILENT_AFTER_S
    assert running.observe(CALM, clock())
    clock.at += SILENT_AFTER_S + 1
    assert not running.observe(CALM, clock())
    assert active_s(running, clock) == 100 + SILENT_AFTER_S


def test_what_hangs_on_a_session_goes_with_it_once(running: RunningSession) -> None:
    gone: list[str] = []

    def broken() -> None:
        gone.append("broken")
        raise OSError("the camera is stuck")

    running.on_close(broken)
    running.on_close(lambda: gone.append("answers"))
    running.close()
    running.close(erased=True)
    assert gone == ["broken", "answers"]
    assert (running.runs_here, running.erased) == (False, True)


def test_what_comes_too_late_to_hang_on_a_session_goes_at_once(running: RunningSession) -> None:
    running.close()
    gone: list[str] = []
    running.on_close(lambda: gone.append("late"))
    assert gone == ["late"]


def test_with_a_text_questions_are_about_its_passages_and_answers_teach(
    running: RunningSession, clock: Clock
) -> None:
    running.open_text(TEXT)
    for number, passage in enumerate(TEXT.passages[:3]):
        at = START + 10 * number
        running.session.mark_passage(passage.passage_id, 1.0, at, at + 10)
    clock.at = START + 300
    probe = running.next_probe(clock())
    assert probe is not None
    assert probe.passage_id in {"p1", "p2"}
    running.answer(probe, probe.options[0], clock())
    ((answer, features),) = running.session.examples
    assert answer.value == probe.options[0]
    assert features is not None
