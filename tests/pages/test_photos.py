"""The photos page, run without a browser."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.parts.engine import engine_or_stop
from app.photos.memory import PhotosMemory
from fer_core.config import PROJECT_ROOT
from fer_core.photos.exports import encode_jpeg, to_csv, to_json
from tests.pages.running import run_page
from tests.support.words import read_back

FOREST = np.full((240, 320, 3), (30, 90, 40), np.uint8)


@pytest.fixture
def page() -> AppTest:
    return run_page("photos")


@pytest.fixture(scope="session")
def astronaut_file(astronaut: np.ndarray) -> tuple[str, bytes, str]:
    return ("astronaut.jpg", encode_jpeg(astronaut), "image/jpeg")


def everything_said(page: AppTest) -> str:
    elements = (page.markdown, page.caption, page.info, page.warning, page.error, page.header)
    return "\n".join(str(element.value) for group in elements for element in group)


def test_an_empty_page_invites_and_explains(page: AppTest) -> None:
    said = everything_said(page)
    assert "Drop one photo" in said
    assert "until you remove them or close this tab" in said
    assert not page.dataframe
    assert not page.download_button


def test_a_model_of_any_threshold_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, astronaut_file: tuple[str, bytes, str]
) -> None:
    weights = shutil.copytree(PROJECT_ROOT / "weights", tmp_path / "weights") / "model.json"
    strict = json.loads(weights.read_text(encoding="utf-8")) | {"confidence_threshold": 0.95}
    weights.write_text(json.dumps(strict), encoding="utf-8")
    monkeypatch.setenv("FER_WEIGHTS", str(weights))
    page = run_page("photos")
    page.file_uploader[0].set_value(astronaut_file).run()
    assert not page.exception
    assert page.slider(key="confidence").value == pytest.approx(0.9)


def test_a_photo_is_labelled_with_all_five_probabilities(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    page.file_uploader[0].set_value(astronaut_file).run()
    assert not page.exception
    (table,) = page.dataframe
    row = table.value.iloc[0]
    assert row["Answer"] == "Happy"
    assert "### 😊 Happy" in everything_said(page)
    five = row[["Angry", "Happy", "Natural", "Sad", "Surprised"]]
    assert five.sum() == pytest.approx(100)
    assert five.idxmax() == "Happy"


def test_what_can_be_taken_away_is_offered(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    page.file_uploader[0].set_value(astronaut_file).run()
    labels = [button.label for button in page.download_button]
    assert labels == ["Picture (PNG)", "Table (CSV)", "Results (JSON)"]


def test_one_bad_file_is_explained_and_the_others_go_on(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    files = [
        astronaut_file,
        ("notes.jpg", b"no picture at all", "image/jpeg"),
        ("forest.jpg", encode_jpeg(FOREST), "image/jpeg"),
    ]
    page.file_uploader[0].set_value(files).run()
    assert not page.exception
    said = everything_said(page)
    assert "1 face in 3 files" in said
    assert "**notes.jpg**: This file is not a picture" in said
    assert "No face found" in said
    assert "😊 Happy" in said
    assert "Pictures (ZIP)" in [button.label for button in page.download_button]


def test_a_photo_without_a_face_says_what_may_help(page: AppTest) -> None:
    page.file_uploader[0].set_value(("forest.jpg", encode_jpeg(FOREST), "image/jpeg")).run()
    assert "No face found." in everything_said(page)
    assert not page.dataframe


def test_of_a_file_that_breaks_off_what_is_there_is_shown(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    name, data, kind = astronaut_file
    page.file_uploader[0].set_value((name, data[: len(data) // 2], kind)).run()
    assert "The file of this picture breaks off." in everything_said(page)
    assert page.dataframe[0].value.iloc[0]["Answer"] == "Happy"


def test_a_single_unreadable_file_says_why(page: AppTest) -> None:
    page.file_uploader[0].set_value(("notes.jpg", b"no picture", "image/jpeg")).run()
    assert "This file is not a picture" in everything_said(page)
    assert not page.download_button


def test_the_filter_keeps_only_photos_with_the_chosen_expression(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    files = [astronaut_file, ("forest.jpg", encode_jpeg(FOREST), "image/jpeg")]
    page.file_uploader[0].set_value(files).run()
    page.pills(key="filter").set_value(["😊 Happy"]).run()
    opened = [button.label for button in page.button]
    assert "astronaut.jpg" in opened
    assert "forest.jpg" not in opened
    assert "Download 1 photo" in everything_said(page)


def test_only_photos_that_could_be_read_are_counted_as_downloads(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    files = [astronaut_file, ("notes.jpg", b"words", "image/jpeg")]
    page.file_uploader[0].set_value(files).run()
    said = everything_said(page)
    assert "Download 1 photo" in said
    assert "Of 2 files 1 could be read" in said


def test_a_photo_of_the_gallery_opens_with_its_table(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    files = [astronaut_file, ("forest.jpg", encode_jpeg(FOREST), "image/jpeg")]
    page.file_uploader[0].set_value(files).run()
    assert not page.dataframe
    next(button for button in page.button if button.label == "astronaut.jpg").click().run()
    assert not page.exception
    assert page.dataframe[0].value.iloc[0]["Answer"] == "Happy"


def test_a_higher_threshold_hides_weak_faces_and_says_so_without_looking_again(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    page.file_uploader[0].set_value(astronaut_file).run()
    analysed = engine_or_stop().stats().analysed
    page.slider(key="confidence").set_value(0.9).run()
    page.toggle(key="labels").set_value(False).run()
    page.toggle(key="blur").set_value(True).run()
    assert not page.exception
    assert engine_or_stop().stats().analysed == analysed


def test_blurring_says_where_it_holds(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    page.file_uploader[0].set_value(astronaut_file).run()
    assert "blurred" not in everything_said(page)
    page.toggle(key="blur").set_value(True).run()
    assert "Faces are blurred in the pictures you download" in everything_said(page)


def test_a_file_taken_away_is_forgotten(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    page.file_uploader[0].set_value(astronaut_file).run()
    page.file_uploader[0].set_value([]).run()
    assert "Drop one photo" in everything_said(page)
    assert len(page.session_state[PhotosMemory.key()].cache) == 0


def test_a_label_put_right_stands_on_the_page_and_in_the_downloads(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    page.file_uploader[0].set_value(astronaut_file).run()
    (correction,) = (one for one in page.pills if one.key and one.key.startswith("said-"))
    correction.set_value("Natural").run()
    assert not page.exception
    said = everything_said(page)
    assert "### 😐 Natural" in said
    assert "You said so. The model said Happy." in said
    memory = page.session_state[PhotosMemory.key()]
    (photo,) = (memory.cache.photo(upload) for upload in memory.chosen)
    assert to_csv([photo], 0.5).splitlines()[1].endswith(",Natural")
    (result,) = json.loads(to_json([photo], engine_or_stop().info, 0.5))["results"]
    assert result["faces"][0]["your_label"] == "Natural"
    assert result["faces"][0]["emotion"]["label"] == "Happy"


def test_leaving_the_page_drops_no_photo(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    page.file_uploader[0].set_value(astronaut_file).run()
    analysed = engine_or_stop().stats().analysed
    # As the frame does for another page, and Streamlit with the field of a page that is left.
    page.session_state[PhotosMemory.key()].left = True
    page.file_uploader[0].set_value([]).run()
    assert "1 photo from before you left this page." in everything_said(page)
    assert "### 😊 Happy" in everything_said(page)
    assert engine_or_stop().stats().analysed == analysed
    page.button(key="forget_kept").click().run()
    assert "Drop one photo" in everything_said(page)
    assert len(page.session_state[PhotosMemory.key()].cache) == 0


def test_the_gallery_is_sorted(page: AppTest, astronaut_file: tuple[str, bytes, str]) -> None:
    files = [("forest.jpg", encode_jpeg(FOREST), "image/jpeg"), astronaut_file]
    page.file_uploader[0].set_value(files).run()

    def shown() -> list[str]:
        return [one.label for one in page.button if one.key and one.key.startswith("open-")]

    assert shown() == ["forest.jpg", "astronaut.jpg"]
    for order in ("Name", "Expression", "Least sure first"):
        page.selectbox(key="photo_order").set_value(order).run()
        assert shown() == ["astronaut.jpg", "forest.jpg"], order


def test_without_a_model_the_page_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_WEIGHTS", "/nowhere/model.json")
    page = run_page("photos")
    assert "The model file was not found" in page.error[0].value
    assert "doctor" in everything_said(page)


def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_MAX_IMAGE_MB", "many")
    page = run_page("photos")
    assert not page.exception
    assert "FER_MAX_IMAGE_MB" in read_back(page.error[0].value)


def test_a_filter_that_nothing_passes_any_more_is_lifted(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    files = [astronaut_file, ("forest.jpg", encode_jpeg(FOREST), "image/jpeg")]
    page.file_uploader[0].set_value(files).run()
    page.pills(key="filter").set_value(["No face"]).run()
    assert "astronaut.jpg" not in [button.label for button in page.button]
    page.file_uploader[0].set_value([astronaut_file, ("twin.jpg", *astronaut_file[1:])]).run()
    assert not page.exception
    assert {"astronaut.jpg", "twin.jpg"} <= {button.label for button in page.button}


def test_markup_in_the_name_of_a_file_is_shown_not_followed(
    page: AppTest, astronaut_file: tuple[str, bytes, str]
) -> None:
    name = "![](http:example.org).jpg"
    bad = (name, b"no picture", "image/jpeg")
    page.file_uploader[0].set_value([(name, *astronaut_file[1:]), bad]).run()
    assert not page.exception
    shown = [button.label for button in page.button] + [one.value for one in page.markdown]
    assert any("example.org" in words for words in shown)
    assert not [words for words in shown if "![](" in words]
