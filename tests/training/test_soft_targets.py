"""What each face is taught to show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_core.training.faces import CALM, UNKNOWN, LabelledFace, one_hot
from fer_core.training.soft_targets import (
    SMILE_SHAPES,
    blended,
    corrected,
    first_target,
    label_weight,
    read_targets,
    write_targets,
)

BOX = (0.0, 0.0, 9.0, 9.0)
SAD, NATURAL = 3, 2


def test_votes_stay_as_they_are() -> None:
    votes = (0.1, 0.2, 0.3, 0.2, 0.2)
    target, weight = first_target(LabelledFace(BOX, votes, voted=True), "ferplus")
    assert target == pytest.approx(votes)
    assert weight == 1


def test_a_contradicted_label_is_softened_towards_the_opinion() -> None:
    angry = (0.96, 0.01, 0.01, 0.01, 0.01)
    plain, _ = first_target(LabelledFace(BOX, one_hot(SAD)), "colour_heads")
    target, weight = first_target(LabelledFace(BOX, one_hot(SAD), opinion=angry), "colour_heads")
    assert target[0] > plain[0] + 0.2
    assert target.argmax() == SAD
    assert weight < 1


def test_an_opinion_on_a_calm_face_is_not_heard() -> None:
    angry = (0.96, 0.01, 0.01, 0.01, 0.01)
    plain, _ = first_target(LabelledFace(BOX, one_hot(NATURAL)), "colour_heads")
    target, _ = first_target(LabelledFace(BOX, one_hot(NATURAL), opinion=angry), "colour_heads")
    assert target == pytest.approx(plain)


@pytest.mark.parametrize(("smile", "heard"), [(0.0, True), (0.9, False)])
def test_whoever_smiles_is_not_taken_for_calm(smile: float, heard: bool) -> None:
    shapes = np.zeros(52, np.float32)
    shapes[list(SMILE_SHAPES)] = smile
    _, weight = first_target(LabelledFace(BOX, CALM, weak=True), "students", shapes)
    assert (weight > 0) == heard


def test_nothing_is_known_of_a_troubled_student() -> None:
    face = LabelledFace(BOX, UNKNOWN, weak=True)
    assert first_target(face, "students")[1] == 0
    assert label_weight(face) == 0


def test_labels_that_another_class_clearly_fits_are_doubtful() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1])
    seen = np.full((6, 5), 0.02, np.float32)
    seen[np.arange(6), labels] = 0.92
    seen[2] = (0.01, 0.95, 0.01, 0.02, 0.01)
    assert corrected(labels, seen).tolist() == [0, 0, 1, 1, 1, 1]


def test_a_label_is_corrected_by_what_is_likelier_than_usual_for_its_class() -> None:
    labels = np.array([0, 0, 0, 1, 1, 1])
    seen = np.full((6, 5), 0.01, np.float32)
    seen[:3, 0], seen[3:, 1] = 0.97, (0.3, 0.3, 0.3)
    seen[2, :2] = 0.5, 0.47  # less of 0 than others of 0, more of 1 than others of 1
    assert corrected(labels, seen).tolist() == [0, 0, 1, 1, 1, 1]


def test_a_doubtful_label_counts_less_than_another() -> None:
    face = LabelledFace(BOX, one_hot(SAD))
    first = np.array((0, 0, 0, 1, 0), np.float32)
    seen = np.array((1, 0, 0, 0, 0), np.float32)
    assert blended(face, first, seen, True)[SAD] < blended(face, first, seen, False)[SAD]
    assert blended(face, first, seen, False, is_known=False) == pytest.approx(seen)


def test_targets_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "targets.npz"
    targets = np.eye(5, dtype=np.float32)[:3]
    write_targets(path, [("a", "1", 0), ("a", "1", 1), ("b", "1", 0)], targets)
    read = read_targets(path)
    assert read["a", "1"] == pytest.approx(targets[:2])
    assert read["b", "1"] == pytest.approx(targets[2:])
