"""POST /api/v1/analyses: what comes back for pictures, good and bad."""

from __future__ import annotations

import io
import tempfile
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fer_core.api.schemas.analyses import MAX_IMAGES, Analysis
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.faces import Box
from fer_core.vision.image import decode_image
from tests.api.conftest import MakeApp, encoded

URL = "/api/v1/analyses"


def post_one(client: FlaskClient, data: bytes, media_type: str = "image/jpeg") -> TestResponse:
    return client.post(URL, data=data, content_type=media_type)


def post_form(client: FlaskClient, *pictures: bytes, name: str = "file") -> TestResponse:
    parts = [(io.BytesIO(data), f"{n}.jpg") for n, data in enumerate(pictures)]
    return client.post(URL, data={name: parts}, content_type="multipart/form-data")


def test_a_smiling_astronaut_is_happy_where_her_face_is(client: FlaskClient, photo: bytes) -> None:
    answer = post_one(client, photo)
    result = answer.get_json()["results"][0]
    face = result["faces"][0]
    assert answer.status_code == 200
    assert face["emotion"]["label"] == "Happy"
    assert face["emotion"]["emoji"] == "😊"
    middle_x = face["box"]["x"] + face["box"]["width"] / 2
    middle_y = face["box"]["y"] + face["box"]["height"] / 2
    assert 190 < middle_x < 260
    assert 85 < middle_y < 150


def test_the_answer_keeps_to_the_schema(client: FlaskClient, photo: bytes) -> None:
    analysis = Analysis.model_validate_json(post_one(client, photo).data)
    probabilities = analysis.results[0].faces[0].probabilities.model_dump().values()
    assert sum(probabilities) == pytest.approx(1, abs=0.001)


def test_the_api_says_what_the_core_says(
    client: FlaskClient, photo: bytes, detector: EmotionDetector
) -> None:
    expected = detector.detect(decode_image(photo)).faces[0]
    face = post_one(client, photo).get_json()["results"][0]["faces"][0]
    assert face["box"]["x"] == round(expected.box.x, 1)
    assert face["probabilities"]["Happy"] == round(float(expected.probabilities[1]), 4)


def test_pictures_are_answered_in_order(
    client: FlaskClient, photo: bytes, empty_photo: bytes
) -> None:
    results = post_form(client, empty_photo, photo).get_json()["results"]
    assert [result["index"] for result in results] == [0, 1]
    assert [len(result["faces"]) for result in results] == [0, 1]


def test_no_face_is_an_answer(client: FlaskClient, empty_photo: bytes) -> None:
    answer = post_one(client, empty_photo)
    result = answer.get_json()["results"][0]
    assert answer.status_code == 200
    assert result["faces"] == []
    assert result["reason"] == "no_face"


def test_one_bad_picture_leaves_the_others_standing(client: FlaskClient, photo: bytes) -> None:
    answer = post_form(client, photo, b"no picture", photo[:400])
    good, no_picture, damaged = answer.get_json()["results"]
    assert answer.status_code == 200
    assert good["faces"]
    assert good["problem"] is None
    assert no_picture["problem"]["code"] == "not_an_image"
    assert damaged["problem"]["code"] == "corrupt_image"
    assert damaged["image"] is None


