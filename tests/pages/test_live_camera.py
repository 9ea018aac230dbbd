"""The camera on the live page: refused, lost, and the heart rate that it may read."""

from __future__ import annotations

import math
from dataclasses import replace
from io import BytesIO

import cv2
import numpy as np
import pytest
import streamlit as st
from av import VideoFrame

from app.live import picture as live_picture
from app.parts.clock import now
from app.parts.sessions import camera_of, session_registry
from app.parts.video import VideoMemory
from app.parts.webrtc import Connection
from fer_core.emotions import Emotion
from fer_core.live.running_session import RunningSession
from fer_core.vision.faces import SkinColour, SkinRegions
from tests.pages.live_page import SMILE, agree, started, watch, words
from tests.pages.running import run_page
from tests.synthetic.signals import face, one_hot, picture

pytestmark = pytest.mark.usefixtures("apart")


def connected(monkeypatch: pytest.MonkeyPatch, connection: Connection) -> None:
    monkeypatch.setattr(live_picture, "show_live_video", lambda _: connection)


def send_frame(study: RunningSession, monkeypatch: pytest.MonkeyPatch, seconds_ago: float) -> None:
    """Let the camera have sent a picture some time ago."""
    camera = camera_of(study)
    monkeypatch.setattr(camera, "_clock", lambda: now() - seconds_ago)
    camera.on_frame(VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24"))
    monkeypatch.setattr(camera, "_clock", now)


def test_a_camera_that_is_refused_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    page, _ = started()
    connected(monkeypatch, Connection(error="NotAllowedError"))
    page.run()
    assert "Your browser blocks the camera" in words(page)
    assert "Click the camera icon in the address bar" in words(page)
    assert "NotAllowedError" not in words(page)


def test_a_snapshot_counts_as_looked_at_only_when_it_was(
    monkeypatch: pytest.MonkeyPatch, astronaut: np.ndarray
) -> None:
    class Taken(BytesIO):
        file_id = "first"

    taken = Taken(cv2.imencode(".png", astronaut[..., ::-1])[1].tobytes())
    monkeypatch.setattr(st, "camera_input", lambda *_, **__: taken)
    page, study = started(camera=False)
    # The model loads under the first snapshot, and what it shows meanwhile can end the run.
    with monkeypatch.context() as patch:
        patch.setattr(live_picture, "camera_of", lambda _: st.stop())
        page.toggle(key="snapshots_instead").set_value(True).run()
        assert not study.session.snapshot(now()).frames
    for _ in range(2):  # and it is looked at once
        page.run()
        assert "This snapshot: Happy" in words(page)
        assert study.session.snapshot(now()).frames == 1


def test_a_camera_that_is_lost_says_so_and_is_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, study = started()
    connected(monkeypatch, Connection())
    video = page.session_state[VideoMemory.key()]
    video.was_on, video.tried_at = True, now() - 60
    attempts = video.attempt
    send_frame(study, monkeypatch, seconds_ago=8.0)
    page.run()
    assert "Camera lost. Reconnecting" in words(page)
    assert page.session_state[VideoMemory.key()].attempt > attempts


def test_heart_rate_is_off_unless_it_is_switched_on() -> None:
    page, study = started()
    at_first = study.session.reads_heart_rate
    assert not at_first
    assert "Heart rate" not in words(page)
    page.toggle(key="read_pulse").set_value(True).run()
    assert study.session.reads_heart_rate
    assert "**Heart rate**" in words(page)
    watch(study, SMILE)
    page.run()
    assert "Half a minute with your face in view is needed." in words(page)


def test_heart_rate_that_was_agreed_to_can_be_stopped_at_any_time() -> None:
    agree()
    page = run_page("live")
    page.toggle(key="setup_pulse").set_value(True)
    page.button(key="start_session").click().run()
    (study,) = session_registry().running()
    at_first = study.session.reads_heart_rate
    assert at_first
    assert page.toggle(key="read_pulse").value
    page.toggle(key="read_pulse").set_value(False).run()
    assert not study.session.reads_heart_rate
    assert "Heart rate" not in words(page)


def test_a_heart_rate_that_was_read_is_shown_and_summed_up_with_its_doubt() -> None:
    page, study = started()
    study.session.read_heart_rate(True)
    first = study.session.info.started_at - 39.0
    study.session.info = replace(study.session.info, started_at=first)
    study.session._core.info = study.session.info
    study.session._core.signals.begin(first)
    at = first
    while at < now() + 0.5:
        at += 0.1
        beat = 1 + 0.005 * math.sin(2 * math.pi * 1.2 * at)
        skin = SkinColour(198.0, 150.0 * beat, 125.0)
        both = SkinRegions(skin, skin)
        study.session.observe(picture(replace(face(one_hot(Emotion.NATURAL, 0.9)), skin=both)), at)
    page.run()
    assert "**Heart rate**  \n72 a minute" in words(page)
    assert "± 2 · clear signal" in words(page)
    page.button(key="finish").click().run()
    assert not page.exception
    assert "72 a minute on average" in words(page)
