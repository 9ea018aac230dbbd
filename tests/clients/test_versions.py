"""The clients' versions follow the API's, as CONTRIBUTING says."""

from __future__ import annotations

import json

import fer_client
import pytest

from fer_core import __version__
from tests.clients.node import TYPESCRIPT


def typescript_versions() -> set[str]:
    package = json.loads((TYPESCRIPT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((TYPESCRIPT / "package-lock.json").read_text(encoding="utf-8"))
    return {package["version"], lock["version"], lock["packages"][""]["version"]}


@pytest.mark.parametrize("versions", [{fer_client.__version__}, typescript_versions()])
def test_a_client_has_the_first_two_numbers_of_the_api(versions: set[str]) -> None:
    (version,) = versions
    assert version.split(".")[:2] == __version__.split(".")[:2]
