"""Videos through the API: sent, followed, fetched, cancelled, and nobody else's business."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import av
import numpy as np
import pytest
from flask.testing import FlaskClient

from fer_core.api.keys import KeyStore
from tests.api.conftest import MakeApp
from tests.video.films_in_files import even_times, film, sound_only, still

JOBS = "/api/v1/jobs"


@pytest.fixture(scope="module")
def lecture(astronaut: np.ndarray) -> bytes:
    return film([still(astronaut)] * 10, even_times(1))


def followed(client: FlaskClient, address: str, **headers: str) -> list[dict[str, object]]:
    """Return everything that a job's events tell, to its end."""
    answer = client.get(f"{address}/events", headers=headers, buffered=True)
    lines = answer.get_data(as_text=True).splitlines()
    return [json.loads(line[6:]) for line in lines if line.startswith("data: ")]


def test_a_video_is_analysed_followed_and_fetched(client: FlaskClient, lecture: bytes) -> None:
    query = "?annotate=true&people=one&name=lecture.mp4"
    answer = client.post(f"{JOBS}{query}", data=lecture, content_type="video/mp4")
    assert answer.status_code == 202
    address = answer.headers["Location"]
    told = followed(client, address)
    assert told[-1]["state"] == "done"
    assert (told[-1]["faces"], told[-1]["share"], told[-1]["name"]) == (1, 1.0, "lecture.mp4")
    assert told[-1]["kept_until"] is not None
    found = client.get(f"{address}/results").get_json()
    assert found["seconds"][0]["faces"][0]["expression"] == "Happy"
    assert found["timeline"]
    rows = client.get(f"{address}/results?format=csv&per=frame").get_data(as_text=True)
    assert len(rows.splitlines()) == 6
    video = client.get(f"{address}/video")
    assert video.content_type == "video/mp4"
    with av.open(io.BytesIO(video.data), "r") as container:
        assert container.streams.video[0].codec_context.name == "h264"
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"no video", 415, "not_a_video"), (sound_only(), 422, "video_without_pictures")],
)
def test_what_cannot_be_used_fails_with_its_reason(
    client: FlaskClient, body: bytes, status: int, code: str
) -> None:
    address = client.post(JOBS, data=body, content_type="video/mp4").headers["Location"]
    last = followed(client, address)[-1]
    assert last["state"] == "failed"
    assert last["problem"]["code"] == code  # type: ignore[index]
    answer = client.get(f"{address}/results")
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_a_cancelled_job_has_no_result(client: FlaskClient, lecture: bytes) -> None:
    address = client.post(JOBS, data=lecture, content_type="video/mp4").headers["Location"]
    assert client.post(f"{address}/cancel").status_code == 200
    last = followed(client, address)[-1]
    assert last["state"] in {"cancelled", "done"}
    if last["state"] == "cancelled":
        answer = client.get(f"{address}/results")
        assert (answer.status_code, answer.get_json()["code"]) == (409, "job_unfinished")


def test_a_job_is_known_to_its_key_only(
    make_app: MakeApp, key_store: KeyStore, lecture: bytes
) -> None:
    client = make_app(require_key=True).test_client()
    keys = [key_store.create(name, datetime.now(UTC))[1] for name in ("a", "b")]
    own, other = ({"X-Api-Key": key} for key in keys)
    answer = client.post(JOBS, data=lecture, content_type="video/mp4", headers=own)
    address = answer.headers["Location"]
    assert client.get(address, headers=own).status_code == 200
    for path in ("", "/results", "/video", "/events"):
        assert client.get(address + path, headers=other).status_code == 404
    assert client.post(f"{address}/cancel", headers=other).status_code == 404
    assert client.delete(address, headers=other).status_code == 404
    assert client.get(JOBS, headers=other).get_json() == {"jobs": []}
    assert client.delete(address, headers=own).status_code == 204


@pytest.mark.parametrize(
    ("query", "kind", "status"),
    [
        ("?rate=0", "video/mp4", 400),
        ("?rate=nan", "video/mp4", 400),
        ("?people=two", "video/mp4", 400),
        ("", "text/plain", 415),
    ],
)
def test_what_is_no_request_for_a_video_is_refused(
    client: FlaskClient, query: str, kind: str, status: int
) -> None:
    assert client.post(f"{JOBS}{query}", data=b"x", content_type=kind).status_code == status


def test_a_video_over_the_limit_is_refused(make_app: MakeApp, lecture: bytes) -> None:
    client = make_app(max_video_mb=0.001).test_client()
    answer = client.post(JOBS, data=lecture, content_type="video/mp4")
    assert (answer.status_code, answer.get_json()["code"]) == (413, "video_too_large")
