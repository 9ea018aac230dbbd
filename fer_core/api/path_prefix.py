"""The API below a path of a proxy: the addresses that it tells lie below that path too.

A proxy says where it shows the API by `X-Forwarded-Prefix`; one that cannot is helped by
FER_API_PREFIX. It may take the prefix off before it passes a request on, or leave it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fer_core.config import PATH_PREFIX

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class PathPrefix:
    """Tells the app behind it below which path it is shown.

    Args:
        app: The app.
        prefix: That path, without a slash at its end; empty: the request says so, or there is none.
    """

    def __init__(self, app: Application, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        prefix = self._prefix or str(environ.get("HTTP_X_FORWARDED_PREFIX", "")).rstrip("/")
        if PATH_PREFIX.fullmatch(prefix):
            environ["SCRIPT_NAME"] = prefix
            path = environ.get("PATH_INFO", "")
            if path == prefix or path.startswith(prefix + "/"):
                environ["PATH_INFO"] = path[len(prefix) :]
        return self._app(environ, start_response)
