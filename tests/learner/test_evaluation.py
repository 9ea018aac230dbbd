"""The learner hears what the camera added, and is not told that it helped when it did not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.affect.indicators import ComprehensionFeatures, StressFeatures
from fer_core.affect.weights import comprehension_prior, probability
from fer_core.learner.evaluation import (
    CameraVerdict,
    evaluate,
    evaluate_stress,
    mean_over_sessions,
    predict_in_turn,
)
from fer_core.learner.personalise import Example, learn
from fer_core.learner.scores import auc, calibration_error, score
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
    assert (perfect.auc, perfect.brier) == (1.0, 0.0)
    assert calibration_error(targets, targets) == 0.0


def test_each_answer_is_predicted_from_those_before_it_only() -> None:
    rng = np.random.default_rng(2)
    reader = draw_reader(rng)
    learnt = [reader.example(rng)[0] for _ in range(12)]
    changed = [*learnt[:-1], learnt[-1]._replace(target=1.0 - learnt[-1].target)]
    prior = comprehension_prior()
    assert predict_in_turn(learnt, prior) == pytest.approx(predict_in_turn(changed, prior))


def test_no_calibration_figure_is_given_before_it_can_mean_something() -> None:
    rng = np.random.default_rng(0)
    chances = rng.random(200)
    answers = (rng.random(200) < chances).astype(float)
    assert score(answers[:39], chances[:39]).ece is None
    enough = score(answers, chances).ece
    assert enough is not None
    assert enough < 0.08


def test_below_eight_answers_it_is_not_calibrated_and_says_how_many_are_missing() -> None:
    example = Example(ComprehensionFeatures(difficulty=0.5), 1.0, 0.5)
    evaluation = evaluate([example] * 5)
    assert evaluation.verdict is CameraVerdict.NOT_CALIBRATED
    assert "3 more questions" in evaluation.sentence
    assert evaluation.uses_camera


def test_without_a_camera_nothing_is_said_about_it_and_it_is_not_shut_out() -> None:
    rng = np.random.default_rng(4)
    reader = draw_reader(rng)
    answers = [reader.example(rng)[0] for _ in range(12)]
    blind = [one._replace(features=one.features.without_camera()) for one in answers]
    evaluation = evaluate(blind)
    assert evaluation.verdict is CameraVerdict.NO_CAMERA
    assert evaluation.uses_camera


def by_session(examples: list[Example], length: int = 8) -> list[Example]:
    """Spread answers over sessions, as they come."""
    return [one._replace(session_id=f"s{at // length}") for at, one in enumerate(examples)]


def answer_by_the_face_alone(rng: np.random.Generator) -> Example:
    negative = float(rng.choice([0.0, 3.0]))
    features = ComprehensionFeatures(difficulty=float(rng.normal()), negative=negative)
    return Example(features, float(negative == 0.0), 1.0)


def test_a_camera_that_tells_is_praised_and_used() -> None:
    rng = np.random.default_rng(5)
    evaluation = evaluate(by_session([answer_by_the_face_alone(rng) for _ in range(48)]))
    assert evaluation.verdict is CameraVerdict.HELPED
    assert evaluation.uses_camera
    assert "has helped so far" in evaluation.sentence
    assert evaluation.full is not None
    assert evaluation.no_camera is not None
    assert evaluation.full.brier < evaluation.no_camera.brier


def test_with_few_answers_or_sessions_it_cannot_be_told() -> None:
    rng = np.random.default_rng(6)
    reader = draw_reader(rng, camera_matters=False)
    answers = [reader.example(rng)[0] for _ in range(59)]
    few = evaluate(by_session(answers))
    assert few.verdict is CameraVerdict.UNDECIDED
    assert "not enough to tell" in few.sentence
    assert few.uses_camera
    one_day = evaluate([answer_by_the_face_alone(rng) for _ in range(24)])
    assert one_day.verdict is CameraVerdict.UNDECIDED


def test_a_camera_that_did_not_help_in_sixty_answers_is_left_out_and_may_come_back() -> None:
    rng = np.random.default_rng(7)
    reader = draw_reader(rng, camera_matters=False)
    useless = [reader.example(rng)[0] for _ in range(64)]
    left_out = evaluate(by_session(useless))
    assert left_out.verdict is CameraVerdict.NOT_HELPED
    assert "left out" in left_out.sentence
    better = [answer_by_the_face_alone(rng) for _ in range(100)]
    assert evaluate(by_session([*useless, *better])).verdict is CameraVerdict.HELPED


def test_only_answers_to_questions_by_chance_judge() -> None:
    rng = np.random.default_rng(8)
    reader = draw_reader(rng)
    answers = by_session([reader.example(rng)[0] for _ in range(40)])
    chosen = [one._replace(at_random=at % 2 == 0) for at, one in enumerate(answers)]
    evaluation = evaluate(chosen)
    assert evaluation.answers == 20
    predictions = predict_in_turn(chosen, comprehension_prior())
    targets = np.array([one.target for one in chosen])
    assert evaluation.full == score(targets[::2], predictions[::2])


def test_the_interval_is_over_sessions() -> None:
    rng = np.random.default_rng(9)
    alike = np.repeat(rng.normal(0, 1, 6), 10)
    sessions = [f"s{at // 10}" for at in range(60)]
    _, low, high = mean_over_sessions(alike, sessions)
    assert low is not None
    assert high is not None
    _, alone_low, alone_high = mean_over_sessions(alike, [str(at) for at in range(60)])
    assert alone_low is not None
    assert alone_high is not None
    assert high - low > 2.5 * (alone_high - alone_low)
    assert mean_over_sessions(alike, ["a", "b", "c"] * 20)[1:] == (None, None)


@pytest.mark.parametrize(("count", "quantile"), [(4, 3.1824), (6, 2.5706), (31, 2.0423)])
def test_it_is_student_s(count: int, quantile: float) -> None:
    values = np.random.default_rng(count).normal(size=count)
    mean, low, high = mean_over_sessions(values, [str(at) for at in range(count)])
    assert low is not None
    assert high is not None
    assert (high - mean) / (values.std(ddof=1) / np.sqrt(count)) == pytest.approx(
        quantile, abs=0.006
    )


def drifting(rng: np.random.Generator, count: int) -> list[Example]:
    """Answers and signals that each drift through a session, with nothing in common."""
    examples = []
    for at in range(count):
        if at % 10 == 0:
            mood, mien = rng.normal(), rng.normal()
        mood = 0.9 * mood + 0.44 * rng.normal()
        mien = 0.9 * mien + 0.44 * rng.normal()
        features = ComprehensionFeatures(negative=float(np.clip(2 * mien, 0, 3)), away=0.0)
        examples.append(Example(features, float(mood > -0.4), 1.0, f"s{at // 10}"))
    return examples


@pytest.mark.parametrize("kind", ["independent", "drifting"])
def test_the_camera_is_praised_to_at_most_five_per_cent_of_readers_whom_it_does_not_help(
    kind: str,
) -> None:
    readers, praised = 60, 0
    for seed in range(readers):
        rng = np.random.default_rng(1000 + seed)
        reader = draw_reader(rng, camera_matters=False)
        answers = (
            drifting(rng, 40)
            if kind == "drifting"
            else by_session([reader.example(rng)[0] for _ in range(40)])
        )
        praised += evaluate(answers).verdict is CameraVerdict.HELPED
    assert praised / readers <= 0.05


def test_stress_is_judged_on_its_own_answers() -> None:
    rng = np.random.default_rng(10)
    answers = []
    for at in range(48):
        negative = float(rng.choice([-2.0, 2.0]))
        answers.append(Example(StressFeatures(negative), float(negative > 0), 0.5, f"s{at // 8}"))
    evaluation = evaluate_stress(answers)
    assert evaluation.verdict is CameraVerdict.HELPED
    assert evaluation.text_only is None
    assert "stress" in evaluation.sentence


def test_after_twenty_answers_the_estimates_rank_rightly_and_are_calibrated() -> None:
    areas, possible, truths, predictions = [], [], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        reader = draw_reader(rng)
        weights = learn(comprehension_prior(), [reader.example(rng)[0] for _ in range(20)])
        tested = [reader.example(rng) for _ in range(60)]
        truth = np.array([float(rng.random() < chance) for _, chance in tested])
        predicted = np.array([probability(one.features, weights) for one, _ in tested])
        chances = np.array([chance for _, chance in tested])
        area, most = auc(truth, predicted), auc(truth, chances)
        if area is not None and most is not None:
            areas.append(area)
            possible.append(most)
        truths.append(truth)
        predictions.append(predicted)
    # Of what can be known at all: answers are a matter of chance, too.
    assert np.mean(areas) - 0.5 >= 0.6 * (np.mean(possible) - 0.5)
    assert calibration_error(np.concatenate(truths), np.concatenate(predictions)) <= 0.10
