"""A session brought back after a restart."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.affect.baseline import CHANNELS
from fer_core.affect.breaks import BreakPlan
from fer_core.sessions.events import EventKind
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import State
from tests.sessions.playing import CALM, NOBODY, OF_KNOWN, new_session, show
from tests.synthetic.signals import (
    START,
    Learner,
    frames,
)


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
            session.info,
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

    @pytest.mark.parametrize("said", [(), (True,), (True, False), (False, True, True)])
    def test_who_studies_on_paper_does_so_after_it(self, said: tuple[bool, ...]) -> None:
        session = new_session()
        for second, on in enumerate(said):
            session.study_on_paper(on, START + second)
        noted = [event for event in session.events() if event.kind is EventKind.ON_PAPER]
        assert len(noted) == (2 if said == (True, False) else int(any(said))), "changes alone"
        events = [type(event).from_dict(event.to_dict()) for event in session.events()]
        restored = StudySession.restore(session.info, [], events)
        assert restored.studies_on_paper is session.studies_on_paper is (said[-1:] == (True,))

    def test_after_the_end_nothing_is_said_of_paper(self) -> None:
        session = new_session()
        session.finish(START + 1)
        session.study_on_paper(True, START + 2)
        assert not session.studies_on_paper

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
        end = 0.0
        while end < 1800:
            end = show(session, CALM, show(session, NOBODY, end, 60, fps=2), 60, fps=2)
        restored = StudySession.restore(session.info, session.rows(), session.events(), OF_KNOWN)
        before, after = session.snapshot(START + 1800), restored.snapshot(START + 1800)
        assert before.attention.usual == pytest.approx(50, abs=8)
        assert after.attention.usual == before.attention.usual

    def test_a_long_stay_on_a_passage_is_as_long_as_it_was(self) -> None:
        session = new_session()
        for start in range(0, 300, 2):  # one view stands for all of these reports
            session.mark_passage("p1", 1.0, START + start, START + start + 2)
        restored = StudySession.restore(
            session.info, session.rows(), session.events(), views=session.views
        )
        assert restored.views == session.views
        restored.mark_passage("p1", 1.0, START + 300, START + 310)
        assert [view.end - view.start for view in restored.views] == [310.0]

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
