"""Heart rate within a session: off unless asked for, and only then part of stress."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from fer_core.affect.baseline import CHANNELS, Baseline, Usual
from fer_core.affect.heart_rate import NoPulse, Pulse
from fer_core.emotions import Emotion
from fer_core.learner.profile import LearnerProfile
from fer_core.sessions.report import heart_rate_of
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.timeline_bucket import TimelineBucket, merge_buckets
from fer_core.vision.faces import Detections, SkinColour, SkinRegions
from tests.synthetic.signals import START, face, one_hot, picture

FPS = 10
KNOWN = Baseline({channel: Usual(0.4, 0.5) for channel in CHANNELS})


def calm(at: float, bpm: float | None) -> Detections:
    """Return a calm face whose skin beats."""
    beat = 0.0 if bpm is None else 0.005 * math.sin(2 * math.pi * bpm / 60 * at)
    light = 1 + 0.002 * math.sin(at / 7)
    skin = SkinColour(
        *(np.array([198, 150, 125]) * light * (1 + beat * np.array([0.33, 0.77, 0.53])))
    )
    both = SkinRegions(skin, skin)
    return picture(replace(face(one_hot(Emotion.NATURAL, 0.9)), skin=both))


def show(session: StudySession, bpm: float | None, since: float, seconds: float) -> float:
    for i in range(1, round(seconds * FPS) + 1):
        at = since + i / FPS
        session.observe(calm(at, bpm), START + at)
    return since + seconds


@pytest.fixture
def session() -> StudySession:
    return StudySession(SessionInfo("s", START), LearnerProfile(baseline=KNOWN), seed=1)


def pulse_at(session: StudySession, at: float) -> Pulse:
    pulse = session.snapshot(START + at).pulse
    assert pulse is not None
    return pulse


def test_it_is_off_until_it_is_asked_for(session: StudySession) -> None:
    end = show(session, 72.0, 0, 40)
    assert not session.reads_heart_rate
    assert session.snapshot(START + end).pulse is None
    assert session.timeline()["heart_rate_reason"].unique().tolist() == ["off"]
    assert session.timeline()["heart_rate"].isna().all()


def test_asked_for_it_is_read_and_kept_a_row_a_second(session: StudySession) -> None:
    session.read_heart_rate(True)
    assert pulse_at(session, 0).reason is NoPulse.GATHERING
    end = show(session, 72.0, 0, 40)
    assert pulse_at(session, end).bpm == pytest.approx(72, abs=1)
    last = session.timeline().iloc[-1]
    assert last["heart_rate"] == pytest.approx(72, abs=1)
    assert last["heart_rate_snr_db"] > 0
    assert last["heart_rate_reason"] == ""


def test_without_a_pulse_its_reason_stands_there(session: StudySession) -> None:
    session.read_heart_rate(True)
    end = show(session, None, 0, 40)
    assert pulse_at(session, end).reason is NoPulse.UNCLEAR
    assert session.timeline().iloc[-1]["heart_rate_reason"] == "unclear"


def test_a_faster_heart_raises_the_stress_estimate_only_when_it_is_read() -> None:
    values: dict[bool, tuple[float, float]] = {}
    for on in (False, True):
        session = StudySession(SessionInfo("s", START), LearnerProfile(baseline=KNOWN), seed=1)
        session.read_heart_rate(on)
        end = show(session, 70.0, 0, 160)
        before = session.snapshot(START + end).stress.estimate.value
        end = show(session, 86.0, end, 40)
        after = session.snapshot(START + end).stress.estimate.value
        assert before is not None
        assert after is not None
        values[on] = before, after
    assert values[False][1] == pytest.approx(values[False][0], abs=0.5)
    # Two units of .6 logits: e^1.2 times the odds, less what is not known of the weights.
    odds = [value / (100 - value) for value in values[True]]
    assert 0.8 * math.exp(1.2) < odds[1] / odds[0] < math.exp(1.2)
    assert values[True][0] == pytest.approx(values[False][0], abs=2)


def test_switched_off_again_it_is_gone_at_once(session: StudySession) -> None:
    session.read_heart_rate(True)
    end = show(session, 72.0, 0, 40)
    session.read_heart_rate(False)
    assert session.snapshot(START + end).pulse is None
    show(session, 72.0, end, 2)
    assert session.rows()[-1].pulse is None


def test_nobody_in_view_is_no_pulse(session: StudySession) -> None:
    session.read_heart_rate(True)
    end = show(session, 72.0, 0, 40)
    for i in range(1, 60):
        session.observe(picture(), START + end + i / FPS)
    assert pulse_at(session, end + 5.9).bpm is None


def test_after_a_restart_it_is_off_and_the_own_usual_is_still_known(session: StudySession) -> None:
    session.read_heart_rate(True)
    end = show(session, 70.0, 0, 170)
    assert session.snapshot(START + end).usual_bpm == pytest.approx(70, abs=1)
    rows, events = session.rows(), session.events()
    again = StudySession.restore(session.info, rows, events, LearnerProfile(baseline=KNOWN))
    assert not again.reads_heart_rate
    assert again.snapshot(START + end).usual_bpm == pytest.approx(70, abs=1)


def test_rows_with_it_survive_json_and_merging(session: StudySession) -> None:
    session.read_heart_rate(True)
    show(session, 72.0, 0, 60)
    rows = session.rows()
    assert [TimelineBucket.from_dict(row.to_dict()) for row in rows] == rows
    ten = merge_buckets(rows[-10:], rows[-10].at, 10.0)
    assert ten.pulse is not None
    assert ten.pulse.bpm == pytest.approx(72, abs=1)
    early = merge_buckets(rows[:10], rows[0].at, 10.0).pulse
    assert early is not None
    assert early.reason is NoPulse.GATHERING
    plain = {name: value for name, value in rows[-1].to_dict().items() if name != "pulse"}
    assert TimelineBucket.from_dict(plain).pulse is None


def test_the_report_sums_it_up_and_says_what_hid_it(session: StudySession) -> None:
    assert heart_rate_of(session.rows()) is None
    session.read_heart_rate(True)
    end = show(session, 72.0, 0, 50)
    found = heart_rate_of(session.rows())
    assert found is not None
    mean, lowest, highest = found.mean_bpm, found.lowest_bpm, found.highest_bpm
    assert mean == pytest.approx(72, abs=1)
    assert mean is not None
    assert lowest is not None
    assert highest is not None
    assert lowest <= mean <= highest
    assert 0 < found.readable < 1
    show(session, None, end, 200)
    hidden = heart_rate_of(session.rows())
    assert hidden is not None
    assert hidden.reason == NoPulse.UNCLEAR.text
