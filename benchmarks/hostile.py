"""What inputs made to hurt are answered, what they cost, and whether anybody else notices.

    python benchmarks/hostile.py [--only WORDS] [--door NAME] [--output FILE]
    python benchmarks/hostile.py --fuzz COUNT [--seed NUMBER]
    python benchmarks/hostile.py --bodies COUNT [--seed NUMBER]
    python benchmarks/hostile.py --memory [--photos 40]
    python benchmarks/hostile.py --soak MINUTES [--load .3]

Starts the real server twice. A second client sends a webcam frame ten times a second and asks
whether the server is ready, while each input of `hostile_inputs` is sent in turn: pictures and
texts through the API, documents through the core's door for files, as the app does it. The twin
server hears the same frames and none of the inputs: what is slow there is the machine, busy with
others. The second client noticed when an answer was none, or took longer than two seconds and three
times as long as the slowest of the twin meanwhile. What an input costs is told in processor seconds
too.

`--fuzz COUNT` sends so many seeded changes of files of every kind instead, with `--seed`.
`--bodies COUNT` sends JSON of the right shape with odd values to every operation that takes some,
and asks afterwards for all that may have come of it.

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
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, sleep

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx

from benchmarks import hostile_memory, hostile_soak
from benchmarks.hostile_doors import ask
from benchmarks.hostile_inputs import Input, bodies, changed, every_input
from benchmarks.hostile_server import Api, Watch, frame, tree_cpu_s, tree_mb

RESULTS = Path(__file__).parent / "results" / "hostile.json"
#: Longer than this, an answer to a frame of 20 ms is one that somebody notices.
NOTICED_S = 2.0
#: And than so many times what the twin server needed, which got no hostile input.
NOTICED_TIMES = 3.0
FRAMES_APART_S = 0.1
READY_EVERY = 20
#: So long frames alone are counted, before the first input.
QUIET_S = 3.0


@dataclass(frozen=True)
class Row:
    """What one input came to.

    Attributes:
        answer: The status and the code of the problem, if any.
        seconds: Until the answer.
        cpu_s: Processor time of the server and its workers for it; the frames' is taken off.
        peak_mb: What the server and its workers held more than before, at most.
        held_mb: And half a second afterwards.
        other_s: The second client's slowest answer meanwhile.
        twin_s: The slowest at the twin server.
        noticed: See the module.
    """

    kind: str
    name: str
    kilobytes: int
    answer: str
    seconds: float
    cpu_s: float
    peak_mb: float
    held_mb: float
    other_s: float
    twin_s: float
    noticed: bool


@dataclass(frozen=True)
class Heard:
    """What a client heard since its last report: so many answers, the slowest, and wrong ones."""

    answers: int
    slowest_s: float
    wrong: list[str]


class SecondClient:
    """Sends frames all the time, and remembers the slowest answer since it was asked last."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._since: float | None = None
        self._answers = 0
        self._slowest = 0.0
        self._wrong: list[str] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def report(self) -> Heard:
        """Return what was heard since the last report; an answer still waited for is one."""
        with self._lock:
            waiting = 0.0 if self._since is None else perf_counter() - self._since
            heard = Heard(self._answers, max(self._slowest, waiting), self._wrong)
            self._answers, self._slowest, self._wrong = 0, 0.0, []
            return heard

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
                    self._answers += 1
                    self._slowest = max(self._slowest, perf_counter() - started)
                    self._since = None
                    if wrong:
                        self._wrong.append(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="words of the kinds to try, with commas")
    parser.add_argument("--door", default="", help="only inputs for this door")
    parser.add_argument("--fuzz", type=int, metavar="COUNT", help="changed files instead")
    parser.add_argument("--bodies", type=int, metavar="COUNT", help="odd JSON instead")
    parser.add_argument("--seed", type=int, default=1, help="of the changes")
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
        made = (
            changed.inputs(options.fuzz, options.seed)
            if options.fuzz
            else bodies.inputs(options.bodies, options.seed)
            if options.bodies
            else every_input()
        )
        rows = try_all(
            one for one in made if _is_asked_for(one, words) and options.door in ("", one.door)
        )
        summarise(rows)
        options.output.parent.mkdir(exist_ok=True)
        options.output.write_text(json.dumps([asdict(row) for row in rows], indent=1))


