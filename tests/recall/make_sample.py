"""Make the sample of cloze questions anew, and sum up how its questions were judged.

    python -m tests.recall.make_sample

Writes cloze_sample.json: of each text its best questions in turn, until there are a hundred. What
was judged before keeps its judgements where front, answer and choices are the same; a new question
has none, and has to be read twice.
"""

from __future__ import annotations

import json
import sys
from itertools import count
from pathlib import Path
from typing import Any

from fer_core.recall.cloze import make_clozes
from fer_core.texts.opening import open_pasted

HERE = Path(__file__).parent
TEXTS = HERE / "texts"
SAMPLE = HERE / "cloze_sample.json"
QUESTIONS = 100
PASSES = ("first_pass", "second_pass")
SAME = ("text", "front", "back", "choices")

Question = dict[str, Any]


def make_questions() -> list[Question]:
    """Return a hundred questions of the texts, the best of each first."""
    found = []
    for path in sorted(TEXTS.glob("[a-z]*.md")):
        document = open_pasted(path.read_text(encoding="utf-8"), path.stem)
        found.append(
            [
                {
                    "text": path.stem,
                    "front": cloze.front,
                    "back": cloze.back,
                    "choices": list(cloze.choices),
                }
                for cloze in make_clozes(document.passages)
            ]
        )
    chosen: list[Question] = []
    for turn in count():
        more = [questions[turn] for questions in found if turn < len(questions)]
        chosen += more
        if not more or len(chosen) >= QUESTIONS:
            return sorted(chosen[:QUESTIONS], key=lambda question: str(question["text"]))
    raise AssertionError


def with_judgements(questions: list[Question], judged: list[Question]) -> list[Question]:
    """Return the questions with what was said of the same ones before."""
    known = {_key(question): question for question in judged}
    return [
        question | {name: known.get(_key(question), {}).get(name) for name in PASSES}
        for question in questions
    ]


def _key(question: Question) -> str:
    return json.dumps([question[name] for name in SAME])


def share_good(questions: list[Question], name: str) -> float:
    """Return the share of questions that a pass called both answerable and unambiguous."""
    good = [
        question
        for question in questions
        if question[name] and question[name]["answerable"] and question[name]["unambiguous"]
    ]
    return len(good) / len(questions)


def main() -> None:
    judged = json.loads(SAMPLE.read_text(encoding="utf-8")) if SAMPLE.exists() else []
    questions = with_judgements(make_questions(), judged)
    SAMPLE.write_text(json.dumps(questions, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name in PASSES:
        open_ones = sum(question[name] is None for question in questions)
        sys.stdout.write(f"{name}: {share_good(questions, name):.2f} good, {open_ones} to judge\n")


if __name__ == "__main__":
    main()
