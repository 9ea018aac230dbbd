"""The API below a path of a proxy, which takes the path off or leaves it."""

from __future__ import annotations

import json
import re

import pytest

from tests.api.conftest import MakeApp
from tests.api.learner import CONSENT, SESSIONS


@pytest.mark.parametrize("way", ["header", "setting", "setting, left on"])
def test_every_address_that_is_told_lies_below_the_prefix(make_app: MakeApp, way: str) -> None:
    client = make_app(**({} if way == "header" else {"api_prefix": "/fer"})).test_client()
    headers = {"X-Forwarded-Prefix": "/fer/"} if way == "header" else {}
    left = "/fer" if way == "setting, left on" else ""
    contract = client.get(f"{left}/openapi.json", headers=headers).get_json()
    assert contract["servers"] == [{"url": "/fer"}]
    page = client.get(f"{left}/docs", headers=headers).get_data(as_text=True)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) == 5
    for address in addresses:
        assert not address.startswith("/")  # beside the page, wherever that is
        assert client.get(f"{left}/{address}", headers=headers).status_code == 200


def test_a_session_is_told_with_its_whole_path(make_app: MakeApp) -> None:
    client = make_app(api_prefix="/fer").test_client()
    answer = client.post(SESSIONS, json={"consent": CONSENT})
    assert answer.headers["Location"] == f"/fer{SESSIONS}/{answer.get_json()['session_id']}"
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "prefix", ["//evil.example", "/a b", "https://evil.example", "/../x", "/a\tb", "/é"]
)
def test_a_prefix_that_is_no_path_is_ignored(make_app: MakeApp, prefix: str) -> None:
    contract = make_app().test_client().get(
        "/openapi.json", headers={"X-Forwarded-Prefix": prefix}
    )  # fmt: skip
    assert "servers" not in json.loads(contract.get_data())
