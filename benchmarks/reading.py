"""Figures H4 and H5: attribution on scripted scrolls, personalisation, opening a long text.

    python benchmarks/reading.py

Prints a table and writes benchmarks/results/reading.json. Everything is synthetic; the
readers are drawn twice as different from the priors as the priors think.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.affect.weights import comprehension_prior, probability
from fer_core.learner.evaluation import CameraVerdict, evaluate
from fer_core.learner.personalise import learn
from fer_core.learner.scores import auc, calibration_error, score
from fer_core.reading.attribution import attribute
from fer_core.reading.visibility import ReadingLog
from fer_core.texts.opening import open_document, open_pasted
from tests.synthetic.pdf import book, make_pdf
from tests.synthetic.reading import draw_reader, scripted_scroll

RESULTS = Path(__file__).parent / "results" / "reading.json"
ANSWERS_A_SESSION = 8


def attribution(bump_sd: float, scrolls: int = 120) -> dict[str, float]:
    """Return how far the time per passage is from the time really read, by the band alone.

    And how often the passage with the injected change of expression ranks first.
    """
    errors, first = [], 0
    for seed in range(scrolls):
        scroll = scripted_scroll(seed, bump_sd=bump_sd)
        readings = attribute(scroll.passages, ReadingLog(scroll.views).views, scroll.signals)
        seconds = np.array([reading.seconds for reading in readings])
        errors.append(np.abs(seconds - scroll.read_s) / scroll.read_s)
        z = [-9.0 if one.negative_z is None else one.negative_z for one in readings]
        first += int(np.argmax(z)) == scroll.bumped
    flat = np.concatenate(errors)
    return {
        "time_error_median": float(np.median(flat)),
        "time_error_max": float(flat.max()),
        "bump_ranked_first": first / scrolls,
    }


def learning_curve(answers: int, readers: int = 100) -> dict[str, float]:
    """Return AUC, Brier and ECE on 100 further passages after so many 1-5 ratings."""
    areas, truths, predictions = [], [], []
    for seed in range(readers):
        rng = np.random.default_rng(seed)
        reader = draw_reader(rng)
        learnt = [reader.example(rng)[0] for _ in range(answers)]
        weights = learn(comprehension_prior(), learnt)
        tested = [reader.example(rng) for _ in range(100)]
        truth = np.array([float(rng.random() < chance) for _, chance in tested])
        predicted = np.array([probability(one.features, weights) for one, _ in tested])
        area = auc(truth, predicted)
        if area is not None:
            areas.append(area)
        truths.append(truth)
        predictions.append(predicted)
    truth, predicted = np.concatenate(truths), np.concatenate(predictions)
    return {
        "auc": float(np.mean(areas)),
        "brier": score(truth, predicted).brier,
        "ece": calibration_error(truth, predicted),
    }


def camera_praise(answers: int, *, camera_matters: bool, readers: int = 200) -> float:
    """Return the share of readers who are told that their camera has helped."""
    praised = 0
    for seed in range(readers):
        rng = np.random.default_rng(1000 + seed)
        reader = draw_reader(rng, camera_matters=camera_matters)
        examples = [
            reader.example(rng)[0]._replace(session_id=f"s{number // ANSWERS_A_SESSION}")
            for number in range(answers)
        ]
        praised += evaluate(examples).verdict is CameraVerdict.HELPED
    return praised / readers


def opening_seconds() -> float:
    """Return the time to open and cut a plain text of 300 pages, 420 words each."""
    sentence = "The reader of this page has about a dozen words to go. "
    text = "\n\n".join(["\n\n".join([sentence * 7] * 5)] * 300)
    started = time.perf_counter()
    open_pasted(text, "300 pages")
    return time.perf_counter() - started


def opening_pdf(*, letter_by_letter: bool) -> dict[str, float]:
    """Return the time to open a PDF of 300 pages: on the clock, and of a processor."""
    data = make_pdf(book(300), letter_by_letter=letter_by_letter)
    started, busy = time.perf_counter(), processor_s()
    document = open_document("300 pages.pdf", data)
    assert document.pages == 300
    return {"wall_s": time.perf_counter() - started, "processor_s": processor_s() - busy}


def processor_s() -> float:
    """Return the processor time of this process and of the children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def main() -> None:
    results: dict[str, object] = {}

    def report(name: str, measure: Callable[[], object]) -> None:
        started = time.perf_counter()
        results[name] = measure()
        print(f"{name}: {json.dumps(results[name])}  ({time.perf_counter() - started:.0f} s)")

    report("open 300 pages of plain text, s", opening_seconds)
    report("open 300 pages of PDF, s", lambda: opening_pdf(letter_by_letter=False))
    report("open 300 pages of PDF, letter by letter, s", lambda: opening_pdf(letter_by_letter=True))
    for bump_sd in (1.0, 1.5, 2.0):
        report(f"attribution, bump {bump_sd} sd", partial(attribution, bump_sd))
    for answers in (0, 10, 20, 40):
        report(f"personalised, {answers} ratings", partial(learning_curve, answers))
    for answers in (20, 40, 80):
        for matters in (False, True):
            report(
                f"told 'has helped', {answers} ratings, camera {'matters' if matters else 'null'}",
                partial(camera_praise, answers, camera_matters=matters),
            )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
