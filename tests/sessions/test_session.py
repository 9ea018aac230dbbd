"""A session from start to finish: what it shows, when it is silent, and why."""

from __future__ import annotations

import itertools
import math
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.affect.breaks import BreakPlan, BreakRule
from fer_core.affect.indicators import Basis, Reason
from fer_core.affect.signals import CHANNELS, Baseline, Channel, Presence, Usual
from fer_core.emotions import LABELS, Emotion
from fer_core.errors import SessionFinished
from fer_core.learner.evaluation import CameraVerdict, evaluate
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.learner.profile import LearnerProfile
from fer_core.sessions.events import EventKind
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.snapshot import State, Trend
from fer_core.vision.faces import Detections
from tests.synthetic.signals import (
    START,
    Learner,
    face,
    frames,
    one_hot,
    picture,
    with_valence,
)

CALM = picture(face(one_hot(Emotion.NATURAL, 0.9)))
SMILE = picture(face(one_hot(Emotion.HAPPY, 0.9)))
FURROWED = picture(face(one_hot(Emotion.ANGRY, 0.9)))
NOBODY = picture()
OFF = picture(blank=True)
TWO = picture(face(one_hot(Emotion.NATURAL, 0.9)), face(one_hot(Emotion.HAPPY, 0.9), x=20))

USUAL = {
    Channel.VALENCE: Usual(0.0, 0.05),
    Channel.AROUSAL: Usual(0.0, 0.05),
    Channel.NEGATIVE: Usual(0.05, 0.05),
    Channel.MOTION: Usual(0.0, 0.05),
    Channel.CENTRE_X: Usual(0.5, 0.05),
    Channel.CENTRE_Y: Usual(0.46, 0.05),
    Channel.SIZE: Usual(0.33, 0.05),
}
KNOWN = Baseline(USUAL)
OF_KNOWN = LearnerProfile(baseline=KNOWN)
#: Of a learner whose answers the camera has not helped to predict.
NO_CAMERA = LearnerProfile(
    baseline=KNOWN, evaluation=replace(evaluate([]), verdict=CameraVerdict.NOT_HELPED)
)


def new_session(**options: object) -> StudySession:
    plan = options.pop("plan", BreakPlan())
    return StudySession(
        SessionInfo("s", START, plan=plan),  # type: ignore[arg-type]
        seed=1,
        **options,  # type: ignore[arg-type]
    )


def show(
    session: StudySession, detections: Detections, since: float, seconds: float, fps: float = 5
) -> float:
    """Show the same picture for a while, and return when it ended, in seconds from the start."""
    for i in range(1, round(seconds * fps) + 1):
        session.observe(detections, START + since + i / fps)
    return since + seconds


def be_there(session: StudySession, until: float) -> None:
    """Give a sign of the learner each minute."""
    for at in np.arange(0.0, until, 60.0):
        session.sign(START + float(at))
    session.sign(START + until)


class TestExpression:
    def test_it_names_what_was_seen_in_the_last_seconds(self) -> None:
        session = new_session()
        show(session, SMILE, 0, 5)
        assert session.snapshot(START + 5).expression.emotion is Emotion.HAPPY

    def test_a_furrowed_brow_is_not_called_angry(self) -> None:
        session = new_session()
        show(session, FURROWED, 0, 5)
        assert session.snapshot(START + 5).expression.label == "Furrowed"

    def test_an_unclear_face_is_unsure_and_says_so(self) -> None:
        session = new_session()
        show(session, picture(face(np.full(5, 0.2))), 0, 5)
        expression = session.snapshot(START + 5).expression
        assert expression.emotion is None
        assert expression.reason is Reason.UNSURE

    def test_before_the_first_picture_it_waits(self) -> None:
        expression = new_session().snapshot(START).expression
        assert expression.probabilities is None
        assert expression.reason is Reason.WAITING


