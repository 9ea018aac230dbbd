"""A session's questions and what their answers do."""

from __future__ import annotations

from fer_core.affect.breaks import BreakPlan, BreakRule
from fer_core.learner.probes import Probe, ProbeKind
from fer_core.sessions.events import EventKind
from fer_core.sessions.session import StudySession
from tests.sessions.playing import CALM, OF_KNOWN, be_there, new_session, show
from tests.synthetic.signals import (
    START,
)


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
