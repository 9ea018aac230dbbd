"""The live page without a browser: consent first, then the plan, then the session."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
import streamlit_webrtc.component
from av import VideoFrame
from streamlit.testing.v1 import AppTest

from app.live import picture as live_picture
from app.live import running, timer_panel
from app.parts.clock import now
from app.parts.consent import CONSENT_VERSION
from app.parts.preferences import choose, preferences
from app.parts.sessions import camera_of, session_registry
from app.parts.video import VideoMemory
from app.parts.webrtc import Connection
from fer_core.affect.breaks import BreakPlan
from fer_core.affect.indicators import Reason
from fer_core.config import PROJECT_ROOT
from fer_core.emotions import Emotion
from fer_core.errors import SessionFinished
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.live.running_session import RunningSession
from fer_core.sessions.session_info import SessionInfo, new_session_id
from fer_core.sessions.snapshot import State
from fer_core.vision.faces import Detections, SkinColour
from tests.pages.running import button_keys, page_path, run_app, run_page
from tests.storage.sessions import TEXT
from tests.synthetic.signals import face, one_hot, picture

SMILE = picture(face(one_hot(Emotion.HAPPY, 0.9)))


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty history, and no browser session for streamlit-webrtc to look for."""
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(streamlit_webrtc.component, "get_this_session_info", lambda: None)
    yield
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    groups = (page.markdown, page.caption, page.info, page.title, page.subheader, page.warning)
    return "\n".join(str(element.value) for group in groups for element in group)


def agree() -> None:
    """Let the learner have agreed to the camera before."""
    choose(consent_version=CONSENT_VERSION, consent_at=now())


def started(title: str = "Chapter 3", *, camera: bool = True) -> tuple[AppTest, RunningSession]:
    agree()
    page = run_page("live")
    page.text_input(key="setup_title").input(title)
    page.toggle(key="setup_camera").set_value(camera)
    page.button(key="start_session").click().run()
    (study,) = session_registry().running()
    return page, study


def watch(study: RunningSession, seen: Detections) -> None:
    """Let the session see the same picture from its start until a moment from now."""
    at = study.session.info.started_at
    while at < now() + 0.5:
        at += 0.2
        study.session.observe(seen, at)


def test_before_the_camera_it_says_in_five_lines_what_is_agreed_to() -> None:
    page = run_page("live")
    page.button(key="start_session").click().run()
    text = words(page)
    for phrase in ("Measured", "Kept", "Never kept", "Not known", "Not for"):
        assert f"**{phrase}:**" in text
    assert session_registry().running() == []


def test_the_session_starts_as_soon_as_the_learner_has_agreed() -> None:
    page = run_page("live")
    page.text_input(key="setup_title").input("Chapter 3")
    page.button(key="start_session").click().run()
    page.button(key="consent_agree").click().run()
    (study,) = session_registry().running()
    assert not page.exception
    assert study.session.info.title == "Chapter 3"
    assert study.session.info.consent_at == preferences().consent_at
    assert VideoMemory.key() in page.session_state
    assert page.session_state[VideoMemory.key()].wanted


def test_who_does_not_agree_studies_without_the_camera() -> None:
    page = run_page("live")
    page.button(key="start_session").click().run()
    page.button(key="start_without").click().run()
    (study,) = session_registry().running()
    assert study.session.info.consent_version == ""
    assert not page.session_state[VideoMemory.key()].wanted
    assert "Camera is off" in words(page)


def test_agreement_is_asked_once_and_again_only_when_its_words_change() -> None:
    started()
    page = run_page("live")
    page.button(key="start_session").click().run()
    assert "consent_agree" not in button_keys(page)
    choose(consent_version="2020-01")
    page = run_page("live")
    page.button(key="start_session").click().run()
    assert "consent_agree" in button_keys(page)
    assert "have changed since you agreed" in words(page)


def test_a_started_session_has_its_title_its_plan_and_the_consent() -> None:
    page, study = started()
    assert not page.exception
    assert page.title[0].value == "Chapter 3"
    assert study.session.info.plan == BreakPlan(25, 5)
    assert study.session.info.consent_version == CONSENT_VERSION
    assert page.query_params["session"] == study.session_id


def test_before_the_first_picture_it_says_that_it_waits() -> None:
    page, _ = started()
    assert "Starting the camera" in words(page)