def _is_asked_for(one: Input, words: list[str]) -> bool:
    return not words or any(word in one.kind for word in words)


@dataclass(frozen=True)
class Bench:
    """The attacked server with its second client, and the twin's.

    Attributes:
        frame_cpu_s: What a frame costs the server, in processor seconds.
    """

    api: Api
    second: SecondClient
    twin: SecondClient
    frame_cpu_s: float

    @classmethod
    @contextmanager
    def set_up(cls) -> Iterator[Bench]:
        with Api.running() as api, Api.running() as twin:
            clients = SecondClient(api), SecondClient(twin)
            clients[0].report()
            before = tree_cpu_s(api.pid)
            sleep(QUIET_S)
            cost = (tree_cpu_s(api.pid) - before) / max(1, clients[0].report().answers)
            try:
                yield cls(api, *clients, cost)
            finally:
                for client in clients:
                    client.end()


def try_all(inputs: Iterator[Input]) -> list[Row]:
    """Send each input, print its line, and return all of them."""
    rows = []
    print(
        f"{'kind, name':<62}{'kB':>7} {'answer':<26}{'s':>6}{'cpu s':>6}{'MB':>6}{'held':>6}"
        f"{'other s':>8}{'twin s':>7}"
    )
    with Bench.set_up() as bench:
        for one in inputs:
            row = try_one(bench, one)
            rows.append(row)
            print(
                f"{row.kind + ', ' + row.name:<62.61}{row.kilobytes:>7} {row.answer:<26}"
                f"{row.seconds:>6.2f}{row.cpu_s:>6.2f}{row.peak_mb:>6.0f}{row.held_mb:>6.0f}"
                f"{row.other_s:>8.2f}{row.twin_s:>7.2f}" + (" NOTICED" if row.noticed else ""),
                flush=True,
            )
    return rows


def try_one(bench: Bench, one: Input) -> Row:
    """Send one input and look at what it does."""
    # Documents are opened in this process, by its own workers, as in the app's.
    pid = os.getpid() if one.door == "document" else bench.api.pid
    bench.second.report(), bench.twin.report()
    cpu_before = tree_cpu_s(pid)
    with watching(pid) as watch:
        started = perf_counter()
        answer = ask(bench.api, one)
        seconds = perf_counter() - started
        cpu_s = tree_cpu_s(pid) - cpu_before
        sleep(0.5 if seconds > 0.5 else 0.0)
    heard, twin = bench.second.report(), bench.twin.report()
    if one.door != "document":
        cpu_s -= heard.answers * bench.frame_cpu_s
    if heard.wrong:
        answer += f" (other: {Counter(heard.wrong)})"
    noticed_s = max(NOTICED_S, NOTICED_TIMES * twin.slowest_s)
    return Row(
        one.kind,
        one.name,
        len(one.data) // 1000,
        answer,
        round(seconds, 2),
        round(max(0.0, cpu_s), 2),
        round(watch.peak_mb - watch.before_mb, 1),
        round(tree_mb(pid) - watch.before_mb, 1),
        round(heard.slowest_s, 2),
        round(twin.slowest_s, 2),
        bool(heard.wrong) or heard.slowest_s > noticed_s,
    )


@contextmanager
def watching(pid: int) -> Iterator[Watch]:
    watch = Watch(pid)
    try:
        yield watch
    finally:
        watch.end()


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
    dearest = max(rows, key=lambda row: row.cpu_s)
    print(f"dearest: {dearest.cpu_s} s of processor ({dearest.kind}, {dearest.name})")
    print(f"the twin server's slowest answer: {max(row.twin_s for row in rows)} s")
    print(f"over {NOTICED_S:g} s, machine and all: {sum(row.other_s > NOTICED_S for row in rows)}")
    print(f"noticed: {sum(row.noticed for row in rows)}")


if __name__ == "__main__":
    main()
