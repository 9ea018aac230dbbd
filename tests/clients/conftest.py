"""What client tests share: the API behind its real server, and the Python client importable."""

from __future__ import annotations

import sys

from fer_core.config import PROJECT_ROOT
from tests.api.conftest import (
    client,
    database,
    empty_photo,
    key_store,
    learner,
    make_app,
    models,
    photo,
)

sys.path.insert(0, str(PROJECT_ROOT / "clients" / "python"))

__all__ = [
    "client",
    "database",
    "empty_photo",
    "key_store",
    "learner",
    "make_app",
    "models",
    "photo",
]
