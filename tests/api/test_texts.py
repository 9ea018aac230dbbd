"""A file becomes the text of a session; its letters can be chosen by hand; nothing is kept."""

from __future__ import annotations

from threading import BoundedSemaphore

import pytest
from flask.testing import FlaskClient

from fer_core.api import texts
from tests.api.learner import Learner
from tests.texts.test_packed import book

URL = "/api/v1/texts"
OLD = "Er hört die Vögel nicht."


def test_a_book_becomes_the_text_of_a_session(learner: Learner) -> None:
    opened = learner.client.post(
        f"{URL}?name=a.epub", data=book(), content_type="application/epub+zip"
    ).get_json()
    assert (opened["text"]["title"], opened["language"]) == ("The Dance", "en")
    assert (opened["encoding"], opened["telling_words"]) == (None, [])
    started = learner.start(text=opened["text"])
    assert started.status_code == 201
    assert started.get_json()["text"]["title"] == "The Dance"


def test_letters_guessed_wrong_are_chosen_by_hand(client: FlaskClient) -> None:
    def ask(encoding: str) -> tuple[str, list[str], str]:
        answer = client.post(
            f"{URL}?name=a.txt{encoding}", data=OLD.encode("mac-roman"), content_type="text/plain"
        ).get_json()
        return answer["encoding"], answer["telling_words"], answer["text"]["passages"][0]["text"]

    assert ask("") == ("windows-1252", ["hšrt", "Všgel"], "Er hšrt die Všgel nicht.")
    assert ask("&encoding=x-mac-roman") == ("macintosh", ["hört", "Vögel"], OLD)


@pytest.mark.parametrize(
    ("query", "data", "kind", "status", "code"),
    [
        ("name=a.txt&encoding=rot13", b"a", "text/plain", 422, "encoding_unknown"),
        ("name=a.txt&encoding=%00", b"a", "text/plain", 422, "encoding_unknown"),
        ("name=a.pdf", b"%PDF-1.7", "application/pdf", 422, "text_damaged"),
        ("name=a.exe", b"a", "application/octet-stream", 422, "text_type_unknown"),
        ("name=a.txt", b" ", "text/plain", 422, "text_empty"),
        ("name=a.txt", b"a", "image/png", 415, "unsupported_media_type"),
        ("name=", b"a", "text/plain", 400, "malformed"),
        ("name=._a.txt", b"a", "text/plain", 422, "text_type_unknown"),
    ],
)
def test_a_file_that_cannot_be_opened_says_why(
    client: FlaskClient, query: str, data: bytes, kind: str, status: int, code: str
) -> None:
    answer = client.post(f"{URL}?{query}", data=data, content_type=kind)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_more_than_a_session_takes_is_refused(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "fits_a_session", lambda _: False)
    answer = client.post(f"{URL}?name=a.txt", data=b"a", content_type="text/plain")
    assert (answer.status_code, answer.get_json()["code"]) == (413, "text_too_large")


@pytest.mark.parametrize("path", [f"{URL}?name=a.txt", "/api/v1/sessions"])
def test_texts_that_wait_leave_threads_for_others(learner: Learner, path: str) -> None:
    limit = learner.client.application.extensions["fer"].text_limit
    limit._crowd = BoundedSemaphore(1)
    with limit:
        if path.startswith(URL):
            answer = learner.client.post(path, data=b"a", content_type="text/plain")
        else:
            answer = learner.start(text={"content": "a"})
        assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
        assert (
            learner.start(text={"passages": [{"passage_id": "p", "text": "a"}]}).status_code == 201
        )
    assert learner.start(text={"content": "a"}).status_code == 201
