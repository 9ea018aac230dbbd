"""The shipped model beside the peers that people use, on the same validation pictures, in one run.

    python benchmarks/accuracy.py --data DIR --peers PEERS [--limit 300] [--peer-answers FILE]

PEERS is a folder outside the project, made once; every peer carries its weights:

    mkdir PEERS && cd PEERS
    python3.11 -m venv python
    python/bin/pip install fer==22.5.1 tensorflow-cpu "moviepy<2" "setuptools<81"
    python/bin/pip install --force-reinstall --no-deps "opencv-python-headless<5"
    npm install @vladmandic/face-api@1.7.15 @vladmandic/human@3.3.6 @tensorflow/tfjs@4.22.0 \
        @tensorflow/tfjs-backend-wasm@4.22.0

- `fer` (PyPI): OpenCV's Haar cascade, its default, or MTCNN; a small network on 64 px. It brings
  torch and TensorFlow, some gigabytes; the OpenCV 5 that comes along has no cascades.
- face-api (npm; the maintained face-api.js): its large face finder, SSD MobileNet, or its tiny one.
- human (npm, the same author's newer library): BlazeFace, a face mesh, a small network on 64 px.

The JavaScript ones run in Node.js on TensorFlow.js' WebAssembly; in a browser with a GPU they are
faster. Not run, because they fetch their weights from GitHub or Hugging Face at first use:
DeepFace, HSEmotion, py-feat. How ours compares with them is unknown.

What makes it fair to them:

- They get pictures enlarged to 320 px, because their face finders miss smaller faces, and where
  they find none, once more with a border.
- The largest face counts; finding none is wrong, for all; being unsure is wrong, for ours alone.
- Of their seven classes the likeliest of our five is taken: fear and disgust never count.
- A second table counts only the pictures in which the peer found a face; ferplus' 48 px are too
  blurred for SSD, which finds none there.
- A third gives them the labelled face, cut out in two sizes, and on each source the size that
  suits them best counts; ours still has to find the face in the whole picture.

A last table is of calm people at a webcam, as a study app sees them all day: whom those who watched
the clip saw neither confused nor frustrated. Nobody labelled their expression, so it counts alone
how many of the faces that were found are called Sad or Angry; intervals by bootstrap over people.

What is unfair to them: our model trained on the training part of all sources (on none of these
pictures), with their labels' habits, and affect_faces are cut out of their surroundings, as no
camera shows a face. It was taught that other people of the webcam sets are calm. On pictures from
elsewhere the distance is likely to be smaller.

What is unfair to ours: `fer` and human name as the origin of their networks one that was trained on
FER2013, where ferplus' pictures come from; face-api's was trained on "a variety of images from
publicly available datasets as well as images scraped from the web". Whether these very pictures
were among them is not documented.

Intervals are 95 %, bootstrap over pictures; those of differences are paired by picture. "all" is
the mean over the sources. Times are processor time on one core, the median over the same pictures,
the models taking turns.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.accuracy_tables import (
    Integers,
    Question,
    calm_rows,
    chosen_class,
    our_table,
    peer_tables,
    show,
    show_calm,
)
from benchmarks.peer_process import PEERS, RunningPeer, ask, enlarged
from fer_core.errors import FerError
from fer_core.training.answers import answer_all
from fer_core.training.check import cross_split_duplicates
from fer_core.training.data import PictureReader, load_dataset
from fer_core.training.errors import TrainingError
from fer_core.training.evaluate import limited
from fer_core.training.everyday import is_calm
from fer_core.training.faces import LabelledPicture
from fer_core.vision.detector import EmotionDetector

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "accuracy.json"
#: Pictures of each source on which speed is measured, after the first WARM_UP.
TIMED_PER_SOURCE = 8
WARM_UP = 5


def ours_on(detector: EmotionDetector, pictures: Sequence[LabelledPicture], mode: Any) -> Integers:
    given = [answer.answer for answer in answer_all(detector, pictures, mode)]
    if len(given) != len(pictures):
        raise SystemExit("a picture could not be read: see above")
    return np.array(given, np.int64)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=HERE.parent / "weights" / "model.json")
    parser.add_argument("--limit", type=int, help="most pictures of each source")
    parser.add_argument("--peers", type=Path, help="folder of the peers; without it, ours alone")
    parser.add_argument("--peer-answers", type=Path, help="file that keeps the peers' answers")
    options = parser.parse_args()
    try:
        everything = load_dataset(options.data)
        detector = EmotionDetector.load(options.weights, threads=1)
    except (TrainingError, FerError) as error:
        raise SystemExit(str(error)) from None
    seen = cross_split_duplicates(everything)
    held_out = [each for each in everything if each.split == "val" and each not in seen]
    single = [each for each in held_out if len(each.faces) == 1]
    pictures = limited([each for each in single if not each.faces[0].weak], options.limit)
    calm = limited([each for each in single if each.faces[0].weak and is_calm(each)], options.limit)
    by_source = {
        source: [each for each in pictures if each.source == source]
        for source in sorted({each.source for each in pictures})
    }
    modes = {
        mode: [ours_on(detector, some, mode) for some in by_source.values()]
        for mode in ("photo", "frame")
    }
    questions = [
        Question(source, np.array([each.faces[0].emotion for each in some], np.int64), given)
        for (source, some), given in zip(by_source.items(), modes["photo"], strict=True)
    ]
    tables = {
        "whole pictures": [
            each for mode, given in modes.items() for each in our_table(mode, questions, given)
        ]
    }
    called = [
        row
        for mode in modes
        for row in calm_rows(f"ours, {mode}", calm, ours_on(detector, calm, mode))
    ]
    versions = {"ours": f"{detector.info.name} {detector.info.version}"}
    for peer in PEERS if options.peers else ():
        versions[peer.name], flat = ask(
            peer,
            options.peers,
            [*pictures, *calm],
            options.peer_answers,
            lambda text: print(text, file=sys.stderr, flush=True),
        )
        known = dict(zip([*pictures, *calm], flat, strict=True))
        by_question = [[known[picture] for picture in some] for some in by_source.values()]
        for title, rows in peer_tables(peer.name, questions, by_question).items():
            tables.setdefault(title, []).extend(rows)
        given = np.array([chosen_class(known[each]["whole"]) for each in calm], np.int64)
        called += calm_rows(peer.name, calm, given)
    for title, rows in tables.items():
        show(title, rows)
    show_calm(called)
    spent = times(detector, options.peers, pictures)
    print("\nprocessor ms a picture of 320 px, one core; as a multiple of ours in frame mode")
    for name, value in spent.items():
        print(f"{name:<16}{value:>8.1f}{value / spent['ours, frame']:>8.1f}")
    result = {
        "date": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "machine": platform.processor() or platform.machine(),
        "sha256": [network.sha256 for network in detector.info.networks.roles()],
        "versions": versions,
        "limit": options.limit,
        "left_out_as_seen_in_training": sum(
            each in seen for each in everything if each.split == "val"
        ),
        "tables": {title: [asdict(row) for row in rows] for title, rows in tables.items()},
        "calm": [asdict(row) for row in called],
        "processor_ms": spent,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
