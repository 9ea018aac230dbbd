"""Markers are stored with their session, leave its means, and come back with an archive."""

from __future__ import annotations

import io

import pytest

from fer_core.emotions import Emotion
from fer_core.live.registry import SessionRegistry
from fer_core.sessions.markers import Marker
from fer_core.sessions.session import StudySession
from fer_core.storage.store import SessionStore
from tests.storage.conftest import Clock
from tests.storage.sessions import START, full_session, new_session
from tests.synthetic.signals import face, one_hot, picture


def calm_then_away(session_id: str = "s1") -> StudySession:
    """Return a session that faces the screen for two minutes and is away for two."""
    session = new_session(session_id)
    for second in range(1, 241):
        seen = [face(one_hot(Emotion.NATURAL, 0.9))] if second <= 120 else []
        session.observe(picture(*seen), START + second)
    session.finish(START + 240)
    return session


def test_markers_are_stored_and_restored(store: SessionStore) -> None:
    session = full_session()
    call = Marker.excluded(START + 100, START + 130, "phone call")
    session.markers.add([call], START + 420)
    store.follow(session)
    assert store.save_now()
    stored = store.load("s1")
    assert stored.markers == session.markers.all()
    assert (stored.summary.markers, stored.summary.excluded_s) == (3, 30)
    assert store.restore("s1").markers.all() == session.markers.all()


def test_the_means_of_a_session_leave_the_range_out_and_take_it_back(
    store: SessionStore, clock: Clock
) -> None:
    registry = SessionRegistry(store, clock)
    store.follow(calm_then_away())
    store.save_now()
    whole = store.summary("s1").attention
    running = registry.get_to_change("s1")
    away = Marker.excluded(START + 119, START + 240, "phone call")
    registry.annotations.change_markers(
        running, lambda markers, latest: markers.add([away], latest)
    )
    left = store.summary("s1")
    assert whole is not None
    assert whole.value is not None
    assert left.attention is not None
    assert whole.value < 80
    assert left.attention.value == pytest.approx(100, abs=2)
    assert left.excluded_s == pytest.approx(121)
    registry.annotations.change_markers(running, lambda held, _: held.remove(away.marker_id))
    assert store.summary("s1").attention == whole
    assert store.load("s1").markers == ()


def test_an_archive_brings_markers_along(store: SessionStore) -> None:
    session = full_session()
    call = Marker.excluded(START + 100, START + 130, "phone call")
    session.markers.add([call], START + 420)
    store.follow(session)
    store.save_now()
    exported = store.archive.export()
    store.erase_all()
    store.archive.import_file(io.BytesIO(exported))
    assert store.load("s1").markers == session.markers.all()
    assert store.summary("s1").excluded_s == 30
