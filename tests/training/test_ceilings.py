"""What limits the figures: labels put right in scenes, chance in small classes, doubted labels."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="the layers that doubt labels run on torch")

from benchmarks.ceilings import doubted, square
from benchmarks.label_noise import at_floor, shown
from benchmarks.scene_limits import better, matches
from fer_core.training import metrics

BOXES = np.array([[0.0, 0, 100, 100], [200, 0, 300, 100], [0, 200, 100, 300]])
#: Found: the first, a little off; the second twice, once better; the third is missed.
FOUND = np.array([[10.0, 0, 110, 100], [205, 0, 305, 100], [200, 0, 300, 100]])
#: Rows by label, the last column no answer.
CONFUSION = np.array(
    [
        [16, 1, 1, 1, 0, 0],
        [5, 200, 10, 2, 1, 0],
        [3, 12, 150, 9, 1, 1],
        [2, 1, 6, 20, 0, 0],
        [0, 1, 2, 0, 5, 0],
    ],
    float,
)


def scene() -> metrics.SceneResult:
    scores = np.full((3, 5), 0.1)
    scores[:, 4] = 0.5
    return metrics.SceneResult(BOXES, np.array([0, 1, 2]), FOUND, scores)


def test_a_labelled_face_is_matched_once_by_the_best_box() -> None:
    assert sorted(matches(scene())) == [(0, 0), (2, 1)]


def test_right_labels_keep_boxes_and_how_sure_a_face_is() -> None:
    put_right = better(scene(), label=True)
    assert put_right.found.tolist() == FOUND.tolist()
    assert put_right.scores.argmax(axis=1).tolist() == [0, 4, 1]
    assert put_right.scores.sum(axis=1) == pytest.approx(scene().scores.sum(axis=1))


def test_right_boxes_keep_the_answers() -> None:
    put_right = better(scene(), box=True)
    assert put_right.found.tolist() == [BOXES[0].tolist(), FOUND[1].tolist(), BOXES[1].tolist()]
    assert put_right.scores.tolist() == scene().scores.tolist()


def test_with_everything_right_every_class_shown_is_found_at_every_overlap() -> None:
    best = better(scene(), label=True, box=True, found=True)
    assert metrics.average_precisions([best])[:3] == pytest.approx(1)


@pytest.mark.parametrize("floor", [0.6, 0.72, 0.95])
def test_mistakes_are_made_rarer_or_commoner_until_macro_f1_is_the_floor(floor: float) -> None:
    mixed = at_floor(CONFUSION, floor)
    assert metrics.macro_f1_of(mixed) == pytest.approx(floor, abs=1e-3)
    assert mixed.sum(axis=1) == pytest.approx(CONFUSION.sum(axis=1))


def test_few_pictures_of_a_class_show_a_figure_far_from_the_true_one() -> None:
    few, many = (
        shown(at_floor(CONFUSION * times, 0.8), np.random.default_rng(0), 500) for times in (1, 100)
    )
    assert few.mean() == pytest.approx(0.8, abs=0.02)
    assert few.std() > 5 * many.std()


def test_a_wrong_label_is_doubted_by_those_who_did_not_learn_it() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(5), 40)
    inputs = (np.eye(5)[labels] * 4 + rng.normal(0, 0.5, (200, 5))).astype(np.float32)
    wrong = np.zeros(200, bool)
    wrong[::20] = True
    given = np.where(wrong, (labels + 1) % 5, labels)
    doubts = doubted(inputs, given, [str(number) for number in range(200)])
    assert doubts[wrong].mean() >= 0.9
    assert doubts[~wrong].mean() < 0.05


def test_a_face_is_cut_out_in_the_middle_at_one_size() -> None:
    picture = np.zeros((300, 300, 3), np.uint8)
    picture[100:160, 200:240] = 255
    cut = square(picture, (200, 100, 40, 60))
    rows, columns = np.nonzero(cut[..., 0] > 127)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(112, abs=1.5)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(112, abs=1.5)
    assert np.ptp(rows) + 1 == pytest.approx(224 / 1.25, abs=3)
