"""/demo: a browser app in one page, to try the API with and to learn from (only with --demo).

Its script is built from clients/typescript/demo by `npm run build` there. It is not committed; a
wheel has it if it was built before.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from fer_core.errors import SettingsError

FOLDER = Path(__file__).parent / "demo"
_SCRIPT = FOLDER / "demo.js"
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' blob:; media-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'"
)

demo_page = Blueprint("demo_page", __name__)


def check_built() -> None:
    """Check that the page's script is there.

    Raises:
        SettingsError: It has not been built.
    """
    if not _SCRIPT.is_file():
        raise SettingsError(
            "The demo's script is not built yet. It needs node: in the project's folder, run "
            "`npm ci --prefix clients/typescript && npm run build --prefix clients/typescript`."
        )


@demo_page.get("/demo")
def demo_address() -> AnyResponse:
    """Lead to the page."""
    return redirect(f"{request.script_root}/demo/", 308)


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
