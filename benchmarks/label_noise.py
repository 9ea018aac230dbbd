"""What the labels allow: how often one voter, or another panel, gives the label that counts.

    python benchmarks/label_noise.py --data DIR [--doubtful RUN/doubtful.csv]

For sets whose pictures were voted on (ferplus: ten people each). One voter is drawn from the shares
of the votes and is part of the majority that makes the label, so a stranger would do a little
worse. Another panel is ten new votes drawn from the same shares: what is left of 1 is chance in the
label itself. With the list that `fer train distil` wrote, the share of labels that teachers who had
not learnt from these pictures hold for wrong (Northcutt et al. 2021), by set: part of it is wrong
labels, part of it is faces that the teachers misread.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fer_core.arrays import FloatArray
from fer_core.training.data import load_dataset
from fer_core.training.errors import TrainingError
from fer_core.training.metrics import Integers, macro_f1

PANEL, SEED, ROUNDS = 10, 7, 200


def voters(shares: FloatArray, panel: int, rng: np.random.Generator) -> Integers:
    """Return the class that most of a panel of voters give each picture; a tie is drawn.

    Args:
        shares: Of the votes, shape (n, classes).
        panel: How many vote.
        rng: Draws the votes.
    """
    votes = rng.multinomial(panel, shares / shares.sum(axis=1, keepdims=True))
    return np.asarray((votes + rng.random(votes.shape) / 2).argmax(axis=1), np.int64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--doubtful", type=Path, help="the list of a distillation")
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
    if options.doubtful is not None:
        known = Counter(each.source for each in dataset if each.split == "train" and each.faces)
        with options.doubtful.open(newline="", encoding="utf-8") as file:
            found = Counter(row["source"] for row in csv.DictReader(file))
        sys.stdout.write(f"\n{'set':14}{'doubtful labels':>16}\n")
        for source, count in sorted(found.items()):
            sys.stdout.write(f"{source:14}{count / known[source]:16.3f}\n")


if __name__ == "__main__":
    main()
