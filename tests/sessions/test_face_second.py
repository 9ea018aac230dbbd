"""Head, eyes and mouth of a second as plain values: what is none is refused."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fer_core.face.direction import Direction
from fer_core.sessions.face_second import FaceSecond, merge_faces

WHOLE = FaceSecond(Direction.DESK, desk_s=1.0, yaw=3.5, eyes_open=0.9, yawns=1)


def test_it_comes_back_as_it_was_and_unknown_names_are_left_out() -> None:
    assert FaceSecond.from_dict({**WHOLE.to_dict(), "newer": 1}) == WHOLE
    assert FaceSecond.from_dict({}) == FaceSecond()


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": "up"},
        {"yaw": "much"},
        {"yaw": math.inf},
        {"yawns": None},
        {"yawns": True},
        {"smile": [1]},
        [1, 2],
    ],
)
def test_what_is_no_second_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        FaceSecond.from_dict({**WHOLE.to_dict(), **wrong} if isinstance(wrong, dict) else wrong)


def test_merged_a_value_stays_where_half_of_the_stretches_have_it() -> None:
    assert merge_faces([None, None]) is None
    merged = merge_faces([WHOLE, FaceSecond(Direction.DESK, yaw=1.5), None, None])
    assert merged is not None
    assert (merged.yaw, merged.eyes_open, merged.yawns) == (2.5, None, 1)
    assert merged.direction is Direction.DESK
