"""The examples of the API call a real app."""

from __future__ import annotations

from tests.api.conftest import database, key_store, make_app, models

__all__ = ["database", "key_store", "make_app", "models"]
