"""When the Python client asks again, and when it must not."""

from __future__ import annotations

import json
import threading

import httpx
import pytest

from tests.clients.scripted import AGREED, Scripted, busy, transport

fer_client = pytest.importorskip("fer_client")

from fer_client import (  # noqa: E402
    ApiProblem,
    Client,
    FrameSender,
    ServerUnreachable,
    frames,
    types,
)


def test_a_busy_server_is_asked_again_when_it_said() -> None:
    waits: list[float] = []
    script = Scripted(busy("3"), busy("1"), httpx.Response(200, json={"ok": True}))
    answer = transport(script, waits).json("GET", "/x", safe_to_repeat=True)
    assert answer == {"ok": True}
    assert waits == [3, 1]


def test_without_a_word_the_waits_grow() -> None:
    waits: list[float] = []
    script = Scripted(busy(None), busy(None), httpx.Response(204))
    assert transport(script, waits).json("GET", "/x", safe_to_repeat=True) is None
    assert waits == [0.1, 0.2]


def test_a_server_that_stays_busy_is_given_up() -> None:
    waits: list[float] = []
    with pytest.raises(ApiProblem, match="busy"):
        transport(Scripted(busy("1"), busy("1")), waits, retries=1).json(
            "GET", "/x", safe_to_repeat=True
        )
    assert waits == [1]


def test_what_must_not_happen_twice_is_not_sent_twice() -> None:
    broken = httpx.ReadError("gone")
    with pytest.raises(ServerUnreachable):
        transport(Scripted(broken), []).json("POST", "/finish", safe_to_repeat=False)
    script = Scripted(broken, httpx.Response(200, json={}))
    assert transport(script, []).json("POST", "/x", safe_to_repeat=True) == {}


def test_a_broken_creation_is_repeated_under_its_key() -> None:
    script = Scripted(httpx.ReadError("gone"), httpx.Response(201, json={"session_id": "s"}))
    client = Client("http://api")
    client._transport = transport(script, [])
    assert client.start_session(**AGREED).session_id == "s"
    first, second = (request.headers["Idempotency-Key"] for request in script.requests)
    assert first == second


def test_an_answer_that_is_no_problem_document_is_still_one() -> None:
    script = Scripted(httpx.Response(500, text="<html>proxy</html>"))
    with pytest.raises(ApiProblem) as caught:
        transport(script, []).json("GET", "/x", safe_to_repeat=True)
    assert (caught.value.status, caught.value.code) == (500, "unknown")


@pytest.mark.parametrize("status", [502, 504])
def test_a_proxy_whose_server_broke_off_is_asked_again(status: int) -> None:
    answers = httpx.Response(status), httpx.Response(200, json={"ok": True})
    assert transport(Scripted(*answers), []).json("POST", "/x", safe_to_repeat=True)
    with pytest.raises(ApiProblem):
        transport(Scripted(*answers), []).json("POST", "/x", safe_to_repeat=False)


def test_a_server_that_never_answered_is_given_up_soon_and_another_one_later() -> None:
    refused = httpx.ConnectError("refused")
    script = Scripted(*[refused] * 4, httpx.Response(200, json={}), *[refused] * 5)
    sender = transport(script, [], retries=8)
    with pytest.raises(ServerUnreachable):
        sender.json("GET", "/x", safe_to_repeat=True)
    assert len(script.answers) == 6
    sender.json("GET", "/x", safe_to_repeat=True)
    script.answers.append(httpx.Response(200, json={"ok": True}))
    assert sender.json("GET", "/x", safe_to_repeat=True) == {"ok": True}


def test_what_is_gone_the_second_time_was_taken_away_by_the_first() -> None:
    gone = httpx.Response(404, json={"code": "session_not_found"})
    client = Client("http://api")
    client._transport = transport(Scripted(httpx.ReadError("gone"), gone), [])
    client.session("s").delete()
    client._transport = transport(Scripted(gone), [])
    with pytest.raises(ApiProblem, match="session_not_found"):
        client.session("s").delete()


def test_a_marker_without_a_time_is_sent_with_that_of_its_call() -> None:
    client = Client("http://api")
    script = Scripted(httpx.ReadError("gone"), httpx.Response(200, json={"markers": []}))
    client._transport = transport(script, [])
    client.session("s").add_markers({"words": "now"})
    first, second = (json.loads(request.content) for request in script.requests)
    assert first == second
    assert first[0]["at"].endswith("Z")


