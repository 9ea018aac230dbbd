"""The contract as a document: OpenAPI 3.1 out of schemas and routes, and its page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from fer_core.api.problems import MEDIA_TYPE, STATUS_OF_CODE, problem_of
from fer_core.errors import FerError

#: By operation, what it answered in a session that really ran (tests/api/record_examples.py).
EXAMPLES = Path(__file__).with_name("examples.json")
#: Ends the names of our classes for answers; nothing else in the document ends so.
_ANSWER_NAME = re.compile(r"(?<=[a-z])Out$")
_REF = "#/components/schemas/{model}"
_SWAGGER_FILES = {
    "swagger-ui.css": ("css/swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": ("js/swagger-ui-bundle.js", "text/javascript"),
    "swagger.svg": ("images/swagger.svg", "image/svg+xml"),
}
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY_SCHEMES: dict[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "Authorization: Bearer KEY, or a session token in place of the key. A key "
        "acts for the owner that the header X-Owner names; without it, for one of its own.",
    },
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
}
#: Any one of: a bearer key or token, a key header, or nothing (on the loopback interface).
SECURITY: list[dict[str, list[Any]]] = [{"bearer": []}, {"apiKey": []}, {}]

#: What every reading of a session can meet besides: it is unknown, or the history cannot be read.
READ = (404, 503)
#: And every change: it is over, or it runs in another program.
CHANGE = (404, 409, 503)

_MEANING = {
    400: "The request is not as this contract says",
    401: "No key or session token, or one that is not known or has ended",
    403: "Not allowed: from this host or web origin, without consent, or with this session token",
    404: "There is nothing with this id",
    405: "This address takes other methods",
    409: "Over, full, elsewhere or nothing to undo; or a key or name stands for another request",
    413: "The request or a picture is too large",
    415: "Not a picture, or not the media type that belongs here",
    422: "The picture, marker or card cannot be used; the detail says why",
    429: "Too many requests for this key or owner, or as much as its quota has",
    500: "A defect of the server; the request id finds it in the log",
    503: "Busy or not ready; try again after Retry-After seconds",
}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "When to try again, in seconds",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
}


def ref(model: type[BaseModel]) -> dict[str, str]:
    """Return a reference to a model's schema in the document."""
    return {"$ref": _REF.format(model=model.__name__)}


def answers(
    success: dict[int, type[BaseModel] | dict[str, Any] | None], *problems: int
) -> dict[str | int | HTTPStatus, Any]:
    """Describe all answers of one operation: its success and the problems it can have.

    Args:
        success: By status: a model, a whole response object, or None for no body.
        problems: Statuses besides those that every operation can answer.
    """
    described: dict[str | int | HTTPStatus, Any] = {}
    for status, content in success.items():
        if isinstance(content, dict):
            described[status] = content
        elif content is None:
            described[status] = {"description": HTTPStatus(status).phrase}
        else:
            described[status] = {
                "description": (content.__doc__ or "").strip().split("\n")[0],
                "content": {"application/json": {"schema": ref(content)}},
            }
    for status in sorted({400, 401, 403, 429, 500, *problems}):
        described[status] = {
            "description": _MEANING[status],
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": _REF.format(model="Problem")},
                }
            },
        }
        if status in {429, 503}:
            described[status]["headers"] = _RETRY_AFTER
    return described


def _examples(status: int) -> dict[str, Any]:
    """Return one example for each code that the error map gives this status."""
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return {FerError.code: {"value": _example(FerError())}}
    kinds: dict[str, type[FerError]] = {}
    for kind in FerError.kinds():
        kinds.setdefault(kind.code, kind)  # a special case may share the code of what it is
    codes = [code for code, its_status in STATUS_OF_CODE.items() if its_status == status]
    return {code: {"value": _example(kinds[code]())} for code in codes if code in kinds}


def _example(error: FerError) -> dict[str, Any]:
    return problem_of(error, "urn:fer:request:0f8fad5bd9cb469f").model_dump()


