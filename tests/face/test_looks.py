"""How a face looks to an onlooker: weak heads, held against the own usual, and never a feeling."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.affect.breaks import BreakPlan, BreakRule
from fer_core.api.schemas.snapshots import SnapshotOut
from fer_core.arrays import FloatArray
from fer_core.face.looks import Look, LookHeads, measures_of, shipped_heads
from fer_core.face.looks_tracker import Looks, LooksTracker
from fer_core.face.measures import measure_face
from fer_core.sessions.events import EventKind
from fer_core.sessions.session import StudySession
from tests.sessions.playing import new_session, show
from tests.synthetic.heads import Head
from tests.synthetic.signals import SCREEN, START

AWAKE = Head()
#: Lids half down, no smile, turned aside a little: what students looked like who were called so.
SLACK = Head(openness=0.35, smile=0.0, yaw=14.0, pitch=8.0, brow=0.0)


def levels_of(head: Head) -> FloatArray:
    marks = head.marks
    measures = measure_face(marks)
    assert measures is not None
    return shipped_heads().levels(measures_of(marks, measures))


# The heads


def test_a_smile_looks_less_bored() -> None:
    assert levels_of(Head(smile=0.7))[0] < levels_of(Head(smile=0.0))[0]


def test_a_head_turned_aside_looks_less_engaged() -> None:
    assert levels_of(Head(yaw=18.0))[1] > levels_of(AWAKE)[1]


def test_left_and_right_count_alike() -> None:
    head = Head(yaw=12.0, roll=5.0, gaze=(0.2, 0.0))
    marks = head.marks.mirrored(SCREEN[0])
    measures = measure_face(marks)
    assert measures is not None
    turned = shipped_heads().levels(measures_of(marks, measures))
    assert turned == pytest.approx(levels_of(head), abs=0.05)


def test_what_was_not_measured_counts_as_ordinary() -> None:
    heads = shipped_heads()
    assert heads.levels(np.full(23, np.nan)) == pytest.approx(heads.centres)


def test_heads_come_back_from_json_and_others_are_refused() -> None:
    heads = shipped_heads()
    again = LookHeads.from_dict(heads.to_dict())
    assert again.to_dict() == heads.to_dict()
    with pytest.raises(ValueError, match="other measures"):
        LookHeads.from_dict({**heads.to_dict(), "measures": ["yaw"]})


# Against the own usual


def followed(tracker: LooksTracker, levels: FloatArray, since: float, seconds: int) -> float:
    for second in range(seconds):
        tracker.push(since + second + 1.0, levels)
    return since + seconds


def test_nothing_is_said_before_five_minutes_and_of_too_little_of_the_last_one() -> None:
    tracker, ordinary = LooksTracker(), shipped_heads().centres
    end = followed(tracker, ordinary, 0.0, 290)
    assert tracker.now(end) is None
    end = followed(tracker, ordinary, end, 30)
    looks = tracker.now(end)
    assert looks is not None
    assert (looks.bored, looks.disengaged, looks.coverage) == pytest.approx((0, 0, 1))
    for second in range(40):
        tracker.push(end + second + 1.0, None)
    assert tracker.now(end + 40) is None


def test_what_lasts_becomes_the_usual() -> None:
    heads = shipped_heads()
    tracker, slack = LooksTracker(), heads.centres + 3 * heads.spreads
    end = followed(tracker, heads.centres, 0.0, 600)
    end = followed(tracker, slack, end, 90)
    looks = tracker.now(end)
    assert looks is not None
    assert looks.bored == pytest.approx(3, abs=0.01)
    assert looks.stands_out is not None
    end = followed(tracker, slack, end, 900)
    later = tracker.now(end)
    assert later is not None
    assert later.stands_out is None


def test_the_words_say_who_looks_and_on_how_much_that_rests() -> None:
    assert Looks(0.2, 1.7, 0.8).sentence == (
        "looks less engaged than usual for you to an onlooker (80 % of the last minute seen)"
    )
    assert "as usual for you" in Looks(0.2, 1.2, 0.8).sentence
    assert Looks(2.0, 1.7, 0.8).stands_out is Look.BORED


# In a session


def suggested(session: StudySession) -> list[str]:
    return [
        event.data["evidence"]
        for event in session.events()
        if event.kind is EventKind.BREAK_SUGGESTED and event.data["rule"] == BreakRule.LOOKS
    ]


def test_minutes_of_looking_less_engaged_ask_for_one_break() -> None:
    session = new_session(plan=BreakPlan(120, 5))
    end = show(session, AWAKE.picture(), 0, 500, fps=1)
    assert suggested(session) == []
    snapshot = session.snapshot(START + end)
    assert snapshot.looks is not None
    assert snapshot.looks.stands_out is None
    told = SnapshotOut.of(snapshot)
    assert told.looks is not None
    assert told.looks.text == snapshot.looks.sentence
    assert told.face is not None
    assert told.face.looks_bored is not None
    show(session, SLACK.picture(), end, 330, fps=1)
    (evidence,) = suggested(session)
    assert evidence.startswith("To an onlooker you looked ")
    assert "than usual for 4 minutes, coverage 100 %." in evidence


def test_who_reads_on_the_desk_does_not_look_bored() -> None:
    session = new_session(plan=BreakPlan(120, 5))
    end = show(session, AWAKE.picture(), 0, 500, fps=1)
    end = show(session, Head(pitch=30.0, openness=0.3).picture(), end, 400, fps=1)
    assert suggested(session) == []
    assert session.snapshot(START + end).looks is None
