"""The three public sets of readers: scrolled web pages, single paragraphs, exam passages."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.affect.indicators import ComprehensionFeatures, comprehension_features
from fer_core.affect.weights import comprehension_prior, probability
from fer_core.arrays import FloatArray
from fer_core.reading.attribution import Signals
from fer_core.reading.pace import USUAL_WPM
from fer_core.reading.text_reading import read
from fer_core.reading.visibility import View
from fer_core.texts import difficulty
from fer_core.texts.document import Document, Passage
from fer_core.texts.readability import measure_readability
from fer_core.texts.sentences import count_words

NO_CAMERA = Signals(*(np.zeros(0) for _ in range(4)))
#: One report of the page counts for a minute at most; a longer stay is several.
REPORT_S = 59.0

Row = dict[str, Any]


@dataclass(frozen=True)
class Trials:
    """What readers did and answered, one entry a trial.

    Attributes:
        reader: Who, shape (n,).
        item: What was read, shape (n,).
        right: Share of right answers, 0..1, shape (n,).
        passages: Features of the passages of each trial, as the product makes them.
        wpm: Pace over the whole of each trial; NaN where it was not measured.
        lix: Mean LIX of each trial's passages.
    """

    reader: np.ndarray
    item: np.ndarray
    right: FloatArray
    passages: Sequence[Sequence[ComprehensionFeatures]]
    wpm: FloatArray
    lix: FloatArray

    @property
    def understood(self) -> FloatArray:
        """1 where at least half of the answers were right."""
        return (self.right >= 0.5).astype(np.float64)

    def estimates(self, keep: Sequence[str] | None = None) -> FloatArray:
        """Return the product's estimate of each trial: the mean over its passages.

        Args:
            keep: Leave all other features out; None keeps all.
        """
        prior = comprehension_prior()
        made = [[probability(_only(one, keep), prior) for one in seen] for seen in self.passages]
        return np.array([np.mean(one) for one in made])


def _only(features: ComprehensionFeatures, keep: Sequence[str] | None) -> ComprehensionFeatures:
    if keep is None:
        return features
    return ComprehensionFeatures(**{name: getattr(features, name) for name in keep})


def rows(path: Path) -> list[Row]:
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# The three sets


def scroll_log(data: Path) -> Trials:
    """Return two news texts a reader on a web page, with three questions each."""
    texts: dict[tuple[str, str], dict[int, str]] = {}
    for row in rows(data / "onestop_texts.csv"):
        number = int(row["paragraph_id"].rsplit("_", 1)[1])
        texts.setdefault((row["article"], row["level"]), {})[number] = row["text"]
    titles = sorted({article for article, _ in texts})
    found: list[tuple[str, str, float, list[ComprehensionFeatures], float, float]] = []
    for row in rows(data / "scroll_log.csv"):
        for kind, level in (("elementary", "Ele"), ("advanced", "Adv")):
            article = _article(row[f"{kind}_text"], titles)
            text = [words for _, words in sorted(texts[article, level].items())]
            # The log's reading time is that of the advanced text, for both.
            end = float(row["advanced_reading_time_ms"]) / 1000 if level == "Adv" else None
            made = _scrolled(row, kind, text, end)
            score = int(row[f"{kind}_score"]) / 3
            found.append((row["reader"], f"{article} {level}", score, *made))
    return _trials(found)


def _article(name: str, titles: Sequence[str]) -> str:
    """Find the article of a file's name by the words that they share."""
    known = {"Copyright": "Philip Pullman", "School Sports": "Autumn-Born"}
    short = re.sub(r"^WNL |-(ele|adv)\.txt$", "", name)
    if short in known:
        return next(title for title in titles if title.startswith(known[short]))

    def shared(title: str) -> int:
        return sum(
            any(a[:5] == b[:5] for b in re.findall(r"\w+", title.lower()))
            for a in re.findall(r"\w+", short.lower())
            if len(a) > 2 and a not in ("the", "new")
        )

    return max(titles, key=shared)


