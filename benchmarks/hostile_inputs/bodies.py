"""JSON bodies of the right shape with odd values, which are to pass the validation of each route.

What `changed` makes of JSON is mostly refused at the door. Here a body stays what its schema says,
but for one or two values: they have the right type and are as odd as that type allows.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmarks.hostile_inputs import Input
from tests.support.mutations import places, seeded

NOW = "2026-11-27T04:00:00Z"
LATER = "2026-11-27T04:00:10Z"
_WORDS = "Bees dance to tell the others where the flowers are and how far they have to fly. " * 8

#: Written as they stand: JSON knows no NaN and no number with 400 digits, and Python reads both.
_NUMBERS = (
    *("NaN", "Infinity", "-Infinity", "-0.0", "0", "1", "5e-324", "1e-300", "1e308", "-1e308"),
    *("1" + "0" * 400, str(2**63), str(2**53 + 1), "0.1", "3", "1.0", "1e2", "359999.9999999"),
)
_STRINGS = (
    *("", " ", "\u00a0", "a", "\0", "a\0b", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "\uffff"),
    *("e\u0301" * 30, "\U0001f468\u200d\U0001f469" * 8, "\u0661\u0662", "İß", "ﬁ", "=1+1", "'; --"),
    *(
        "%s{0}{{",
        "_____",
        "a" * 64,
        "a" * 65,
        "\n\r\t\v\f",
        "../..",
        "null",
        "NaN",
        "\\u0000",
        "x\x1b[",
    ),
    *("[" * 5000, "<!--", "`a`", "Europe/Berlin", "../etc/passwd", "Etc/GMT+12", "UTC", "\u2028"),
)
_MOMENTS = (
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59Z"),
    *(
        "2026-11-27T04:00:60Z",
        "2026-11-27t04:00:00.123456789012-23:59",
        "2038-01-19T03:14:08+23:59",
    ),
    *(NOW, LATER, "2026-11-27T03:59:59.9999Z", "2100-01-01T00:00:00Z"),
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")
_DEPTHS = (50, 900, 5000, 100_000)


class Operation(NamedTuple):
    """One that takes JSON.

    Attributes:
        method: Of HTTP.
        path: With {session} and {card} for what is made before.
        body: One that it takes.
        watches: Whether its session has a video, and no text.
    """

    method: str
    path: str
    body: Any
    watches: bool = False


_CONSENT = {"version": "1", "accepted_at": "2026-01-01T00:00:00Z"}
_PASSAGES = [{"passage_id": one, "text": f"{one} {_WORDS}", "section": "Bees"} for one in "ab"]
TEXT_SESSION: dict[str, Any] = {
    "consent": _CONSENT,
    "retention": "keep",
    "title": "Chapter 3",
    "goal": "Understand it",
    "plan": {"focus_min": 25, "break_min": 5},
    "time_zone": "Europe/Berlin",
    "on_paper": False,
    "text": {
        "title": "Bees",
        "passages": _PASSAGES,
        "questions": [{"passage_id": "a", "prompt": "Why?", "choices": ["x", "y"], "correct": 0}],
    },
}
VIDEO_SESSION: dict[str, Any] = {
    "consent": _CONSENT,
    "video": {
        "title": "Lecture",
        "duration_s": 3600,
        "chapters": [{"start_s": 0, "title": "One"}, {"start_s": 600.5, "title": "Two"}],
    },
}
_SESSION = "/api/v1/sessions/{session}"
_SEEN = {
    "passage_id": "a",
    "visible_share": 0.8,
    "on_screen": 0.9,
    "line": 0.25,
    "from": NOW,
    "to": LATER,
}
_PLAYED = {"from": NOW, "to": LATER, "video_from_s": 758.0, "video_to_s": 768.0}
OPERATIONS = (
    Operation("POST", "/api/v1/sessions", TEXT_SESSION),
    Operation("POST", "/api/v1/sessions", VIDEO_SESSION),
    Operation("POST", "/api/v1/sessions", {**TEXT_SESSION, "text": {"content": f"# a\n{_WORDS}"}}),
    Operation("POST", f"{_SESSION}/break", {"answer": "take"}),
    Operation("POST", f"{_SESSION}/passages", [_SEEN, {**_SEEN, "passage_id": "b"}]),
    Operation("POST", f"{_SESSION}/playback", [_PLAYED, _PLAYED], watches=True),
    Operation("POST", f"{_SESSION}/lost", {"passage_id": "a", "at": NOW}),
    Operation("POST", f"{_SESSION}/lost", {"passage_id": "v1", "at": NOW}, watches=True),
    Operation("POST", f"{_SESSION}/answers", [{"passage_id": "a", "value": 2}]),
    Operation(
        *("POST", f"{_SESSION}/markers"),
        [{"at": NOW, "words": "a"}, {"kind": "excluded", "at": NOW, "until": LATER, "words": "b"}],
    ),
    Operation("POST", f"{_SESSION}/cards", {"passage_ids": ["a"], "kinds": ["cloze", "recall"]}),
    Operation(
        *("POST", "/api/v1/cards"),
        {
            "cards": [
                {"front": "What dances?", "back": "bees", "kind": "own"},
                {
                    "front": "Who _____?",
                    "back": "bees",
                    "kind": "cloze",
                    "choices": ["bees", "ants"],
                    "session_id": "{session}",
                    "passage_id": "a",
                },
            ]
        },
    ),
    Operation("PATCH", "/api/v1/cards/{card}", {"front": "What flies?", "back": "bees"}),
    Operation(
        *("POST", "/api/v1/cards/{card}/answers"),
        {"rating": 3, "review_id": "r", "answered_at": NOW, "time_zone": "Europe/Berlin"},
    ),
)
#: What is asked afterwards: an odd value that was taken must break nothing later.
AFTERWARDS = (
    *(
        "",
        "/timeline?bucket=5s",
        "/feedback",
        "/markers",
        "/probe",
        "/export",
        "/finish",
        "/feedback",
    ),
)
ELSEWHERE = (
    *(
        "/api/v1/review",
        "/api/v1/cards?limit=200",
        "/api/v1/recall",
        "/api/v1/deck",
        "/api/v1/days",
    ),
    *("/api/v1/deck?format=anki", "/api/v1/sessions?limit=100"),
)


def inputs(count: int, seed: int) -> Iterator[Input]:
    """Make so many bodies, each operation in turn; the name of one is its operation's number."""
    for number in range(count):
        at = number % len(OPERATIONS)
        operation = OPERATIONS[at]
        body = odd(operation.body, seeded(seed, number, "body"))
        yield Input(f"odd {operation.method} {operation.path}", str(at), body, "json")


