"""Requests changed by chance get an answer of the contract, never one of a fault here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.learner import CONSENT, PASSAGES, SESSIONS, Learner
from tests.support.mutations import changed_json, changed_table, seeded

SESSION: dict[str, Any] = {
    "consent": CONSENT,
    "title": "Chapter 3",
    "plan": {"focus_min": 25, "break_min": 5},
    "text": {
        "title": "Bees",
        "passages": PASSAGES[:2],
        "questions": [{"passage_id": "p1", "prompt": "?", "choices": ["a", "b"], "correct": 0}],
    },
}
CARDS = {"cards": [{"front": "What dances?", "back": "bees"}]}
TABLES = {
    "/api/v1/deck": b'front,back\nWhat dances?,bees\nWhy?,"to tell, others"\n',
    "/api/v1/deck?format=anki": b"#html:true\n#notetype column:1\nCloze\t{{c1::bees}} dance\tx\n",
    "/markers/csv": b"time,until,words\n12:30,,a\n0:20:00,0:27:30,b\n2026-11-26T18:04:05Z,,c\n",
}


@pytest.mark.parametrize(("path", "whole"), [(SESSIONS, SESSION), ("/api/v1/cards", CARDS)])
def test_changed_json_is_answered(learner: Learner, path: str, whole: dict[str, Any]) -> None:
    assert learner.client.post(path, json=whole).status_code == 201
    statuses = set()
    for seed in range(40):
        body = changed_json(whole, seeded(seed))
        answer = learner.client.post(path, data=body, content_type="application/json")
        assert answer.status_code in {200, 201, 400, 403, 413, 422}, (seed, answer.data)
        statuses.add(answer.status_code)
    assert 400 in statuses


@pytest.mark.parametrize("path", TABLES)
def test_a_changed_table_is_answered(learner: Learner, path: str) -> None:
    learner.start()
    statuses = set()
    for seed in range(15):
        body = changed_table(TABLES[path], seeded(seed))
        address = learner.url + path if path.startswith("/markers") else path
        kind = "text/plain" if "anki" in path else "text/csv"
        answer = learner.client.post(address, data=body, content_type=kind)
        assert answer.status_code in {200, 201, 413, 422}, (seed, answer.data)
        statuses.add(answer.status_code)
    assert 422 in statuses
