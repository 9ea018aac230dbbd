"""What a door keeps beside a session is made once and goes with it."""

from __future__ import annotations

from fer_core.live.per_session import PerSession
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session import StudySession
from tests.live.playing import Clock, info


def test_each_session_has_its_own_and_keeps_it(clock: Clock) -> None:
    one, two = (RunningSession(StudySession(info(clock)), clock) for _ in range(2))
    beside = PerSession(lambda running: [running.session_id])
    assert beside.of(one) == [one.session_id]
    assert beside.of(one) is beside.of(one)
    assert beside.of(two) is not beside.of(one)


def test_it_is_released_when_its_session_is_let_go(clock: Clock) -> None:
    released: list[str] = []
    beside = PerSession(lambda running: running.session_id, released.append)
    one, two = (RunningSession(StudySession(info(clock)), clock) for _ in range(2))
    kept = beside.of(one), beside.of(two)
    one.close()
    assert released == [kept[0]]
    assert len(beside) == 1


def test_beside_a_session_that_is_gone_nothing_stays(clock: Clock) -> None:
    released: list[str] = []
    beside = PerSession(lambda running: running.session_id, released.append)
    one = RunningSession(StudySession(info(clock)), clock)
    one.close()
    beside.of(one)
    assert released == [one.session_id]
    assert len(beside) == 0