def odd(value: Any, rng: random.Random) -> bytes:
    """Return JSON in which one or two values are odd ones of their type, or written oddly."""
    value = json.loads(json.dumps({"root": value}))
    raw: dict[str, str] = {}
    for _ in range(rng.randint(1, 2)):
        leaves = [(holder, key) for holder, key in places(value) if _is_leaf(holder[key])]
        lists = [holder[key] for holder, key in places(value) if isinstance(holder[key], list)]
        if lists and rng.random() < 0.15:
            one = rng.choice(lists)
            one[:] = one * rng.choice((2, 50, 1000))
        elif leaves:
            holder, key = rng.choice(leaves)
            holder[key] = _odd_one(holder[key], rng, raw)
    body = json.dumps(value["root"], ensure_ascii=rng.random() < 0.7)
    for mark, written in raw.items():
        body = body.replace(f'"{mark}"', written)
    return _written_oddly(body, rng).encode("utf-8", "surrogatepass")


def _is_leaf(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _odd_one(value: Any, rng: random.Random, raw: dict[str, str]) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        likely = _MOMENTS if _MOMENT.match(value) else _STRINGS
        return rng.choice(likely if rng.random() < 0.95 else _STRINGS)
    mark = f"number {len(raw)}"
    raw[mark] = rng.choice(_NUMBERS)
    return mark


def _written_oddly(body: str, rng: random.Random) -> str:
    """Say a key twice, nest a value that nobody asked for, or leave the writing as it is."""
    key = re.search(r'"(\w+)": ("[^"\\]*"|[\d.]+)', body)
    match rng.randrange(8):
        case 0 if key is not None:
            return body[: key.start()] + f"{key.group()}, " + body[key.start() :]
        case 1 if key is not None:
            depth = rng.choice(_DEPTHS)
            deep = "[" * depth + "]" * depth
            return body[: key.start()] + f'"{key.group(1)}": {deep}, ' + body[key.start() :]
        case _:
            return body
