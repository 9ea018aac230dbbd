"""What the labels allow: how often one voter, or another panel, gives the label that counts.

    python benchmarks/label_noise.py --data DIR [--doubtful RUN/doubtful.csv] [--model MODEL.JSON]

For sets whose pictures were voted on (ferplus: ten people each). One voter is drawn from the shares
of the votes and is part of the majority that makes the label, so a stranger would do a little
worse. Another panel is ten new votes drawn from the same shares: what is left of 1 is chance in the
label itself. With the list that `fer train distil` wrote, the share of labels that teachers who had
not learnt from these pictures hold for wrong (Northcutt et al. 2021), by set: part of it is wrong
labels, part of it is faces that the teachers misread.

Labels of the same photo: where two pictures look the same, or the data names the photo's twin in
another set, how often their labels agree; and how often a second opinion shares a label.

Chance: some sets hold 7 to 26 val pictures of a class. The shipped model's mistakes are made rarer,
each kind alike, until macro-F1 is the floor that was asked for; then val sets as large are drawn.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.arrays import FloatArray
from fer_core.training.check import difference_hash
from fer_core.training.data import PictureReader, load_dataset
from fer_core.training.errors import TrainingError, UnreadablePicture
from fer_core.training.faces import LabelledPicture
from fer_core.training.metrics import Integers, macro_f1, macro_f1_of, percentile_interval

SHIPPED = Path(__file__).parent.parent / "weights" / "model.json"
PANEL, SEED, ROUNDS = 10, 7, 200
#: Macro-F1 that was asked for, by set.
FLOORS = {
    "affect_faces": 0.72,
    "colour_heads": 0.86,
    "ferplus": 0.85,
    "news_heads": 0.72,
    "web_crops": 0.87,
}


def voters(shares: FloatArray, panel: int, rng: np.random.Generator) -> Integers:
    """Return the class that most of a panel of voters give each picture; a tie is drawn.

    Args:
        shares: Of the votes, shape (n, classes).
        panel: How many vote.
        rng: Draws the votes.
    """
    votes = rng.multinomial(panel, shares / shares.sum(axis=1, keepdims=True))
    return np.asarray((votes + rng.random(votes.shape) / 2).argmax(axis=1), np.int64)


def at_floor(confusion: FloatArray, floor: float) -> FloatArray:
    """Return a confusion matrix whose mistakes are made rarer or commoner until macro-F1 fits.

    Args:
        confusion: Counts, shape (5, 6): rows by label, the last column no answer.
        floor: Macro-F1, 0..1.
    """
    right = np.zeros_like(confusion)
    np.fill_diagonal(right, confusion.sum(axis=1))
    low, high = 0.0, 4.0  # times as many mistakes
    for _ in range(50):
        times = (low + high) / 2
        mixed = np.maximum(right + times * (confusion - right), 0)
        low, high = (times, high) if macro_f1_of(mixed) > floor else (low, times)
    return mixed


def shown(confusion: FloatArray, rng: np.random.Generator, draws: int = 4000) -> FloatArray:
    """Return the macro-F1 that a model with these mistakes shows on sets as large, shape (draws,).

    Each class has as many pictures as in the matrix's row.
    """
    shares = confusion / confusion.sum(axis=1, keepdims=True)
    counts = np.rint(confusion.sum(axis=1)).astype(int)
    drawn = [rng.multinomial(count, row, draws) for count, row in zip(counts, shares, strict=True)]
    return np.array([macro_f1_of(table) for table in np.stack(drawn, axis=1).astype(float)])


def of_same_photo(dataset: Sequence[LabelledPicture]) -> Counter[tuple[str, bool]]:
    """Return how many pairs of pictures that look the same are of which sets, and agree."""
    reader, alike = PictureReader(), defaultdict(list)
    for picture in dataset:
        if len(picture.faces) == 1 and not picture.faces[0].weak:
            try:
                image = reader.read(picture.container, picture.name)
            except UnreadablePicture:
                continue
            alike[difference_hash(image)].append(picture)
    return Counter(
        (
            " and ".join(sorted((one.source, other.source))),
            one.faces[0].emotion == other.faces[0].emotion,
        )
        for group in alike.values()
        for one, other in combinations(group, 2)
    )


def opinions(data: Path, dataset: Sequence[LabelledPicture]) -> Counter[tuple[str, bool]]:
    """Return how many labels of colour_heads a second opinion shares, and the masked twin does."""
    found: Counter[tuple[str, bool]] = Counter()
    twins = {
        each.name: each.faces[0].emotion
        for each in dataset
        if each.source == "affect_faces" and each.faces
    }
    rows = {each.name: each.faces[0] for each in dataset if each.source == "colour_heads"}
    with (data / "colour_heads.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            face = rows.get(row["name"])
            if face is None:
                continue
            if face.opinion is not None:
                # None of the five is an opinion, too: equal shares.
                agree = face.opinion[face.emotion] > 1 / len(face.opinion) + 0.01
                agree &= face.opinion[face.emotion] == max(face.opinion)
                found[f"colour_heads ({row['origin']}), second opinion", agree] += 1
            twin = twins.get(row["same_photo_in_affect_faces"])
            if twin is not None:
                found["colour_heads and affect_faces, named", twin == face.emotion] += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--doubtful", type=Path, help="the list of a distillation")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="with recorded figures")
    options = parser.parse_args()
    try:
        dataset = load_dataset(options.data)
    except TrainingError as error:
        raise SystemExit(str(error)) from None
    rng = np.random.default_rng(SEED)
    lines = []
    voted = [each for each in dataset if len(each.faces) == 1 and each.faces[0].voted]
    for source in sorted({each.source for each in voted}):
        faces = [each.faces[0] for each in voted if each.source == source and each.split == "val"]
        shares = np.array([face.distribution for face in faces], float)
        labels = np.array([face.emotion for face in faces], np.int64)
        for name, panel in (("one voter", 1), (f"another panel of {PANEL}", PANEL)):
            drawn = [voters(shares, panel, rng) for _ in range(ROUNDS)]
            accuracy = np.mean([(given == labels).mean() for given in drawn])
            f1 = np.mean([macro_f1(labels, given) for given in drawn])
            lines.append(f"{source:14}{name:24}{accuracy:10.3f}{f1:10.3f}")
    header = f"{'set':14}{'who':24}{'accuracy':>10}{'macro-F1':>10}\n"
    sys.stdout.write(header + "\n".join(lines) + "\n")
    pairs = of_same_photo(dataset) + opinions(options.data, dataset)
    sys.stdout.write(f"\n{'labels of the same photo':52}{'pairs':>7}{'agree':>8}\n")
    for name in sorted({name for name, _ in pairs}):
        count = pairs[name, True] + pairs[name, False]
        sys.stdout.write(f"{name:52}{count:7}{pairs[name, True] / count:8.3f}\n")
    sources = json.loads(options.model.read_text(encoding="utf-8"))["metrics"]["sources"]["photo"]
    sys.stdout.write(
        f"\n{'photos':14}{'rarest':>7}{'floor':>7}{'shows, 95 %':>16}{'model':>7}{'so low':>8}\n"
    )
    for source, figures in sources.items():
        confusion = np.array(figures["confusion"], float)
        draws = shown(at_floor(confusion, FLOORS[source]), rng)
        low, high = percentile_interval(draws)
        sys.stdout.write(
            f"{source:14}{int(confusion.sum(axis=1).min()):7}{FLOORS[source]:7.2f}"
            f"{f'{low:.3f}-{high:.3f}':>16}{figures['macro_f1']:7.3f}"
            f"{(draws <= figures['macro_f1']).mean():8.3f}\n"
        )
    if options.doubtful is not None:
        known = Counter(each.source for each in dataset if each.split == "train" and each.faces)
        with options.doubtful.open(newline="", encoding="utf-8") as file:
            found = Counter(row["source"] for row in csv.DictReader(file))
        sys.stdout.write(f"\n{'set':14}{'doubtful labels':>16}\n")
        for source, count in sorted(found.items()):
            sys.stdout.write(f"{source:14}{count / known[source]:16.3f}\n")


if __name__ == "__main__":
    main()
