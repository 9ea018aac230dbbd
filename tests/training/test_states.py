"""The heads of looks are fitted to the train split's people; test people are never read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_core.face.looks import MEASURES
from fer_core.training.errors import DataError
from fer_core.training.states import Students, fit_heads, fold_of

HEADER = "name,split,subject,boredom,engagement,confusion,frustration\n"


def students_csv(folder: Path, people: int = 12, clips: int = 12) -> Path:
    lines = [HEADER]
    for person in range(people):
        split = ("train", "train", "val", "test")[person % 4]
        for clip in range(clips):
            level = (person + clip) % 4
            name = f"{split}/9{person:02d}1{clip:03d}.webp"
            lines.append(f"{name},{split},9{person:02d},{level},{3 - level},0,0\n")
    (folder / "students.csv").write_text("".join(lines), encoding="utf-8")
    return folder


def test_people_of_a_test_split_are_never_read(tmp_path: Path) -> None:
    students = Students.read(students_csv(tmp_path))
    assert {name.split("/")[0] for name in students.names} == {"train", "val"}
    assert len(np.unique(students.people)) == 9
    assert set(students.sittings) == {f"{person}1" for person in students.people}


def test_a_file_without_the_votes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "students.csv").write_text("name,split\na,train\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"students\.csv"):
        Students.read(tmp_path)


def test_nobody_is_in_two_folds() -> None:
    people = np.repeat([f"p{number}" for number in range(11)], 3)
    fold = fold_of(people)
    for name in np.unique(people):
        assert len(set(fold[people == name].tolist())) == 1


def test_what_the_votes_go_by_is_found_in_the_people_of_the_train_split(tmp_path: Path) -> None:
    students = Students.read(students_csv(tmp_path))
    rng = np.random.default_rng(0)
    faces = rng.normal(size=(len(students.names), len(MEASURES)))
    faces[:, 3] = students.levels["boredom"] + 0.3 * faces[:, 3]
    faces[~students.train, 3] = rng.normal(size=int((~students.train).sum()))
    heads = fit_heads(students, faces)
    assert np.abs(heads.weights[0]).argmax() == 3
    levels = heads.levels(faces[students.train])[:, 0]
    told = np.corrcoef(levels, students.levels["boredom"][students.train])[0, 1]
    assert told > 0.9
