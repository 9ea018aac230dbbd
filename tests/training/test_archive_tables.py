"""Pictures whose table bears their archive's name."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.training.data import load_dataset, load_faceless
from fer_core.training.errors import DataError
from fer_core.training.faces import CALM, UNKNOWN, LabelledPicture


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    """Write an archive of grey pictures and its table."""
    columns = sorted({column for row in rows for column in row})
    with (
        zipfile.ZipFile(folder / f"{name}.zip", "w") as archive,
        (folder / f"{name}.csv").open("w", newline="") as file,
    ):
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
        for row in rows:
            picture = np.full((60, 80, 3), 90, np.uint8)
            archive.writestr(str(row["name"]), cv2.imencode(".png", picture)[1].tobytes())


def of(folder: Path, source: str) -> list[LabelledPicture]:
    return [each for each in load_dataset(folder) if each.source == source]


HEAD: dict[str, object] = {"x": 10, "y": 12, "width": 30, "height": 36}


def test_a_head_keeps_another_models_opinion_of_its_label(archives: Path) -> None:
    row: dict[str, object] = {
        "name": "a.png",
        "split": "train",
        "emotion": "Sad",
        "second_opinion": "anger",
    }
    write(archives, "colour", [HEAD | row | {"second_confidence": 0.8}])
    face = of(archives, "colour")[0].faces[0]
    assert face.emotion == 3
    assert face.opinion == pytest.approx((0.84, 0.04, 0.04, 0.04, 0.04))


def test_an_opinion_outside_the_five_classes_says_nothing(archives: Path) -> None:
    row: dict[str, object] = {
        "name": "a.png",
        "split": "train",
        "emotion": "Sad",
        "second_opinion": "contempt",
    }
    write(archives, "colour", [row | HEAD])
    assert of(archives, "colour")[0].faces[0].opinion == (0.2,) * 5


def test_the_same_photo_in_two_archives_is_one_group(archives: Path) -> None:
    row: dict[str, object] = {"name": "a.png", "split": "train", "emotion": "Sad"}
    twin: dict[str, object] = {"same_photo_in_affect_faces": "train/Sad/0.png"}
    write(archives, "colour", [row | HEAD | twin])
    assert of(archives, "colour")[0].unit == "affect_faces/train/Sad/0.png"


def test_undisturbed_people_are_taken_for_calm_and_troubled_ones_are_not(archives: Path) -> None:
    person: dict[str, object] = {"split": "train", "subject": "7", "boredom": 2}
    rows = [
        person | {"name": "a.png", "confusion": 0, "frustration": 0},
        person | {"name": "b.png", "confusion": 2, "frustration": 0},
    ]
    write(archives, "pupils", rows)
    calm, troubled = (each.faces[0] for each in of(archives, "pupils"))
    assert (calm.distribution, troubled.distribution) == (CALM, UNKNOWN)
    assert calm.weak
    assert troubled.weak


def test_a_tight_crop_without_a_box_is_nearly_all_face(archives: Path) -> None:
    row: dict[str, object] = {"name": "a.png", "split": "train", "subject": "7", "confusion": 0}
    write(archives, "pupils", [row])
    x, y, width, height = of(archives, "pupils")[0].faces[0].box_in(100, 50)
    assert 0 < x < 10
    assert 0 < y < 10
    assert width > 40
    assert height > 80


def test_people_are_kept_for_val_where_a_table_has_none(archives: Path) -> None:
    rows = [
        HEAD
        | {"name": f"{number}.png", "split": "train", "subject": str(number // 2), "confusion": 0}
        for number in range(80)
    ]
    write(archives, "webcam", rows)
    pictures = of(archives, "webcam")
    splits = {each.group: set[str]() for each in pictures}
    for each in pictures:
        splits[each.group].add(each.split)
    assert all(len(found) == 1 for found in splits.values())
    assert 2 < sum(found == {"val"} for found in splits.values()) < 20


def test_a_table_about_something_else_is_left_out(archives: Path) -> None:
    write(archives, "eyes", [{"name": "a.png", "split": "train", "state": "Open"}])
    assert not of(archives, "eyes")


def test_an_unreadable_row_is_named_by_its_line(archives: Path) -> None:
    write(archives, "colour", [HEAD | {"name": "a.png", "split": "train", "emotion": "Odd"}])
    with pytest.raises(DataError, match=r"colour.csv line 2"):
        load_dataset(archives)


def test_pictures_without_faces_come_from_their_archive(archives: Path) -> None:
    with zipfile.ZipFile(archives / "negatives.zip", "w") as archive:
        archive.writestr("0.png", cv2.imencode(".png", np.zeros((9, 9, 3), np.uint8))[1].tobytes())
    pictures = load_faceless(archives)
    assert [(each.source, each.faces) for each in pictures] == [("negatives", ())]
