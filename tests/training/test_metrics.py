"""Figures of merit."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.boxes import ious
from fer_core.training import metrics


def boxes(*corners: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(corners, float).reshape(-1, 4)


def one_hot(*emotions: int) -> np.ndarray:
    return np.eye(5)[list(emotions)] * 0.9


def result(found: np.ndarray, scores: np.ndarray) -> metrics.SceneResult:
    labelled = boxes((0, 0, 10, 10), (20, 20, 40, 40))
    return metrics.SceneResult(labelled, np.array([0, 1]), found, scores)


def test_perfect_boxes_and_classes_have_an_average_precision_of_one() -> None:
    table = metrics.average_precisions(
        [result(boxes((0, 0, 10, 10), (20, 20, 40, 40)), one_hot(0, 1))]
    )
    assert table[0].mean() == pytest.approx(1)
    assert table[1].mean() == pytest.approx(1)


def test_nothing_found_has_an_average_precision_of_zero() -> None:
    table = metrics.average_precisions([result(boxes(), np.zeros((0, 5)))])
    assert table.sum() == 0


def test_a_loose_box_counts_at_low_overlap_only() -> None:
    table = metrics.average_precisions([result(boxes((0, 0, 10, 13)), one_hot(0))])
    assert table[0, 0] == pytest.approx(1)
    assert table[0, -1] == 0


def test_a_second_box_on_the_same_face_is_a_false_alarm() -> None:
    found = boxes((0, 0, 10, 10), (0, 0, 10, 10), (0, 0, 10, 10.5))
    scene = metrics.SceneResult(boxes((0, 0, 10, 10)), np.array([0]), found, one_hot(0, 0, 0))
    other = metrics.SceneResult(
        boxes((0, 0, 10, 10)), np.array([0]), boxes((0, 0, 10, 10)), one_hot(0) * 0.5
    )
    # Precision is 1, then 2 of 4 once both faces are found: the mean over 101 recalls.
    assert metrics.average_precisions([scene, other])[0, 0] == pytest.approx((51 + 25) / 101)


def test_ultralytics_finds_the_same_average_precisions() -> None:
    others = pytest.importorskip("ultralytics.utils.metrics", reason="in requirements-train.txt")
    rng = np.random.default_rng(3)
    scenes, hits, scores, labels = [], [], [], []
    for _ in range(400):
        # Faces of 20 px, far from each other; every seventh is missed, one in eight is none.
        corner = rng.uniform(0, 20, 2) + np.array([[0, 0], [100, 0], [0, 100]])
        faces = np.hstack([corner, corner + 20])
        emotions = rng.integers(0, 5, 3)
        found = faces + np.tile(rng.normal(0, 2, (3, 2)), 2)
        found[rng.random(3) < 1 / 8] += 50
        score = rng.uniform(0, 0.8, (3, 5)) + 0.2 * np.eye(5)[emotions]
        seen = rng.random(3) > 1 / 7
        scenes.append(metrics.SceneResult(faces, emotions, found[seen], score[seen]))
        # There, each found face stands five times, once for each class.
        right = np.diagonal(ious(found[:, None], faces))[:, None] >= metrics.IOU_THRESHOLDS
        of_class = emotions[:, None] == np.arange(5)
        hits.append((right[:, None] & of_class[..., None])[seen].reshape(-1, 10))
        scores.append(score[seen].ravel())
        labels.append(emotions)
    classes = np.arange(sum(map(len, scores))) % 5
    counted = map(np.concatenate, (hits, scores))
    theirs = others.ap_per_class(*counted, classes, np.concatenate(labels))[5]
    assert 0.1 < theirs.mean() < 0.9
    # They draw a line between two recalls, COCO takes the next one.
    assert metrics.average_precisions(scenes) == pytest.approx(theirs, abs=0.01)


def test_drawn_precisions_spread_around_the_figure() -> None:
    right = metrics.SceneResult(
        boxes((0, 0, 10, 10)), np.array([0]), boxes((0, 0, 10, 10)), one_hot(0)
    )
    blind = metrics.SceneResult(
        boxes((0, 0, 10, 10)), np.array([0]), boxes((50, 50, 60, 60)), one_hot(0) * 0.5
    )
    scenes = [right, blind] * 20
    draws = metrics.drawn_precisions(scenes, repeats=200)[:, 0, 0]
    figure = metrics.average_precisions(scenes)[0, 0]
    assert np.mean(draws) == pytest.approx(figure, abs=0.03)
    # Every right box outranks the others, so the figure is the share of faces that were found.
    assert np.std(draws) == pytest.approx((0.5 * 0.5 / len(scenes)) ** 0.5, rel=0.2)
    assert metrics.drawn_precisions([right] * 5, repeats=3)[:, 0].min() == 1


def test_no_answer_is_wrong_whatever_the_label() -> None:
    labels = np.array([0, 1, 2, 3, 4])
    answers = np.array([0, 1, 2, 3, metrics.NO_ANSWER])
    assert metrics.accuracy(labels, answers) == pytest.approx(0.8)
    assert metrics.macro_f1(labels, answers) == pytest.approx(0.8)
    assert metrics.confusion(labels, answers)[4, metrics.NO_ANSWER] == 1


def test_macro_f1_weighs_classes_alike() -> None:
    labels = np.array([0] * 9 + [1])
    assert metrics.macro_f1(labels, np.zeros(10, int)) == pytest.approx((18 / 19) / 2)


def test_the_interval_holds_the_figure_and_narrows_with_pictures() -> None:
    rng = np.random.default_rng(0)
    widths = []
    for count in (50, 1000):
        labels = rng.integers(0, 5, count)
        answers = np.where(rng.random(count) < 0.7, labels, (labels + 1) % 5)
        low, high = metrics.interval(labels, answers, metrics.accuracy, repeats=200)
        assert low <= metrics.accuracy(labels, answers) <= high
        widths.append(high - low)
    assert widths[1] < widths[0]


def test_the_fitted_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1, (4000, 5))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(5, p=row) for row in true])
    sharpened = metrics.tempered(true, 0.4)
    ratio = metrics.fit_temperature(sharpened, labels, np.ones(len(labels)))
    assert ratio == pytest.approx(2.5, rel=0.1)
    before = metrics.calibration_error(sharpened, labels)
    after = metrics.calibration_error(metrics.tempered(sharpened, ratio), labels)
    assert after < 0.03 < before


def test_a_calibrated_model_shows_an_error_by_chance_and_less_with_more_pictures() -> None:
    rng = np.random.default_rng(4)
    probabilities = rng.dirichlet(np.full(5, 0.6), 4000)
    labels = np.array([rng.choice(5, p=row) for row in probabilities])
    few, many = (
        metrics.calibration_error_by_chance(probabilities[:count]) for count in (250, 4000)
    )
    assert few[0] > 2.5 * many[0] > 0
    assert few[0] < few[1]
    assert metrics.calibration_error(probabilities, labels) < many[1]
    assert metrics.calibration_error(metrics.tempered(probabilities, 0.5), labels) > many[1]