def test_a_mistake_in_what_takes_the_answers_is_not_swallowed() -> None:
    client = Client("http://api")
    client._transport = transport(Scripted(httpx.Response(200, json={})), [])
    called = threading.Event()

    def take(_: types.Frame) -> None:
        called.set()
        raise KeyError("face")

    sender = FrameSender(client.session("s"), take)
    sender.submit(b"1")
    assert called.wait(10)
    with pytest.raises(KeyError, match="face"):
        sender.close()


@pytest.mark.parametrize("breaks", [1, 5])
@pytest.mark.parametrize("broken", [httpx.Response(502), httpx.ReadError("gone")])
def test_a_line_that_breaks_is_a_problem_when_it_lasts(
    monkeypatch: pytest.MonkeyPatch, broken: httpx.Response | Exception, breaks: int
) -> None:
    monkeypatch.setattr(frames, "_RECONNECT_AFTER_S", 1e-6)
    monkeypatch.setattr(frames, "_PAUSE_S", 16e-6)
    # More than one frame may be on its way when the first one is answered.
    well = [httpx.Response(200, json={"used": True}) for _ in range(50)]
    script = Scripted(*[broken] * breaks, *well)
    client = Client("http://api")
    client._transport = transport(script, [])
    answered = threading.Event()
    problems: list[Exception] = []
    with FrameSender(client.session("s"), lambda _: answered.set(), problems.append) as sender:
        while not answered.wait(0.001):
            sender.submit(b"1")
    assert (len(problems), sender.stats.refused) == (int(breaks == 5), breaks)


@pytest.mark.parametrize("status", [429, 503])
def test_events_wait_as_told(status: int) -> None:
    waits: list[float] = []
    client = Client("http://api")
    refusal = httpx.Response(status, headers={"Retry-After": "7"}, json={"code": "later"})
    client._transport = transport(Scripted(refusal, httpx.Response(204)), waits)
    assert list(client.session("s").events()) == []
    assert waits == [7]


def ended() -> httpx.Response:
    return httpx.Response(401, json={"code": "token_expired", "detail": "ended"})


def test_a_token_that_has_ended_is_fetched_anew_once() -> None:
    tokens = iter(["first", "second", "third"])
    good = httpx.Response(200, json={"ok": True})
    script = Scripted(good, ended(), good, ended(), good, ended(), ended())
    client = Client("http://api", lambda: next(tokens), http=httpx.Client(transport=script))
    for _ in range(2):
        client.model()
    client.session("s").send_frame(b"1")
    sent = [request.headers["Authorization"].split()[1] for request in script.requests]
    assert sent == ["first", "first", "second", "second", "third"]
    client = Client("http://api", lambda: "ended", http=httpx.Client(transport=script))
    with pytest.raises(ApiProblem, match="token_expired"):
        client.model()


def test_a_stream_of_events_goes_on_with_another_token() -> None:
    tokens = iter(["first", "second"])
    script = Scripted(ended(), httpx.Response(204))
    client = Client("http://api", lambda: next(tokens), http=httpx.Client(transport=script))
    assert list(client.session("s").events()) == []
    words = Client("http://api", "fert_x", http=httpx.Client(transport=Scripted(ended())))
    with pytest.raises(ApiProblem, match="token_expired"):
        list(words.session("s").events())


def test_a_client_acts_for_an_owner_of_its_key() -> None:
    pages = [
        {"owners": [{"owner_id": name}], "next_cursor": more}
        for name, more in (("a", "b"), ("c", None))
    ]
    owner = {"owner_id": "a", "reference": "4711", "created_at": "2026-01-01T00:00:00Z"}
    script = Scripted(
        httpx.Response(201, json=owner),
        httpx.Response(201, json={"token": "fert_x"}),
        httpx.Response(204),
        *(httpx.Response(200, json=page) for page in pages),
        httpx.Response(200, json=owner),
        httpx.Response(204),
    )
    client = Client("http://api", "secret", http=httpx.Client(transport=script))
    assert client.owners.create("4711") == owner
    assert client.owners.token("a", session_id="s")["token"] == "fert_x"
    client.of("a").delete_all_sessions()
    assert [one["owner_id"] for one in client.owners] == ["a", "c"]
    assert client.owners.get("a") == owner
    client.owners.delete("a")
    assert [request.headers.get("X-Owner") for request in script.requests] == [
        *(None, None, "a", None, None, None, None),
    ]
    assert script.requests[4].url.params["cursor"] == "b"
