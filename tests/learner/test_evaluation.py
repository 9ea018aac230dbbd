"""The learner hears what the camera added, and is not told that it helped when it did not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.affect.indicators import ComprehensionFeatures, comprehension_prior
from fer_core.learner.evaluation import (
    CameraVerdict,
    ComprehensionExample,
    auc,
    auc_difference,
    evaluate,
    predict_in_turn,
    score,
)
from fer_core.learner.personalise import Example, personalise, probability
from tests.synthetic.reading import draw_reader

unit = st.floats(0, 1)


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), unit), min_size=1, max_size=40))
def test_auc_is_the_share_of_pairs_ranked_rightly(rows: list[tuple[float, float]]) -> None:
    targets, predictions = (np.array(column) for column in zip(*rows, strict=True))
    wins = [
        0.5 if abs(high - low) < 1e-9 else float(high > low)
        for high, y in zip(predictions, targets, strict=True)
        for low, other in zip(predictions, targets, strict=True)
        if y > other
    ]
    expected = pytest.approx(np.mean(wins)) if wins else None
    assert auc(targets, predictions) == expected


def test_a_perfect_forecast_scores_perfectly() -> None:
    targets = np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    perfect = score(targets, targets)
    assert (perfect.auc, perfect.brier, perfect.ece) == (1.0, 0.0, 0.0)


def test_each_answer_is_predicted_from_those_before_it_only() -> None:
    rng = np.random.default_rng(2)
    reader = draw_reader(rng)
    learnt = [reader.example(rng)[0] for _ in range(12)]
    changed = [*learnt[:-1], learnt[-1]._replace(target=1.0 - learnt[-1].target)]
    prior = comprehension_prior()
    assert predict_in_turn(learnt, prior) == pytest.approx(predict_in_turn(changed, prior))


def test_the_interval_of_a_difference_holds_zero_for_the_same_predictions() -> None:
    rng = np.random.default_rng(0)
    targets = (rng.random(30) < 0.5).astype(float)
    predictions = rng.random(30)
    assert auc_difference(targets, predictions, predictions) == (0.0, 0.0, 0.0)


def test_below_eight_answers_it_is_not_calibrated_and_says_how_many_are_missing() -> None:
    example = ComprehensionExample(ComprehensionFeatures(difficulty=0.5), 1.0, 0.5)
    evaluation = evaluate([example] * 5)
    assert evaluation.verdict is CameraVerdict.NOT_CALIBRATED
    assert "3 more questions" in evaluation.sentence
    assert evaluation.uses_camera


def test_answers_all_alike_tell_nothing() -> None:
    example = ComprehensionExample(ComprehensionFeatures(difficulty=0.5, negative=1.0), 1.0, 0.5)
    evaluation = evaluate([example] * 12)
    assert evaluation.verdict is CameraVerdict.NOT_HELPED
    assert "too alike" in evaluation.sentence
    assert not evaluation.uses_camera


def test_without_a_camera_nothing_is_said_about_it() -> None:
    rng = np.random.default_rng(4)
    reader = draw_reader(rng)
    answers = [reader.example(rng)[0] for _ in range(12)]
    blind = [one._replace(features=one.features.without_camera()) for one in answers]
    assert evaluate(blind).verdict is CameraVerdict.NO_CAMERA


def answer_by_the_face_alone(rng: np.random.Generator) -> ComprehensionExample:
    negative = float(rng.choice([0.0, 3.0]))
    features = ComprehensionFeatures(difficulty=float(rng.normal()), negative=negative)
    return ComprehensionExample(features, float(negative == 0.0), 1.0)


def test_a_camera_that_tells_is_praised_and_used() -> None:
    rng = np.random.default_rng(5)
    evaluation = evaluate([answer_by_the_face_alone(rng) for _ in range(40)])
    assert evaluation.verdict is CameraVerdict.HELPED
    assert evaluation.uses_camera
    assert "has helped so far" in evaluation.sentence
    assert evaluation.full is not None
    assert evaluation.no_camera is not None
    assert evaluation.full.brier < evaluation.no_camera.brier


def test_the_camera_is_praised_to_at_most_five_per_cent_of_readers_whom_it_does_not_help() -> None:
    readers = 60
    praised = 0
    for seed in range(readers):
        rng = np.random.default_rng(1000 + seed)
        reader = draw_reader(rng, camera_matters=False)
        answers = [reader.example(rng)[0] for _ in range(24)]
        praised += evaluate(answers).verdict is CameraVerdict.HELPED
    assert praised / readers <= 0.05


def test_after_twenty_answers_the_estimates_rank_rightly_and_are_calibrated() -> None:
    areas, truths, predictions = [], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        reader = draw_reader(rng)
        learnt = [Example(*reader.example(rng)[0]) for _ in range(20)]
        coefficients = personalise(comprehension_prior(), learnt)
        tested = [reader.example(rng) for _ in range(60)]
        truth = np.array([float(rng.random() < chance) for _, chance in tested])
        predicted = np.array([probability(one.features, coefficients) for one, _ in tested])
        area = auc(truth, predicted)
        if area is not None:
            areas.append(area)
        truths.append(truth)
        predictions.append(predicted)
    assert np.mean(areas) >= 0.68
    assert score(np.concatenate(truths), np.concatenate(predictions)).ece <= 0.10
