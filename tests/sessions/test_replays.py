"""Replays of study sessions in which earlier versions said something false (science, F1 to F13)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fer_core.affect.breaks import BreakPlan, BreakRule
from fer_core.affect.indicators import ComprehensionFeatures
from fer_core.affect.weights import comprehension_prior, estimate
from fer_core.emotions import Emotion
from fer_core.learner.evaluation import CameraVerdict, evaluate
from fer_core.learner.personalise import Example, learn
from fer_core.learner.profile import LearnerProfile
from fer_core.live.reading_tracker import ReadingTracker
from fer_core.sessions.events import EventKind
from fer_core.sessions.report import find_stretches
from fer_core.sessions.session import StudySession
from fer_core.sessions.snapshot import Snapshot, Trend
from fer_core.texts.opening import open_pasted
from fer_core.vision.faces import Detections
from tests.sessions.playing import CALM, NOBODY, OF_KNOWN, new_session, show
from tests.synthetic.signals import START, Learner, face, frames, one_hot, picture, with_valence

#: Twelve passages of 96 words: at 238 a minute each takes 24 s.
TEXT = open_pasted("\n\n".join(["Plain words stand in this line for you. " * 12] * 12))
READ_S = TEXT.passages[0].words / 238 * 60


def read_on(
    session: StudySession, shown: dict[int, Detections], *, tracker: ReadingTracker | None = None
) -> list[Snapshot]:
    """Read passage after passage at a steady 238 words a minute, two pictures a second.

    Args:
        session: Is fed.
        shown: What the camera shows in each second of every twenty; calm where nothing is said.
        tracker: Enters the live estimate.
    """
    snapshots = []
    for step in range(1, round(2 * READ_S * len(TEXT.passages))):
        at = step / 2
        session.observe(shown.get(int(at) % 20, CALM), START + at)
        passage = TEXT.passages[min(int(at / READ_S), len(TEXT.passages) - 1)]
        session.mark_passage(passage.passage_id, 1.0, START + at - 0.5, START + at)
        if tracker is not None and at > 10 and step % 4 == 0:
            tracker.follow()
            snapshots.append(session.snapshot(START + at))
    return snapshots


def breaks(session: StudySession) -> list[tuple[BreakRule, float]]:
    return [
        (BreakRule(event.data["rule"]), event.at - START)
        for event in session.events()
        if event.kind is EventKind.BREAK_SUGGESTED
    ]


def value(snapshot: Snapshot) -> float:
    assert snapshot.comprehension.estimate.value is not None
    return snapshot.comprehension.estimate.value


# F1: a seat, a lid


@pytest.mark.parametrize("moved", [{"x": 375.0}, {"height": 96.0}, {"y": 30.0}])
def test_a_seat_or_a_lid_that_moved_is_no_absence(moved: dict[str, float]) -> None:
    session = new_session(profile=OF_KNOWN)
    end = show(session, CALM, 0, 300, fps=2)
    before = value(session.snapshot(START + end))
    elsewhere = picture(face(one_hot(Emotion.NATURAL, 0.9), **moved))
    end = show(session, elsewhere, end, 600, fps=2)
    after = session.snapshot(START + end)
    assert after.attention.estimate.value == 100
    assert value(after) == pytest.approx(before, abs=1)


def test_the_next_session_may_be_at_another_seat() -> None:
    first = new_session()
    show(first, CALM, 0, 400, fps=2)
    elsewhere = picture(face(one_hot(Emotion.NATURAL, 0.9), x=40.0, height=90.0))
    session = new_session(profile=LearnerProfile(baseline=first.baseline))
    read_on(session, dict.fromkeys(range(20), elsewhere))
    session.finish(START + READ_S * len(TEXT.passages))
    result = ReadingTracker(TEXT, session).result()
    assert sum(one.away_seconds for one in result.reading.passages) == 0
    assert session.totals(START + 400).away_s == 0


# F2: a lamp


def test_a_face_that_poor_light_hides_is_read_with_all_the_same() -> None:
    session = new_session(profile=OF_KNOWN)
    read_on(session, dict.fromkeys(range(8, 20), NOBODY))
    session.finish(START + READ_S * len(TEXT.passages))
    result = ReadingTracker(TEXT, session).result()
    assert sum(one.away_seconds for one in result.reading.passages) == 0
    assert {one.mark for one in result.highlights} <= {"important"}
    for reading in result.reading.passages:
        assert reading.wpm == pytest.approx(238, rel=0.05)


def test_time_without_a_face_is_studied_while_pages_move() -> None:
    session = new_session(profile=OF_KNOWN)
    read_on(session, dict.fromkeys(range(20), NOBODY))
    end = READ_S * len(TEXT.passages)
    assert session.totals(START + end).away_s == 0
    assert session.totals(START + end).studied_s == pytest.approx(end, abs=2)


def test_who_leaves_a_page_that_stands_still_is_away_for_all_that() -> None:
    session = new_session(profile=OF_KNOWN)
    read_on(session, {})
    end = READ_S * len(TEXT.passages)
    show(session, NOBODY, end, 600, fps=2)
    assert session.totals(START + end + 600).away_s == pytest.approx(480 + READ_S, abs=5)


# F3: the passage in view


def test_a_passage_in_view_is_not_judged_by_the_words_that_were_not_read_yet() -> None:
    session = new_session(profile=OF_KNOWN)
    tracker = ReadingTracker(TEXT, session)
    shown = [value(snapshot) for snapshot in read_on(session, {}, tracker=tracker)]
    assert max(shown) - min(shown) < 2
    running = tracker.result()
    last = TEXT.passages[-1].passage_id
    assert running.estimates[last].value == pytest.approx(shown[-1], abs=2)


def test_a_passage_that_was_begun_only_has_no_pace_and_is_not_skimmed() -> None:
    session = new_session()
    for second in range(50):
        passage = TEXT.passages[int(second / READ_S)]
        session.mark_passage(passage.passage_id, 1.0, START + second, START + second + 1)
    session.finish(START + 50)
    result = ReadingTracker(TEXT, session).result()
    assert [one.wpm is not None for one in result.reading.passages[:3]] == [True, True, False]
    assert not any(one.mark == "skimmed" for one in result.highlights)


# F4: weights that were fitted beside a camera


def ordinary_absence(count: int, seed: int = 0) -> list[Example]:
    """Answers of somebody who understands 62 in 100 and is away a little, as everybody is."""
    rng = np.random.default_rng(seed)
    return [
        Example(
            ComprehensionFeatures(
                difficulty=float(rng.normal()), away=float(rng.uniform(0.3, 1.2)), negative=0.3
            ),
            float(rng.random() < 0.62),
            1.0,
            f"s{number // 8}",
        )
        for number in range(count)
    ]


def test_without_the_camera_the_weights_are_those_without_it() -> None:
    learnt = learn(comprehension_prior(), ordinary_absence(200))
    shown = estimate(ComprehensionFeatures(difficulty=0.0), learnt).value
    assert shown == pytest.approx(62, abs=3)


# F5: the timer


def test_nobody_is_told_of_25_minutes_of_study_after_ten_minutes_away() -> None:
    session = new_session(profile=OF_KNOWN, plan=BreakPlan(25, 5))
    show(session, CALM, 0, 1200, fps=1)
    show(session, NOBODY, 1200, 600, fps=1)
    show(session, CALM, 1800, 900, fps=1)
    assert BreakRule.TIMER not in {rule for rule, _ in breaks(session)}
    assert session.totals(START + 2700).breaks == 1
    show(session, CALM, 2700, 660, fps=1)
    timers = [at for rule, at in breaks(session) if rule is BreakRule.TIMER]
    assert timers == [pytest.approx(1800 + 1500, abs=5)]


def test_short_absences_are_not_counted_as_study() -> None:
    session = new_session(profile=OF_KNOWN, plan=BreakPlan(25, 5))
    end = 0.0
    for _ in range(13):
        end = show(session, CALM, end, 120, fps=1)
        end = show(session, NOBODY, end, 60, fps=1)
    timers = [at for rule, at in breaks(session) if rule is BreakRule.TIMER]
    # 120 s of each 180 s are study; of the minute without a face the first five seconds too.
    assert timers == [pytest.approx(1500 * 180 / 125, abs=15)]


# F6: the verdict


def test_what_the_camera_saw_is_kept_though_it_is_left_out() -> None:
    left_out = replace(evaluate(()), verdict=CameraVerdict.NOT_HELPED)
    session = new_session(profile=replace(OF_KNOWN, evaluation=left_out))
    end = show(session, CALM, 0, 330, fps=2)
    probe = None
    while probe is None:
        end = show(session, CALM, end, 10, fps=2)
        probe = session.next_probe(START + end)
        if probe is not None and probe.kind == "stress":
            session.answer(probe, None, START + end)
            probe = None
    session.answer(probe, 4, START + end)
    kept = session.examples[-1][1]
    assert isinstance(kept, ComprehensionFeatures)
    assert kept.has_camera


def test_the_verdict_on_comprehension_decides_nothing_about_stress() -> None:
    left_out = replace(evaluate(()), verdict=CameraVerdict.NOT_HELPED)
    session = new_session(profile=replace(OF_KNOWN, evaluation=left_out))
    end = show(session, CALM, 0, 60)
    assert session.snapshot(START + end).stress.estimate.value is not None


# F10, F11: what is usual, what stands out


def seat(session: StudySession, seconds: float, negative: float, since: float, seed: int) -> float:
    """Show a face whose Angry + Sad wanders a little around a level."""
    rng = np.random.default_rng(seed)
    for step in range(round(seconds)):
        share = float(np.clip(negative + 0.03 * rng.normal(), 0, 1))
        p = np.zeros(5)
        p[Emotion.ANGRY.index], p[Emotion.NATURAL.index] = share, 1 - share
        session.observe(picture(face(p)), START + since + step + 1)
    return since + seconds


def test_glasses_put_on_become_usual_and_call_for_one_break_at_most() -> None:
    session = new_session(profile=OF_KNOWN, plan=BreakPlan(180, 5))
    end = seat(session, 1200, 0.1, 0, 1)
    before = session.snapshot(START + end)
    end = seat(session, 2400, 0.3, end, 2)
    after = session.snapshot(START + end)
    assert sum(rule is BreakRule.NEGATIVE for rule, _ in breaks(session)) <= 1
    assert value(after) == pytest.approx(value(before), abs=4)
    assert after.stress.trend is Trend.SAME
    assert after.comprehension.trend is Trend.SAME


def test_a_frown_in_the_first_five_minutes_lowers_nothing_for_ever() -> None:
    session = new_session(plan=BreakPlan(180, 5))
    end = seat(session, 310, 0.5, 0, 1)
    end = seat(session, 1800, 0.1, end, 2)
    after = session.snapshot(START + end)
    assert after.stress.estimate.value == pytest.approx(23, abs=4)
    assert after.stress.trend is Trend.SAME


def test_who_looks_down_at_notes_is_as_usual_for_them() -> None:
    session = new_session(profile=replace(OF_KNOWN, usual=type(OF_KNOWN.usual)()))
    trends, end = [], 0.0
    while end < 1800:
        end = show(session, CALM, end, 20, fps=2)
        end = show(session, NOBODY, end, 10, fps=2)
        if end > 600:
            trends.append(session.snapshot(START + end).comprehension.trend)
    assert trends.count(Trend.LOWER) < len(trends) / 10


def test_in_an_hour_in_which_only_the_face_wanders_no_stretch_is_named() -> None:
    learnt = learn(comprehension_prior(), ordinary_absence(40))
    profile = LearnerProfile(comprehension=learnt)
    for seed in range(2):
        session = new_session(profile=profile)
        for at, shown in frames(Learner(), 3600, 0.5, np.random.default_rng(seed)):
            session.observe(shown, START + at)
        hardest, best, why = find_stretches(session.rows())
        assert (hardest, best) == (None, None)
        assert why


def test_before_the_weights_are_ones_own_no_stretch_is_named() -> None:
    session = new_session(profile=OF_KNOWN)
    end = show(session, CALM, 0, 900, fps=1)
    show(session, NOBODY, end, 25, fps=1)
    assert "8 questions" in find_stretches(session.rows())[2]


def test_five_minutes_that_were_different_are_named_once_the_weights_are_ones_own() -> None:
    rng = np.random.default_rng(3)
    answers = [
        Example(ComprehensionFeatures(negative=z), float(z < 1.5), 1.0, f"s{number // 8}")
        for number, z in enumerate(rng.choice([0.0, 3.0], 60).tolist())
    ]
    profile = replace(OF_KNOWN, comprehension=learn(comprehension_prior(), answers))
    session = new_session(profile=profile)
    end = show(session, CALM, 0, 1500, fps=1)
    end = show(session, picture(face(with_valence(-0.5))), end, 300, fps=1)
    show(session, CALM, end, 1500, fps=1)
    hardest, best, _ = find_stretches(session.rows())
    assert hardest is not None
    assert hardest.start - START == pytest.approx(1540, abs=90)
    assert best is None


# F13: no claim that was not measured


def test_the_look_into_the_distance_claims_nothing_about_where_one_looked() -> None:
    session = new_session(profile=OF_KNOWN, plan=BreakPlan(180, 5))
    show(session, CALM, 0, 1300, fps=1)
    told = [e.data["evidence"] for e in session.events() if e.kind is EventKind.BREAK_SUGGESTED]
    assert told == ["20 minutes of study since the last rest or reminder."]
