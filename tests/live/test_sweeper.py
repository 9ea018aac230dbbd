"""The sweeping thread goes on after a mistake, and ends when it is told to."""

from __future__ import annotations

import threading

from fer_core.live.sweeper import Sweeper


def test_one_mistake_ends_no_sweeping() -> None:
    swept, calls = threading.Event(), []

    def sweep() -> None:
        calls.append(threading.current_thread())
        if len(calls) == 1:
            raise ValueError("once")
        swept.set()

    sweeper = Sweeper(sweep, every_s=0.0)
    sweeper.start()
    sweeper.start()
    assert swept.wait(10)
    sweeper.stop()
    assert len(set(calls)) == 1
    assert not calls[0].is_alive()


def test_what_was_never_started_can_be_stopped() -> None:
    Sweeper(lambda: None).stop()
