"""The shipped model beside PyPI's `fer` on the same validation pictures, in one run.

    python benchmarks/accuracy.py --data DIR [--limit N] [--peer-python PATH]

`fer` finds faces with OpenCV's Haar cascade and reads them with the small network it carries. It
needs TensorFlow, so it runs under another interpreter, which anyone can make:

    python -m venv peer
    peer/bin/pip install fer==22.5.1 tensorflow-cpu "opencv-python-headless<5" "moviepy<2" \
        "setuptools<81"
    python benchmarks/accuracy.py --data DIR --peer-python peer/bin/python

The largest face counts; no face is a wrong answer. Of the peer's seven classes the likeliest of our
five is taken. Contamination, against ourselves: our model trained on the training part of all four
sources. The peer trained on FER2013, so ferplus' pictures come from its own source; whether the
validation part was among them is not documented.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.training import metrics
from fer_core.training.check import twins
from fer_core.training.data import LabelledPicture, load_dataset
from fer_core.training.evaluate import answer_all, limited
from fer_core.vision.detector import EmotionDetector

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "accuracy.json"


@dataclass(frozen=True)
class Row:
    """One model on one source."""

    model: str
    source: str
    pictures: int
    found: float
    accuracy: float
    accuracy_interval: tuple[float, float]
    macro_f1: float
    macro_f1_interval: tuple[float, float]


def ours(weights: Path, pictures: list[LabelledPicture]) -> tuple[str, list[int]]:
    detector = EmotionDetector.load(weights)
    answers = [answer.answer for answer in answer_all(detector, pictures, "photo")]
    return f"{detector.info.name} {detector.info.version}", answers


def peer(python: Path, pictures: list[LabelledPicture]) -> list[int]:
    wanted = json.dumps([[str(each.container.resolve()), each.name] for each in pictures])
    done = subprocess.run(
        [str(python), str(HERE / "peer_fer.py")],
        input=wanted,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the peer failed:\n{done.stderr[-2000:]}")
    answers = json.loads(done.stdout.splitlines()[-1])  # TensorFlow may talk before
    return [metrics.NO_ANSWER if each is None else int(np.argmax(each)) for each in answers]


def rows(model: str, pictures: list[LabelledPicture], answers: list[int]) -> list[Row]:
    table = []
    for source in sorted({picture.source for picture in pictures}):
        chosen = [index for index, each in enumerate(pictures) if each.source == source]
        labels = np.array([pictures[index].faces[0].emotion for index in chosen])
        given = np.array([answers[index] for index in chosen])
        table.append(
            Row(
                model,
                source,
                len(chosen),
                float(np.mean(given != metrics.NO_ANSWER)),
                metrics.accuracy(labels, given),
                metrics.interval(labels, given, metrics.accuracy),
                metrics.macro_f1(labels, given),
                metrics.interval(labels, given, metrics.macro_f1),
            )
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=HERE.parent / "weights" / "model.json")
    parser.add_argument("--limit", type=int, help="most pictures of each source")
    parser.add_argument("--peer-python", type=Path, help="interpreter that has `fer`")
    options = parser.parse_args()
    everything = load_dataset(options.data)
    seen = twins(everything)
    held_out = [each for each in everything if each.split == "val" and each not in seen]
    pictures = limited([each for each in held_out if len(each.faces) == 1], options.limit)
    name, answers = ours(options.weights, pictures)
    table = rows(name, pictures, answers)
    if options.peer_python:
        table += rows("fer 22.5.1", pictures, peer(options.peer_python, pictures))
    print(f"{'model':<22}{'source':<14}{'n':>6}{'answered':>10}{'accuracy':>22}{'macro-F1':>22}")
    for row in table:
        figures = [
            f"{value:.3f} ({low:.3f}-{high:.3f})"
            for value, (low, high) in (
                (row.accuracy, row.accuracy_interval),
                (row.macro_f1, row.macro_f1_interval),
            )
        ]
        print(
            f"{row.model:<22}{row.source:<14}{row.pictures:>6}{row.found:>10.3f}"
            f"{figures[0]:>22}{figures[1]:>22}"
        )
    RESULTS.parent.mkdir(exist_ok=True)
    result = {
        "date": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "machine": platform.processor() or platform.machine(),
        "rows": [asdict(row) for row in table],
    }
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
