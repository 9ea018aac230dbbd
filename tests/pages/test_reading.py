"""The reading page without a browser: opening texts, starting, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import live.resources  # noqa: F401  (AppTest looks into pages/ first, where live.py is)
import reading.rooms  # noqa: F401
from fer_core.config import PROJECT_ROOT, get_settings

PAGE = PROJECT_ROOT / "pages" / "reading.py"
BODY = "Words to read stand here in a row, enough of them to make a passage of its own. "


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()
    get_settings.cache_clear()


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_file(PAGE, default_timeout=90).run()


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.title, *page.subheader]
    return "\n".join(str(element.value) for element in shown)


def test_it_says_what_to_do_first(page):
    assert not page.exception
    assert "Paste a text, choose a file, or try the sample" in words(page)


def test_a_file_is_opened_with_its_facts(page):
    page.file_uploader(key="text_file").set_value(
        ("bees.md", ("# Bees\n\n" + "\n\n".join([BODY * 4] * 3)).encode(), "text/markdown")
    )
    page.run()
    assert not page.exception
    assert "3 passages" in words(page)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.pdf", b"%PDF-1.4 broken", "damaged"),
        ("a.txt", b"   ", "no words"),
        ("a.md", b"---\nquestions: [{about: 1}]\n---\nx", "cannot be used"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(page, name, data, says):
    page.file_uploader(key="text_file").set_value((name, data, "application/octet-stream"))
    page.run()
    assert not page.exception
    assert any(says in error.value for error in page.error)


def test_the_camera_is_used_only_after_consent(page):
    page.segmented_control(key="text_source").set_value("Sample").run()
    page.toggle(key="reading_camera").set_value(True).run()
    assert "Before the camera is used" in words(page)
    assert not [button for button in page.button if button.key == "start_reading"]


def test_pasted_words_are_never_markup(page):
    page.segmented_control(key="text_source").set_value("Paste").run()
    page.text_area(key="pasted_text").set_value("Here 5 < 6 &amp; <7. " + BODY * 5).run()
    page.button(key="start_reading").click().run()
    page.session_state["one_at_a_time"] = True
    page.run()
    assert not page.exception
    markup = "".join(str(one.proto.body) for one in page.get("html"))
    assert "Here 5 &lt; 6 &amp;amp; &lt;7." in markup
