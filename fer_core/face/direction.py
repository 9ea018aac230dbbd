"""Where the head is turned: to the screen, down to the desk, or aside; against the own usual.

Nobody says where the screen is. So the usual pose of this session is learnt: the median of its
first seconds, from which it drifts slowly with a learner who stays turned to it. Poses are measured
against the line from the camera to the face, so a seat that moved, a lid that was tilted or a
learner who leans back hardly changes them. Where something did change for good (a second screen,
a camera put aside), two things teach the new usual: pages and keys that move while the head is
turned there, and a head that rests there for minutes. A head bent down is never learnt that way:
it reads on the desk. Whoever begins a session bent over their notes is found out as they look up.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fer_core.face.head_pose import HeadPose

#: Turned further than this from the own usual, the head is not turned to the screen. Degrees. A
#: screen of 60 cm at 60 cm is 53 degrees wide, and eyes take most of that without the head.
YAW_LIMIT, UP_LIMIT = 20.0, 20.0
#: Bent down further than this the learner looks at the desk; as long as not turned aside further
#: than `DESK_YAW`. Degrees.
DESK_FROM, DESK_YAW = 16.0, 50.0
#: It comes back only this far inside a limit. Degrees.
INSIDE_BY = 3.0
#: A direction holds from when it has been seen for so long. Seconds.
HOLDS_S = 1.5
#: The first usual is the median of this much. Seconds.
FIRST_S = 10.0
#: Half-life of the drift while turned to the screen. Seconds.
DRIFT_S = 180.0
#: A head that rests aside for so long, within so many degrees, has another screen there.
RESTS_S, RESTS_WITHIN = 150.0, 6.0
#: A usual bent down so far was probably learnt over the desk: above it the head has to rest only so
#: long for the screen to be there. Degrees, seconds.
BENT_USUAL, LOOKS_UP_S = 25.0, 20.0
#: Acts (pages, keys) while turned elsewhere that teach the usual, in how long.
ACTS, ACTS_WITHIN_S = 3, 30.0
#: A report of what was done comes so much later at most. Seconds.
ACT_LATE_S = 5.0
#: Without a pose for so long nothing is known. Seconds.
UNKNOWN_AFTER_S = 3.0
#: A frame stands for at most this much time. Seconds.
_MOST_STEP_S = 1.0
#: Half-life of the smoothing of the pose before it is judged. Seconds.
_SMOOTH_S = 0.25


class Direction(StrEnum):
    """Where the head is turned."""

    SCREEN = "screen"
    DESK = "desk"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class UsualPose:
    """The own usual: yaw and pitch while turned to the screen, degrees."""

    yaw: float
    pitch: float


def judge(pose: tuple[float, float], usual: UsualPose, before: Direction | None) -> Direction:
    """Return where a head is turned.

    Args:
        pose: Yaw and pitch, degrees.
        usual: While turned to the screen.
        before: Where it was turned just now: coming back takes a little more than staying.
    """
    yaw, pitch = pose[0] - usual.yaw, pose[1] - usual.pitch
    margin = INSIDE_BY if before in (Direction.ASIDE, Direction.DESK) else 0.0
    if pitch > DESK_FROM - margin and abs(yaw) <= DESK_YAW:
        return Direction.DESK
    if abs(yaw) > YAW_LIMIT - margin or pitch < -UP_LIMIT + margin or pitch > DESK_FROM - margin:
        return Direction.ASIDE
    return Direction.SCREEN


class DirectionTracker:
    """Follows where one learner's head is turned, frame by frame, and learns what is usual."""

    def __init__(self) -> None:
        self.usual: UsualPose | None = None
        self._first: list[tuple[float, float]] = []
        self._first_s = 0.0
        self._at: float | None = None
        self._pose: tuple[float, float] | None = None
        self._now: Direction | None = None
        self._next: tuple[Direction, float] | None = None
        self._acts: deque[tuple[float, float, float]] = deque()
        self._resting: deque[tuple[float, float, float]] = deque()  # one a second

    def push(self, at: float, pose: HeadPose) -> Direction | None:
        """Take one frame's pose; return where the head is turned, None while that is not known.

        Args:
            at: When the frame was captured, seconds; frames come in the order of time.
            pose: Where the head points.
        """
        step = 0.0 if self._at is None else at - self._at
        if step > UNKNOWN_AFTER_S:
            self._pose = self._now = self._next = None
        step = min(step, _MOST_STEP_S)
        self._at = at
        share = 1.0 if self._pose is None else 1.0 - 2.0 ** (-step / _SMOOTH_S)
        before = self._pose or (pose.yaw, pose.pitch)
        yaw, pitch = (
            old + share * (new - old)
            for old, new in zip(before, (pose.yaw, pose.pitch), strict=True)
        )
        self._pose = yaw, pitch
        if self.usual is None:
            self._begin(yaw, pitch, step)
            return self._now
        found = judge((yaw, pitch), self.usual, self._now)
        self._settle(found, at)
        self._adapt(self.usual, found, yaw, pitch, at, step)
        return self._now

    def act(self, at: float) -> None:
        """Take a sign that the screen is in use now: a page moved, a key was pressed."""
        if self.usual is None or self._pose is None or self._at is None:
            return
        if not -ACT_LATE_S <= at - self._at <= UNKNOWN_AFTER_S or self._now is Direction.SCREEN:
            self._acts.clear()
            return
        if self._acts and at - self._acts[-1][0] < 1.0:
            return  # one scroll comes as many reports
        self._acts.append((at, *self._pose))
        while self._acts[0][0] < at - ACTS_WITHIN_S:
            self._acts.popleft()
        if len(self._acts) >= ACTS:
            poses = np.array(self._acts)[:, 1:]
            if float(np.ptp(poses, axis=0).max()) <= 2 * RESTS_WITHIN:
                self._move_to(poses)

    def direction(self, at: float) -> Direction | None:
        """Return where the head is turned; None where that is not known at this moment."""
        if self._at is None or at - self._at > UNKNOWN_AFTER_S:
            return None
        return self._now

    def reset(self) -> None:
        """Forget what held before a pause; the usual stays."""
        self._at = self._pose = self._now = self._next = None
        self._acts.clear()
        self._resting.clear()

    def _begin(self, yaw: float, pitch: float, step: float) -> None:
        self._first.append((yaw, pitch))
        self._first_s += step
        self._now = Direction.SCREEN  # whoever starts a session does it at the screen
        if self._first_s >= FIRST_S:
            self._move_to(np.array(self._first))
            self._first.clear()

    def _move_to(self, poses: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
        yaw, pitch = (float(value) for value in np.median(poses, axis=0))
        self.usual = UsualPose(yaw, pitch)
        self._now, self._next = Direction.SCREEN, None
        self._acts.clear()
        self._resting.clear()

    def _settle(self, found: Direction, at: float) -> None:
        """Let a direction hold once it has been seen for long enough."""
        if self._now is None:
            self._now = found
        if found is self._now:
            self._next = None
        elif self._next is None or self._next[0] is not found:
            self._next = found, at
        elif at - self._next[1] >= HOLDS_S:
            self._now, self._next = found, None

    def _adapt(
        self, usual: UsualPose, found: Direction, yaw: float, pitch: float, at: float, step: float
    ) -> None:
        if found is Direction.SCREEN:
            self._resting.clear()
            share = 1.0 - 2.0 ** (-step / DRIFT_S)
            self.usual = UsualPose(
                usual.yaw + share * (yaw - usual.yaw), usual.pitch + share * (pitch - usual.pitch)
            )
            return
        if found is Direction.DESK:
            self._resting.clear()
            return
        looks_up = usual.pitch >= BENT_USUAL and pitch < usual.pitch - UP_LIMIT
        rests_s = LOOKS_UP_S if looks_up else RESTS_S
        if not self._resting or at - self._resting[-1][0] >= 1.0:
            self._resting.append((at, yaw, pitch))
        while self._resting[-1][0] - self._resting[0][0] > rests_s:
            self._resting.popleft()
        if self._resting[-1][0] - self._resting[0][0] >= rests_s - 2.0:
            poses = np.array(self._resting)[:, 1:]
            off = np.abs(poses - np.median(poses, axis=0)).max(axis=1)
            if len(poses) >= rests_s / 2 and float(np.quantile(off, 0.9)) <= RESTS_WITHIN:
                self._move_to(poses)