class TestPresence:
    def test_one_missed_frame_is_no_absence(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 5)
        session.observe(NOBODY, START + end + 0.2)
        assert session.snapshot(START + end + 0.2).presence is Presence.FACE

    def test_a_missing_face_is_bridged_for_three_seconds(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        end = show(session, NOBODY, end, 2.8)
        assert session.snapshot(START + end).stress.estimate.value is not None
        end = show(session, NOBODY, end, 0.4)
        assert session.snapshot(START + end).stress.estimate.reason is Reason.NO_FACE

    def test_after_five_seconds_without_a_face_the_learner_is_away(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 20)
        end = show(session, NOBODY, end, 4.8)
        assert session.snapshot(START + end).presence is Presence.NO_FACE
        end = show(session, NOBODY, end, 0.4)
        snapshot = session.snapshot(START + end)
        assert snapshot.presence is Presence.AWAY
        assert snapshot.expression.reason is Reason.AWAY

    def test_time_away_is_not_studied(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 20)
        end = show(session, NOBODY, end, 65)
        show(session, CALM, end, 15)
        totals = session.totals(START + 100)
        assert totals.away_s == pytest.approx(60, abs=0.5)
        assert totals.studied_s == pytest.approx(40, abs=0.5)

    def test_a_camera_that_is_off_is_paused_and_not_away(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 20)
        end = show(session, OFF, end, 60)
        snapshot = session.snapshot(START + end)
        assert snapshot.notice is Reason.CAMERA_OFF
        assert session.totals(START + end).away_s == 0

    def test_a_second_face_pauses_the_indicators_and_says_so(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        end = show(session, TWO, end, 2)
        snapshot = session.snapshot(START + end)
        assert snapshot.notice is Reason.SEVERAL_FACES
        for indicator in (snapshot.comprehension, snapshot.stress, snapshot.attention):
            assert indicator.estimate.reason is Reason.SEVERAL_FACES

    def test_a_second_face_leaves_no_trace_in_the_expression(self) -> None:
        alone, joined = new_session(), new_session()
        for session in (alone, joined):
            show(session, CALM, 0, 10)
        show(joined, TWO, 10, 2)
        for session in (alone, joined):
            show(session, CALM, 12, 5)
        assert alone.totals(START + 17).shares == pytest.approx(
            joined.totals(START + 17).shares, abs=1e-6
        )

    def test_a_second_box_in_a_single_frame_is_a_slip(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 5)
        session.observe(TWO, START + end + 0.2)
        assert session.snapshot(START + end + 0.2).notice is None

    def test_a_camera_that_falls_silent_is_said_to(self) -> None:
        session = new_session()
        show(session, CALM, 0, 10)
        assert session.snapshot(START + 12).notice is None
        assert session.snapshot(START + 14).notice is Reason.NO_PICTURES

    def test_nobody_is_away_while_no_pictures_come(self) -> None:
        session = new_session()
        show(session, CALM, 0, 10)
        session.observe(NOBODY, START + 100)
        assert session.snapshot(START + 100).presence is Presence.NO_FACE


class TestIndicators:
    def test_they_wait_for_the_baseline(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 120, fps=3)
        snapshot = session.snapshot(START + end)
        assert snapshot.comprehension.estimate.reason is Reason.BASELINE
        assert snapshot.stress.estimate.reason is Reason.BASELINE
        assert 0.3 < snapshot.baseline_progress < 0.45

    def test_after_five_minutes_the_baseline_is_ready(self) -> None:
        session = new_session()
        end = show(session, CALM, 0, 320, fps=3)
        assert session.baseline is not None
        assert session.snapshot(START + end).comprehension.estimate.value is not None
        assert [e.kind for e in session.events()].count(EventKind.BASELINE_READY) == 1

    def test_a_known_learner_need_not_wait(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 30)
        estimate = session.snapshot(START + end).comprehension.estimate
        assert estimate.value == pytest.approx(70, abs=1)
        assert estimate.basis is Basis.ATTENTION

    def test_with_a_face_in_view_for_less_than_half_nothing_is_shown(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = 0.0
        for _ in range(10):
            end = show(session, CALM, end, 2)
            end = show(session, NOBODY, end, 2.6)
        session.observe(CALM, START + end + 0.2)
        snapshot = session.snapshot(START + end + 0.2)
        assert snapshot.coverage < 0.5
        assert snapshot.stress.estimate.reason is Reason.COVERAGE

    def test_a_furrowed_face_raises_stress_and_lowers_comprehension(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        before = session.snapshot(START + end)
        end = show(session, FURROWED, end, 120)
        after = session.snapshot(START + end)
        assert after.stress.trend is Trend.HIGHER
        assert after.comprehension.trend is Trend.LOWER
        assert before.stress.trend is Trend.SAME

    def test_looking_from_elsewhere_is_not_facing_the_screen(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        assert session.snapshot(START + end).attention.estimate.value == 100
        aside = picture(face(one_hot(Emotion.NATURAL, 0.9), x=520))
        end = show(session, aside, end, 4)
        assert session.snapshot(START + end).attention.estimate.value == 100
        end = show(session, aside, end, 31)
        assert session.snapshot(START + end).attention.estimate.value == pytest.approx(50, abs=4)

    def test_away_is_no_attention(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        end = show(session, NOBODY, end, 90)
        assert session.snapshot(START + end).attention.estimate.value == 0

    def test_a_camera_that_never_helped_is_left_out(self) -> None:
        session = new_session(profile=NO_CAMERA)
        end = show(session, FURROWED, 0, 60)
        assert session.snapshot(START + end).stress.estimate.reason is Reason.NO_ANSWERS

    def test_a_text_that_is_open_enters_the_live_estimate(self) -> None:
        from fer_core.affect.indicators import comprehension_features

        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        easy = session.snapshot(START + end).comprehension.estimate
        session.set_reading(comprehension_features(lix=68))
        hard = session.snapshot(START + end).comprehension.estimate
        assert hard.basis is Basis.TEXT
        assert hard.value is not None
        assert easy.value is not None
        assert hard.value < easy.value


class TestFrames:
    def test_a_late_frame_is_left_out_and_counted(self) -> None:
        session = new_session()
        assert session.observe(CALM, START + 2)
        assert not session.observe(SMILE, START + 1)
        assert not session.observe(SMILE, START + 2)
        snapshot = session.snapshot(START + 2)
        assert (snapshot.frames, snapshot.late_frames) == (1, 2)

    def test_a_frame_without_a_time_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time"):
            new_session().observe(CALM, math.nan)

    def test_the_order_of_late_frames_does_not_matter(self) -> None:
        """The same newest frames give the same rows, whatever came late between them."""
        rng = np.random.default_rng(0)
        pictures = [(at, with_valence(float(rng.normal(0, 0.3)))) for at in range(1, 200)]
        plain, messy = new_session(), new_session()
        for at, p in pictures:
            plain.observe(picture(face(p)), START + at / 4)
            messy.observe(picture(face(p)), START + at / 4)
            messy.observe(SMILE, START + at / 4 - float(rng.uniform(0, 10)))
        assert plain.rows() == messy.rows()

    @settings(max_examples=30)
    @given(
        st.lists(
            st.tuples(st.floats(0.001, 700), st.sampled_from([CALM, SMILE, NOBODY, OFF, TWO])),
            min_size=1,
            max_size=80,
        )
    )
    def test_whatever_comes_there_is_one_row_a_second_and_never_nan(
        self, steps: list[tuple[float, Detections]]
    ) -> None:
        session, at = new_session(profile=OF_KNOWN), START
        for step, detections in steps:
            at += step
            session.observe(detections, at)
        snapshot = session.snapshot(at)
        session.finish(at)
        starts = [row.at for row in session.rows()]
        assert starts == sorted(set(starts))
        assert all(start == math.floor(start) for start in starts)
        for row in session.rows():
            numbers = [
                row.valence,
                row.valence_band,
                row.arousal,
                row.coverage,
                row.motion,
                *(row.shares or ()),
                *(row.probabilities or ()),
            ]
            assert all(math.isfinite(number) for number in numbers if number is not None)
            assert 0 <= row.coverage <= 1
            assert row.valid_s <= row.observed_s + 1e-9 <= 1 + 2e-9
        for indicator in (snapshot.comprehension, snapshot.stress, snapshot.attention):
            estimate = indicator.estimate
            assert (estimate.value is None) == (estimate.reason is not None)
        totals = session.totals(at)
        assert 0 <= totals.studied_s <= totals.active_s <= totals.elapsed_s + 1e-6

    @pytest.mark.parametrize("fps", [2.0, 5.0, 15.0])
    def test_the_timeline_is_the_same_at_any_frame_rate(self, fps: float) -> None:
        def run(rate: float) -> np.ndarray:
            session = new_session(profile=OF_KNOWN)
            for i in range(1, int(240 * rate)):
                at = i / rate
                happy = 0.5 - 0.5 * math.cos(2 * math.pi * at / 60)
                p = happy * one_hot(Emotion.HAPPY) + (1 - happy) * one_hot(Emotion.NATURAL)
                session.observe(picture(face(p)), START + at)
            frame = session.timeline(since=START + 60)
            return frame[[*LABELS, "valence"]].to_numpy()[:170]

        assert np.abs(run(fps) - run(30.0)).max() <= 0.03


class TestClock:
    def test_a_pause_stops_the_clock_and_the_signals(self) -> None:
        session = new_session()
        show(session, CALM, 0, 60)
        session.pause(START + 60)
        assert not session.observe(SMILE, START + 70)
        snapshot = session.snapshot(START + 100)
        assert snapshot.state is State.PAUSED
        assert snapshot.notice is Reason.PAUSED
        assert snapshot.studied_s == pytest.approx(60)
        session.resume(START + 100)
        assert session.snapshot(START + 130).studied_s == pytest.approx(90)

    def test_pausing_twice_is_pausing_once(self) -> None:
        session = new_session()
        session.pause(START + 10)
        session.pause(START + 20)
        session.resume(START + 30)
        assert session.totals(START + 40).active_s == pytest.approx(20)

    def test_a_pause_in_mid_second_leaves_one_row_for_that_second(self) -> None:
        session = new_session()
        show(session, CALM, 0, 10.4)
        session.pause(START + 10.4)
        session.resume(START + 10.5)
        show(session, CALM, 10.5, 5)
        starts = [row.at for row in session.rows()]
        assert len(starts) == len(set(starts))

    def test_a_frame_captured_in_a_pause_is_left_out_after_it(self) -> None:
        session = new_session()
        show(session, CALM, 0, 10)
        session.pause(START + 10)
        session.resume(START + 100)
        assert not session.observe(SMILE, START + 50)

    def test_a_finished_session_takes_nothing_more(self) -> None:
        session = new_session()
        session.finish(START + 10)
        session.finish(START + 20)
        with pytest.raises(SessionFinished):
            session.observe(CALM, START + 11)
        with pytest.raises(SessionFinished):
            session.resume(START + 11)
        assert session.totals(START + 500).elapsed_s == 10

    def test_the_timer_runs_without_a_camera(self) -> None:
        session = new_session()
        for second in range(1, 1502):
            session.sign(START + second)
            snapshot = session.snapshot(START + second)
        assert snapshot.suggestion is not None
        assert snapshot.suggestion.rule is BreakRule.TIMER

    def test_the_time_to_the_next_break_counts_down(self) -> None:
        session = new_session()
        assert session.snapshot(START + 60).next_break_s == pytest.approx(24 * 60)

    def test_two_minutes_of_pause_are_a_rest(self) -> None:
        session = new_session()
        session.pause(START + 100)
        session.resume(START + 230)
        assert session.snapshot(START + 230).next_break_s == pytest.approx(1500)
        assert session.totals(START + 230).breaks == 1

    def test_taking_a_break_pauses(self) -> None:
        session = new_session()
        be_there(session, 1501)
        session.snapshot(START + 1501)
        session.take_break(START + 1505)
        assert session.state is State.PAUSED
        assert EventKind.BREAK_TAKEN in [event.kind for event in session.events()]


class TestQuestions:
    def ask(self, session: StudySession, since: float = 0) -> tuple[Probe, float]:
        at = since
        while True:
            at += 1
            session.sign(START + at)
            probe = session.next_probe(START + at)
            if probe is not None:
                return probe, at

    def test_the_first_comes_after_three_to_five_minutes(self) -> None:
        _, at = self.ask(new_session())
        assert 180 <= at <= 301

    def test_an_open_question_stays_until_it_is_answered(self) -> None:
        session = new_session()
        probe, at = self.ask(session)
        assert session.next_probe(START + at + 5) == probe
        assert session.snapshot(START + at + 5).probe == probe
        session.answer(probe, 4, START + at + 6)
        assert session.next_probe(START + at + 7) is None

    def test_a_question_that_nobody_answers_counts_as_skipped(self) -> None:
        session = new_session()
        _, at = self.ask(session)
        session.next_probe(START + at + 121)
        assert [answer.skipped for answer in session.answers] == [True]

    def test_low_answers_lower_the_estimate(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 60)
        before = session.snapshot(START + end).comprehension.estimate.value
        for i in range(4):
            probe = Probe(f"x{i}", ProbeKind.CLARITY, START + end, "How clear is it?")
            session._core.questions.ask(probe, START + end)
            session.answer(probe, 1, START + end)
        after = session.snapshot(START + end).comprehension.estimate
        assert before is not None
        assert after.value is not None
        assert after.value < before - 10
        assert after.answers == 4

    def test_the_same_answer_sent_twice_counts_once(self) -> None:
        session = new_session()
        probe, at = self.ask(session)
        session.answer(probe, 4, START + at)
        session.answer(probe, 4, START + at + 1)
        assert len(session.answers) == 1
        assert [e.kind for e in session.events()].count(EventKind.PROBE_ANSWERED) == 1

    def test_no_question_comes_while_a_break_is_suggested(self) -> None:
        session = new_session(plan=BreakPlan(5, 5))
        be_there(session, 301)
        assert session.snapshot(START + 301).suggestion is not None
        assert session.next_probe(START + 301) is None

    def test_high_stress_brings_a_break(self) -> None:
        session = new_session(plan=BreakPlan(180, 5))
        session.answer(Probe("x", ProbeKind.STRESS, START, "?"), 9, START + 10)
        suggestion = session.snapshot(START + 11).suggestion
        assert suggestion is not None
        assert suggestion.rule is BreakRule.ANSWERS


class TestRestart:
    def interrupted(self) -> tuple[StudySession, StudySession]:
        rng = np.random.default_rng(3)
        session = new_session()
        for at, detections in frames(Learner(), 700, 5, rng):
            session.observe(detections, START + at)
            probe = session.next_probe(START + at)
            if probe is not None:
                session.answer(probe, 4, START + at)
        session.mark_passage("p1", 1.0, START + 10, START + 40)
        rows = [type(row).from_dict(row.to_dict()) for row in session.rows()]
        events = [type(event).from_dict(event.to_dict()) for event in session.events()]
        restored = StudySession.restore(
            SessionInfo.from_dict(session.info.to_dict()),
            rows,
            events,
            answers=session.examples,
            views=session.views,
        )
        return session, restored

    def test_it_comes_back_paused_with_all_its_rows(self) -> None:
        session, restored = self.interrupted()
        assert restored.state is State.PAUSED
        assert restored.rows() == session.rows()
        assert restored.answers == session.answers
        assert restored.views == session.views
        assert restored.events()[-1].kind is EventKind.INTERRUPTED

    def test_the_clock_stands_where_it_was(self) -> None:
        session, restored = self.interrupted()
        at = START + 5000
        assert restored.totals(at).active_s == pytest.approx(
            session.totals(START + 700).active_s, abs=2
        )

    def test_baseline_and_estimates_come_back(self) -> None:
        session, restored = self.interrupted()
        assert session.baseline is not None
        assert restored.baseline is not None
        for channel in CHANNELS:
            before, after = session.baseline.usual[channel], restored.baseline.usual[channel]
            assert after.median == pytest.approx(before.median, abs=0.02)
        restored.resume(START + 710)
        for live in (session, restored):
            show(live, CALM, 711, 60)
        went_on, came_back = session.snapshot(START + 771), restored.snapshot(START + 771)
        stress = went_on.stress.estimate.value
        assert came_back.stress.estimate.value == pytest.approx(stress, abs=3)
        comprehension = went_on.comprehension.estimate.value
        assert came_back.comprehension.estimate.value == pytest.approx(comprehension, abs=3)

    def test_a_rest_before_it_counts_as_one_after_it(self) -> None:
        session = new_session(plan=BreakPlan(25, 5))
        show(session, CALM, 0, 1200, fps=2)
        show(session, NOBODY, 1200, 240, fps=2)
        show(session, CALM, 1440, 300, fps=2)
        restored = StudySession.restore(session.info, session.rows(), session.events())
        restored.resume(START + 1750)
        now = restored.snapshot(START + 1750)
        assert now.suggestion is None
        assert now.next_break_s == pytest.approx(session.snapshot(START + 1740).next_break_s, abs=2)

    def test_what_was_usual_from_the_start_still_is(self) -> None:
        session = new_session(profile=OF_KNOWN)
        show(session, NOBODY, 0, 900, fps=2)
        show(session, CALM, 900, 900, fps=2)
        restored = StudySession.restore(session.info, session.rows(), session.events(), OF_KNOWN)
        before, after = session.snapshot(START + 1800), restored.snapshot(START + 1800)
        assert before.attention.usual == pytest.approx(50, abs=2)
        assert after.attention.usual == before.attention.usual

    def test_new_questions_do_not_take_the_names_of_old_ones(self) -> None:
        _, restored = self.interrupted()
        restored.resume(START + 710)
        at = 710.0
        while (probe := restored.next_probe(START + at)) is None:
            at += 1
            restored.sign(START + at)
        assert probe.probe_id not in {answer.probe.probe_id for answer in restored.answers}

    def test_a_finished_session_comes_back_finished(self) -> None:
        session = new_session()
        show(session, CALM, 0, 10)
        session.finish(START + 10)
        restored = StudySession.restore(session.info, session.rows(), session.events())
        assert restored.state is State.FINISHED
        assert restored.totals(START + 99) == session.totals(START + 99)


class TestReading:
    def test_signals_tell_who_was_there(self) -> None:
        session = new_session(profile=OF_KNOWN)
        end = show(session, CALM, 0, 30)
        end = show(session, OFF, end, 10)
        show(session, NOBODY, end, 20)
        signals = session.signals()
        present = dict(zip(signals.start - START, signals.present, strict=True))
        assert present[10.0] == 1
        assert math.isnan(present[35.0])
        assert present[55.0] == 0

    def test_what_is_visible_in_a_pause_is_not_read(self) -> None:
        session = new_session()
        session.mark_passage("p1", 1.0, START, START + 10)
        session.pause(START + 10)
        session.mark_passage("p2", 1.0, START + 10, START + 20)
        session.resume(START + 20)
        session.mark_passage("p3", 1.0, START + 15, START + 25)
        assert [(v.passage_id, v.start - START) for v in session.views] == [("p1", 0), ("p3", 20)]


def test_the_table_has_a_reason_for_each_missing_number() -> None:
    session = new_session()
    end = show(session, CALM, 0, 20)
    show(session, TWO, end, 10)
    frame = session.timeline()
    for name in ("comprehension", "stress", "attention"):
        missing = frame[name].isna()
        assert (frame.loc[missing, f"{name}_reason"] != "").all()
        assert (frame.loc[~missing, f"{name}_reason"] == "").all()
    assert frame["time"].is_monotonic_increasing
    assert str(frame["time"].dtype).endswith("UTC]")


def test_a_coarser_table_adds_up_to_the_same_time() -> None:
    session = new_session()
    show(session, CALM, 0, 60)
    fine, coarse = session.timeline(), session.timeline(bucket_s=5)
    assert len(coarse) == pytest.approx(len(fine) / 5, abs=1)
    assert coarse["valid_s"].sum() == pytest.approx(fine["valid_s"].sum())


def test_two_sessions_with_the_same_frames_give_the_same_table() -> None:
    first, second = new_session(), new_session()
    shown = list(frames(Learner(), 60, 8, np.random.default_rng(1)))
    for session, pages in ((first, True), (second, False)):
        for at, detections in shown:
            session.observe(detections, START + at)
            if pages:
                session.snapshot(START + at)
    assert first.rows() == second.rows()


def test_threads_may_read_while_frames_come() -> None:
    session, errors = new_session(), []

    def read() -> None:
        try:
            for i in range(200):
                session.snapshot(START + i)
                session.timeline()
        except Exception as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    show(session, CALM, 0, 200)
    for reader in readers:
        reader.join()
    assert not errors


def test_times_between_events_never_run_back() -> None:
    session = new_session()
    show(session, CALM, 0, 10)
    session.pause(START + 10)
    session.resume(START + 200)
    session.finish(START + 300)
    times = [event.at for event in session.events()]
    assert all(later >= earlier for earlier, later in itertools.pairwise(times))
