"""The live chart: a fixed specification, few points, breaks where nothing was seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.affect.baseline import Baseline, Channel, Usual
from fer_core.charts import timeline
from fer_core.charts.time_axis import without_last_pause
from fer_core.emotions import EMOTIONS, Emotion
from fer_core.learner.profile import LearnerProfile
from fer_core.sessions.markers import Marker
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from tests.synthetic.signals import START, face, one_hot, picture

CALM = picture(face(one_hot(Emotion.NATURAL, 0.9)))
KNOWN = Baseline(
    {channel: Usual(0.5 if channel.startswith("centre") else 0.1, 0.2) for channel in Channel}
)
LABELS = [emotion.study_label for emotion in EMOTIONS]


def session_of(seconds: int, fps: float = 2.0) -> StudySession:
    session = StudySession(SessionInfo("s", START), profile=LearnerProfile(baseline=KNOWN))
    for i in range(1, int(seconds * fps)):
        session.observe(CALM, START + i / fps)
    return session


@pytest.fixture(scope="module")
def hour() -> StudySession:
    return session_of(3600)


def tables(session: StudySession, now: float, window_s: float | None) -> timeline.LiveTables:
    return timeline.live_tables(session.rows(), session.events(), START, START + now, window_s)


@given(st.floats(1, 48 * 3600))
def test_no_window_has_more_points_than_a_screen_has_room_for(seconds: float) -> None:
    assert seconds / timeline.bucket_for(seconds) <= timeline.MOST_POINTS


@pytest.mark.parametrize("window_s", [60.0, 300.0, 1800.0, None])
def test_an_hour_is_drawn_with_few_points(hour: StudySession, window_s: float | None) -> None:
    made = tables(hour, 3600, window_s)
    assert 30 <= len(made.shares) <= timeline.MOST_POINTS + 1
    assert made.shares["elapsed"].max() == pytest.approx(3600, abs=12)


def test_shares_add_up_to_one() -> None:
    shares = tables(session_of(60), 60, None).shares
    np.testing.assert_allclose(shares[LABELS].sum(axis=1), 1.0, atol=1e-6)


def test_nothing_is_drawn_across_a_gap() -> None:
    session = session_of(30)
    for i in range(1, 60):
        session.observe(CALM, START + 60 + i / 2)
    shares = tables(session, 90, None).shares
    before = shares[shares["elapsed"] < 40]["segment"].unique()
    after = shares[shares["elapsed"] > 60]["segment"].unique()
    assert set(before).isdisjoint(after)


def test_no_line_is_drawn_across_an_absence() -> None:
    session = session_of(60)
    for i in range(1, 40):
        session.observe(picture(), START + 60 + i / 2)
    for i in range(1, 80):
        session.observe(CALM, START + 80 + i / 2)
    lines = tables(session, 120, None).lines
    for indicator in ("Understanding", "Stress"):
        one = lines[lines["indicator"] == indicator]
        for _, stretch in one.groupby("segment"):
            assert stretch["elapsed"].diff().max() <= 4


def test_no_value_is_drawn_that_is_missing() -> None:
    session = session_of(30)
    for i in range(1, 60):
        session.observe(picture(), START + 30 + i / 2)
    made = tables(session, 60, None)
    assert not made.lines[["value", "low", "high"]].isna().any().any()
    assert not made.shares[LABELS].isna().any().any()
    assert "away" in set(made.spans["text"])


def test_a_pause_is_marked_until_now() -> None:
    session = session_of(30)
    session.pause(START + 30)
    spans = tables(session, 50, None).spans
    assert spans[["start", "end", "text"]].to_numpy().tolist() == [[30.0, 50.0, "paused"]]


def test_a_session_that_was_left_open_for_a_night_is_drawn_up_to_where_it_was_left() -> None:
    session = session_of(600)
    session.pause(START + 600)
    night = START + 12 * 3600
    assert without_last_pause(session.events(), night) == (session.events(), night)
    session.finish(night)
    events, end = without_last_pause(session.events(), night)
    assert end == START + 600
    made = timeline.live_tables(session.rows(), events, START, end, None)
    assert made.spans["end"].max() <= 600


def test_a_pause_that_somebody_came_back_from_stays_in_the_chart() -> None:
    session = session_of(600)
    session.pause(START + 600)
    session.resume(START + 900)
    session.finish(START + 960)
    assert without_last_pause(session.events(), START + 960) == (session.events(), START + 960)


def test_a_break_is_marked_with_its_evidence() -> None:
    session = session_of(1510)
    session.snapshot(START + 1505)
    marks = tables(session, 1600, 300.0).marks
    assert marks["sign"].str.startswith("☕").any()
    assert marks["text"].str.contains("25 minutes").any()


def test_the_right_edge_is_now() -> None:
    marks = tables(session_of(10), 100, 60.0).marks
    assert marks["elapsed"].max() == 100


def test_both_charts_begin_where_the_first_picture_is() -> None:
    session = StudySession(SessionInfo("s", START), profile=LearnerProfile(baseline=KNOWN))
    for i in range(1, 60):
        session.observe(CALM, START + 20 + i / 2)
    assert tables(session, 50, None).marks["elapsed"].min() == 20


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.9, "0:59"), (61, "1:01"), (3725, "1:02:05"), (-1, "0:00")],
)
def test_times_read_as_on_a_clock(seconds: float, text: str) -> None:
    assert timeline.clock_text(seconds) == text


def test_the_core_knows_no_web_framework() -> None:
    """fer_core runs without Streamlit; the pages are the only ones who know it."""
    core = Path(timeline.__file__).parent
    offenders = [
        path.name
        for path in core.rglob("*.py")
        if "import streamlit" in path.read_text() or "from streamlit" in path.read_text()
    ]
    assert offenders == []


def test_a_time_without_pictures_is_named_and_a_pause_is_not_named_twice() -> None:
    session = session_of(10)
    for second in (*range(20, 30), *range(50, 60)):
        if second == 50:
            session.pause(START + 30)
            session.resume(START + 49.5)
        session.observe(CALM, START + second + 0.5)
    spans = tables(session, 80, None).spans
    assert spans["text"].tolist() == ["paused", "no pictures", "no pictures"]
    assert spans["start"].tolist() == pytest.approx([30, 10, 59], abs=1)
    # The first picture after a gap stands for the three seconds before it.
    assert spans["end"].tolist() == pytest.approx([49.5, 17, 80], abs=1)


def test_own_markers_and_left_out_ranges_stand_in_the_chart_and_its_legend() -> None:
    session = session_of(120)
    marked = [
        Marker.point(START + 30, "Question 3"),
        Marker.excluded(START + 60, START + 90, "phone call"),
    ]
    made = timeline.live_tables(session.rows(), session.events(), START, START + 120, None, marked)
    own = made.marks[made.marks["sign"] == timeline.MARKER_SIGN]
    assert list(own["text"]) == ["Question 3"]
    span = made.spans[made.spans["text"] == "left out: phone call"].iloc[0]
    assert (span["start"], span["end"]) == (60, 90)
    assert ((made.lines["elapsed"] > 60) & (made.lines["elapsed"] < 90)).any()
    words = timeline.legend(made)
    assert "0:30 Question 3" in words
    assert "1:00 to 1:30 left out: phone call" in words


def test_a_legend_names_only_what_is_shown_and_does_not_grow_for_ever() -> None:
    session = session_of(120)
    assert timeline.legend(tables(session, 120, None)) == ""
    marked = [Marker.point(START + second, f"m{second}") for second in range(1, 60)]
    made = timeline.live_tables(session.rows(), session.events(), START, START + 120, None, marked)
    assert timeline.legend(made).endswith(f"and {59 - timeline.LEGEND_MARKERS} more")


def test_the_chart_shows_the_reading_of_card_and_picture() -> None:
    session = session_of(60)
    smile = picture(face(one_hot(Emotion.HAPPY, 0.9)))
    for i in range(1, 6):  # in this time a slower smoothing has hardly heard of it
        session.observe(smile, START + 60 + i / 2)
    card = session.expression(START + 62.5)  # which the picture is given, too
    session.observe(smile, START + 63)  # ends the second
    last = tables(session, 63, None).shares.iloc[-1]
    assert card.emotion is Emotion.HAPPY
    assert card.probabilities is not None
    np.testing.assert_allclose(last[LABELS].astype(float), card.probabilities, atol=1e-9)


def test_an_answer_is_told_on_its_own_scale() -> None:
    assert timeline._answer_words("stress", 7) == "stress 7 of 10"
    assert timeline._answer_words("clarity", 2) == "clear 2 of 5"
    # A place in a list of choices is nobody's mark.
    assert timeline._answer_words("question", 0) == "a question about the text"
