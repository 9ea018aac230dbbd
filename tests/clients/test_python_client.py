"""The Python client against the real server: photos, sessions, streams, folders."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import typing
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest

from fer_core.api.keys import KeyStore
from fer_core.api.model_loader import ModelService
from fer_core.config import PROJECT_ROOT
from tests.api.conftest import MakeApp
from tests.api.serving import Service, serving
from tests.clients.scripted import AGREED, Scripted, busy, transport
from tests.video.films_in_files import even_times, film, still

fer_client = pytest.importorskip("fer_client")

from fer_client import ApiProblem, Client, FrameSender, ServerUnreachable, types  # noqa: E402
from fer_client.__main__ import main  # noqa: E402


@pytest.fixture
def service(make_app: MakeApp) -> Iterator[Service]:
    with serving(make_app, clock=time.time) as running:
        yield running


@pytest.fixture
def api(service: Service) -> Iterator[Client]:
    with Client(service.url) as client:
        yield client


def test_a_photo_is_analysed(api: Client, photo: bytes, tmp_path: Path) -> None:
    path = tmp_path / "me.jpg"
    path.write_bytes(photo)
    first, second = api.analyse(photo, path)["results"]
    assert first["faces"] == second["faces"]
    assert first["faces"][0]["emotion"]["label"] == "Happy"


def test_a_problem_is_an_error_with_its_code(api: Client) -> None:
    with pytest.raises(ApiProblem) as caught:
        api.analyse(b"no picture")
    assert (caught.value.status, caught.value.code) == (415, "not_an_image")
    assert caught.value.request_id


def test_a_key_is_sent(make_app: MakeApp, key_store: KeyStore) -> None:
    _, key = key_store.create("test", datetime.now(UTC))
    with serving(make_app, require_key=True) as service:
        with Client(service.url, key) as known:
            assert known.model()["name"]
        with (
            Client(service.url, "wrong") as unknown,
            pytest.raises(ApiProblem, match="unauthorized"),
        ):
            unknown.model()


def test_no_server_is_said_plainly() -> None:
    with pytest.raises(ServerUnreachable, match="No answer"):
        Client("http://127.0.0.1:9", retries=0).model()


def test_a_session_runs_from_start_to_end(api: Client, photo: bytes) -> None:
    passages: list[types.PassageIn] = [{"passage_id": "a", "text": "Plants turn light into sugar."}]
    session = api.start_session(**AGREED, title="mine", text=passages, plan=(30, 5))
    for _ in range(3):
        frame = session.send_frame(photo)
        time.sleep(0.01)
    assert frame["faces"][0]["emotion"]["label"] == "Happy"
    now = datetime.now(UTC)
    session.report_passages([("a", 1.0, now, datetime.now(UTC))])
    session.correct("a", 2)
    assert session.probe() is None
    assert session.pause()["state"] == "paused"
    assert session.resume()["state"] == "active"
    assert session.answer_break("dismiss")["suggestion"] is None
    assert session.timeline("5s")["bucket_s"] == 5
    assert session.feedback()["answered"] == 1
    assert session.add_markers({"words": "bell"})[0]["words"] == "bell"
    assert session.import_markers("time,words\n0:00,start\n")[0]["words"] == "start"
    assert session.add_markers({"kind": "excluded", "words": "call"})[0]["until"] is None
    ended = session.end_excluded()
    assert ended is not None
    session.delete_marker(ended["marker_id"])
    assert [one["words"] for one in session.markers()] == ["start", "bell"]
    assert session.export("csv").startswith(b"time,")
    assert [item["title"] for item in api.sessions()] == ["mine"]
    assert session.finish()["totals"]["frames"] == 3
    with pytest.raises(ApiProblem, match="session_not_found"):
        session.details()


def test_cards_are_added_answered_and_taken_along(api: Client) -> None:
    cards = api.cards
    lima = cards.add("Capital of Peru?", "Lima", choices=["Lima", "Cusco"])
    assert cards.add("Capital of Peru?", "Lima")["card_id"] == lima["card_id"]
    cards.add_all([{"front": f"Question {number}?", "back": "x"} for number in range(3)])
    assert len(list(cards.all(page_size=2))) == 4
    due = cards.due("Europe/Berlin")
    assert due["due_today"] == 4
    answered = cards.answer(lima["card_id"], 4, time_zone="Europe/Berlin", review_id="r1")
    assert cards.answer(lima["card_id"], 4, review_id="r1") == answered
    assert answered["stage"] == "review"
    assert cards.undo(lima["card_id"]) == lima
    assert cards.edit(lima["card_id"], back="Lima!")["back"] == "Lima!"
    assert cards.get(lima["card_id"])["front"] == "Capital of Peru?"
    assert cards.after_a_week()["asked"] == 0
    forms: tuple[typing.Literal["csv", "anki"], ...] = ("csv", "anki")
    for form in forms:
        assert cards.bring_in(cards.export(form), form)["known"] + 1 >= 4
    cards.drop(lima["card_id"])
    with pytest.raises(ApiProblem, match="card_not_found"):
        cards.get(lima["card_id"])


def test_a_session_gives_cards_of_its_text(api: Client) -> None:
    text = "Plants turn light into sugar in the chloroplasts of their leaves. " * 4
    passages: list[types.PassageIn] = [{"passage_id": "a", "text": text}]
    session = api.start_session(**AGREED, text=passages)
    assert session.make_cards()["added"] == 0  # nothing was hard
    assert session.make_cards(["a"])["cards"][0]["passage_id"] == "a"


def test_a_list_goes_on_over_pages(api: Client) -> None:
    for number in range(5):
        api.start_session(**AGREED, title=str(number))
    assert [item["title"] for item in api.sessions(page_size=2)] == ["4", "3", "2", "1", "0"]
    api.delete_all_sessions()
    assert list(api.sessions()) == []


def test_events_come_until_the_end(api: Client) -> None:
    session = api.start_session(**AGREED)
    kinds = []
    for event in session.events():
        kinds.append((event.kind, event.data["state"]))
        if len(kinds) == 2:
            session.pause()
        if kinds[-1] == ("snapshot", "paused"):
            session.finish()
    assert kinds[:2] == [("state", "active"), ("snapshot", "active")]
    assert kinds[-1] == ("snapshot", "finished")
    assert ("state", "paused") in kinds


def test_a_time_needs_a_zone(api: Client) -> None:
    with pytest.raises(ValueError, match="time zone"):
        api.start_session(consent_version="1", accepted_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_sender_keeps_one_frame_in_flight_and_skips_the_rest(api: Client, photo: bytes) -> None:
    session = api.start_session(**AGREED)
    answered = threading.Event()
    answers: list[types.Frame] = []

    def take(frame: types.Frame) -> None:
        answers.append(frame)
        if len(answers) >= 3:
            answered.set()

    with FrameSender(session, take) as sender:
        while not answered.is_set():
            sender.submit(photo)
            time.sleep(0.002)
    stats = sender.stats
    assert stats.submitted > stats.answered + 3
    assert stats.skipped >= stats.submitted - stats.answered - 1
    assert session.details()["totals"]["frames"] == stats.answered
    times = [answer["captured_at"] for answer in answers]
    assert times == sorted(times)


def test_a_sender_waits_as_told_and_goes_on(models: ModelService, make_app: MakeApp) -> None:
    del models
    script = Scripted(busy("0"), httpx.Response(200, json={"used": True}))
    client = Client("http://api")
    client._transport = transport(script, [])
    got = threading.Event()
    problems: list[Exception] = []
    with FrameSender(client.session("s"), lambda _: got.set(), problems.append) as sender:
        sender.submit(b"1")
        deadline = time.monotonic() + 10
        while not got.is_set() and time.monotonic() < deadline:
            sender.submit(b"2")
            time.sleep(0.01)
    assert got.is_set()
    assert sender.stats.refused == 1
    assert problems == []


def test_a_folder_is_analysed(
    service: Service, photo: bytes, empty_photo: bytes, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.jpg").write_bytes(photo)
    (tmp_path / "b.JPG").write_bytes(empty_photo)
    (tmp_path / "c.png").write_bytes(b"broken")
    (tmp_path / "notes.txt").write_text("no photo")
    assert main([str(tmp_path), "--url", service.url]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "Happy" in next(line for line in lines if "a.jpg" in line)
    assert "no face" in next(line for line in lines if "b.JPG" in line)
    assert "not a picture" in next(line for line in lines if "c.png" in line)
    assert main([str(tmp_path / "deep"), "--url", service.url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["faces"][0]["emotion"]["label"] == "Happy"


def test_a_reader_that_has_seen_enough_gets_no_traceback(
    service: Service, photo: bytes, tmp_path: Path
) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(photo)
    command = [sys.executable, "-m", "fer_client", str(tmp_path), "--url", service.url, "--json"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=PROJECT_ROOT / "clients" / "python",
        text=True,
    ) as process:
        assert process.stdout is not None
        assert "Happy" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(30) == 1


def test_a_folder_without_photos_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    assert "no photos" in capsys.readouterr().err


def test_a_video_is_analysed(api: Client, astronaut: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "lecture.mp4"
    path.write_bytes(film([still(astronaut)] * 10, even_times(1)))
    job = api.analyse_video(path, annotate=True)
    heard: list[types.Job] = []
    assert job.wait(heard.append)["state"] == "done"
    assert heard[-1]["name"] == "lecture.mp4"
    assert job.results()["faces"] == 1
    assert job.results_csv("frame").startswith(b"time_s,")
    assert job.video()[4:8] == b"ftyp"
    assert job.cancel()["state"] == "done"
    assert [one["job_id"] for one in api.video_jobs()] == [job.job_id]
    api.video_job(job.job_id).delete()
    assert api.video_jobs() == []


def test_a_file_is_opened_and_read_in_a_session(tmp_path: Path) -> None:
    file = tmp_path / "bear.txt"
    file.write_bytes(b"b\x8ar")
    text = {"title": "bear", "passages": [], "questions": []}
    script = Scripted(
        httpx.Response(200, json={"text": text}), httpx.Response(201, json={"session_id": "s"})
    )
    client = Client("http://api")
    client._transport = transport(script, [])
    opened = client.open_text(file, encoding="macintosh")
    client.start_session(**AGREED, text=opened["text"])
    first, second = script.requests
    assert first.url == "http://api/api/v1/texts?name=bear.txt&encoding=macintosh"
    assert first.content == b"b\x8ar"
    assert json.loads(second.content)["text"] == text
