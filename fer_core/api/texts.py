"""Files of texts, opened for whoever starts a session with them."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.documentation import SECURITY, answers
from fer_core.api.problems import UnsupportedMediaType
from fer_core.api.schemas.texts import OpenedTextOut, TextQuery, fits_a_session
from fer_core.api.services import json_response, services
from fer_core.texts.errors import TextTooLarge
from fer_core.texts.opening import open_document

texts = APIBlueprint(
    "texts",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="Texts", description="Files as passages, with their letters right")],
    abp_security=SECURITY,
)

_FILE = {"schema": {"type": "string"}}
_KINDS = (
    "text/plain",
    "text/markdown",
    "text/html",
    "application/pdf",
    "application/epub+zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/octet-stream",
)


@texts.post(
    "/texts",
    operation_id="openText",
    responses=answers({200: OpenedTextOut}, 413, 415, 422, 503),
    openapi_extensions={
        "requestBody": {
            "required": True,
            "description": "One file: TXT, Markdown, HTML, PDF, EPUB or DOCX.",
            "content": dict.fromkeys(_KINDS, _FILE),
        }
    },
)
def open_text_file(query: TextQuery) -> Response:
    """Open a file as passages; nothing of it is kept

    The answer's `text` is what `POST /api/v1/sessions` takes. Old texts do not say which letters
    their bytes stand for: show `telling_words`, and where they look wrong let the reader choose
    another `encoding`.
    """
    if request.mimetype not in _KINDS:
        raise UnsupportedMediaType("Send one file, with its Content-Type, such as text/plain.")
    with services().text_limit:
        document = open_document(query.name, request.get_data(cache=False), encoding=query.encoding)
    if not fits_a_session(document):
        raise TextTooLarge("A session takes 1.5 MB of words. Split this text, and open one part.")
    return json_response(OpenedTextOut.of(document))
