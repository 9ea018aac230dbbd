"""How request bodies are read: in memory only, within limits, and JSON only where JSON is due."""

from __future__ import annotations

import io
from typing import IO, Any

from flask import Request
from flask.json.provider import DefaultJSONProvider

from fer_core.api.problems import Malformed, RequestTooLarge, UnsupportedMediaType
from fer_core.sizes import too_large

#: A text to read and a day of answers fit; more is no JSON that this API takes.
MAX_JSON_BYTES = 2_000_000


class ApiRequest(Request):
    """A request whose uploads never touch the disk."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        # Werkzeug's own choice is a temporary file above 500 kB; pictures are kept off disks.
        return io.BytesIO()

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ARG002
        """Return the JSON body.

        Raises:
            UnsupportedMediaType: The body is not declared as JSON.
            RequestTooLarge: It is larger than `MAX_JSON_BYTES`.
            Malformed: It is not JSON.
        """
        # flask-openapi3 asks silently, which would answer "missing fields" to broken JSON.
        if not self.is_json:
            raise UnsupportedMediaType("Send JSON, with Content-Type: application/json.")
        body = self.get_data(cache=cache)
        if len(body) > MAX_JSON_BYTES:
            raise RequestTooLarge(too_large("This JSON", len(body), MAX_JSON_BYTES))
        try:
            return self.json_module.loads(body)
        except (ValueError, RecursionError):
            raise Malformed("The body is not JSON.") from None


class StrictJson(DefaultJSONProvider):
    """JSON as RFC 8259 has it: no NaN, no Infinity."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Read JSON.

        Raises:
            ValueError: It is not JSON.
        """
        return super().loads(s, parse_constant=_refuse_constant, **kwargs)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
