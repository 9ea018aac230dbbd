"""Tables of accuracy.py: figures with their intervals, ours beside a peer on the same pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peer_process import FACTORS
from fer_core.training import metrics
from fer_core.training.everyday import HARSH
from fer_core.training.faces import LabelledPicture

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ALL = "all"
REPEATS = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Row:
    """A model on a source, and how far ours in photo mode is ahead on the same pictures."""

    model: str
    source: str
    pictures: int
    answered: float
    accuracy: Figure
    macro_f1: Figure
    ours_ahead: Figure | None  # in macro-F1
    face_size: float | None = None  # of the labelled box, where that was given


@dataclass(frozen=True, slots=True)
class Drawn:
    """Some answers' figures, each with those of REPEATS bootstrap samples behind it."""

    pictures: int
    answered: float
    accuracy: Floats
    macro_f1: Floats


def drawn(labels: Integers, given: Integers) -> Drawn:
    """Two calls with as many pictures draw the same samples, which pairs their differences."""
    rng = np.random.default_rng(0)
    samples = [np.arange(len(labels)), *rng.integers(0, len(labels), (REPEATS, len(labels)))]
    return Drawn(
        len(labels),
        float(np.mean(given != metrics.NO_ANSWER)),
        np.array([metrics.accuracy(labels[sample], given[sample]) for sample in samples]),
        np.array([metrics.macro_f1(labels[sample], given[sample]) for sample in samples]),
    )


def mean(parts: Sequence[Drawn]) -> Drawn:
    """Return the mean over sources, which are drawn from independently of each other."""
    orders = [
        np.r_[0, 1 + np.random.default_rng(number).permutation(REPEATS)]
        for number in range(len(parts))
    ]
    return Drawn(
        sum(part.pictures for part in parts),
        float(np.mean([part.answered for part in parts])),
        np.mean([part.accuracy[order] for part, order in zip(parts, orders, strict=True)], axis=0),
        np.mean([part.macro_f1[order] for part, order in zip(parts, orders, strict=True)], axis=0),
    )


def figure(values: Floats) -> Figure:
    return Figure(float(values[0]), *metrics.percentile_interval(values[1:]))


def row(
    model: str, source: str, theirs: Drawn, ours: Drawn | None, size: float | None = None
) -> Row:
    return Row(
        model,
        source,
        theirs.pictures,
        theirs.answered,
        figure(theirs.accuracy),
        figure(theirs.macro_f1),
        figure(ours.macro_f1 - theirs.macro_f1) if ours else None,
        size,
    )


@dataclass(frozen=True, slots=True)
class Question:
    """The pictures of one source: their labels and the answers of ours in photo mode."""

    source: str
    labels: Integers
    ours: Integers


@dataclass(frozen=True, slots=True)
class Answered:
    """A model's answers to a question, or to those of its pictures that count."""

    pictures: Integers  # their indices
    given: Integers
    face_size: float | None = None


def our_table(mode: str, questions: Sequence[Question], given: Sequence[Integers]) -> list[Row]:
    name = f"ours, {mode}"
    parts = [drawn(question.labels, some) for question, some in zip(questions, given, strict=True)]
    sources = [question.source for question in questions]
    rows = [row(name, source, part, None) for source, part in zip(sources, parts, strict=True)]
    return [*rows, row(name, ALL, mean(parts), None)]


def peer_table(name: str, questions: Sequence[Question], answered: Sequence[Answered]) -> list[Row]:
    """Return a peer's rows, a source each and their mean, beside ours on the same pictures."""
    rows, theirs, ours = [], [], []
    for question, some in zip(questions, answered, strict=True):
        if not len(some.pictures):
            continue
        theirs.append(drawn(question.labels[some.pictures], some.given))
        ours.append(drawn(question.labels[some.pictures], question.ours[some.pictures]))
        rows.append(row(name, question.source, theirs[-1], ours[-1], some.face_size))
    if not rows:
        return []
    summed = ALL if len(rows) == len(questions) else f"{len(rows)} sources"
    return [*rows, row(name, summed, mean(theirs), mean(ours))]


