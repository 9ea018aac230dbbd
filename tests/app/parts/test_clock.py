"""The clock of the app only runs forward, and knows the hour again after the machine slept."""

from __future__ import annotations

import pytest

from app.parts.clock import EpochClock


class Machine:
    def __init__(self) -> None:
        self.wall, self.steady = 1000.0, 50.0

    def pass_time(self, seconds: float, *, asleep: bool = False) -> None:
        self.wall += seconds
        self.steady += 0.0 if asleep else seconds

    def clock(self) -> EpochClock:
        return EpochClock(lambda: self.wall, lambda: self.steady)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_after_a_night_asleep_it_knows_the_hour(machine: Machine) -> None:
    now = machine.clock()
    machine.pass_time(10)
    assert now() == 1010
    machine.pass_time(8 * 3600, asleep=True)
    assert now() == machine.wall
    machine.pass_time(5)
    assert now() == machine.wall


def test_a_system_clock_that_is_set_back_changes_nothing(machine: Machine) -> None:
    now = machine.clock()
    machine.wall -= 3600
    assert now() == 1000
    machine.pass_time(5)
    assert now() == 1005


def test_small_corrections_of_the_system_clock_change_nothing(machine: Machine) -> None:
    now = machine.clock()
    machine.wall += 2
    assert now() == 1000
