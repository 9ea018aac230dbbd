"""Overlap and calibration as pure functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fer_core.vision.candidates import (
    Candidates,
    calibrate,
    face_confidences,
    largest_and_inside,
    logits,
    nested_ranks,
    no_candidates,
    suppress,
)

SCORES = arrays(np.float32, (4, 5), elements=st.floats(0, 1, width=32))


def candidates(*rows: tuple[tuple[float, float, float, float], int, float]) -> Candidates:
    """Return candidates from (corners, class, score) rows."""
    scores = np.full((len(rows), 5), 0.01, np.float32)
    for index, (_, kind, score) in enumerate(rows):
        scores[index, kind] = score
    return Candidates.of(np.array([row[0] for row in rows], np.float32), scores)


def test_a_face_that_two_classes_fit_is_as_sure_as_one_that_one_fits() -> None:
    scores = np.array([[0.8, 0, 0, 0, 0], [0.4, 0, 0.4, 0, 0], [0.9, 0, 0.9, 0, 0]], np.float32)
    assert face_confidences(scores) == pytest.approx([0.8, 0.8, 1.0])


def test_two_boxes_of_different_classes_on_one_face_become_one() -> None:
    kept = suppress(candidates(((0, 0, 100, 100), 1, 0.6), ((4, 4, 104, 104), 2, 0.7)), 0.5, 0.7)
    assert len(kept.corners) == 1
    assert int(kept.scores[0].argmax()) == 2


def test_boxes_of_one_face_vote_on_its_scores_and_the_strongest_gives_the_box() -> None:
    rows = [((0, 0, 100, 100), 2, 0.5), ((2, 0, 102, 100), 1, 0.6), ((0, 2, 100, 102), 2, 0.5)]
    given = candidates(*rows)
    kept = suppress(given, 0.5, 0.7)
    assert kept.corners.tolist() == [[2, 0, 102, 100]]
    assert kept.confidences == pytest.approx([given.confidences.max()])
    assert int(kept.scores[0].argmax()) == 2
    mean = np.average(logits(np.array([0.01, 0.6, 0.01])), weights=given.confidences)
    assert logits(kept.scores)[0, 1] == pytest.approx(mean, abs=1e-4)


def test_a_neighbour_does_not_vote() -> None:
    rows = [((0, 0, 100, 100), 1, 0.6), ((80, 0, 180, 100), 2, 0.7)]
    kept = suppress(candidates(*rows), 0.5, 0.7)
    assert kept.scores[1] == pytest.approx([0.01, 0.6, 0.01, 0.01, 0.01])


def test_neighbours_stay_two() -> None:
    kept = suppress(candidates(((0, 0, 100, 100), 1, 0.6), ((80, 0, 180, 100), 1, 0.7)), 0.5, 0.7)
    assert len(kept.corners) == 2


def test_half_a_face_inside_a_stronger_one_is_dropped() -> None:
    kept = suppress(candidates(((0, 0, 100, 100), 1, 0.9), ((50, 0, 102, 40), 1, 0.5)), 0.5, 0.7)
    assert len(kept.corners) == 1


def test_nothing_in_gives_nothing_out() -> None:
    assert len(suppress(no_candidates(), 0.5, 0.7).corners) == 0


@given(scores=SCORES, temperature=st.floats(0.2, 5))
def test_probabilities_are_finite_sum_to_1_and_keep_the_order(
    scores: np.ndarray, temperature: float
) -> None:
    probabilities = calibrate(scores, temperature)
    assert np.isfinite(probabilities).all()
    assert probabilities.sum(axis=1) == pytest.approx(1.0)
    strongest = probabilities.argmax(axis=1)
    clipped = np.clip(scores.astype(np.float64), 1e-6, 1 - 1e-6)
    assert np.allclose(clipped[np.arange(4), strongest], clipped.max(axis=1))


@given(scores=SCORES)
def test_a_higher_temperature_is_less_sure(scores: np.ndarray) -> None:
    sure, unsure = calibrate(scores, 0.5).max(axis=1), calibrate(scores, 2.0).max(axis=1)
    assert (unsure <= sure + 1e-9).all()


def test_of_nested_boxes_the_higher_rank_stays_however_strong_the_other_is() -> None:
    head_and_shoulders, face = [0.0, 0.0, 100.0, 100.0], [30.0, 10.0, 70.0, 55.0]
    scores = np.full((2, 5), 0.1, np.float32)
    scores[0, 1], scores[1, 1] = 0.9, 0.4
    both = Candidates.of(np.array([head_and_shoulders, face], np.float32), scores)
    assert len(suppress(both, 0.5).corners) == 2
    ranks = np.array([0.0, 0.3], np.float32)
    (kept,) = suppress(both, 0.5, 0.7, ranks).corners
    assert kept.tolist() == face


@pytest.mark.parametrize(
    ("around", "inside", "looked_at"),
    [
        (0.8, 0.7, [0, 2]),
        (0.3, 0.8, [0, 2]),
        (0.2, 0.8, [2]),  # head and shoulders: hardly a face beside the one in it
        (0.8, 0.2, [0, 2]),  # but what is in a sure box may be the face
    ],
)
def test_a_box_that_is_hardly_a_face_beside_one_inside_it_is_left_out(
    around: float, inside: float, looked_at: list[int]
) -> None:
    corners = [[0.0, 0.0, 100.0, 100.0], [200.0, 0.0, 230.0, 40.0], [30.0, 10.0, 70.0, 55.0]]
    scores = np.zeros((3, 5), np.float32)
    scores[:, 1] = around, 0.9, inside
    found = Candidates.of(np.array(corners, np.float32), scores)
    assert largest_and_inside(found, 0.7).tolist() == looked_at


def test_of_nested_boxes_as_sure_the_smaller_one_ranks_higher() -> None:
    corners = np.array([[0, 0, 200, 200], [60, 20, 140, 100]], np.float32)
    both = Candidates.of(corners, np.full((2, 5), 0.1, np.float32))
    sure = nested_ranks(both, np.array([0.88, 0.86], np.float32))
    unsure = nested_ranks(both, np.array([0.88, 0.6], np.float32))
    assert sure[1] > sure[0]
    assert unsure[1] < unsure[0]


def test_of_a_wall_of_faces_the_surest_thousand_are_kept() -> None:
    count = 3000
    left = np.arange(count, dtype=np.float32)[:, None] * 10
    corners = np.concatenate([left, left * 0, left + 8, left * 0 + 8], axis=1)
    strength = np.linspace(0.1, 0.9, count, dtype=np.float32)
    scores = np.zeros((count, 5), np.float32)
    scores[:, 1] = strength
    kept = suppress(Candidates.of(corners, scores), 0.5)
    np.testing.assert_array_equal(kept.corners, corners[::-1][:1000])


def test_a_box_of_no_size_is_kept_once() -> None:
    corners = np.array([[5, 5, 5, 5], [5, 5, 5, 5]], np.float32)
    scores = np.full((2, 5), 0.1, np.float32)
    assert len(suppress(Candidates.of(corners, scores), 0.5).corners) == 2
