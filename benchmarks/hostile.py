"""What inputs made to hurt are answered, what they cost, and whether anybody else notices.

    python benchmarks/hostile.py [--only WORDS] [--output FILE]
    python benchmarks/hostile.py --memory [--photos 40]
    python benchmarks/hostile.py --soak MINUTES [--load .3]

Starts the real server. A second client sends a webcam frame ten times a second and asks whether the
server is ready, while each input of `hostile_inputs` is sent in turn: pictures and texts through
the API, documents through the core's door for files, as the app does it. It noticed when an answer
took longer than two seconds or was none.

`--memory` sends photos of 12 megapixels, then the largest pictures taken, to the API and
through the app's cache of photos, and prints what each process holds afterwards. `--soak` studies
for long: photos, frames, kept sessions with texts, and restarts by SIGTERM and SIGKILL; memory must
stay flat, and nothing that was answered may be lost.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, sleep

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx

from benchmarks import hostile_memory, hostile_soak
from benchmarks.hostile_inputs import Input, every_input
from benchmarks.hostile_server import SESSION, Api, Watch, frame, tree_mb
from fer_core.errors import FerError
from fer_core.texts.opening import open_document

RESULTS = Path(__file__).parent / "results" / "hostile.json"
#: Longer than this, an answer to a frame of 20 ms is one that somebody notices.
NOTICED_S = 2.0
FRAMES_APART_S = 0.1
READY_EVERY = 20


@dataclass(frozen=True)
class Row:
    """What one input came to.

    Attributes:
        answer: The status and the code of the problem, if any.
        seconds: Until the answer.
        peak_mb: What the server and its workers held more than before, at most.
        held_mb: And half a second afterwards.
        other_s: The second client's slowest answer meanwhile.
        noticed: It took longer than two seconds, or was none.
    """

    kind: str
    name: str
    kilobytes: int
    answer: str
    seconds: float
    peak_mb: float
    held_mb: float
    other_s: float
    noticed: bool


class SecondClient:
    """Sends frames all the time, and remembers the slowest answer since it was asked last."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._since: float | None = None
        self._slowest = 0.0
        self._wrong: list[str] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def report(self) -> tuple[float, list[str]]:
        """Return the slowest answer since the last report, one that is waited for included, and
        the answers that were wrong.
        """
        with self._lock:
            waiting = 0.0 if self._since is None else perf_counter() - self._since
            slowest, wrong = max(self._slowest, waiting), self._wrong
            self._slowest, self._wrong = 0.0, []
            return slowest, wrong

    def end(self) -> None:
        self._ended.set()
        self._thread.join(60)

    def _run(self) -> None:
        body, turn = frame(), 0
        with httpx.Client(base_url=self._api.url, timeout=120) as client:
            while not self._ended.wait(FRAMES_APART_S):
                turn += 1
                with self._lock:
                    self._since = started = perf_counter()
                try:
                    if turn % READY_EVERY:
                        answer = client.post(
                            "/api/v1/analyses?mode=frame",
                            content=body,
                            headers={"Content-Type": "image/jpeg"},
                        )
                    else:
                        answer = client.get("/readyz")
                    wrong = None if answer.status_code == 200 else str(answer.status_code)
                except httpx.HTTPError as error:
                    wrong = type(error).__name__
                with self._lock:
                    self._slowest = max(self._slowest, perf_counter() - started)
                    self._since = None
                    if wrong:
                        self._wrong.append(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="words of the kinds to try, with commas")
    parser.add_argument("--memory", action="store_true", help="what photos leave behind")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="study for so long")
    parser.add_argument("--load", type=float, default=1.0, help="of the usual, for --soak")
    parser.add_argument("--photos", type=int, default=40, help="of 12 megapixels, for --memory")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.memory:
        hostile_memory.measure(options.photos)
    elif options.soak:
        hostile_soak.run(options.soak, options.load)
    else:
        words = [word for word in options.only.split(",") if word]
        rows = try_all(one for one in every_input() if _is_asked_for(one, words))
        summarise(rows)
        options.output.parent.mkdir(exist_ok=True)
        options.output.write_text(json.dumps([asdict(row) for row in rows], indent=1))


