"""Sessions whose frames bring the points of a face: scripts whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fer_core.affect.breaks import BreakRule
from fer_core.affect.indicators import Reason
from fer_core.emotions import Emotion
from fer_core.face.direction import Direction
from fer_core.sessions.session import StudySession
from fer_core.sessions.session_info import SessionInfo
from fer_core.sessions.timeline_bucket import TimelineBucket, merge_buckets
from fer_core.vision.faces import Detections
from tests.synthetic.heads import Head, frames
from tests.synthetic.signals import START, picture

FACING, DESK, ASIDE = Head(pitch=4), Head(pitch=36), Head(yaw=50)


class Script:
    """A session that is shown heads for so many seconds each, at three frames a second."""

    def __init__(self, *, on_paper: bool = False) -> None:
        self.session = StudySession(SessionInfo("s", START))
        self.session.study_on_paper(on_paper, START)
        self.at = START

    def show(
        self,
        seconds: float,
        head: Head,
        emotion: Emotion = Emotion.NATURAL,
        fps: float = 3.0,
    ) -> Script:
        for at, shown in frames([(seconds, head)], fps, self.at):
            self.session.observe(shown.picture(emotion), at)
            self.at = at
        return self

    def hide(self, seconds: float, shown: Detections | None = None) -> Script:
        shown = shown or picture()
        for _ in range(int(seconds * 5)):
            self.at += 0.2
            self.session.observe(shown, self.at)
        return self

    def read(self, position: int) -> None:
        """Let a page move now."""
        self.session.mark_passage(f"p{position}", 1.0, self.at - 1.0, self.at)

    @property
    def attention(self) -> float | None:
        return self.session.snapshot(self.at).attention.estimate.value

    @property
    def last(self) -> TimelineBucket:
        return self.session.rows()[-1]


@pytest.mark.parametrize(
    "moved",
    [
        replace(FACING, centre=(520.0, 300.0)),
        replace(FACING, centre=(120.0, 120.0), size=40.0),
        replace(FACING, yaw=14, roll=8),
        replace(FACING, pitch=-8, size=35.0),
        replace(FACING, pitch=15, centre=(320.0, 350.0)),
    ],
    ids=["seat", "back and aside", "turned a little", "leaning back", "lid tilted"],
)
def test_what_moves_without_turning_away_changes_nothing(moved: Head) -> None:
    script = Script().show(60, FACING).show(90, moved)
    assert script.attention == pytest.approx(100.0)


def test_a_head_turned_aside_is_not_in_front_of_the_screen() -> None:
    script = Script().show(60, FACING).show(70, ASIDE)
    assert script.attention == pytest.approx(0.0)
    assert script.last.face is not None
    assert script.last.face.direction is Direction.ASIDE
    assert script.show(70, FACING).attention == pytest.approx(100.0)


def test_reading_on_the_desk_is_no_absence() -> None:
    script = Script().show(60, FACING).show(70, DESK)
    snapshot = script.session.snapshot(script.at)
    assert script.attention == pytest.approx(0.0)
    assert snapshot.face is not None
    assert snapshot.face.direction is Direction.DESK
    # It is not away, so it says nothing against the reader.
    assert script.session.totals(script.at).away_s == 0.0
    measured = script.session._core.signals.measured(script.at)
    assert measured.covered.desk_s == pytest.approx(60, abs=1)


def test_who_studies_on_paper_is_at_work_there() -> None:
    script = Script(on_paper=True).show(60, FACING).show(70, DESK)
    assert script.attention == pytest.approx(100.0)


def test_a_face_lost_while_bent_down_is_not_away() -> None:
    script = Script().show(60, FACING).show(5, DESK).hide(60)
    assert script.session.totals(script.at).away_s == 0.0
    assert script.hide(120).session.totals(script.at).away_s > 0.0


def test_on_paper_a_face_lost_while_bent_down_is_at_work() -> None:
    script = Script(on_paper=True).show(60, FACING).show(5, DESK).hide(70)
    assert script.attention == pytest.approx(100.0)


def test_a_face_lost_while_it_looks_at_the_screen_is_away() -> None:
    script = Script().show(60, FACING).hide(60)
    assert script.session.totals(script.at).away_s == pytest.approx(55, abs=1)


def test_no_face_while_pages_move_is_poor_light() -> None:
    script = Script().show(30, FACING)
    for position in range(16):
        script.hide(4)
        script.read(position)
    snapshot = script.session.snapshot(script.at)
    assert snapshot.notice is Reason.POOR_LIGHT
    assert script.session.totals(script.at).away_s == 0.0
    assert script.attention is None  # nobody can tell, so nothing is said


@pytest.mark.parametrize("key", ["act", "extend_round", "snooze_break", "dismiss_break"])
def test_no_face_while_keys_are_pressed_is_poor_light(key: str) -> None:
    script = Script().show(30, FACING).hide(4)
    getattr(script.session, key)(script.at)
    script.hide(20)
    assert script.session.snapshot(script.at).notice is Reason.POOR_LIGHT
    assert script.session.totals(script.at).away_s == 0.0
    script.hide(120)
    assert script.session.snapshot(script.at).notice is Reason.AWAY


def test_without_points_nothing_of_them_is_said() -> None:
    bare = replace(FACING.picture().faces[0], marks=None)
    script = Script().hide(70, picture(bare))
    assert script.last.face is None
    assert script.session.snapshot(script.at).face is None
    assert script.attention == pytest.approx(100.0)


def test_values_come_with_their_coverage_only() -> None:
    script = Script().show(10.0, FACING)
    script.hide(0.8)
    script.show(1.2, FACING)
    thin = [row.face for row in script.session.rows()]
    assert thin[3] is not None
    assert thin[3].pitch == pytest.approx(4, abs=1)
    assert thin[3].perclos is None  # a minute is not yet seen
    covered = script.show(60, FACING, fps=10.0).last.face
    assert covered is not None
    assert covered.perclos == 0.0
    assert covered.blinks == 0.0


def test_blinks_need_ten_analysed_frames_a_second() -> None:
    slow = Script().show(70, FACING, fps=5.0).last.face
    assert slow is not None
    assert slow.blinks is None
    assert slow.perclos == 0.0


def test_heavy_eyes_bring_a_break_with_its_evidence() -> None:
    script = Script()
    for _ in range(6):
        script.show(58, FACING, fps=4).show(2, replace(FACING, openness=0.05), fps=4)
    assert script.session.snapshot(script.at).suggestion is None
    for _ in range(9):
        script.show(14, FACING, fps=4).show(6, replace(FACING, openness=0.05), fps=4)
    suggestion = script.session.snapshot(script.at).suggestion
    assert suggestion is not None
    assert suggestion.rule is BreakRule.TIRED
    assert "of the last 3 minutes, usually 3 %" in suggestion.evidence


def test_study_views_name_the_movement() -> None:
    script = Script().show(40, FACING)
    lowered = script.show(6, replace(FACING, brow=0.6), Emotion.ANGRY)
    assert script.session.expression(lowered.at).label == "Brow lowered"
    script.show(6, replace(FACING, smile=0.8), Emotion.ANGRY)
    assert script.session.expression(script.at).label == "Smile"
    script.show(6, FACING, Emotion.HAPPY)
    assert script.session.expression(script.at).label == "Happy"


def test_seconds_survive_json_and_merging() -> None:
    script = Script().show(80, FACING).show(5, DESK)
    rows = script.session.rows()
    assert [TimelineBucket.from_dict(row.to_dict()) for row in rows] == rows
    old = rows[0].to_dict()
    del old["face"]
    assert TimelineBucket.from_dict(old).face is None
    merged = merge_buckets(rows[-10:], rows[-10].at, 10.0).face
    assert merged is not None
    assert merged.desk_s == pytest.approx(sum(row.face.desk_s for row in rows[-10:] if row.face))
    assert merged.yaw == pytest.approx(0, abs=1)