def test_what_was_seen_is_shown_with_its_reasons() -> None:
    page, study = started()
    watch(study, SMILE)
    page.run()
    text = words(page)
    assert "😊 Happy" in text
    assert "**Stress**" in text
    assert "Ready in 5:00 with your face in view" in text


def test_a_second_face_is_said_to_pause_the_indicators() -> None:
    page, study = started()
    two = picture(face(one_hot(Emotion.HAPPY)), face(one_hot(Emotion.SAD), x=20))
    watch(study, two)
    page.run()
    assert "More than one face" in words(page)


def test_a_break_can_be_dismissed() -> None:
    page, study = started()
    study.session.answer(Probe("x", ProbeKind.STRESS, now(), "?"), 9, now())
    page.run()
    assert "You rated your stress 9 out of 10." in words(page)
    page.button(key="dismiss-b1").click().run()
    assert "You rated your stress" not in words(page)


def test_taking_a_break_pauses_the_session() -> None:
    page, study = started()
    study.session.answer(Probe("x", ProbeKind.STRESS, now(), "?"), 9, now())
    page.run()
    page.button(key="take-b1").click().run()
    assert study.session.state is State.PAUSED
    assert page.subheader[0].value == "Time to rest"
    page.button(key="timer_more").click().run()
    assert study.session.snapshot(now()).timer.length_s == 360
    page.button(key="timer_break").click().run()
    assert "timer_pause" in button_keys(page)
    assert study.session.totals(now()).breaks == 1
    assert "1 break taken" in words(page)


def test_a_break_is_skipped_to_and_a_round_made_longer_before_it_is_due() -> None:
    page, study = started(camera=False)
    page.button(key="timer_more").click().run()
    assert study.session.snapshot(now()).timer.length_s == 30 * 60
    page.button(key="timer_skip").click().run()
    assert page.subheader[0].value == "Time to rest"


def test_a_moment_is_marked_with_one_press() -> None:
    page, study = started(camera=False)
    page.button(key="timer_marker").click().run()
    assert not page.exception
    (marker,) = study.session.markers.all()
    assert marker.at == pytest.approx(now(), abs=60)
    assert "Marked" in page.toast[0].value


def test_the_plan_is_taken_as_typed_and_stands_there_the_next_time() -> None:
    page = run_page("live")
    page.segmented_control(key="setup_plan").set_value("Custom").run()
    page.number_input(key="setup_focus").set_value(5)
    page.number_input(key="setup_rest").set_value(1)
    page.toggle(key="setup_camera").set_value(False)
    page.button(key="start_session").click().run()
    (study,) = session_registry().running()
    assert study.session.info.plan == BreakPlan(5, 1)
    again = run_page("live")
    assert again.number_input(key="setup_focus").value == 5


def test_a_question_is_answered_with_one_tap(monkeypatch: pytest.MonkeyPatch) -> None:
    page, study = started()
    probe = Probe("q1", ProbeKind.CLARITY, now(), "How clear is it?")
    monkeypatch.setattr(study.session._core.questionnaire._schedule, "next", lambda *_: probe)
    page.run()
    assert "How clear is it?" in words(page)
    monkeypatch.setattr(study.session._core.questionnaire._schedule, "next", lambda *_: None)
    page.pills(key="answer-q1").set_value(4).run()
    assert [answer.value for answer in study.session.answers] == [4]
    assert "How clear is it?" not in words(page)


def test_a_question_can_be_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    page, study = started()
    probe = Probe("q1", ProbeKind.STRESS, now(), "How stressed are you now?")
    monkeypatch.setattr(study.session._core.questionnaire._schedule, "next", lambda *_: probe)
    page.run()
    monkeypatch.setattr(study.session._core.questionnaire._schedule, "next", lambda *_: None)
    page.button(key="skip-q1").click().run()
    assert [answer.skipped for answer in study.session.answers] == [True]


def test_what_is_asked_of_a_session_that_another_tab_has_finished_leads_to_its_summary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, study = started()
    probe = Probe("q1", ProbeKind.CLARITY, now(), "How clear is it?")
    monkeypatch.setattr(study.session._core.questionnaire._schedule, "next", lambda *_: probe)
    page.run()
    study.session.finish(now())
    page.button(key="skip-q1").click().run()
    assert not page.exception
    assert "finished and takes nothing more" in page.toast[0].value
    assert "Here's how it went" in words(page)


