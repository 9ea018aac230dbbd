"""Whether the model serves some people worse: by age, gender, skin tone and glasses, as estimated.

    python benchmarks/fairness.py --data DIR --groups groups.csv [--weights MODEL.JSON]
    python benchmarks/fairness.py --results fairness.json --record weights/model.json

The first measures, prints tables and writes JSON; the second writes such figures into a model.json
and the card beside it, without measuring again. `group_estimates.py` says how groups.csv is made,
by which networks and formula, and what they were trained on.

A picture counts in a group only where the estimates agree: both networks in one age band, both on
one gender, forehead and cheeks within 20 degrees and lit as skin can be, glasses told surely. Of
people of whom there are many pictures the medians count, and all their pictures are in one group.

- colour_heads (photo mode): accuracy and macro-F1; of people whose label is Natural, how many are
  called Sad or Angry. Intervals are 95 %, bootstrap over pictures.
- webcam_frames and students (frame mode): nobody labelled expressions; of calm people (no confusion
  and no frustration seen in the clip), how many are called Sad or Angry. Bootstrap over people: of
  9 and 19, so the intervals are rough, and too narrow.

"The rest" are the people known to be in another group of the same kind. Groups differ in which
expressions they show, and in how sure their labels are; so the gap in accuracy is taken at the
group's own mix of labels: what the group gets, less what the rest would get with as many of each.
And it is taken once more without the pictures whose label a second opinion does not share: labels
of some groups are doubted more often. What is left then is no proof that all is well, because the
second opinion is a model's, which may fail with the same faces.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.fairness_tables import record, tables
from benchmarks.group_figures import (
    COLUMNS,
    KINDS,
    Seen,
    figures_by_group,
    groups_of,
    reliability,
    worse,
)
from fer_core.emotions import LABELS, Emotion
from fer_core.errors import FerError
from fer_core.training.answers import Answer, answer_all
from fer_core.training.data import load_dataset
from fer_core.training.errors import DataError, TrainingError
from fer_core.training.evaluate import limited, write_json
from fer_core.training.everyday import is_calm
from fer_core.training.faces import LabelledPicture
from fer_core.vision.detector import EmotionDetector, Mode

SHIPPED = Path(__file__).parent.parent / "weights" / "model.json"
RESULTS = Path(__file__).parent / "results" / "fairness.json"
#: The sets, and how the app would look at such pictures.
SETS: dict[str, Mode] = {"colour_heads": "photo", "webcam_frames": "frame", "students": "frame"}


def seen_by_set(
    answers: Mapping[str, Sequence[Answer]], rows: Sequence[Mapping[str, str]]
) -> dict[str, list[Seen]]:
    """Return what was said of each picture of which something is estimated, by set."""
    by_unit: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        by_unit.setdefault(_unit(row["source"], row["name"], row["person"]), []).append(row)
    known = {unit: groups_of(of_unit) for unit, of_unit in by_unit.items()}
    return {
        source: [
            Seen(
                unit=_unit_of(each.picture),
                label=None if each.picture.faces[0].weak else each.emotion,
                answer=each.answer,
                calm=_is_calm(each.picture),
                groups=known.get(_unit_of(each.picture), {}),
                is_doubted=_is_doubted(each.picture),
            )
            for each in of_source
        ]
        for source, of_source in answers.items()
    }


def _unit(source: str, name: str, person: str) -> str:
    """Return whose estimates belong together; a group in colour_heads is a photo, no person."""
    return person if person.startswith("person/") else f"{source}/{name}"


def _unit_of(picture: LabelledPicture) -> str:
    return _unit(picture.source, picture.name, picture.group)


def _is_calm(picture: LabelledPicture) -> bool:
    face = picture.faces[0]
    return is_calm(picture) if face.weak else face.emotion == Emotion.NATURAL.index


def _is_doubted(picture: LabelledPicture) -> bool:
    """Tell whether the data's second opinion is another; of Natural it is worth nothing."""
    face = picture.faces[0]
    if face.opinion is None or face.emotion == Emotion.NATURAL.index:
        return False
    chosen = max(face.opinion)
    return face.opinion[face.emotion] < chosen or face.opinion.count(chosen) > 1


def measure(
    weights: Path, data: Path, rows: Sequence[Mapping[str, str]], limit: int | None
) -> dict[str, Any]:
    """Return all figures, ready for JSON.

    Raises:
        FerError: The model cannot be loaded.
        TrainingError: The data cannot be read.
    """
    detector = EmotionDetector.load(weights)
    pictures = limited(
        [each for each in load_dataset(data) if each.split == "val" and each.source in SETS], limit
    )
    answers = {
        source: answer_all(detector, [each for each in pictures if each.source == source], mode)
        for source, mode in SETS.items()
    }
    result: dict[str, Any] = {
        "model": f"{detector.info.name} {detector.info.version}",
        "sha256": [network.sha256 for network in detector.info.networks.by_role().values()],
        "classes": list(LABELS),
        "sets": {},
    }
    for source, seen in seen_by_set(answers, rows).items():
        if not seen:
            continue
        found = figures_by_group(seen)
        result["sets"][source] = {
            "mode": SETS[source],
            "pictures": len(seen),
            "people": len({each.unit for each in seen}),
            "calm": sum(each.calm for each in seen),
            "not_told": {kind: sum(kind not in each.groups for each in seen) for kind in KINDS},
            "reliability": reliability([row for row in rows if row["source"] == source]),
            "groups": found,
            "worse": worse(found),
        }
    return result


def read_groups(path: Path) -> list[dict[str, str]]:
    """Return the rows of groups.csv.

    Raises:
        DataError: It lacks a column.
    """
    with path.open(newline="", encoding="utf-8-sig") as table:
        reader = csv.DictReader(table)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise DataError(f"{path} lacks the columns {', '.join(missing)}")
        return list(reader)


def main() -> None:
    """Measure or read figures; print tables; write JSON, and a model's file and card if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--groups", type=Path, help="the estimates, of group_estimates.py")
    parser.add_argument("--weights", type=Path, default=SHIPPED)
    parser.add_argument("--limit", type=int, help="most pictures of each set")
    parser.add_argument("--results", type=Path, default=RESULTS, help="JSON to write, or to read")
    parser.add_argument("--record", type=Path, help="model.json to write the figures into")
    options = parser.parse_args()
    if (options.data is None) != (options.groups is None):
        parser.error("--data and --groups go together")
    try:
        if options.data is not None:
            rows = read_groups(options.groups)
            result = measure(options.weights, options.data, rows, options.limit)
            options.results.parent.mkdir(exist_ok=True)
            write_json(options.results, result)
        else:
            result = json.loads(options.results.read_text(encoding="utf-8"))
        print(tables(result))
        if options.record is not None:
            record(options.record, result)
    except (FerError, TrainingError, OSError, ValueError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
