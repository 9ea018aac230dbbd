"""Figures by group of people: who is in a group, what a gap is, how it reaches the card."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.fairness import read_groups, seen_by_set
from benchmarks.fairness_tables import SECTION, record, tables
from benchmarks.group_figures import Seen, figures_by_group, groups_of, reliability, worse
from fer_core.config import PROJECT_ROOT
from fer_core.emotions import Emotion
from fer_core.training import metrics
from fer_core.training.answers import Answer
from fer_core.training.errors import DataError
from fer_core.training.faces import LabelledFace, LabelledPicture, one_hot
from fer_core.vision.model_metrics import group_figures_of, groups_measured_with

HAPPY, NATURAL, SAD = Emotion.HAPPY.index, Emotion.NATURAL.index, Emotion.SAD.index
ESTIMATES = {
    "source": "heads",
    "name": "one.png",
    "person": "",
    "age_1": "30",
    "age_2": "35",
    "male_1": "0.9",
    "male_2": "0.7",
    "ita_forehead": "45",
    "ita_cheeks": "50",
    "glasses": "0.1",
}


@pytest.mark.parametrize(
    ("changed", "group"),
    [
        ({}, {"age": "18 to 39", "gender": "men", "skin tone": "light", "glasses": "no glasses"}),
        ({"age_2": "41"}, {"age": None}),
        ({"male_2": "0.55"}, {"gender": None}),
        ({"male_1": "0.2", "male_2": "0.2"}, {"gender": "women"}),
        ({"ita_forehead": "20", "ita_cheeks": "8"}, {"skin tone": "tan"}),
        ({"ita_forehead": "-40", "ita_cheeks": "-30"}, {"skin tone": "brown or dark"}),
        ({"ita_forehead": "-75", "ita_cheeks": "-70"}, {"skin tone": None}),  # a dark room
        ({"ita_forehead": "71"}, {"skin tone": None}),
        ({"ita_forehead": "", "ita_cheeks": ""}, {"skin tone": None}),
        ({"glasses": "0.5"}, {"glasses": None}),
        ({"glasses": "0.6"}, {"glasses": "glasses"}),
        ({"glasses": ""}, {"glasses": None}),
    ],
)
def test_a_person_counts_only_where_the_estimates_agree(
    changed: dict[str, str], group: dict[str, str | None]
) -> None:
    found = groups_of([ESTIMATES | changed])
    assert {kind: found.get(kind) for kind in group} == group


def test_of_a_person_with_many_pictures_the_medians_count() -> None:
    rows = [ESTIMATES | {"age_2": age} for age in ("35", "36", "70")]
    assert groups_of(rows)["age"] == "18 to 39"


def seen(
    label: int | None, answer: int, group: str, unit: str, times: int = 1, calm: bool = False
) -> list[Seen]:
    return [
        Seen(f"{unit}{each}" if label is not None else unit, label, answer, calm, {"age": group})
        for each in range(times)
    ]


def by_group(rows: list[dict[str, Any]]) -> Mapping[str, dict[str, Any]]:
    return {row["group"]: row for row in rows}


def test_a_gap_is_taken_at_the_groups_own_mix_of_labels() -> None:
    # Happy is found in 9 of 10, Sad in 5 of 10, whoever shows them; children show Sad three times
    # as often. They are served no worse, though fewer of their pictures are right.
    people = []
    for group, happy, sad in (("under 18", 2, 6), ("18 to 39", 6, 2)):
        people += seen(HAPPY, HAPPY, group, f"a{group}", 9 * happy)
        people += seen(HAPPY, SAD, group, f"b{group}", happy)
        people += seen(SAD, SAD, group, f"c{group}", 5 * sad)
        people += seen(SAD, NATURAL, group, f"d{group}", 5 * sad)
    found = by_group(figures_by_group(people))
    assert found["under 18"]["accuracy"] == 0.6
    assert found["18 to 39"]["accuracy"] == 0.8
    assert found["under 18"]["gap"] == pytest.approx(0)
    low, high = found["under 18"]["gap_interval"]
    assert low < 0 < high
    labels = np.array([each.label for each in people if each.groups["age"] == "under 18"])
    answers = np.array([each.answer for each in people if each.groups["age"] == "under 18"])
    assert found["under 18"]["macro_f1"] == pytest.approx(
        metrics.macro_f1(labels, answers), abs=1e-4
    )
    assert worse(list(found.values())) == []


def test_a_group_that_is_served_worse_is_named_with_how_sure_it_is() -> None:
    people = [
        *seen(NATURAL, NATURAL, "under 18", "a", 50, calm=True),
        *seen(NATURAL, SAD, "under 18", "b", 50, calm=True),
        *seen(NATURAL, NATURAL, "18 to 39", "c", 95, calm=True),
        *seen(NATURAL, metrics.NO_ANSWER, "18 to 39", "d", 5, calm=True),
        *seen(NATURAL, SAD, "40 and over", "e", 19),
    ]
    rows = figures_by_group(people)
    found = by_group(rows)
    assert found["under 18"]["called"] == 0.5
    assert found["under 18"]["called_gap"] == 0.5
    assert "accuracy" not in found["40 and over"]  # too few
    assert worse(rows) == [
        {
            "by": "age",
            "group": "under 18",
            "gap": found["under 18"]["gap"],
            "gap_undoubted": found["under 18"]["gap"],
            "sure": True,
        },
        {"by": "age", "group": "under 18", "called_gap": 0.5, "sure": True},
    ]
    assert found["under 18"]["gap"] == pytest.approx(0.5 - 95 / 119, abs=1e-4)


def test_a_gap_of_the_labels_is_told_from_one_of_the_model() -> None:
    # Of the older ones every fourth label is wrong, and the model is right about it.
    people = [
        *seen(HAPPY, HAPPY, "18 to 39", "a", 80),
        *seen(HAPPY, HAPPY, "40 and over", "b", 60),
        *(replace(each, is_doubted=True) for each in seen(HAPPY, SAD, "40 and over", "c", 20)),
    ]
    (one,) = worse(figures_by_group(people))
    assert (one["group"], one["gap"], one["gap_undoubted"]) == ("40 and over", -0.25, 0.0)


def test_people_are_drawn_and_not_their_pictures() -> None:
    # Two of four people are always called Sad: 40 pictures each say no more than one.
    people = [
        each
        for person, answer in enumerate((SAD, SAD, NATURAL, NATURAL))
        for each in seen(None, answer, "18 to 39", f"person/{person}", 40, calm=True)
    ]
    (row,) = figures_by_group(people)
    assert (row["people"], row["pictures"], row["called"]) == (4, 160, 0.5)
    low, high = row["called_interval"]
    assert low == 0
    assert high == 1
    assert "accuracy" not in row
    assert "called_gap" not in row  # there are no others


def test_what_happened_to_nobody_is_not_called_impossible() -> None:
    # Of ten calm people none is called Sad: up to .31 of such people may be (Clopper and Pearson).
    people = [
        each
        for group, count, times in (("under 18", 10, 9), ("18 to 39", 3, 6))
        for one in range(count)
        for each in seen(None, NATURAL, group, f"{group}{one}", times, calm=True)
    ]
    found = by_group(figures_by_group(people))
    assert found["under 18"]["called_interval"] == [0.0, pytest.approx(0.3085, abs=1e-4)]
    assert "called" not in found["18 to 39"]  # 18 pictures
    assert "called_gap" not in found["under 18"]


def test_how_far_the_estimates_agree_is_told() -> None:
    rows = [
        ESTIMATES | {"person": f"person/{person}", "ita_cheeks": str(40 + 10 * person + change)}
        for person in range(3)
        for change in (-2, 2)
    ]
    told = reliability([*rows, ESTIMATES | {"male_2": "0.1", "ita_cheeks": ""}])
    assert told["faces"] == 7
    assert told["gender_agrees"] == pytest.approx(6 / 7, abs=1e-3)
    assert told["age_apart_median"] == 5
    assert told["ita_within"] == pytest.approx(math.sqrt(2), abs=1e-3)  # half of it is the cheeks'
    assert told["ita_between"] == pytest.approx(5)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    for name in ("model.json", "MODEL_CARD.md"):
        shutil.copy(PROJECT_ROOT / "weights" / name, tmp_path)
    return tmp_path / "model.json"


def result_of(model: Path) -> dict[str, Any]:
    networks = json.loads(model.read_text())["networks"]
    people = [
        *seen(NATURAL, NATURAL, "18 to 39", "a", 40, calm=True),
        *seen(NATURAL, SAD, "under 18", "b", 40, calm=True),
        *seen(NATURAL, NATURAL, "40 and over", "c", 3, calm=True),
    ]
    rows = figures_by_group(people)
    heads = {
        "mode": "photo",
        "pictures": 83,
        "people": 83,
        "calm": 83,
        "not_told": {"age": 4},
        "reliability": reliability([ESTIMATES] * 3),
        "groups": rows,
        "worse": worse(rows),
    }
    return {
        "model": "this one",
        "sha256": [networks[role]["sha256"] for role in ("detector", "refiner", "photo_refiner")],
        "sets": {"heads": heads},
    }


def test_figures_reach_the_model_and_its_card_and_can_be_written_again(model: Path) -> None:
    result = result_of(model)
    for _ in range(2):
        record(model, result)
    values = json.loads(model.read_text())
    figures = {one.group: one for one in group_figures_of(values["metrics"])}
    assert set(figures) == {"under 18", "18 to 39"}  # three pictures make no figure
    assert figures["under 18"].called == 1
    assert figures["under 18"].is_called_more()
    assert not figures["18 to 39"].is_called_more()
    assert "scenes" in values["metrics"]
    assert groups_measured_with(values["metrics"]) == ("this one",)
    card = model.with_name("MODEL_CARD.md").read_text()
    assert card.count(SECTION) == 1
    assert tables(result) in card
    assert card.index(SECTION) < card.index(tables(result)) < card.index("## Where it fails")
    assert "- age, under 18 (heads): calm people called Sad or Angry 100 points more often" in card
    assert "| age | 40 and over | 3 | too few |" in card


def test_figures_of_another_model_are_not_written(model: Path) -> None:
    before = model.read_text()
    with pytest.raises(DataError, match="not about"):
        record(model, result_of(model) | {"sha256": ["0"]})
    model.with_name("MODEL_CARD.md").write_text("# A card without the section")
    with pytest.raises(DataError, match="lacks"):
        record(model, result_of(model))
    assert model.read_text() == before


def test_a_table_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "groups.csv"
    table.write_text(",".join(ESTIMATES) + "\n" + ",".join(ESTIMATES.values()), encoding="utf-8")
    assert read_groups(table) == [ESTIMATES]
    table.write_text("source,name\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"lacks the columns person, age_1, .*glasses"):
        read_groups(table)


def test_people_of_two_sets_are_the_same_and_pictures_are_not(tmp_path: Path) -> None:
    def answer(source: str, name: str, group: str, face: LabelledFace, said: int) -> Answer:
        picture = LabelledPicture(
            source, name, "val", tmp_path, (face,), group, {"confusion": 0, "frustration": 0}
        )
        return Answer(picture, face.emotion, said, None, 50.0, 1.0)

    weak = LabelledFace((0, 0, 1, 1), (0.03, 0.06, 0.82, 0.05, 0.04), weak=True)
    anger = (0.7, 0.1, 0.1, 0.05, 0.05)
    sad = LabelledFace((0, 0, 1, 1), one_hot(SAD), opinion=anger)
    answers = {
        "heads": [
            answer("heads", "one.png", "photo/1", sad, SAD),
            answer("heads", "two.png", "photo/1", replace(sad, opinion=None), SAD),
        ],
        "frames": [answer("frames", "a.png", "person/7", weak, HAPPY)],
        "clips": [answer("clips", "b.png", "person/7", weak, NATURAL)],
    }
    rows = [ESTIMATES, ESTIMATES | {"source": "clips", "name": "b.png", "person": "person/7"}]
    found = seen_by_set(answers, rows)
    one, two = found["heads"]
    assert (one.groups["gender"], one.is_doubted, one.label, one.calm) == ("men", True, SAD, False)
    assert (two.groups, two.is_doubted) == ({}, False)  # the same photo, but nobody estimated it
    (frame,), (clip,) = found["frames"], found["clips"]
    assert frame.unit == clip.unit
    assert frame.groups == clip.groups != {}
    assert (frame.label, frame.calm, frame.answer) == (None, True, HAPPY)