def test_a_break_that_is_taken_after_the_end_leads_to_the_summary() -> None:
    page, study = started()
    study.session.answer(Probe("x", ProbeKind.STRESS, now(), "?"), 9, now())
    page.run()
    study.session.finish(now())
    page.button(key="take-b1").click().run()
    assert not page.exception
    assert "Here's how it went" in words(page)


def test_a_session_that_is_finished_while_pause_is_pressed_shows_its_summary(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, study = started()

    def finish_first(at: float) -> None:
        study.session.finish(at)
        raise SessionFinished

    monkeypatch.setattr(study.session, "pause", finish_first)
    page.button(key="timer_pause").click().run()
    assert not page.exception
    assert "Here's how it went" in words(page)


def test_pause_resume_and_finish() -> None:
    page, study = started()
    page.button(key="timer_pause").click().run()
    states = [study.session.state]
    for key in ("timer_pause", "finish"):
        page.button(key=key).click().run()
        states.append(study.session.state)
    assert states == [State.PAUSED, State.ACTIVE, State.FINISHED]
    assert not page.exception
    assert "Here's how it went" in words(page)


def test_the_summary_says_why_there_is_no_estimate() -> None:
    page, study = started()
    watch(study, SMILE)
    page.button(key="finish").click().run()
    said = words(page)
    assert "No estimate of understanding and stress" in said
    assert Reason.BASELINE.text in said


def test_a_session_left_open_is_offered_again() -> None:
    _, study = started("Left open")
    page = run_page("live")
    assert "**Left open** is not finished" in words(page)
    page.button(key=f"go-on-{study.session_id}").click().run()
    assert page.title[0].value == "Left open"


def test_a_session_begun_under_an_older_agreement_asks_before_the_camera_comes_on() -> None:
    registry = session_registry()
    old = SessionInfo(new_session_id(), registry.clock(), "Begun before", consent_version="2020-01")
    study = registry.start(old)
    page = AppTest.from_file(PROJECT_ROOT / "pages" / "live.py", default_timeout=60)
    page.query_params["session"] = study.session_id
    page.run()
    assert "timer_pause" in button_keys(page)
    page.button(key="camera_on").click().run()
    assert "Before the camera is used" in words(page)
    page.button(key="consent_agree").click().run()
    assert "consent_agree" not in button_keys(page)
    assert "camera_off" in button_keys(page)


def test_a_reading_left_open_is_gone_on_with_on_its_own_page() -> None:
    registry = session_registry()
    study = registry.start(SessionInfo(new_session_id(), registry.clock()), TEXT)
    app = run_app()
    agree()
    app.switch_page(page_path("live")).run()
    app.button(key=f"go-on-{study.session_id}").click().run()
    assert not app.exception
    assert app.query_params["reading"] == study.session_id
    assert "finish_reading" in button_keys(app)


def test_a_session_that_is_not_kept_is_forgotten_with_the_next() -> None:
    agree()
    page = run_page("live")
    page.toggle(key="setup_keep").set_value(False)
    page.text_input(key="setup_title").set_value("Bees")
    page.button(key="start_session").click().run()
    page.button(key="finish").click().run()
    assert "Download it now" in words(page)
    (kept,) = session_registry().running()
    page.button(key="another").click().run()
    assert page.text_input(key="setup_title").value == "Bees"
    assert kept.erased
    assert session_registry().running() == []


def test_the_address_of_a_session_that_is_gone_leads_to_a_new_one() -> None:
    page = run_page("live")
    page.query_params["session"] = "nothing"
    page.run()
    assert not page.exception
    assert "no longer here" in words(page)


def test_the_tab_that_lost_its_session_says_so_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    page, _ = started()
    told = iter([True, False])  # another tab takes over between the page and its next second
    for part in (running, timer_panel):
        monkeypatch.setattr(part, "is_here", lambda _: next(told, False))
    page.run()
    assert not page.exception
    assert "moved to another tab" in words(page)


def test_a_session_opened_in_another_tab_moves_there() -> None:
    page, study = started()
    camera_of(study).take_over("another tab")
    page.run()
    assert "moved to another tab" in words(page)


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
        study.session.observe(picture(replace(face(one_hot(Emotion.NATURAL, 0.9)), skin=skin)), at)
    page.run()
    assert "**Heart rate** &ensp; 72 a minute" in words(page)
    assert "± 2 · clear signal" in words(page)
    page.button(key="finish").click().run()
    assert not page.exception
    assert "72 a minute on average" in words(page)