@pytest.mark.parametrize("form", ["PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_other_formats_are_taken(client: FlaskClient, astronaut: np.ndarray, form: str) -> None:
    answer = post_one(client, encoded(astronaut, form), f"image/{form.lower()}")
    assert answer.get_json()["results"][0]["image"] == {"width": 512, "height": 512}


def test_the_bytes_count_and_not_the_declared_type(client: FlaskClient, photo: bytes) -> None:
    assert post_one(client, photo, "image/png").status_code == 200


def test_frame_mode_looks_as_the_live_page_does(
    client: FlaskClient, photo: bytes, detector: EmotionDetector
) -> None:
    expected = detector.detect(decode_image(photo), mode="frame").faces[0]
    answer = client.post(f"{URL}?mode=frame", data=photo, content_type="image/jpeg")
    assert answer.get_json()["results"][0]["faces"][0]["confidence"] == round(
        expected.confidence, 4
    )


def test_a_higher_confidence_reports_fewer_faces(client: FlaskClient, photo: bytes) -> None:
    answer = client.post(f"{URL}?confidence=1", data=photo, content_type="image/jpeg")
    assert answer.get_json()["results"][0]["faces"] == []


@pytest.mark.parametrize("query", ["mode=PHOTO", "confidence=2", "confidence=nan", "mode=", "x=1"])
def test_a_query_outside_the_contract_is_named(
    client: FlaskClient, photo: bytes, query: str
) -> None:
    answer = client.post(f"{URL}?{query}", data=photo, content_type="image/jpeg")
    problem = answer.get_json()
    assert answer.status_code == 400
    assert problem["code"] == "malformed"
    assert problem["errors"][0]["pointer"] == "/" + query.split("=")[0]


def expect_problem(answer: TestResponse, status: int, code: str) -> None:
    problem: dict[str, Any] = answer.get_json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert problem["status"] == status
    assert problem["instance"] == f"urn:fer:request:{answer.headers['X-Request-Id']}"


def test_an_empty_body_is_malformed(client: FlaskClient) -> None:
    expect_problem(post_one(client, b""), 400, "empty_file")


def test_text_is_no_picture(client: FlaskClient) -> None:
    expect_problem(post_one(client, b"hello"), 415, "not_an_image")


def test_what_is_there_of_a_truncated_picture_is_analysed(
    client: FlaskClient, photo: bytes
) -> None:
    (whole,) = post_one(client, photo).get_json()["results"]
    (part,) = post_one(client, photo[: len(photo) // 2]).get_json()["results"]
    assert (whole["incomplete"], part["incomplete"]) == (False, True)
    assert part["image"] == whole["image"]
    assert part["faces"][0]["emotion"]["label"] == "Happy"


def test_a_picture_of_which_nothing_is_there_cannot_be_decoded(
    client: FlaskClient, photo: bytes
) -> None:
    expect_problem(post_one(client, photo[:400]), 422, "corrupt_image")


def test_a_picture_beyond_the_byte_limit_is_too_large(make_app: MakeApp, photo: bytes) -> None:
    client = make_app(max_image_mb=0.02).test_client()
    expect_problem(post_one(client, photo), 413, "image_too_large")


def test_a_request_beyond_the_limit_is_too_large(make_app: MakeApp, photo: bytes) -> None:
    client = make_app(max_request_mb=0.02).test_client()
    expect_problem(post_one(client, photo), 413, "request_too_large")
    expect_problem(post_form(client, photo), 413, "request_too_large")


def test_a_picture_with_too_many_pixels_is_refused_by_its_header(
    make_app: MakeApp, photo: bytes
) -> None:
    client = make_app(max_megapixels=0.2).test_client()
    expect_problem(post_one(client, photo), 422, "too_many_pixels")


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/pdf", ""])
def test_other_media_types_are_refused(client: FlaskClient, photo: bytes, media_type: str) -> None:
    expect_problem(post_one(client, photo, media_type), 415, "unsupported_media_type")


def test_a_form_without_a_picture_says_what_is_missing(client: FlaskClient) -> None:
    answer = client.post(URL, data={}, content_type="multipart/form-data; boundary=x")
    expect_problem(answer, 400, "malformed")
    assert "named 'file'" in answer.get_json()["detail"]


def test_a_picture_under_another_name_is_refused(client: FlaskClient, photo: bytes) -> None:
    expect_problem(post_form(client, photo, name="image"), 400, "malformed")


def test_a_form_field_that_plays_a_file_is_refused(client: FlaskClient) -> None:
    answer = client.post(URL, data={"file": "text"}, content_type="multipart/form-data")
    expect_problem(answer, 400, "malformed")


def test_more_pictures_than_allowed_are_too_many(client: FlaskClient) -> None:
    expect_problem(post_form(client, *[b"x"] * (MAX_IMAGES + 1)), 413, "request_too_large")


def test_a_file_name_has_no_effect(client: FlaskClient, photo: bytes) -> None:
    parts = {"file": (io.BytesIO(photo), "../../etc/passwd\0.jpg")}
    answer = client.post(URL, data=parts, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert b"passwd" not in answer.data


def test_no_picture_touches_the_disk(
    client: FlaskClient, astronaut: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was opened")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
        monkeypatch.setattr(f"werkzeug.formparser.{name}", refuse, raising=False)
    large = encoded(np.tile(astronaut, (2, 2, 1)), "PNG")
    assert len(large) > 500_000  # where Werkzeug would spool
    assert post_form(client, large).status_code == 200


def test_a_photo_that_lies_on_its_side_keeps_its_own_coordinates(
    client: FlaskClient, astronaut: np.ndarray
) -> None:
    lying = np.ascontiguousarray(np.rot90(np.vstack([astronaut, astronaut[:100] * 0])))
    answer = client.post(URL, data=encoded(lying), content_type="image/jpeg")
    (result,) = answer.get_json()["results"]
    assert result["image"] == {"width": 612, "height": 512}
    (face,) = result["faces"]
    assert face["emotion"]["label"] == "Happy"
    # Upright the face is at (170, 62), 108 x 108, in a picture of 512 x 612.
    box = Box(*(face["box"][name] for name in ("x", "y", "width", "height")))
    assert box.iou(Box(62, 512 - 170 - 108, 108, 108)) > 0.6


def test_avif_is_a_picture(client: FlaskClient, astronaut: np.ndarray) -> None:
    answer = client.post(URL, data=encoded(astronaut, "AVIF"), content_type="image/avif")
    assert answer.get_json()["results"][0]["faces"][0]["emotion"]["label"] == "Happy"
