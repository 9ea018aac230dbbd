"""Only so many sessions fit into memory; the finished ones make room."""

from __future__ import annotations

import pytest

from fer_core.errors import Busy
from fer_core.live.memory import SessionMemory
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from tests.live.playing import Clock
from tests.synthetic.signals import START


def session(name: str, clock: Clock) -> RunningSession:
    return RunningSession(StudySession(SessionInfo(name, START)), clock)


def test_where_all_run_there_is_no_room_for_another(clock: Clock) -> None:
    memory = SessionMemory(most=2)
    first, second = session("1", clock), session("2", clock)
    memory.add(first)
    memory.add(second)
    with pytest.raises(Busy):
        memory.add(session("3", clock))
    assert memory.all() == [first, second]


def test_the_finished_ones_are_let_go_for_another(clock: Clock) -> None:
    memory = SessionMemory(most=2)
    done, runs, new = (session(name, clock) for name in "123")
    gone: list[str] = []
    done.on_close(lambda: gone.append("1"))
    memory.add(done)
    memory.add(runs)
    done.session.finish(START + 1)
    memory.add(new)
    assert memory.all() == [runs, new]
    assert gone == ["1"]


def test_of_two_under_one_name_the_first_counts(clock: Clock) -> None:
    memory = SessionMemory()
    first = session("1", clock)
    assert memory.add(first) is first
    assert memory.add(session("1", clock)) is first


def test_one_that_is_dropped_takes_no_other_of_its_name_along(clock: Clock) -> None:
    memory = SessionMemory()
    look, runs = session("1", clock), session("1", clock)
    memory.add(runs)
    memory.drop(look, erased=True)
    assert memory.find("1") is runs
    assert (look.erased, runs.erased) == (True, False)


def test_a_sign_at_the_last_moment_keeps_a_session(clock: Clock) -> None:
    memory = SessionMemory()
    one = memory.add(session("1", clock))
    assert not memory.drop_if_silent(one, since=START)
    assert memory.find("1") is one
    assert memory.drop_if_silent(one, since=START + 1)
    assert memory.find("1") is None