def _scrolled(
    row: Row, kind: str, text: Sequence[str], end: float | None
) -> tuple[list[ComprehensionFeatures], float, float]:
    times = [int(at) / 1000 for at in ast.literal_eval(row[f"{kind}_reading_event_ms"])]
    seen = ast.literal_eval(row[f"{kind}_reading_paragraph_visibility"])
    times.append(max(times[-1], end or 0.0))
    views = [
        View(f"p{int(place) + 1}", min(1.0, int(share) / 100), at, until)
        for shown, (start, stop) in zip(seen, pairwise(times), strict=True)
        for place, share in (one.split("_") for one in shown.split(",") if one)
        for at, until in _pieces(start, stop)
    ]
    passages = tuple(Passage(f"p{n + 1}", n, words) for n, words in enumerate(text))
    reading = read(Document("text", passages, language="en"), views, NO_CAMERA)
    # Who went on to the questions had left the text, whatever was on the screen then.
    left = tuple(replace(one, is_left=True) for one in reading.passages)
    known = replace(reading, passages=left).features()
    # A passage that was never on the screen was not read.
    never = comprehension_features(wpm=1e6, own_wpm=USUAL_WPM)
    features = [known.get(passage.passage_id, never) for passage in passages]
    seconds = sum(one.seconds for one in reading.passages)
    wpm = sum(one.words for one in passages) / max(seconds / 60, 1e-3)
    lix = [one.lix for one in map(measure_readability, text) if one is not None]
    return features, wpm, float(np.mean(lix))


def _pieces(start: float, stop: float) -> Iterator[tuple[float, float]]:
    while start < stop:
        yield start, min(stop, start + REPORT_S)
        start += REPORT_S


def onestop(data: Path) -> Trials:
    """Return single paragraphs, each with one question (Berzak et al. 2020)."""
    texts = {row["paragraph_id"]: row["text"] for row in rows(data / "onestop_texts.csv")}
    known = {
        name: comprehension_features(difficulty=difficulty.measure_difficulty(text, "en"))
        for name, text in texts.items()
    }
    measured = {name: measure_readability(text) for name, text in texts.items()}
    lix = {name: one.lix for name, one in measured.items() if one is not None}
    return _trials(
        [
            (
                row["participant_id"],
                row["unique_paragraph_id"],
                float(row["correct"]),
                [known[row["unique_paragraph_id"]]],
                np.nan,
                lix[row["unique_paragraph_id"]],
            )
            for row in rows(data / "onestop_answers.csv")
        ]
    )


def sb_sat(data: Path) -> tuple[Trials, FloatArray]:
    """Return four exam passages a reader with page times, and how sure each reader was, 0..3."""
    pages: dict[str, dict[int, str]] = {}
    for row in rows(data / "sbsat_text.csv"):
        if row["filename"].startswith("reading"):
            text = re.sub(r"(Go to Question\.|Previous page|Next page)", "", row["text_content"])
            book = row["filename"].split("-")[1]
            pages.setdefault(book, {})[int(row["sequence_num"])] = text
    seconds: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows(data / "sbsat_trials.csv"):
        if row["type"] == "reading":
            key = row["RECORDING_SESSION_LABEL"], row["book_name"]
            page = int(row["page"])
            times = seconds.setdefault(key, {})
            times[page] = times.get(page, 0.0) + float(row["RT"]) / 1000
    found, sure = [], []
    for row in rows(data / "sbsat_labels.csv"):
        book, times = pages[row["book"]], seconds.get((row["subj"], row["book"]), {})
        features = [
            comprehension_features(
                difficulty=difficulty.measure_difficulty(words, "en"),
                wpm=count_words(words) / (times[page] / 60) if times.get(page, 0) > 0 else None,
                own_wpm=USUAL_WPM,
            )
            for page, words in sorted(book.items())
        ]
        total = sum(times.get(page, 0.0) for page in book)
        length = sum(map(count_words, book.values()))
        lix = [one.lix for one in map(measure_readability, book.values()) if one is not None]
        found.append(
            (
                row["subj"],
                row["book"],
                float(row["acc"]),
                features,
                length / (total / 60) if total > 0 else np.nan,
                float(np.mean(lix)),
            )
        )
        sure.append(float(row["confidence"]))
    return _trials(found), np.array(sure)


def _trials(
    found: Sequence[tuple[str, str, float, list[ComprehensionFeatures], float, float]],
) -> Trials:
    reader, item, right, passages, wpm, lix = zip(*found, strict=True)
    return Trials(
        np.array(reader), np.array(item), np.array(right), passages, np.array(wpm), np.array(lix)
    )
