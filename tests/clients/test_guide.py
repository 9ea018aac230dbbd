"""The guide that the contract begins with: its page runs a session as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from fer_core.api.app import GUIDE, make_contract
from fer_core.api.problems import STATUS_OF_CODE
from tests.clients.files import serving_files
from tests.support.servers import free_port, running_api

TEXT = GUIDE.read_text(encoding="utf-8")
API = "http://127.0.0.1:8000"


@pytest.mark.browser
def test_its_page_runs_a_session_from_another_origin(page: Page, tmp_path: Path) -> None:
    (block,) = re.findall(r"```html\n(.*?)```", TEXT, re.DOTALL)
    assert API in block
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (tmp_path / "index.html").write_text(block.replace(API, url), encoding="utf-8")
    with serving_files(tmp_path) as origin:
        origins = {"FER_CORS_ORIGINS": json.dumps([origin])}
        with running_api(tmp_path, origins, port=port):
            page.goto(f"{origin}/index.html")
            expect(page.locator("#now")).to_contain_text("Happy", timeout=30_000)
            expect(page.locator("#now")).to_contain_text("Getting to know your face")
            page.get_by_role("button", name="Finish").click()
            expect(page.locator("#news")).to_contain_text("Forgotten now.", timeout=15_000)
            assert httpx.get(f"{url}/api/v1/sessions").json()["sessions"] == []


def test_the_contract_begins_with_it() -> None:
    assert make_contract()["info"]["description"] == TEXT


def test_every_code_and_address_that_it_names_exists() -> None:
    named = set(re.findall(r"\(`([a-z_]+)`\)", TEXT))
    assert named
    assert named <= set(STATUS_OF_CODE)
    paths = set(re.findall(r"/api/v1/[a-z]+", TEXT))
    assert paths <= set(make_contract()["paths"])


def test_every_status_of_the_error_map_is_explained() -> None:
    rows = re.findall(r"^\| ([0-9, ]+) \|", TEXT, re.MULTILINE)
    explained = {int(status) for row in rows for status in row.split(",")}
    assert {status.value for status in STATUS_OF_CODE.values()} - {405} == explained
