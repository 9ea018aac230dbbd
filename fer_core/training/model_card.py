"""The model card's figures: written by `evaluate --record`, so that no one copies them by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fer_core.training.errors import DataError
from fer_core.vision.model_info import name_roles

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
NAMES = {
    "frame": "the detector at 320 px, one crop refined, as in video",
    "photo": "all scales, two crops refined, as for photos",
}


def write_figures(card: Path, info: dict[str, Any], report: dict[str, Any]) -> None:
    """Replace the part of the card between its two marks.

    Args:
        card: MODEL_CARD.md.
        info: The model.json.
        report: Of `evaluate`.

    Raises:
        DataError: The card lacks the marks.
    """
    text = card.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise DataError(f"{card} lacks {BEGIN} or {END}")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    figures = figures_markdown(info, report)
    card.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}", encoding="utf-8")


def figures_markdown(info: dict[str, Any], report: dict[str, Any]) -> str:
    """Return the tables as Markdown."""
    left_out = report["left_out_as_seen_in_training"]
    networks = [
        (
            f"{file['architecture']} for {name_roles(file['roles'])}",
            f"`{file['file']}`, sha256 `{file['sha256']}`",
        )
        for file in report["weights"]["networks"]
    ]
    parts = [
        _table(
            ("", ""),
            [
                ("version, date", f"{info['version']}, {info['date']}"),
                *networks,
                ("temperature", info["temperature"]),
                ("face from a score of", info["confidence_threshold"]),
                ("unsure below a probability of", info["unsure_below"]),
            ],
        )
    ]
    if report.get("limit"):
        parts.append(
            f"Of each set at most {report['limit']} `val` pictures, drawn by seed: fewer than all, "
            "so the intervals are wider."
        )
    parts.append(f"{left_out} val pictures that occur in the training split as well are left out.")
    for mode, title in NAMES.items():
        parts += [f"### {mode[0].upper()}{mode[1:]} mode: {title}", *_mode(mode, report)]
    size_rows = [
        (f"{row['from']}-{row['to']}", row["pictures"], f"{row['accuracy']:.3f}")
        for row in report["face_size"]
    ]
    parts += [
        "### By the labelled face's size in the picture (photo mode)",
        "Each range is another mixture of sources, so the rows do not compare size alone.",
        _table(("longer side, px", "pictures", "accuracy"), size_rows),
    ]
    if report.get("changes"):
        parts.append("### The same pictures, one thing changed (photo mode)")
        rows = [
            (name, f"{row['level']:g}", f"{row['accuracy']:.3f}", f"{row['found']:.3f}")
            for name, levels in report["changes"].items()
            for row in levels
        ]
        parts.append(_table(("change", "level", "accuracy", "face found"), rows))
    return "\n\n".join(parts)


def scene_rows(scenes: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return average precision at IoU .5 and at .5-.95, with intervals, of all classes and each."""
    rows = [
        (
            "all",
            _with_interval(scenes["map50"], scenes["map50_interval"]),
            _with_interval(scenes["map50_95"], scenes["map50_95_interval"]),
        )
    ]
    for label in scenes["ap50"]:
        at_half, at_all = (
            _with_interval(scenes[figure][label], scenes[f"{figure}_interval"][label])
            for figure in ("ap50", "ap50_95")
        )
        rows.append((label, at_half, at_all))
    return rows


def _mode(mode: str, report: dict[str, Any]) -> list[str]:
    scenes, calibration = report["scenes"][mode], report["calibration"][mode]
    sources = [
        (
            source,
            row["pictures"],
            _with_interval(row["macro_f1"], row["macro_f1_interval"]),
            _with_interval(row["accuracy"], row["accuracy_interval"]),
            f"{row['found']:.4f}",
        )
        for source, row in report["sources"][mode].items()
    ]
    by_source = [
        (source, f"{value:.3f}", "{:.3f} to {:.3f}".format(*calibration["ece_by_chance"][source]))
        for source, value in calibration["ece_by_source"].items()
    ]
    everyday = report.get("everyday", {}).get(mode, {})
    return [
        (
            f"{scenes['scenes']} validation scenes, {scenes['faces']} faces, "
            f"{scenes['missed']} missed, {scenes['false_alarms']} boxes elsewhere (some of them "
            "people in the background of news photos, who carry no label; 95 % intervals, "
            "bootstrap over scenes):"
        ),
        _table(("class", "AP50", "AP50-95"), scene_rows(scenes)),
        (
            "Picture by picture, the largest face; nothing found or unsure is wrong "
            "(95 % intervals, bootstrap over pictures):"
        ),
        _table(("source", "pictures", "macro-F1", "accuracy", "face found"), sources),
        (
            f"Calibration error (ECE) {calibration['ece_unscaled']:.3f} without and "
            f"{calibration['ece']:.3f} with the temperature; with one fitted on one half of the "
            f"pictures and judged on the other {calibration['ece_cross_fitted']:.3f}. By set, "
            "beside what a perfectly calibrated model shows at as many pictures by chance (mean, "
            "97.5 percentile):"
        ),
        _table(("source", "ECE", "by chance"), by_source),
        *(_everyday(everyday) if everyday else ()),
    ]


def _everyday(figures: dict[str, Any]) -> list[str]:
    rows = [
        (
            source,
            f"{row['pictures']} of {row['people']} people",
            f"{row['found']:.4f}",
            f"{row['false_boxes']:.4f}",
            row["calm"],
            _with_interval(row["called_sad_or_angry"], row["called_sad_or_angry_interval"]),
            _with_interval(row["mean_sad_and_angry"], row["mean_sad_and_angry_interval"]),
        )
        for source, row in figures.items()
    ]
    titles = (
        *("set", "pictures", "face found", "boxes elsewhere a picture", "calm ones"),
        *("called Sad or Angry", "mean of Sad + Angry"),
    )
    text = (
        "People at a webcam, whose expression nobody labelled; calm are those whose clip was rated "
        "free of confusion and frustration. students are tight crops, webcam_frames whole pictures:"
    )
    return [text, _table(titles, rows)]


def _with_interval(value: float, interval: Sequence[float]) -> str:
    return f"{value:.3f} ({interval[0]:.3f}-{interval[1]:.3f})"


def _table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
