"""The shipped model beside the peers that people use, on the same validation pictures, in one run.

    python benchmarks/accuracy.py --data DIR --peers PEERS [--limit 300] [--peer-answers FILE]

PEERS is a folder outside the project, made once; every peer carries its weights:

    mkdir PEERS && cd PEERS
    python3.11 -m venv python
    python/bin/pip install fer==22.5.1 tensorflow-cpu "opencv-python-headless<5" "moviepy<2" \
        "setuptools<81"
    npm install @vladmandic/face-api@1.7.15 @vladmandic/human@3.3.6 @tensorflow/tfjs@4.22.0 \
        @tensorflow/tfjs-backend-wasm@4.22.0

- `fer` (PyPI): OpenCV's Haar cascade, its default, or MTCNN; a small network on 64 px.
- face-api (npm; the maintained face-api.js): its best face finder, SSD MobileNet, or its tiny one.
- human (npm, the same author's newer library): BlazeFace, a face mesh, a small network on 64 px.

The JavaScript ones run in Node.js on TensorFlow.js' WebAssembly; in a browser with a GPU they are
faster. Left out, because their weights come from GitHub, Google Drive or Hugging Face at first use,
so that no run without a network repeats: DeepFace, HSEmotion, py-feat.

What makes it fair to them:

- They get pictures enlarged to 320 px, because their face finders miss smaller faces, and where
  they find none, once more with a border.
- The largest face counts; finding none is wrong, for all; being unsure is wrong, for ours alone.
- Of their seven classes the likeliest of our five is taken: fear and disgust never count.
- A second table counts only the pictures in which the peer found a face.
- A third gives them the labelled face, cut out in two sizes, and on each source the size that
  suits them best counts; ours still has to find the face in the whole picture.

What is unfair to them: our model trained on the training part of all four sources (on none of these
pictures), with their labels' habits; theirs saw ferplus' source at most: `fer` and human carry
networks trained on FER2013, of which ferplus is a part, and whether these very pictures were among
theirs is not documented; face-api's says "publicly available data sets and pictures scraped from
the web". On pictures from elsewhere the distance will be smaller.

Intervals are 95 %, bootstrap over pictures; those of differences are paired by picture. "all" is
the mean over the sources. Times are processor time on one core, the median over the same pictures,
the models taking turns.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from peer_process import FACTORS, PEERS, RunningPeer, answers, enlarged

from fer_core.training import metrics
from fer_core.training.check import twins
from fer_core.training.data import LabelledPicture, PictureReader, load_dataset
from fer_core.training.evaluate import answer_all, limited
from fer_core.vision.detector import EmotionDetector

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "accuracy.json"
ALL = "all"
REPEATS = 1000
#: Pictures of each source on which speed is measured, after the first WARM_UP.
TIMED_PER_SOURCE = 15
WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Row:
    """A model on a source, and how far ours in photo mode is ahead on the same pictures."""

    model: str
    source: str
    pictures: int
    found: float
    accuracy: Figure
    macro_f1: Figure
    ours_ahead: Figure | None  # in macro-F1
    face_size: float | None = None  # of the labelled box, where that was given


@dataclass(frozen=True, slots=True)
class Drawn:
    """Macro-F1 and accuracy of some answers, and the same of REPEATS bootstrap samples."""

    accuracy: Floats  # the value first, then the samples'
    macro_f1: Floats


def drawn(labels: Integers, given: Integers) -> Drawn:
    """Two calls with as many pictures draw the same samples, which pairs their differences."""
    rng = np.random.default_rng(0)
    samples = [np.arange(len(labels)), *rng.integers(0, len(labels), (REPEATS, len(labels)))]
    return Drawn(
        *(
            np.array([figure(labels[sample], given[sample]) for sample in samples])
            for figure in (metrics.accuracy, metrics.macro_f1)
        )
    )


def mean(parts: Sequence[Drawn]) -> Drawn:
    """Return the mean over sources, which are drawn from independently of each other."""
    orders = [
        np.random.default_rng(number).permutation(REPEATS) + 1 for number in range(len(parts))
    ]
    return Drawn(
        *(
            np.mean(
                [values[np.r_[0, order]] for values, order in zip(some, orders, strict=True)], 0
            )
            for some in ([part.accuracy for part in parts], [part.macro_f1 for part in parts])
        )
    )


def figure(values: Floats) -> Figure:
    low, high = np.nanpercentile(values[1:], [2.5, 97.5])
    return Figure(float(values[0]), float(low), float(high))


@dataclass(frozen=True, slots=True)
class Question:
    """The pictures of one source: their labels and the answers of ours in photo mode."""

    source: str
    labels: Integers
    ours: Integers


def table(
    model: str,
    questions: Sequence[Question],
    given: Callable[[int], tuple[Integers, Integers, float | None]],
    is_ours: bool = False,
) -> list[Row]:
    """Return a model's rows, a source each and their mean.

    Args:
        model: Its name.
        questions: A source each.
        given: The number of a question -> the pictures that count as indices, the answers to them,
            and the size of the face that was given, if one was.
        is_ours: No distance to ours.
    """
    rows, theirs, ours, counted = [], [], [], 0
    found = []
    for number, question in enumerate(questions):
        chosen, answered, size = given(number)
        if not len(chosen):
            continue
        labels = question.labels[chosen]
        theirs.append(drawn(labels, answered))
        ours.append(drawn(labels, question.ours[chosen]))
        found.append(float(np.mean(answered != metrics.NO_ANSWER)))
        counted += len(chosen)
        rows.append(
            _row(
                model, question.source, len(chosen), found[-1], theirs[-1], ours[-1], is_ours, size
            )
        )
    rows.append(
        _row(model, ALL, counted, float(np.mean(found)), mean(theirs), mean(ours), is_ours, None)
    )
    return rows


def _row(
    model: str,
    source: str,
    pictures: int,
    found: float,
    theirs: Drawn,
    ours: Drawn,
    is_ours: bool,
    size: float | None,
) -> Row:
    ahead = None if is_ours else figure(ours.macro_f1 - theirs.macro_f1)
    accuracy, macro_f1 = figure(theirs.accuracy), figure(theirs.macro_f1)
    return Row(model, source, pictures, found, accuracy, macro_f1, ahead, size)


def ours_on(detector: EmotionDetector, pictures: Sequence[LabelledPicture], mode: Any) -> Integers:
    given = [answer.answer for answer in answer_all(detector, pictures, mode)]
    if len(given) != len(pictures):
        raise SystemExit("a picture could not be read: see above")
    return np.array(given, np.int64)


def chosen_class(scores: Sequence[float] | None) -> int:
    return metrics.NO_ANSWER if scores is None else int(np.argmax(scores))


def peer_tables(
    name: str, questions: Sequence[Question], answered: Sequence[Sequence[dict[str, Any]]]
) -> dict[str, list[Row]]:
    """Return a peer's tables; `answered` holds its answers to each question's pictures."""
    whole = [
        np.array([chosen_class(each["whole"]) for each in some], np.int64) for some in answered
    ]
    faces = [
        np.array([[chosen_class(scores) for scores in each["faces"]] for each in some], np.int64)
        for some in answered
    ]

    def everything(number: int) -> tuple[Integers, Integers, None]:
        return np.arange(len(whole[number])), whole[number], None

    def where_found(number: int) -> tuple[Integers, Integers, None]:
        chosen = np.flatnonzero(whole[number] != metrics.NO_ANSWER)
        return chosen, whole[number][chosen], None

    def best_given(number: int) -> tuple[Integers, Integers, float]:
        labels, columns = questions[number].labels, faces[number].T
        best = int(np.argmax([metrics.macro_f1(labels, column) for column in columns]))
        return np.arange(len(labels)), columns[best], FACTORS[best]

    tables = {
        "whole pictures": table(name, questions, everything),
        "pictures in which it found a face": table(name, questions, where_found),
    }
    if faces[0].size:
        network = name.split(",")[0]  # without the face finder
        tables["the labelled face given"] = table(network, questions, best_given)
    return tables


def times(
    detector: EmotionDetector, folder: Path | None, pictures: Sequence[LabelledPicture]
) -> dict[str, float]:
    """Return the processor ms of one picture in memory, median, all models taking turns."""
    reader = PictureReader()
    images = [
        enlarged(reader.read(each.container, each.name))
        for each in limited(pictures, TIMED_PER_SOURCE)
    ]
    peers = [RunningPeer(peer, folder) for peer in PEERS] if folder else []
    spent: dict[str, list[float]] = {}
    for image in [*images[:WARM_UP], *images]:
        for mode in ("photo", "frame"):
            before = process_time()
            detector.detect(image, mode)
            spent.setdefault(f"ours, {mode}", []).append(1000 * (process_time() - before))
        for peer in peers:
            spent.setdefault(peer.name, []).append(peer.find(image)[1])
    for peer in peers:
        peer.close()
    return {name: round(median(values[WARM_UP:]), 2) for name, values in spent.items()}


def show(title: str, rows: Sequence[Row]) -> None:
    print(f"\n{title}")
    print(
        f"{'model':<16}{'source':<14}{'n':>6}{'found':>8}"
        f"{'accuracy':>22}{'macro-F1':>22}  ours ahead by"
    )
    for row in rows:
        size = f"  face x {row.face_size}" if row.face_size else ""
        print(
            f"{row.model:<16}{row.source:<14}{row.pictures:>6}{row.found:>8.3f}"
            f"{row.accuracy!s:>22}{row.macro_f1!s:>22}  {row.ours_ahead or ''}{size}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=HERE.parent / "weights" / "model.json")
    parser.add_argument("--limit", type=int, help="most pictures of each source")
    parser.add_argument("--peers", type=Path, help="folder of the peers; without it, ours alone")
    parser.add_argument("--peer-answers", type=Path, help="file that keeps the peers' answers")
    options = parser.parse_args()
    everything = load_dataset(options.data)
    seen = twins(everything)
    held_out = [each for each in everything if each.split == "val" and each not in seen]
    pictures = limited([each for each in held_out if len(each.faces) == 1], options.limit)
    by_source = {
        source: [each for each in pictures if each.source == source]
        for source in sorted({each.source for each in pictures})
    }
    detector = EmotionDetector.load(options.weights, threads=1)
    modes = {
        mode: [ours_on(detector, some, mode) for some in by_source.values()]
        for mode in ("photo", "frame")
    }
    questions = [
        Question(source, np.array([each.faces[0].emotion for each in some], np.int64), given)
        for (source, some), given in zip(by_source.items(), modes["photo"], strict=True)
    ]
    tables: dict[str, list[Row]] = {"whole pictures": []}
    for mode, given in modes.items():

        def our_answers(
            number: int, given: Sequence[Integers] = given
        ) -> tuple[Integers, Integers, None]:
            return np.arange(len(given[number])), given[number], None

        tables["whole pictures"] += table(f"ours, {mode}", questions, our_answers, is_ours=True)
    versions = {"ours": f"{detector.info.name} {detector.info.version}"}
    for peer in PEERS if options.peers else ():
        versions[peer.name], flat = answers(
            peer,
            options.peers,
            pictures,
            options.peer_answers,
            lambda text: print(text, file=sys.stderr, flush=True),
        )
        known = dict(zip(pictures, flat, strict=True))
        answered = [[known[picture] for picture in some] for some in by_source.values()]
        for title, rows in peer_tables(peer.name, questions, answered).items():
            tables.setdefault(title, []).extend(rows)
    for title, rows in tables.items():
        show(title, rows)
    spent = times(detector, options.peers, pictures)
    print("\nprocessor ms a picture of 320 px, one core; as a multiple of ours in frame mode")
    for name, value in spent.items():
        print(f"{name:<16}{value:>8.1f}{value / spent['ours, frame']:>8.1f}")
    result = {
        "date": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "machine": platform.processor() or platform.machine(),
        "sha256": detector.info.sha256,
        "versions": versions,
        "limit": options.limit,
        "left_out_as_seen_in_training": sum(
            each in seen for each in everything if each.split == "val"
        ),
        "tables": {title: [asdict(row) for row in rows] for title, rows in tables.items()},
        "processor_ms": spent,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
