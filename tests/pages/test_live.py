"""The live page without a browser: consent first, then the plan, then the session."""

from __future__ import annotations

import pytest

from app.parts.clock import now
from app.parts.consent import CONSENT_VERSION
from app.parts.preferences import choose, preferences
from app.parts.sessions import session_registry
from app.parts.video import VideoMemory
from fer_core.affect.breaks import BreakPlan
from fer_core.affect.indicators import Reason
from fer_core.emotions import Emotion
from fer_core.errors import SessionFinished
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.sessions.snapshot import State
from tests.pages.live_page import SMILE, started, watch, words
from tests.pages.running import button_keys, run_page
from tests.synthetic.heads import Head
from tests.synthetic.signals import face, one_hot, picture

pytestmark = pytest.mark.usefixtures("apart")


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


def test_a_subject_that_is_too_long_is_cut_and_says_so() -> None:
    page = run_page("live")
    page.text_input(key="setup_title").input("ab " * 60).run()
    assert "That has 180 letters. The first 80 are kept." in words(page)
    page.toggle(key="setup_camera").set_value(False)
    page.button(key="start_session").click().run()
    (study,) = session_registry().running()
    assert study.session.info.title == ("ab " * 27)[:80].rstrip()


def test_any_name_of_a_session_can_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.parts.start.new_session_id", lambda: "a__b-__")
    page, study = started()
    assert study.session_id == "a__b-__"
    assert not page.exception
    assert page.title[0].value == "Chapter 3"


def test_without_the_camera_there_is_no_empty_chart() -> None:
    page, _ = started(camera=False)
    assert not page.get("vega_lite_chart")
    assert "Understanding" not in words(page)
    page.button(key="camera_on").click().run()
    assert len(page.get("vega_lite_chart")) == 1
    assert "Understanding" in words(page)


def test_how_one_looks_is_said_with_how_much_of_the_minute_was_seen() -> None:
    page, study = started()
    head = Head().picture()
    for second in range(330):
        study.session.observe(head, study.session.info.started_at + second + 1)
    text = words(page.run())
    assert "looks as usual for you to an onlooker (100 % of the last minute seen)" in text


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
    assert page.header[0].value == "Time to rest"
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
    assert page.header[0].value == "Time to rest"


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
