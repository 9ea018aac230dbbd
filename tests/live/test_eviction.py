"""What becomes of sessions that were left: paused by the sweep, let go when they are idle."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.errors import SessionNotFound
from fer_core.live.memory import IDLE_S
from fer_core.live.registry import SessionRegistry
from fer_core.sessions.clock import SILENT_AFTER_S
from fer_core.sessions.snapshot import State
from fer_core.storage.queries import AFTER_END_S
from fer_core.storage.store import SessionStore
from tests.live.playing import Clock, info, watch
from tests.storage.locks import locked
from tests.synthetic.signals import START


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


@pytest.mark.parametrize("keep", [True, False])
def test_an_hour_after_its_last_sign_a_session_that_is_not_kept_is_gone_for_good(
    registry: SessionRegistry, store: SessionStore, clock: Clock, keep: bool
) -> None:
    running = registry.start(info(clock, keep=keep))
    watch(running, clock, 5)
    # The saver erases by the last save, perhaps before it saves again.
    assert store.save_now()
    clock.at += AFTER_END_S - 1
    registry.sweep()
    assert store.save_now()
    assert store.load(running.session_id).rows
    clock.at += 2
    registry.sweep()
    assert (registry.find(running.session_id) is running) is keep
    if not keep:
        with pytest.raises(SessionNotFound):
            store.load(running.session_id)
        with pytest.raises(SessionNotFound):
            registry.get_to_change(running.session_id)


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
