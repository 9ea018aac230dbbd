"""/healthz, /readyz, /metrics and /api/v1/model: what operators and clients ask first."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

import fer_core
from fer_core.api.documentation import SECURITY, answers
from fer_core.api.schemas.model import Health, ModelOut, Ready
from fer_core.api.services import json_response, services
from fer_core.errors import NotReady

system = APIBlueprint(
    "system", __name__, abp_tags=[Tag(name="System", description="Health, figures and the model")]
)


@system.get("/healthz", operation_id="health", responses=answers({200: Health}))
def health() -> Response:
    """Tell that the process answers"""
    return json_response(Health(version=fer_core.__version__))


@system.get("/readyz", operation_id="ready", responses=answers({200: Ready}, 503))
def ready() -> Response:
    """Tell whether the model is loaded and gives the known answer to a drawn face"""
    report = services().models.check()
    if not report.passed:
        raise NotReady(f"The model is not right: {report.detail}")
    return json_response(Ready(self_test=report.detail))


@system.get(
    "/metrics",
    operation_id="metrics",
    security=SECURITY,
    responses=answers(
        {
            200: {
                "description": "Prometheus text",
                "content": {"text/plain": {"schema": {"type": "string"}}},
            }
        }
    ),
)
def metrics() -> Response:
    """Return figures for Prometheus"""
    return Response(generate_latest(services().observer.registry), content_type=CONTENT_TYPE_LATEST)


@system.get(
    "/api/v1/model",
    operation_id="model",
    security=SECURITY,
    responses=answers({200: ModelOut}, 503),
)
def model() -> Response:
    """Describe the model: classes, version, checksum, figures, licence"""
    return json_response(ModelOut.of(services().models.engine.info))