def _is_asked_for(one: Input, words: list[str]) -> bool:
    return not words or any(word in one.kind for word in words)


def try_all(inputs: Iterator[Input]) -> list[Row]:
    """Send each input, print its line, and return all of them."""
    rows = []
    print(f"{'kind, name':<62}{'kB':>7} {'answer':<26}{'s':>6}{'MB':>6}{'held':>6}{'other s':>8}")
    with Api.running() as api:
        second = SecondClient(api)
        for one in inputs:
            row = try_one(api, second, one)
            rows.append(row)
            print(
                f"{row.kind + ', ' + row.name:<62.61}{row.kilobytes:>7} {row.answer:<26}"
                f"{row.seconds:>6.2f}{row.peak_mb:>6.0f}{row.held_mb:>6.0f}{row.other_s:>8.2f}"
                + (" NOTICED" if row.noticed else ""),
                flush=True,
            )
        second.end()
    return rows


def try_one(api: Api, second: SecondClient, one: Input) -> Row:
    """Send one input and look at what it does."""
    # Documents are opened in this process, by its own workers, as in the app's.
    pid = os.getpid() if one.door == "document" else api.pid
    second.report()
    with watching(pid) as watch:
        started = perf_counter()
        answer = ask(api, one)
        seconds = perf_counter() - started
        slowest, wrong = second.report()
        sleep(0.5 if seconds > 0.5 else 0.0)
    after, more_wrong = second.report()
    wrong += more_wrong
    slowest = max(slowest, after)
    if wrong:
        answer += f" (other: {Counter(wrong)})"
    return Row(
        one.kind,
        one.name,
        len(one.data) // 1000,
        answer,
        round(seconds, 2),
        round(watch.peak_mb - watch.before_mb, 1),
        round(tree_mb(pid) - watch.before_mb, 1),
        round(slowest, 2),
        bool(wrong) or slowest > NOTICED_S,
    )


@contextmanager
def watching(pid: int) -> Iterator[Watch]:
    watch = Watch(pid)
    try:
        yield watch
    finally:
        watch.end()


def ask(api: Api, one: Input) -> str:
    """Send an input through its door; return the answer in a few words."""
    if one.door == "document":
        try:
            document = open_document(one.name, one.data)
        except FerError as error:
            return error.code
        return f"opened, {len(document.passages)} passages"
    with httpx.Client(base_url=api.url, timeout=300) as client:
        try:
            if one.door == "picture":
                answer = client.post(
                    "/api/v1/analyses", content=one.data, headers={"Content-Type": "image/*"}
                )
                return _in_words(answer)
            text = {
                "content": one.data.decode(),
                "format": "html" if one.name.endswith(".html") else "markdown",
            }
            answer = client.post("/api/v1/sessions", json={**SESSION, "text": text})
            if answer.status_code == 201:
                client.delete(f"/api/v1/sessions/{answer.json()['session_id']}")
        except httpx.HTTPError as error:
            return type(error).__name__
    return _in_words(answer)


def _in_words(answer: httpx.Response) -> str:
    words = str(answer.status_code)
    with suppress(ValueError):
        body = answer.json()
        if "code" in body:
            words += f" {body['code']}"
        elif "results" in body:
            words += f", {len(body['results'][0]['faces'])} faces"
    return words


def summarise(rows: list[Row]) -> None:
    """Print what all of them came to."""
    if not rows:
        return
    answers = Counter(row.answer.split(",")[0].split(" (")[0] for row in rows)
    slowest = max(rows, key=lambda row: row.seconds)
    fattest = max(rows, key=lambda row: row.peak_mb)
    other = max(rows, key=lambda row: row.other_s)
    print(f"\n{len(rows)} inputs of {len({row.kind for row in rows})} kinds")
    print("answers:", ", ".join(f"{answer} x{count}" for answer, count in answers.most_common()))
    print(f"slowest: {slowest.seconds} s ({slowest.kind}, {slowest.name})")
    print(f"most memory meanwhile: {fattest.peak_mb:.0f} MB ({fattest.kind}, {fattest.name})")
    print(f"second client's slowest answer: {other.other_s} s ({other.kind}, {other.name})")
    print(f"noticed: {sum(row.noticed for row in rows)}")


if __name__ == "__main__":
    main()
