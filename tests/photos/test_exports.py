"""What is downloaded: the API's form, tables no spreadsheet runs, names that are safe anywhere."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.api.schemas.analyses import AnalysisResult
from fer_core.drawing.annotate import DrawOptions
from fer_core.photos import exports
from fer_core.photos.analysed import AnalysedPhoto, Problem
from fer_core.vision.faces import Box, Detections, Face, Timing
from fer_core.vision.model_info import ModelInfo, NetworkFile, Networks
from tests.pictures import decoded

INFO = ModelInfo(
    name="fer-yolov9t",
    version="1.0.0",
    networks=Networks(detector=NetworkFile(file="m.onnx", sha256="0", architecture="a")),
    classes=(),
)
HAPPY = Face(
    Box(10.04, 20, 30, 40), 0.91, np.array([0.02, 0.9, 0.05, 0.02, 0.01]), unsure_below=0.4
)
UNSURE = Face(Box(60, 20, 10, 10), 0.5, np.array([0.3, 0.2, 0.2, 0.2, 0.1]), unsure_below=0.4)
PHOTO = AnalysedPhoto(
    "party.jpg", Detections((HAPPY, UNSURE), 100, 80, Timing(inference_ms=9.44)), decode_ms=3.14
)
NO_FACE = AnalysedPhoto("sea.jpg", Detections((), 100, 80))
BROKEN = AnalysedPhoto("x.jpg", None, Problem("corrupt_image", "It is damaged."))


def rows(photos: list[AnalysedPhoto], confidence: float = 0.25) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exports.to_csv(photos, confidence))))


class TestJson:
    def test_has_the_form_that_the_api_answers_with(self) -> None:
        (result,) = exports.document([PHOTO], INFO, 0.25)["results"]
        assert result.pop("file") == "party.jpg"
        assert PHOTO.detections is not None
        of_the_api = AnalysisResult.of(0, PHOTO.detections, PHOTO.decode_ms)
        assert result == of_the_api.model_dump()

    def test_names_the_model_and_keeps_the_order(self) -> None:
        document = json.loads(exports.to_json([PHOTO, NO_FACE, BROKEN], INFO, 0.25))
        assert document["model"] == {"name": "fer-yolov9t", "version": "1.0.0"}
        assert [result["file"] for result in document["results"]] == [
            "party.jpg",
            "sea.jpg",
            "x.jpg",
        ]

    def test_says_why_there_is_no_face(self) -> None:
        no_face, broken = exports.document([NO_FACE, BROKEN], INFO, 0.25)["results"]
        assert no_face["reason"] == "no_face"
        assert no_face["problem"] is None
        assert broken["problem"] == {"code": "corrupt_image", "detail": "It is damaged."}
        assert broken["image"] is None

    def test_leaves_out_faces_below_the_threshold(self) -> None:
        (result,) = exports.document([PHOTO], INFO, 0.6)["results"]
        assert len(result["faces"]) == 1


class TestCsv:
    def test_has_a_row_per_face_with_all_five_probabilities(self) -> None:
        happy, unsure = rows([PHOTO])
        assert happy["expression"] == "Happy"
        assert unsure["expression"] == "Unsure"
        five = ("angry", "happy", "natural", "sad", "surprised")
        assert sum(float(happy[name]) for name in five) == pytest.approx(1)
        assert (happy["x"], happy["face_id"], unsure["face_id"]) == ("10.0", "1", "2")

    def test_has_a_row_with_the_reason_where_there_is_no_face(self) -> None:
        no_face, broken = rows([NO_FACE, BROKEN])
        assert no_face["reason"] == "no_face"
        assert broken["reason"] == "corrupt_image"

    @pytest.mark.parametrize("name", ["=1+1.jpg", "+a.jpg", "-a.jpg", "@a.jpg", "\ta.jpg"])
    def test_gives_a_spreadsheet_no_formula(self, name: str) -> None:
        (row,) = rows([replace(NO_FACE, name=name)])
        assert row["file"] == f"'{name}"

    def test_keeps_names_with_commas_quotes_and_line_breaks(self) -> None:
        name = 'a,"b"\nc.jpg'
        (row,) = rows([replace(NO_FACE, name=name)])
        assert row["file"] == name


class TestNames:
    @given(st.lists(st.text(max_size=120), max_size=12))
    def test_differ_and_stay_in_their_folder_whatever_the_originals_are(
        self, names: list[str]
    ) -> None:
        safe = exports.unique_names(names, "-faces.png")
        assert len({name.casefold() for name in safe}) == len(names)
        for name in safe:
            assert not set(name) & set('/\\:*?"<>|\0\r\n\t')
            assert not name.startswith(".")
            assert len(name) < 110

    def test_keep_what_is_readable(self) -> None:
        assert exports.unique_names(["Größe 3.JPG"], "-faces.png") == ["Größe 3-faces.png"]

    def test_of_paths_keep_the_last_part_only(self) -> None:
        names = ["../../etc/passwd", "C:\\Users\\me\\photo.png"]
        assert exports.unique_names(names, ".png") == ["passwd.png", "photo.png"]

    def test_that_are_equal_are_numbered(self) -> None:
        assert exports.unique_names(["a.jpg", "A.png", "a.heic"], ".png") == [
            "a.png",
            "A (2).png",
            "a (3).png",
        ]

    @pytest.mark.parametrize("name", ["", ".", "...", "///", ".jpg", "CON.jpg", "nul"])
    def test_that_cannot_be_used_get_a_plain_one(self, name: str) -> None:
        (safe,) = exports.unique_names([name], ".png")
        assert safe.lower().split(".")[0].strip() not in ("", "con", "nul")


class TestPictures:
    def test_are_encoded_in_the_right_colours(self) -> None:
        red = np.zeros((8, 8, 3), np.uint8)
        red[:, :, 0] = 255
        assert decoded(exports.encode_png(red))[0, 0].tolist() == [255, 0, 0]

    def test_keep_their_full_size(self) -> None:
        rgb = np.full((80, 100, 3), 128, np.uint8)
        assert exports.annotate(rgb, PHOTO, 0.25, DrawOptions()).shape == rgb.shape

    def test_blur_also_the_faces_that_are_too_unsure_to_be_labelled(self) -> None:
        rgb = np.random.default_rng(0).integers(0, 256, (80, 100, 3), dtype=np.uint8)
        plain = exports.annotate(rgb, PHOTO, 0.99, DrawOptions())
        blurred = exports.annotate(rgb, PHOTO, 0.99, DrawOptions(), blur=True)
        assert np.array_equal(plain, rgb)
        for face in (HAPPY, UNSURE):
            x, y = (round(value) for value in face.box.centre)
            assert blurred[y - 4 : y + 4, x - 4 : x + 4].std() < 20

    def test_come_together_in_one_zip(self) -> None:
        archive = zipfile.ZipFile(io.BytesIO(exports.zip_files([("a.jpg", b"1"), ("b.jpg", b"2")])))
        assert archive.namelist() == ["a.jpg", "b.jpg"]
        assert archive.read("b.jpg") == b"2"

    @given(st.lists(st.integers(1, 100), max_size=40), st.integers(1, 150))
    def test_are_split_so_that_no_zip_grows_beyond_its_limit(
        self, pixels: list[int], limit: int
    ) -> None:
        parts = exports.zip_parts(pixels, limit)
        assert [index for part in parts for index in part] == list(range(len(pixels)))
        for part in parts:
            assert len(part) == 1 or sum(pixels[index] for index in part) <= limit
