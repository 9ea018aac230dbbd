"""The passage estimate on real readers: scrolled web pages, single paragraphs, exam passages.

    python benchmarks/readers.py --data DIR

DIR holds scroll_log.csv, onestop_answers.csv, onestop_texts.csv and the sbsat_*.csv (public data:
siangooding/readability_scroll, EyeBench/eyebench, berzak/onestop-qa, ahnchive/SB-SAT). Prints, and
writes to benchmarks/results/readers.json, the AUC of a right answer with its 95 % interval over
readers, beside pace alone, LIX alone, the reader's own other answers and other readers' answers;
calibration; ranking within a reader; what each feature brings; and weights fitted by logistic
regression. Nothing of the data comes with the project.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.reader_sets import Trials, onestop, rows, sb_sat, scroll_log
from fer_core.affect.weights import comprehension_prior
from fer_core.arrays import FloatArray, expit
from fer_core.learner.evaluation import predict_in_turn
from fer_core.learner.personalise import Example
from fer_core.learner.scores import calibration_error
from fer_core.reading.pace import Pace
from fer_core.texts import difficulty
from fer_core.texts.readability import measure_readability

RESULTS = Path(__file__).parent / "results" / "readers.json"
RESAMPLES = 300
FOLDS = 10
#: A reader's own mean is drawn to everybody's by so many answers.
OWN_MEAN_WEIGHT = 5.0


# Figures


def area(targets: FloatArray, scores: FloatArray) -> float:
    """Return the AUC from ranks (Mann & Whitney 1947), ties counted half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = ((ends - counts + 1 + ends) / 2)[inverse]
    positive = targets == 1
    n1, n0 = positive.sum(), (~positive).sum()
    return float((ranks[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0)) if n1 and n0 else np.nan


def over_readers(
    reader: np.ndarray, figure: Callable[[np.ndarray], float]
) -> tuple[float, float, float]:
    """Return a figure and its 95 % interval, readers drawn with replacement (Efron 1979)."""
    rng = np.random.default_rng(0)
    names = np.unique(reader)
    places = {name: np.flatnonzero(reader == name) for name in names}
    drawn = [
        figure(np.concatenate([places[name] for name in rng.choice(names, len(names))]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return figure(np.arange(len(reader))), float(low), float(high)


def auc_over_readers(trials: Trials, scores: FloatArray) -> list[float]:
    usable = np.isfinite(scores)
    targets, reader = trials.understood[usable], trials.reader[usable]
    kept = scores[usable]
    made = over_readers(reader, lambda chosen: area(targets[chosen], kept[chosen]))
    return [round(value, 3) for value in made]


def within_readers(trials: Trials, scores: FloatArray) -> list[float]:
    """Return the share of pairs of one reader's trials that are ranked rightly."""
    names = np.unique(trials.reader)
    wins, pairs = [], []
    for name in names:
        places = np.flatnonzero(trials.reader == name)
        right, own = trials.right[places], scores[places]
        apart = right[:, None] > right[None, :]
        gap = own[:, None] - own[None, :]
        wins.append(((gap > 0) + 0.5 * (gap == 0))[apart].sum())
        pairs.append(apart.sum())
    won, asked = np.array(wins), np.array(pairs)
    made = over_readers(names, lambda chosen: float(won[chosen].sum() / asked[chosen].sum()))
    return [round(value, 3) for value in made]


def others(trials: Trials) -> FloatArray:
    """Return what the other readers of the same item answered on average."""
    mean = trials.right.mean()
    _, items = np.unique(trials.item, return_inverse=True)
    total, count = np.bincount(items, trials.right), np.bincount(items)
    return np.asarray((total[items] - trials.right + 2 * mean) / (count[items] - 1 + 2))


def own_mean(trials: Trials) -> FloatArray:
    """Return what the same reader answered elsewhere on average, drawn to everybody's mean."""
    mean = trials.right.mean()
    _, readers = np.unique(trials.reader, return_inverse=True)
    total, count = np.bincount(readers, trials.right), np.bincount(readers)
    drawn = total[readers] - trials.right + OWN_MEAN_WEIGHT * mean
    return np.asarray(drawn / (count[readers] - 1 + OWN_MEAN_WEIGHT))


def fitted(trials: Trials, names: Sequence[str]) -> dict[str, list[float]]:
    """Return weights of the mean features and their standard errors, by logistic regression."""
    x = np.array(
        [
            np.mean([[getattr(one, name) or 0.0 for name in names] for one in seen], axis=0)
            for seen in trials.passages
        ]
    )
    design = np.column_stack([np.ones(len(x)), x])
    b, hessian = _newton(design, trials.right, np.full(design.shape[1], 1e-6))
    errors = np.sqrt(np.diag(np.linalg.inv(hessian)))
    return {
        name: [round(float(mean), 3), round(float(error), 3)]
        for name, mean, error in zip(("intercept", *names), b, errors, strict=True)
    }


def _newton(x: FloatArray, y: FloatArray, ridge: FloatArray) -> tuple[FloatArray, FloatArray]:
    b = np.zeros(x.shape[1])
    hessian = np.diag(ridge)
    for _ in range(10):
        p = expit(x @ b)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        b = b - np.linalg.solve(hessian, x.T @ (p - y) + ridge * b)
    return b, hessian


def difficulty_left_out(trials: Trials, data: Path) -> FloatArray:
    """Return the text's difficulty with weights fitted to other articles: ten folds."""
    texts = {row["paragraph_id"]: row["text"] for row in rows(data / "onestop_texts.csv")}
    names = np.unique(trials.item)
    measured = np.array([difficulty.english_measures(texts[name]) for name in names])
    scaled = np.clip((measured - measured.mean(axis=0)) / measured.std(axis=0), -3, 3)
    items = np.searchsorted(names, trials.item)
    articles = np.array([name.rsplit("_", 2)[0] for name in names])
    fold = np.unique(articles, return_inverse=True)[1][items] % FOLDS
    design = np.column_stack([np.ones(len(items)), scaled[items]])
    made = np.zeros(len(items))
    for left_out in range(FOLDS):
        here = fold == left_out
        ridge = np.array([0.0, *[50.0] * scaled.shape[1]])
        b, _ = _newton(design[~here], trials.right[~here], ridge)
        made[here] = design[here, 1:] @ b[1:]
    return made


def levels_told(data: Path) -> dict[str, list[float]]:
    """Return how well measures of a text tell a harder version of a paragraph from an easier one.

    AUCs over the paragraphs of OneStop, which were written at three levels, with 95 % intervals
    over articles.
    """
    texts = rows(data / "onestop_texts.csv")
    level = np.array([row["level"] for row in texts])
    article = np.array([row["article"] for row in texts])
    measures = {
        "LIX": [one.lix if (one := measure_readability(row["text"])) else 0.0 for row in texts],
        "difficulty": [difficulty.measure_difficulty(row["text"], "en") or 0.0 for row in texts],
    }
    made = {}
    for name, values in measures.items():
        scores = np.array(values)
        for easier in ("Ele", "Int"):
            (places,) = np.nonzero((level == "Adv") | (level == easier))
            hard, found = (level[places] == "Adv").astype(np.float64), scores[places]
            figure = partial(_area_of, hard, found)
            made[f"{name}, Adv against {easier}"] = [
                round(value, 3) for value in over_readers(article[places], figure)
            ]
    return made


def _area_of(targets: FloatArray, scores: FloatArray, chosen: np.ndarray) -> float:
    return area(targets[chosen], scores[chosen])


def personalised(trials: Trials, least: int = 20, readers: int = 60) -> dict[str, object]:
    """Return the AUC in turn after twenty of a reader's own answers, one passage a trial."""
    targets, predictions, means, who = [], [], [], []
    for name in np.unique(trials.reader)[:readers]:
        places = np.flatnonzero(trials.reader == name)
        examples = [Example(trials.passages[int(at)][0], trials.right[at], 1.0) for at in places]
        made = predict_in_turn(examples, comprehension_prior())
        right = trials.right[places]
        before = (np.cumsum(right) - right + 2 * 0.75) / (np.arange(len(right)) + 2)
        targets += right[least:].tolist()
        predictions += made[least:].tolist()
        means += before[least:].tolist()
        who += [name] * (len(places) - least)
    y, p, m = (np.array(values) for values in (targets, predictions, means))
    reader = np.array(who)
    estimate = over_readers(reader, lambda at: area(y[at], p[at]))
    mean = over_readers(reader, lambda at: area(y[at], m[at]))
    return {
        "auc": [round(value, 3) for value in estimate],
        "own mean of answers": [round(value, 3) for value in mean],
        "calibration error": round(calibration_error(y, p), 3),
    }


def ceiling(trials: Trials, questions: int = 3, readers: int = 20000) -> dict[str, object]:
    """Return what could be had at best from two texts a reader, each with so few questions.

    The variance of the scores is parted into chance of the answers (binomial), readers (the
    covariance of a reader's two texts), texts, and the rest. Then scores are drawn from such
    chances of a right answer, and ranked by whoever knows these chances themselves, or knows of
    each only the reader's and the text's mean. "Two texts" is the correlation of a reader's
    two scores, the reliability of one.
    """
    score, mean = trials.right, float(trials.right.mean())
    _, items = np.unique(trials.item, return_inverse=True)
    count = np.bincount(items)
    of_item = np.bincount(items, score) / count
    of_items = (of_item - mean) ** 2 - score.var() / count
    texts = max(0.0, float(np.average(of_items, weights=count)))
    rest = score - of_item[items]
    names = np.unique(trials.reader)
    pairs = np.array([rest[trials.reader == name] for name in names])
    own = float((pairs[:, 0] * pairs[:, 1]).mean())
    chances = (score.var() - mean * (1 - mean) / questions) / (1 - 1 / questions)
    parts = {"readers": own, "texts": texts, "rest": max(0.0, float(chances) - own - texts)}
    rng = np.random.default_rng(0)
    of_reader, of_text, of_rest = (
        rng.normal(size=(readers, columns)) * np.sqrt(share)
        for columns, share in zip((1, 2, 2), parts.values(), strict=True)
    )
    centre, scale = np.log(mean / (1 - mean)), 1.0 / (mean * (1 - mean))
    for _ in range(30):  # until the chances vary as much as the parts together
        known = centre + scale * (of_reader + of_text)
        chance = expit(known + scale * of_rest)
        scale *= np.sqrt(sum(parts.values()) / chance.var())
    drawn = rng.binomial(questions, chance) / questions
    apart = drawn[:, 0] != drawn[:, 1]
    made: dict[str, object] = {name: round(value, 4) for name, value in parts.items()}
    made["two texts"] = round(float(np.corrcoef(pairs.T)[0, 1]), 3)
    for name, told in (("reader and text known", known), ("chance itself known", chance)):
        better = (told[:, 0] - told[:, 1]) * (drawn[:, 0] - drawn[:, 1]) > 0
        made[name] = {
            "AUC": round(area((drawn.ravel() >= 0.5).astype(np.float64), told.ravel()), 3),
            "within a reader": round(float(better[apart].mean()), 3),
        }
    return made


def judge(trials: Trials, features: Sequence[str]) -> dict[str, object]:
    """Return every figure of one set."""
    whole = trials.estimates()
    made: dict[str, object] = {
        "trials": len(trials.right),
        "readers": len(np.unique(trials.reader)),
        "right": round(float(trials.right.mean()), 3),
        "shown": round(float(whole.mean()), 3),
        "calibration error": round(calibration_error(trials.right, whole), 3),
        "AUC of the estimate": auc_over_readers(trials, whole),
        "within a reader": within_readers(trials, whole),
        "AUC of LIX alone": auc_over_readers(trials, -trials.lix),
        "AUC of other readers' answers": auc_over_readers(trials, others(trials)),
        "AUC of the reader's other answers": auc_over_readers(trials, own_mean(trials)),
        "fitted weights, with standard errors": fitted(trials, features),
    }
    if np.isfinite(trials.wpm).any():
        made["AUC of pace alone"] = auc_over_readers(trials, -trials.wpm)
        slow = -np.nan_to_num(trials.wpm, nan=1e6)
        made["within a reader, pace alone"] = within_readers(trials, slow)
    if len(features) > 1:
        for name in features:
            made[f"AUC of {name} alone"] = auc_over_readers(trials, trials.estimates([name]))
    return made


def skimmed(trials: Trials) -> dict[str, float]:
    """Return the share of passages called skimmed, in texts of which all answers were right."""
    units = np.array(
        [
            one.skimming or 0.0
            for seen, right in zip(trials.passages, trials.right, strict=True)
            for one in seen
            if right == 1.0
        ]
    )
    pace = Pace()
    now = np.log(pace.skimmed_wpm / pace.wpm) / 0.30
    limits = {
        "1.5 times 238 words a minute (before)": np.log(1.5) / 0.30,
        "two own standard deviations (now)": min(now, 2.999),
    }
    return {name: round(float((units > limit).mean()), 3) for name, limit in limits.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the readers' files")
    data = parser.parse_args().data
    results: dict[str, object] = {}

    def report(name: str, measure: Callable[[], object]) -> None:
        results[name] = measure()
        print(f"\n{name}\n{json.dumps(results[name], indent=1)}")

    scrolled, paragraphs = scroll_log(data), onestop(data)
    exam, sure = sb_sat(data)
    report("scroll_log", partial(judge, scrolled, ("difficulty", "skimming", "revisits")))
    report("scroll_log, at best", partial(ceiling, scrolled))
    report("scroll_log, called skimmed of what was understood", partial(skimmed, scrolled))
    report("OneStop", partial(judge, paragraphs, ("difficulty",)))
    report(
        "OneStop, difficulty fitted to other articles",
        lambda: auc_over_readers(paragraphs, difficulty_left_out(paragraphs, data)),
    )
    report("OneStop, levels of a text told", partial(levels_told, data))
    report("OneStop, after 20 own answers", partial(personalised, paragraphs))
    report("SB-SAT", partial(judge, exam, ("difficulty", "skimming")))
    report("SB-SAT, own confidence", lambda: auc_over_readers(exam, sure))
    report("SB-SAT, own confidence within a reader", lambda: within_readers(exam, sure))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
