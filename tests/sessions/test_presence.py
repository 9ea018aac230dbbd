"""Presence and attention through single frames: what a slip is, and what counts."""

from __future__ import annotations

import pytest

from fer_core.affect.indicators import Reason
from fer_core.affect.signals import Presence, sample_of
from fer_core.emotions import Emotion
from fer_core.sessions.presence import ACTED_HOLDS_S, FACING_HOLDS_S, SLIP_S, PresenceTracker
from fer_core.vision.faces import Detections
from tests.synthetic.signals import face, one_hot, picture

FACE = picture(face(one_hot(Emotion.NATURAL, 0.9)))
ASIDE = picture(face(one_hot(Emotion.NATURAL, 0.9), x=520))
NOBODY = picture()
OFF = picture(blank=True)
TWO = picture(face(one_hot(Emotion.NATURAL, 0.9)), face(one_hot(Emotion.HAPPY, 0.9), x=20))


@pytest.fixture
def tracker() -> PresenceTracker:
    made = PresenceTracker()
    made.begin(0.0)
    return made


def see(tracker: PresenceTracker, shown: Detections, at: float) -> Presence:
    sample = sample_of(shown, at)
    start = at if tracker.last_at is None else max(tracker.last_at, at - 3)
    presence = tracker.judge(shown, sample, start, at)
    tracker.note(presence, sample, at)
    return presence


def test_a_face_missed_for_less_than_a_second_is_still_there(tracker: PresenceTracker) -> None:
    see(tracker, FACE, 1.0)
    assert see(tracker, NOBODY, 1.9) is Presence.FACE
    assert tracker.facing
    assert see(tracker, NOBODY, 2.1) is Presence.NO_FACE


def test_away_begins_after_five_seconds_without_a_face(tracker: PresenceTracker) -> None:
    see(tracker, FACE, 1.0)
    shown = [see(tracker, NOBODY, 1.0 + second) for second in range(2, 7)]
    assert shown == [Presence.NO_FACE] * 3 + [Presence.AWAY] * 2


def test_nobody_is_away_for_the_time_without_pictures(tracker: PresenceTracker) -> None:
    see(tracker, FACE, 1.0)
    assert see(tracker, NOBODY, 60.0) is Presence.NO_FACE


def test_nobody_is_away_for_the_time_of_a_pause(tracker: PresenceTracker) -> None:
    see(tracker, FACE, 1.0)
    tracker.begin(100.0)
    assert tracker.now(100.0) is Presence.WAITING
    shown = [see(tracker, NOBODY, at) for at in (102.0, 104.0, 105.0)]
    assert shown == [Presence.NO_FACE, Presence.NO_FACE, Presence.AWAY]


@pytest.mark.parametrize("shown", [OFF, TWO])
def test_attention_cannot_be_judged_then(tracker: PresenceTracker, shown: Detections) -> None:
    see(tracker, FACE, 1.0)
    see(tracker, shown, 3.0)
    assert tracker.facing is None


def test_the_place_in_the_picture_says_nothing(tracker: PresenceTracker) -> None:
    see(tracker, FACE, 1.0)
    for step in range(60):
        see(tracker, ASIDE, 1.5 + step / 2)
    assert tracker.facing


def test_no_face_has_to_hold_before_it_counts(tracker: PresenceTracker) -> None:
    at = 1.0
    see(tracker, FACE, at)
    while tracker.facing:
        at += 0.5
        see(tracker, NOBODY, at)
    assert at - 1.0 == pytest.approx(FACING_HOLDS_S + SLIP_S, abs=0.5)


def test_whoever_does_something_is_there_though_not_seen(tracker: PresenceTracker) -> None:
    see(tracker, FACE, 1.0)
    shown = []
    for second in range(2, 300, 2):
        if second in (20, 100):
            tracker.act(float(second))
        shown.append((second, see(tracker, NOBODY, float(second))))
    away = [second for second, presence in shown if presence is Presence.AWAY]
    assert [second for second in away if second < 100] == list(range(6, 20, 2))
    assert min(second for second in away if second > 20) == 100 + ACTED_HOLDS_S


def test_a_glance_aside_starts_the_count_anew(tracker: PresenceTracker) -> None:
    for step in range(40):
        see(tracker, NOBODY if step % 8 else FACE, 1.0 + step / 2)
        assert tracker.facing


def test_it_says_why_nothing_can_be_said(tracker: PresenceTracker) -> None:
    assert tracker.reason(0.0) is Reason.WAITING
    see(tracker, FACE, 1.0)
    assert tracker.reason(1.0) is None
    assert tracker.reason(4.5) is Reason.NO_PICTURES
    see(tracker, NOBODY, 4.5)
    assert tracker.reason(4.5) is Reason.NO_FACE
    see(tracker, OFF, 5.0)
    assert tracker.reason(5.0) is Reason.CAMERA_OFF
    assert tracker.reason(5.0, Presence.AWAY) is Reason.AWAY