def chosen_class(scores: Sequence[float] | None) -> int:
    return metrics.NO_ANSWER if scores is None else int(np.argmax(scores))


def peer_tables(
    name: str, questions: Sequence[Question], answers: Sequence[Sequence[dict[str, Any]]]
) -> dict[str, list[Row]]:
    """Return a peer's tables; `answers` holds its answers to each question's pictures."""
    whole, found, best = [], [], []
    for question, some in zip(questions, answers, strict=True):
        everything = np.arange(len(some))
        given = np.array([chosen_class(each["whole"]) for each in some], np.int64)
        where = np.flatnonzero(given != metrics.NO_ANSWER)
        whole.append(Answered(everything, given))
        found.append(Answered(where, given[where]))
        sizes = []
        for number, factor in enumerate(FACTORS if some[0]["faces"] else ()):
            at_size = np.array([chosen_class(each["faces"][number]) for each in some], np.int64)
            sizes.append(Answered(everything, at_size, factor))
        if sizes:
            best.append(max(sizes, key=lambda each: metrics.macro_f1(question.labels, each.given)))
    tables = {
        "whole pictures": peer_table(name, questions, whole),
        "pictures in which it found a face": peer_table(name, questions, found),
    }
    if best:
        network = name.split(",")[0]  # without the face finder
        tables["the labelled face given"] = peer_table(network, questions, best)
    return tables


@dataclass(frozen=True, slots=True)
class CalmRow:
    """What a model calls calm people of one source; `called` is of the faces that it found."""

    model: str
    source: str
    pictures: int
    people: int
    answered: float
    called: Figure | None  # Sad or Angry; None where it found no face


def calm_rows(model: str, pictures: Sequence[LabelledPicture], given: Integers) -> list[CalmRow]:
    """Return a row for each source of pictures of calm people, drawing people, not pictures."""
    rows = []
    for source in sorted({each.source for each in pictures}):
        inside = np.array([each.source == source for each in pictures], bool)
        persons = [each.unit for each in pictures if each.source == source]
        people, person = np.unique(persons, return_inverse=True)
        answers = given[inside]
        found = np.bincount(person, answers != metrics.NO_ANSWER)
        harsh = np.bincount(person, np.isin(answers, HARSH))
        called = None
        if found.any():
            drawn_people = np.random.default_rng(0).integers(0, len(people), (REPEATS, len(people)))
            some = found[drawn_people].sum(axis=1)
            shares = harsh[drawn_people].sum(axis=1)[some > 0] / some[some > 0]
            low, high = metrics.percentile_interval(shares)
            # Where it happened to none, drawing again shows none: Clopper and Pearson (1934).
            high = high if harsh.any() else 1 - 0.025 ** (1 / len(people))
            called = Figure(float(harsh.sum() / found.sum()), low, high)
        answered = float(np.mean(answers != metrics.NO_ANSWER))
        rows.append(CalmRow(model, source, len(answers), len(people), answered, called))
    return rows


def show_calm(rows: Sequence[CalmRow]) -> None:
    print("\ncalm people at a webcam")
    print(f"{'model':<16}{'source':<14}{'n':>6}{'people':>8}{'answered':>10}  called Sad or Angry")
    for each in rows:
        print(
            f"{each.model:<16}{each.source:<14}{each.pictures:>6}{each.people:>8}"
            f"{each.answered:>10.3f}  {each.called or ''}"
        )


def show(title: str, rows: Sequence[Row]) -> None:
    print(f"\n{title}")
    print(
        f"{'model':<16}{'source':<14}{'n':>6}{'answered':>10}"
        f"{'accuracy':>26}{'macro-F1':>26}  ours ahead by"
    )
    for each in rows:
        size = f"  face x {each.face_size}" if each.face_size else ""
        print(
            f"{each.model:<16}{each.source:<14}{each.pictures:>6}{each.answered:>10.3f}"
            f"{each.accuracy!s:>26}{each.macro_f1!s:>26}  {each.ours_ahead or ''}{size}"
        )