def build_document(
    app: OpenAPI, requests: Iterable[type[BaseModel]], responses: Iterable[type[BaseModel]]
) -> dict[str, Any]:
    """Return the whole document.

    flask-openapi3 gathers the paths. Its own schema class drops JSON Schema words it does not
    know (examples, among others), so the components come from pydantic directly.
    """
    document = app.api_doc
    _, definitions = models_json_schema(
        [
            *((model, "validation") for model in requests),
            *((model, "serialization") for model in responses),
        ],
        ref_template=_REF,
    )
    recorded = json.loads(EXAMPLES.read_text("utf-8")) if EXAMPLES.exists() else {}
    for item in document["paths"].values():
        for operation in item.values():
            # Docstrings come with HTML line breaks; the contract's text is CommonMark.
            text = operation.get("description", "").replace("<br/>", "\n").strip()
            operation["description"] = text or operation["summary"]
            # Only now: what can be raised is known when every module is there.
            for status, answer in operation["responses"].items():
                for media_type, content in answer.get("content", {}).items():
                    if media_type == MEDIA_TYPE:
                        content["examples"] = _examples(int(status))
                    elif (name := _example_name(operation, media_type)) in recorded:
                        content["example"] = recorded[name]
    document["components"]["schemas"] = dict(sorted(definitions["$defs"].items()))
    named: dict[str, Any] = _with_public_names(document)
    return named


def _example_name(operation: dict[str, Any], media_type: str) -> str:
    kind = " csv" if media_type == "text/csv" else ""
    return f"{operation['operationId']}{kind}"


def _with_public_names(node: Any) -> Any:
    """Name schemas as clients know them: FaceOut is Face, the core's own Face is not theirs."""
    if isinstance(node, dict):
        return {_public_name(key): _with_public_names(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_public_names(value) for value in node]
    return _public_name(node) if isinstance(node, str) else node


def _public_name(text: str) -> str:
    return _ANSWER_NAME.sub("", text)


documentation = Blueprint("documentation", __name__)


@documentation.get("/openapi.json")
def openapi_document() -> Response:
    """Return the contract; below a proxy's path it says so."""
    contract: str = current_app.extensions["fer_openapi"]
    if request.script_root:
        servers = {"servers": [{"url": request.script_root}]}
        contract = json.dumps({**json.loads(contract), **servers}, ensure_ascii=False)
    return Response(contract, content_type="application/json")


@documentation.get("/docs")
def docs_page() -> Response:
    """Return a page to read the contract and try it; all of it comes from this server."""
    return Response(
        _PAGE,
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": _CONTENT_POLICY},
    )


@documentation.get("/docs/<name>")
def docs_asset(name: str) -> Response:
    """Return a part of the page."""
    if name == "start.js":
        return Response(_START, content_type="text/javascript; charset=utf-8")
    if name not in _SWAGGER_FILES:
        abort(404)
    path, media_type = _SWAGGER_FILES[name]
    body = files("flask_openapi3_swagger").joinpath("templates/swagger", path).read_bytes()
    return Response(body, content_type=media_type, headers={"Cache-Control": "max-age=3600"})


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Expressions API</title>
<link rel="icon" href="docs/swagger.svg">
<link rel="stylesheet" href="docs/swagger-ui.css">
<style>
.swagger-ui .renderedMarkdown :is(p, li, td) { line-height: 1.5; max-width: 50rem; }
.swagger-ui .renderedMarkdown p { margin-inline: 0; }
.swagger-ui .renderedMarkdown code { color: inherit; font-weight: 400; padding: 0.1em 0.3em; }
.swagger-ui .renderedMarkdown pre { max-height: 28rem; overflow: auto; }
/* One click takes the whole block, for the clipboard. */
.swagger-ui .renderedMarkdown pre code { white-space: pre; user-select: all; }
</style>
</head>
<body>
<main id="contract"><p>This page needs JavaScript; the contract itself is at
<a href="openapi.json">openapi.json</a>.</p></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

_START = """const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#contract",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  validatorUrl: null
});
"""
