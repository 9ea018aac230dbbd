"""Health, readiness, figures, the model, and what goes into the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import numpy as np
import pytest
from flask.testing import FlaskClient

from fer_core.api.model_loader import BELIEVE_FOR_S, ModelService
from fer_core.api.observability import JsonLines
from fer_core.config import Settings
from fer_core.errors import WeightsChanged
from fer_core.vision.detector import EmotionDetector
from fer_core.vision.engine import InferenceEngine
from tests.api.conftest import MakeApp


def test_a_process_that_answers_is_healthy(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json()["status"] == "ok"


def test_a_model_that_knows_the_answer_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ready")


@pytest.mark.parametrize("path", ["/readyz", "/api/v1/model"])
def test_until_the_model_is_loaded_nothing_that_needs_it_answers(
    make_app: MakeApp, detector: EmotionDetector, path: str
) -> None:
    loading = ModelService(lambda: InferenceEngine(detector))
    client = make_app(served=loading).test_client()
    answer = client.get(path)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_ready")
    assert int(answer.headers["Retry-After"]) >= 1
    assert client.get("/healthz").status_code == 200


def test_a_model_that_cannot_be_loaded_says_so(make_app: MakeApp) -> None:
    def fail() -> InferenceEngine:
        raise WeightsChanged

    broken = ModelService(fail)
    broken.load()
    answer = make_app(served=broken).test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "model_changed")


class Unseeing:
    """The network of the detector, with its scores lost: a damaged model."""

    def __init__(self, network: Callable[[np.ndarray, float], np.ndarray]) -> None:
        self._network = network

    def __call__(self, batch: np.ndarray, least: float = 0.0) -> np.ndarray:
        output = np.array(self._network(batch, least))
        output[:, 4:] = 0
        return output


def test_readiness_turns_false_when_the_self_test_fails(make_app: MakeApp, photo: bytes) -> None:
    now = 0.0
    settings = Settings()
    private = EmotionDetector.load(settings.weights)
    service = ModelService(lambda: InferenceEngine(private), clock=lambda: now)
    service.load()
    client = make_app(served=service).test_client()
    assert client.get("/readyz").status_code == 200
    private._network = Unseeing(private._network)
    now = BELIEVE_FOR_S
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_ready")
    analysis = client.post("/api/v1/analyses", data=photo, content_type="image/jpeg")
    assert analysis.status_code == 503
    service.close()


def test_the_model_describes_itself_without_naming_a_path(
    client: FlaskClient, detector: EmotionDetector
) -> None:
    answer = client.get("/api/v1/model")
    detecting = answer.get_json()["networks"]["detector"]
    assert detecting["sha256"] == detector.info.networks.detector.sha256
    assert [item["label"] for item in answer.get_json()["labels"]][1] == "Happy"
    assert b"/" not in answer.data.replace(b"n/a", b"").split(b'"metrics"')[0]


def test_figures_count_requests_by_route(client: FlaskClient) -> None:
    client.get("/healthz")
    client.get("/nothing/like/this")
    figures = client.get("/metrics").get_data(as_text=True)
    assert 'fer_http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in figures
    assert 'route="unmatched",status="404"' in figures
    assert "fer_engine_analysed_total" in figures
    assert "fer_engine_followed_total" in figures


def test_each_answer_names_its_request(client: FlaskClient) -> None:
    given = client.get("/healthz", headers={"X-Request-Id": "abc-1"})
    assert given.headers["X-Request-Id"] == "abc-1"
    forged = client.get("/healthz", headers={"X-Request-Id": 'a" {evil}'})
    assert len(forged.headers["X-Request-Id"]) == 16


def test_the_access_log_holds_no_key_query_or_body(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture, photo: bytes
) -> None:
    client = make_app().test_client()
    with caplog.at_level(logging.INFO, "fer_core.api.access"):
        client.post(
            "/api/v1/analyses?mode=secret-query",
            data=photo,
            content_type="image/jpeg",
            headers={"X-Api-Key": "secret-key", "User-Agent": "secret-agent"},
        )
    lines = [JsonLines().format(record) for record in caplog.records]
    entry = json.loads(lines[0])
    assert entry["route"] == "/api/v1/analyses"
    assert (entry["status"], entry["code"]) == (401, "unauthorized")
    assert entry["bytes_in"] == len(photo)
    assert "secret" not in "".join(lines)


def test_a_defect_is_logged_and_not_shown(
    make_app: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()

    @app.get("/defect")
    def defect() -> str:
        raise RuntimeError("/private/path of a library")

    answer = app.test_client().get("/defect")
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal_error")
    assert b"private" not in answer.data
    assert "private" in caplog.text


def test_unknown_addresses_and_methods_are_problems(client: FlaskClient) -> None:
    missing = client.get("/api/v2/model")
    assert (missing.status_code, missing.get_json()["code"]) == (404, "not_found")
    wrong = client.put("/api/v1/analyses")
    assert (wrong.status_code, wrong.get_json()["code"]) == (405, "method_not_allowed")
    assert "POST" in wrong.headers["Allow"]
