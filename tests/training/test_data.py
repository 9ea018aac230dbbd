"""Reading and checking training data."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from fer_core.emotions import LABELS
from fer_core.training.check import check, cross_split_duplicates, describe
from fer_core.training.data import PictureReader, load_backgrounds, load_dataset
from fer_core.training.dataset import FaceDataset
from fer_core.training.errors import DataError, UnreadablePicture


def test_archives_give_each_picture_with_its_face_and_split(archives: Path) -> None:
    pictures = load_dataset(archives)
    assert [picture.split for picture in pictures].count("train") == 20
    assert pictures[0].faces[0].box == (24.0, 18.0, 48.0, 60.0)
    assert LABELS[pictures[0].faces[0].emotion] == "Angry"


def test_votes_become_a_distribution_that_sums_to_one(archives: Path) -> None:
    labels = archives / "labels.csv"
    lines = labels.read_text().splitlines()
    lines[1] = lines[1].rstrip(",") + ",0.5,0.1,0.1,0.1,0.0"
    labels.write_text("\n".join(lines))
    face = load_dataset(archives)[0].faces[0]
    assert face.voted
    assert sum(face.distribution) == pytest.approx(1)
    assert face.distribution[0] == pytest.approx(0.625)


def test_a_roboflow_export_reads_as_it_is_with_its_own_class_names(yolo_folder: Path) -> None:
    pictures = load_dataset(yolo_folder)
    assert len(pictures) == 10
    assert {picture.split for picture in pictures} == {"train", "val"}
    assert pictures[2].faces[0].emotion == LABELS.index("Natural")
    assert pictures[0].faces[0].box == pytest.approx((24, 18, 48, 60))


def test_a_polygon_label_becomes_its_box(yolo_folder: Path) -> None:
    label = yolo_folder / "train" / "labels" / "0.txt"
    label.write_text("1 0.25 0.25 0.75 0.25 0.75 0.5 0.25 0.5\n")
    face = load_dataset(yolo_folder)[0].faces[0]
    assert face.box == pytest.approx((24, 24, 48, 24))


@pytest.mark.parametrize("line", ["9 0.5 0.5 0.5 0.5", "-1 0.5 0.5 0.5 0.5", "0 0.5", "x 1 1 1 1"])
def test_a_broken_label_is_named_with_its_line(yolo_folder: Path, line: str) -> None:
    (yolo_folder / "train" / "labels" / "3.txt").write_text(line)
    with pytest.raises(DataError, match=r"3\.txt line 1"):
        load_dataset(yolo_folder)


def test_numbers_that_are_none_are_named(yolo_folder: Path) -> None:
    label = yolo_folder / "train" / "labels" / "3.txt"
    label.write_text("0 0.5 nan 0.5 0.5")
    with pytest.raises(DataError, match="finite"):
        load_dataset(yolo_folder)
    label.write_text("0.0 0.5 0.5 0.5 0.5")  # Ultralytics reads the class as a float, too
    assert load_dataset(yolo_folder)[3].faces[0].emotion == LABELS.index("Angry")


def test_a_text_file_that_lists_the_pictures_does_for_a_folder(yolo_folder: Path) -> None:
    (yolo_folder / "train.txt").write_text("./train/images/0.jpg\ntrain/images/2.jpg\n")
    description = yolo_folder / "data.yaml"
    description.write_text(description.read_text().replace("../train/images", "train.txt"))
    found = [each for each in load_dataset(yolo_folder) if each.split == "train"]
    assert [each.name for each in found] == ["0.jpg", "2.jpg"]
    assert found[1].faces[0].emotion == LABELS.index("Natural")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no classes"),
        ("names: 5", "names no classes"),
        ("names: [1, 2]", "class '1'"),
        (": : :", "cannot be read"),
        ("train: ../elsewhere/images\nnames: [angry]", "train pictures ../elsewhere/images"),
    ],
)
def test_a_description_that_cannot_be_used_is_explained(
    yolo_folder: Path, text: str, said: str
) -> None:
    (yolo_folder / "data.yaml").write_text(text)
    with pytest.raises(DataError, match=said):
        load_dataset(yolo_folder)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (",height,", ",hight,", "lacks the columns height"),
        (",Angry,", ",Contempt,", "line 2: class 'Contempt' is none of Angry"),
        (",train,", ",valid,", "line 2: the split 'valid'"),
        (",24.0,", ",,", "line 2: x is no number"),
        (",24.0,", ",nan,", "line 2: x is no number"),
    ],
)
def test_labels_that_cannot_be_used_are_explained(
    archives: Path, before: str, after: str, said: str
) -> None:
    labels = archives / "labels.csv"
    labels.write_text(labels.read_text().replace(before, after, 1))
    with pytest.raises(DataError, match=said):
        load_dataset(archives)


def test_labels_saved_by_a_spreadsheet_are_read(archives: Path) -> None:
    labels = archives / "labels.csv"
    labels.write_text(labels.read_text(), encoding="utf-8-sig")
    assert len(load_dataset(archives)) == 30


def test_other_classes_are_refused_by_name(yolo_folder: Path) -> None:
    description = yolo_folder / "data.yaml"
    description.write_text(description.read_text().replace("anger", "contempt"))
    with pytest.raises(DataError, match="contempt"):
        load_dataset(yolo_folder)


def test_a_folder_of_neither_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labels\.csv"):
        load_dataset(tmp_path)


def test_the_bank_survives_an_unreadable_picture_and_names_it(archives: Path) -> None:
    _replace(archives / "heads.zip", "train/Sad/1.png", b"no picture")
    dataset = FaceDataset(load_dataset(archives), [])
    assert len(dataset.faces) == 29
    assert len(dataset.unreadable) == 1
    assert "train/Sad/1.png" in dataset.unreadable[0]


def test_the_bank_leaves_out_boxes_without_a_picture_and_names_them(
    archives: Path, caplog: pytest.LogCaptureFixture
) -> None:
    labels = archives / "labels.csv"
    text = labels.read_text().replace("24.0,18.0,48.0,60.0", "24.0,18.0,0.0,60.0", 1)
    labels.write_text(text.replace("24.0,18.0,48.0,60.0", "240.0,18.0,48.0,60.0", 1))
    dataset = FaceDataset(load_dataset(archives), [])
    assert len(dataset.faces) == 28
    assert "train/Angry/0.png" in caplog.text
    assert "train/Angry/1.png" in caplog.text


def test_a_picture_without_faces_stands_behind_faces(yolo_folder: Path) -> None:
    (yolo_folder / "train" / "labels" / "3.txt").write_text("")
    (yolo_folder / "train" / "labels" / "4.txt").unlink()
    dataset = FaceDataset(load_dataset(yolo_folder), [])
    assert len(dataset.faces) == 8
    assert len(dataset.backgrounds) == 2


def test_a_missing_member_and_an_empty_file_are_unreadable(archives: Path) -> None:
    _replace(archives / "heads.zip", "train/Sad/1.png", b"")
    reader = PictureReader()
    for name in ("train/Sad/1.png", "nowhere.png"):
        with pytest.raises(UnreadablePicture, match=name):
            reader.read(archives / "heads.zip", name)


def test_the_bank_draws_every_class_alike_however_rare(archives: Path) -> None:
    pictures = load_dataset(archives)
    scarce = [p for p in pictures if "Sad" not in p.name] + [pictures[12]]
    dataset = FaceDataset(scarce, [])
    rng = np.random.default_rng(0)
    drawn = [int(dataset.draw(rng).distribution.argmax()) for _ in range(2000)]
    assert np.bincount(drawn, minlength=5).min() > 330


def test_labels_that_are_not_votes_are_smoothed(archives: Path) -> None:
    target = FaceDataset(load_dataset(archives), []).faces[0].distribution
    assert target.sum() == pytest.approx(1)
    assert target[0] == pytest.approx(0.96)


def test_check_passes_clean_data_and_draws_a_sheet(archives: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.jpg"
    result = check(archives, sheet)
    assert result.is_clean
    assert sheet.stat().st_size > 0
    assert "heads train" in describe(result)


def test_check_reports_damage_bad_boxes_and_leaks(archives: Path) -> None:
    with zipfile.ZipFile(archives / "heads.zip") as archive:
        seen = archive.read("train/Happy/0.png")
    _replace(archives / "heads.zip", "val/Happy/0.png", seen)
    _replace(archives / "heads.zip", "train/Sad/1.png", b"no picture")
    labels = archives / "labels.csv"
    labels.write_text(labels.read_text().replace("24.0,18.0,48.0,60.0", "90.0,18.0,48.0,60.0", 1))
    result = check(archives)
    assert not result.is_clean
    assert len(result.unreadable) == 1
    assert result.bad_boxes == ["heads.zip: train/Angry/0.png"]
    assert result.leaks == [("heads.zip: train/Happy/0.png", "heads.zip: val/Happy/0.png")]


def test_a_picture_in_both_splits_is_known_with_its_twin(archives: Path) -> None:
    assert cross_split_duplicates(load_dataset(archives)) == set()
    with zipfile.ZipFile(archives / "heads.zip") as archive:
        seen = archive.read("train/Happy/0.png")
    _replace(archives / "heads.zip", "val/Happy/0.png", seen)
    found = {picture.name for picture in cross_split_duplicates(load_dataset(archives))}
    assert found == {"train/Happy/0.png", "val/Happy/0.png"}


def test_backgrounds_are_optional(archives: Path) -> None:
    assert len(load_backgrounds(archives, PictureReader())) == 2
    (archives / "backgrounds.zip").unlink()
    assert load_backgrounds(archives, PictureReader()) == []


def test_a_damaged_background_is_left_out_and_named(
    archives: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _replace(archives / "backgrounds.zip", "1.png", b"no picture")
    assert len(load_backgrounds(archives, PictureReader())) == 1
    assert "1.png" in caplog.text
    (archives / "backgrounds.zip").write_bytes(b"no archive")
    with pytest.raises(DataError, match=r"backgrounds\.zip"):
        load_backgrounds(archives, PictureReader())


def _replace(archive: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(archive) as before:
        members = {member: before.read(member) for member in before.namelist()}
    members[name] = content
    with zipfile.ZipFile(archive, "w") as after:
        for member, data in members.items():
            after.writestr(member, data)
