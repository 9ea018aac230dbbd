"""The tables of the model beside its peers: what calm people are called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy_tables import calm_rows, show_calm
from fer_core.emotions import Emotion
from fer_core.training import metrics
from fer_core.training.faces import CALM, LabelledFace, LabelledPicture

ANGRY, NATURAL, SAD = (emotion.index for emotion in (Emotion.ANGRY, Emotion.NATURAL, Emotion.SAD))


def clips(source: str, people: int, each: int) -> list[LabelledPicture]:
    face = LabelledFace((0, 0, 9, 9), CALM, weak=True)
    return [
        LabelledPicture(source, f"{who}-{number}", "val", Path(), (face,), f"person/{who}")
        for who in range(people)
        for number in range(each)
    ]


def test_calm_people_are_counted_where_a_face_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    pictures = [*clips("students", 4, 5), *clips("webcam_frames", 2, 5)]
    given = np.full(30, NATURAL)
    given[:5] = [SAD, SAD, ANGRY, ANGRY, metrics.NO_ANSWER]  # one person bears it all
    students, frames = calm_rows("a peer", pictures, given)
    assert (students.source, students.pictures, students.people) == ("students", 20, 4)
    assert students.answered == pytest.approx(0.95)
    assert students.called is not None
    assert students.called.value == pytest.approx(4 / 19)
    # Pictures drawn one by one would give .05 to .42; people give nobody, or two of four.
    assert students.called.low == 0
    assert students.called.high > 0.5
    assert frames.called is not None
    assert (frames.called.value, frames.called.low) == (0, 0)
    assert frames.called.high == pytest.approx(0.842, abs=0.001)  # none of two people
    show_calm([students, frames])
    assert "students" in capsys.readouterr().out


def test_who_finds_no_face_calls_nobody_anything() -> None:
    (row,) = calm_rows("a peer", clips("students", 3, 2), np.full(6, metrics.NO_ANSWER))
    assert (row.answered, row.called) == (0, None)
