"""POST /api/v1/analyses: photos in, faces out."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.analyse_image import analyse_picture
from fer_core.api.documentation import SECURITY, answers, ref
from fer_core.api.problems import Malformed, UnsupportedMediaType, problem_of
from fer_core.api.schemas.analyses import (
    MAX_IMAGES,
    Analysis,
    AnalysisForm,
    AnalysisQuery,
    AnalysisResult,
    ModelName,
)
from fer_core.api.services import json_response, services
from fer_core.errors import ImageError

analyses = APIBlueprint(
    "analyses",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="Pictures", description="Faces and expressions in single pictures")],
    abp_security=SECURITY,
)

_IMAGE = {"schema": {"type": "string", "contentMediaType": "image/*"}}
_REQUEST_BODY = {
    "required": True,
    "description": (
        f"One picture as the body, or up to {MAX_IMAGES} as parts named `file`: "
        "JPEG, PNG, WebP, BMP, TIFF, GIF (first frame), AVIF or HEIC."
    ),
    "content": {
        "multipart/form-data": {"schema": ref(AnalysisForm)},
        "image/jpeg": _IMAGE,
        "image/png": _IMAGE,
        "image/*": _IMAGE,
    },
}


@analyses.post(
    "/analyses",
    operation_id="analysePictures",
    responses=answers({200: Analysis}, 413, 415, 422, 503),
    openapi_extensions={"requestBody": _REQUEST_BODY},
)
def analyse_pictures(query: AnalysisQuery) -> Response:
    """Find every face in each picture

    A request with one picture that cannot be read is answered with its problem. Of several
    pictures, each result carries its own problem and the others stand. A picture without a face
    is an answer: `faces` is empty and `reason` says so.
    """
    engine = services().models.engine
    pictures = _pictures()
    results = []
    for index, data in enumerate(pictures):
        try:
            looked_at = analyse_picture(data, query.mode, query.confidence)
            results.append(
                AnalysisResult.of(
                    index,
                    looked_at.detections,
                    looked_at.decoded_ms,
                    incomplete=looked_at.incomplete,
                )
            )
        except ImageError as error:
            if len(pictures) == 1:
                raise
            results.append(AnalysisResult.failed(index, problem_of(error)))
    name = ModelName(name=engine.info.name, version=engine.info.version)
    return json_response(Analysis(model=name, results=results))


def _pictures() -> list[bytes]:
    """Return the request's pictures, in order.

    Raises:
        UnsupportedMediaType: Neither a form nor a picture.
        Malformed: A form without a picture, or with something else in it.
    """
    if request.mimetype.startswith("image/"):
        return [request.get_data(cache=False)]
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(
            "Send one picture as image/*, or several as multipart/form-data."
        )
    files = request.files.getlist("file")
    if set(request.files) - {"file"} or request.form:
        raise Malformed("Every part of the form must be a picture, as a file named 'file'.")
    if not files:
        raise Malformed("The form has no picture. Send each as a file named 'file'.")
    return [file.stream.read() for file in files]
