"""Where the head is turned, in scripts whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.face.direction import Direction, DirectionTracker
from fer_core.face.head_pose import HeadPose


class Watch:
    """A tracker with its own clock; poses have two degrees of noise."""

    def __init__(self, yaw: float = 0.0, pitch: float = 5.0) -> None:
        self.tracker = DirectionTracker()
        self.at = 0.0
        self.rng = np.random.default_rng(0)
        self.see(20.0, yaw, pitch)

    def see(self, seconds: float, yaw: float, pitch: float, *, acts: bool = False) -> float:
        """Show a pose for so long; return the share of time turned to the screen."""
        shares = []
        for index in range(int(seconds * 10)):
            self.at += 0.1
            off = self.rng.normal(0, 2, 2)
            pose = HeadPose(yaw + off[0], pitch + off[1], 0.0, 60.0)
            shares.append(self.tracker.push(self.at, pose) is Direction.SCREEN)
            if acts and index % 40 == 39:
                self.tracker.act(self.at)
        return float(np.mean(shares))

    @property
    def now(self) -> Direction | None:
        return self.tracker.direction(self.at)


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (-20, 15), (35, -10)])
def test_the_usual_is_where_the_session_begins(yaw: float, pitch: float) -> None:
    watch = Watch(yaw, pitch)
    assert watch.see(60, yaw, pitch) == 1.0
    assert watch.tracker.usual is not None
    assert watch.tracker.usual.yaw == pytest.approx(yaw, abs=2)


@pytest.mark.parametrize(
    ("yaw", "pitch", "where"),
    [
        (45, 5, Direction.ASIDE),
        (-45, 5, Direction.ASIDE),
        (0, -25, Direction.ASIDE),
        (0, 32, Direction.DESK),
        (-30, 32, Direction.DESK),
        (15, 8, Direction.SCREEN),
    ],
)
def test_a_turned_head_is_told(yaw: float, pitch: float, where: Direction) -> None:
    watch = Watch()
    watch.see(5, yaw, pitch)
    assert watch.now is where
    watch.see(5, 0, 5)
    assert watch.now is Direction.SCREEN


def test_a_glance_changes_nothing() -> None:
    watch = Watch()
    watch.see(1.0, 50, 5)
    assert watch.now is Direction.SCREEN


@pytest.mark.parametrize(
    ("yaw", "pitch"), [(15, 5), (-15, 5), (0, 17), (0, -9)], ids=["seat", "seat", "lid", "back"]
)
def test_a_seat_a_lid_or_leaning_back_change_nothing(yaw: float, pitch: float) -> None:
    watch = Watch()
    assert watch.see(600, yaw, pitch) > 0.99
    # And what was learnt meanwhile lets the old place be the screen, too.
    assert watch.see(600, 0, 5) > 0.98


def test_a_camera_put_aside_is_learnt_within_three_minutes() -> None:
    watch = Watch()
    watch.see(180, 40, 5)
    assert watch.see(60, 40, 5) == 1.0


def test_pages_that_move_teach_it_sooner() -> None:
    watch = Watch()
    watch.see(15, 40, 5, acts=True)
    assert watch.see(20, 40, 5) == 1.0


def test_a_head_bent_to_the_desk_is_never_the_screen() -> None:
    watch = Watch()
    assert watch.see(1800, 0, 35) < 0.01
    assert watch.now is Direction.DESK
    assert watch.see(3, 0, 5) > 0.3


@pytest.mark.parametrize("yaw", [0, 15])
def test_who_begins_over_their_notes_is_at_the_screen_soon_after_they_look_up(yaw: float) -> None:
    watch = Watch(yaw=-10, pitch=38)
    watch.see(60, -10, 38)
    watch.see(25, yaw, 5)
    assert watch.see(60, yaw, 5) == 1.0
    watch.see(5, -10, 38)
    assert watch.now is Direction.DESK


def test_a_look_at_the_ceiling_is_no_new_screen() -> None:
    watch = Watch(pitch=15)
    assert watch.see(60, 0, -15) < 0.1
    assert watch.see(10, 0, 15) > 0.8


def test_somebody_who_looks_about_is_aside() -> None:
    watch = Watch()
    shares = [watch.see(10, yaw, 5) for yaw in (40, -50, 60, -40, 45, 70) * 5]
    assert max(shares) < 0.25


def test_nothing_is_known_without_a_pose_for_three_seconds() -> None:
    watch = Watch()
    assert watch.tracker.direction(watch.at + 2.5) is Direction.SCREEN
    assert watch.tracker.direction(watch.at + 3.5) is None


def test_a_pause_keeps_the_usual() -> None:
    watch = Watch(yaw=30)
    watch.tracker.reset()
    assert watch.now is None
    watch.at += 600
    watch.see(3, 0, 5)
    assert watch.now is Direction.ASIDE
