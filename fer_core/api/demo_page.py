"""/demo: a browser app in one page, to try the API with and to learn from (only with --demo).

Its scripts are compiled from clients/typescript/src by `npm run demo`; a test holds the two
together.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, redirect, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

FOLDER = Path(__file__).parent / "demo"
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' blob:; media-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'"
)

demo_page = Blueprint("demo_page", __name__)


@demo_page.get("/demo")
def demo_address() -> AnyResponse:
    """Lead to the page."""
    return redirect("/demo/", 308)


@demo_page.get("/demo/")
def demo_index() -> Response:
    """Return the page."""
    response = send_from_directory(FOLDER, "index.html")
    response.headers["Content-Security-Policy"] = _CONTENT_POLICY
    return response


@demo_page.get("/demo/<name>")
def demo_file(name: str) -> Response:
    """Return a part of the page."""
    return send_from_directory(FOLDER, name)
