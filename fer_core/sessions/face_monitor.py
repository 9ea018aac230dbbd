"""Head, eyes and mouth of one session: frames come in, seconds go out.

A model without a landmark network brings no points; then nothing here is ever known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from fer_core.affect.signals import MIN_COVERAGE
from fer_core.arrays import FloatArray
from fer_core.face.direction import Direction, DirectionTracker
from fer_core.face.eyelids import EyelidTracker
from fer_core.face.looks import measures_of
from fer_core.face.looks_tracker import Looks, LooksTracker
from fer_core.face.measures import FaceMeasures, measure_face
from fer_core.face.movement import Movement, MovementTracker
from fer_core.face.tiredness import HeavyEyes, TirednessTracker
from fer_core.face.yawns import YawnTracker
from fer_core.sessions.coverage import CHART_WINDOW_S
from fer_core.sessions.face_second import FaceSecond
from fer_core.vision.faces import FaceMarks

#: Levels of the looks, in the order of `Look`.
LOOKS = ("looks_bored", "looks_disengaged")
#: Measures of a frame that a second is the mean of.
_NAMES = (
    *("yaw", "pitch", "roll", "eyes_open", "mouth_opening"),
    *("brow_lowering", "brow_raising", "smile", "gaze_x", "gaze_y"),
    *LOOKS,
)
#: Who bent down to the desk before the face was lost is not away for so long; the same where they
#: said that they study on paper. Seconds.
BENT_HOLDS_S, PAPER_HOLDS_S = 120.0, 900.0
#: One frame stands for at most this much time. Seconds.
_MOST_STEP_S = 0.5


class FaceMonitor:
    """Measures one learner's head, eyes and mouth. Not thread-safe: its session locks.

    Attributes:
        on_paper: The learner studies on paper: a head bent to the desk is at work.
        sees_points: A face's points have been seen: the model has a network for them.
    """

    def __init__(self) -> None:
        self.on_paper = self.sees_points = False
        self.tiredness = TirednessTracker()
        self._turned = DirectionTracker()
        self._lids = EyelidTracker()
        self._yawns = YawnTracker()
        self._looks = LooksTracker()
        self._at: float | None = None
        self._desk_at = -math.inf
        self._last: FaceMeasures | None = None
        self._movement = MovementTracker()
        self._begin_second()
        self._recent: list[tuple[float, float]] = []  # end of a second, how much was seen

    def _begin_second(self) -> None:
        self._sum: FloatArray = np.zeros(len(_NAMES))
        self._count: FloatArray = np.zeros(len(_NAMES))
        self._seen_s = self._desk_s = self._eyes_s = self._closed_s = 0.0
        self._directions: dict[Direction, float] = {}
        self._yawned = 0

    def begin(self) -> None:
        """Start anew after a pause: what is usual stays, what asked for a rest is gone."""
        self.tiredness.rested()
        self._turned.reset()
        self._lids.reset()
        self._yawns.reset()
        self._looks.reset()
        self._at = self._last = None
        self._recent.clear()
        self._begin_second()

    def take(self, at: float, marks: FaceMarks | None) -> bool:
        """Take the points of one frame's face; tell whether they say anything.

        Args:
            at: When it was captured, seconds; frames come in the order of time.
            marks: None where there was no face, more than one, or no network for points.
        """
        measures = None if marks is None else measure_face(marks)
        self._last = measures
        if marks is None or measures is None:
            self._lids.skip()
            return False
        self.sees_points = True
        step = 0.0 if self._at is None else min(at - self._at, _MOST_STEP_S)
        self._at = at
        turned = self._turned.push(at, measures.pose)
        self._seen_s += step
        if turned is not None:
            self._directions[turned] = self._directions.get(turned, 0.0) + step
        if turned is Direction.DESK:
            self._desk_at = at
            self._desk_s += step
        self._blink(at, step, measures, turned)
        self._yawned += self._yawns.push(at, measures.mouth_opening)
        self._movement.push(step, measures)
        # Who reads on the desk looks down, and an onlooker knows why.
        levels = None
        if turned is not Direction.DESK:
            levels = self._looks.heads.levels(measures_of(marks, measures))
        self._add(measures, levels)
        return True

    def _blink(
        self, at: float, step: float, measures: FaceMeasures, turned: Direction | None
    ) -> None:
        # Lids that look down at the desk are half closed, and tell nothing.
        if measures.openness is None or turned is Direction.DESK:
            self._lids.skip()
            return
        before = self._lids.slow_s
        self._lids.push(at, measures.openness)
        self._closed_s += self._lids.slow_s - before
        self._eyes_s += step

    def _add(self, measures: FaceMeasures, levels: FloatArray | None) -> None:
        pose = measures.pose
        values = (
            *(pose.yaw, pose.pitch, pose.roll, measures.openness, measures.mouth_opening),
            *(measures.brow_lowering, measures.brow_raising, measures.smile),
            *(measures.gaze_x, measures.gaze_y),
            *((None, None) if levels is None else levels),
        )
        for place, value in enumerate(values):
            if value is not None:
                self._sum[place] += value
                self._count[place] += 1

    def act(self, at: float) -> None:
        """Take a sign that the screen is in use: a page moved, a question was answered."""
        self._turned.act(at)

    def bent_until(self, at: float) -> float:
        """Return until when a face that is lost now counts as bent to the desk, seconds.

        -inf where it is not bent down.
        """
        if self.direction(at) is not Direction.DESK:
            return -math.inf
        return at + (PAPER_HOLDS_S if self.on_paper else BENT_HOLDS_S)

    def facing(self, at: float, in_view: bool | None) -> bool | None:
        """Return whether the learner is turned to the screen; None where nobody can tell.

        Args:
            at: The moment, seconds.
            in_view: Whether a face is in view; None where that cannot be judged, either.
        """
        if in_view is None:
            # Not seen, but at work: on paper that is at the desk.
            bent = self._at is not None and self._desk_at == self._at
            return True if self.on_paper and bent else None
        direction = self.direction(at)
        if not in_view or direction is None:
            return in_view
        return direction is Direction.SCREEN or (self.on_paper and direction is Direction.DESK)

    def direction(self, at: float) -> Direction | None:
        """Return where the head is turned; None where that is not known."""
        return self._turned.direction(at)

    def end_second(self, end: float) -> FaceSecond | None:
        """Return what a second tells, and begin the next; None where no points were seen."""
        self._recent.append((end, self._seen_s))
        while self._recent[0][0] <= end - CHART_WINDOW_S:
            self._recent.pop(0)
        self.tiredness.push(end, self._eyes_s, self._closed_s, self._yawned)
        if not self._seen_s and not self._count.any():
            self._looks.push(end, None)
            self._begin_second()
            return None
        covered = self._seen_s >= MIN_COVERAGE
        means = {
            name: float(total / count) if count and covered else None
            for name, total, count in zip(_NAMES, self._sum, self._count, strict=True)
        }
        self._looks.push(end, _levels_of(means))
        turned = max(self._directions, key=lambda one: self._directions[one], default=None)
        second = FaceSecond(
            direction=turned if covered else None,
            desk_s=self._desk_s,
            eyes_seen_s=self._eyes_s,
            eyes_closed_s=self._closed_s,
            perclos=self._lids.perclos(end),
            blinks=self._lids.blinks_per_minute(end),
            yawns=self._yawned,
            **means,
        )
        self._begin_second()
        return second

    # What can be said

    def heavy(self, at: float) -> HeavyEyes | None:
        """Return why the eyes are heavy now; None where they are not, or it is not known."""
        return self.tiredness.heavy(at)

    def looks(self, at: float) -> Looks | None:
        """Return how the learner looks to an onlooker; None where it is not known."""
        return self._looks.now(at)

    @property
    def movement(self) -> Movement | None:
        """What brows and mouth do now, against the own usual; None: nothing that stands out."""
        return None if self._last is None else self._movement.now

    def restore(self, second: FaceSecond, end: float) -> None:
        """Take a second of an interrupted session, for what is usual."""
        self.tiredness.push(end, second.eyes_seen_s, second.eyes_closed_s, second.yawns)
        self._looks.push(end, _levels_of({name: getattr(second, name) for name in LOOKS}))


def _levels_of(means: Mapping[str, float | None]) -> FloatArray | None:
    """Return the levels of the looks in a second; None where they were not measured."""
    levels = [level for name in LOOKS if (level := means[name]) is not None]
    return np.array(levels) if len(levels) == len(LOOKS) else None
