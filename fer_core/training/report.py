"""The figures of `evaluate` as one HTML page with plots: self-contained, no scripts, no network."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import cv2

from fer_core.emotions import LABELS
from fer_core.training.data import PictureReader
from fer_core.training.errors import UnreadablePicture
from fer_core.training.model_card import scene_rows

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 1.5rem 1rem 0; display: inline-table; }
th, td { border: 1px solid #8884; padding: .2rem .6rem; text-align: right; }
th:first-child, td:first-child { text-align: left; }
figure { display: inline-block; margin: .3rem; width: 8rem; font-size: .8rem; vertical-align: top; }
figure img { width: 100%; }
svg { margin: 0 1.5rem 1rem 0; }
svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
"""
_WIDTH, _HEIGHT, _MARGIN = 300, 180, 34


def write_html(report: dict[str, Any], data: Path, path: Path) -> None:
    """Write the report.

    Args:
        report: Of `evaluate`.
        data: The data folder, for the pictures of the mistakes.
        path: The HTML file.
    """
    weights = report["weights"]
    parts = [
        f"<h1>{escape(weights['name'])}</h1>",
        *(
            f"<p>{escape(each['file'])}: sha256 {escape(each['sha256'])}</p>"
            for each in weights["networks"]
        ),
        "<h2>Validation scenes</h2>",
        *(_scenes(mode, figures) for mode, figures in report["scenes"].items()),
        "<h2>Picture by picture</h2>",
        "<p>The largest face's class; nothing found or unsure is wrong.</p>",
        "<p>95 % intervals by bootstrap over pictures.</p>",
        *(_sources(mode, figures) for mode, figures in report["sources"].items()),
        "<h2>Confusion</h2>",
        *(
            _confusion(source, figures["confusion"])
            for source, figures in report["sources"]["photo"].items()
        ),
        "<h2>Calibration</h2>",
        *(_calibration(mode, figures) for mode, figures in report["calibration"].items()),
        "<h2>Face size in the picture</h2>",
        _table(
            ("longer side, px", "pictures", "accuracy"),
            [
                (f"{row['from']}-{row['to']}", row["pictures"], row["accuracy"])
                for row in report["face_size"]
            ],
        ),
        "<h2>One change at a time</h2>",
        *(_change(name, rows) for name, rows in report.get("changes", {}).items()),
        "<h2>Surest mistakes</h2>",
        _mistakes(report["mistakes"], data),
    ]
    page = (
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        f"<title>{escape(weights['name'])}: evaluation</title><style>{_STYLE}</style>"
        f"<body>{''.join(parts)}</body></html>"
    )
    path.write_text(page, encoding="utf-8")


def _scenes(mode: str, figures: dict[str, Any]) -> str:
    grids = [(cells, value) for cells, value in figures["accuracy_by_grid"].items()]
    return (
        f"<h3>{mode}</h3><p>{figures['scenes']} scenes, {figures['faces']} faces, "
        f"{figures['missed']} missed.</p>"
        + _table(("class", "AP50", "AP50-95"), scene_rows(figures))
        + _table(("faces a side", "accuracy of found faces"), grids)
    )


def _sources(mode: str, sources: dict[str, Any]) -> str:
    rows = [
        (
            source,
            figures["pictures"],
            _with_interval(figures["macro_f1"], figures["macro_f1_interval"]),
            _with_interval(figures["accuracy"], figures["accuracy_interval"]),
            figures["found"],
            figures["located"],
            figures["unsure"],
        )
        for source, figures in sources.items()
    ]
    titles = ("source", "pictures", "macro-F1", "accuracy", "found", "located", "unsure")
    return f"<h3>{mode}</h3>" + _table(titles, rows)


def _confusion(source: str, counts: Sequence[Sequence[int]]) -> str:
    rows = [(label, *row) for label, row in zip(LABELS, counts, strict=True)]
    return _table((f"{source}: label, then answer", *LABELS, "none"), rows)


def _calibration(mode: str, figures: dict[str, Any]) -> str:
    rows = [
        (key, figures[key])
        for key in ("temperature_ratio", "ece_unscaled", "ece", "ece_cross_fitted")
    ]
    for source, value in figures["ece_by_source"].items():
        rows.append((f"ece, {source}", value))
        rows.append((f"ece, {source}, by chance at most", figures["ece_by_chance"][source][1]))
    points = [(mean, right) for mean, right, _ in figures["reliability"]]
    plot = _lines("share right against probability", points, (0.0, 1.0), diagonal=True)
    return f"<h3>{mode}</h3>" + _table(("figure", "value"), rows) + plot


def _change(name: str, rows: Sequence[dict[str, Any]]) -> str:
    points = [(float(place), row["accuracy"]) for place, row in enumerate(rows)]
    names = [f"{row['level']:g}" for row in rows]
    return _lines(name, points, (0.0, float(max(1, len(rows) - 1))), ticks=names)


def _mistakes(mistakes: Sequence[dict[str, Any]], data: Path) -> str:
    reader = PictureReader()
    figures = []
    for mistake in mistakes:
        try:
            container = (data if data.is_dir() else data.parent) / mistake["container"]
            image = reader.read(container, mistake["name"])
        except UnreadablePicture:
            continue
        _, encoded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
        source = base64.b64encode(encoded.tobytes()).decode()
        figures.append(
            f"<figure><img alt='' src='data:image/jpeg;base64,{source}'><figcaption>"
            f"{mistake['label']}, read as {mistake['answer']} ({mistake['probability']:.2f})"
            "</figcaption></figure>"
        )
    return "".join(figures)


def _with_interval(value: float, interval: Sequence[float]) -> str:
    return f"{value:.3f} ({interval[0]:.3f}-{interval[1]:.3f})"


def _table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_text(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _text(cell: object) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def _lines(
    title: str,
    points: Sequence[tuple[float, float]],
    span: tuple[float, float],
    ticks: Sequence[str] | None = None,
    diagonal: bool = False,
) -> str:
    """Return a line plot, y from 0 to 1, as SVG."""

    def place(x: float, y: float) -> tuple[float, float]:
        share = (x - span[0]) / max(span[1] - span[0], 1e-9)
        across = _MARGIN + share * (_WIDTH - 2 * _MARGIN)
        return round(across, 1), round(_HEIGHT - _MARGIN - y * (_HEIGHT - 2 * _MARGIN), 1)

    def line(ends: Sequence[tuple[float, float]], style: str) -> str:
        path = " ".join(f"{x},{y}" for x, y in (place(*end) for end in ends))
        return f"<polyline points='{path}' fill='none' {style}/>"

    drawn = [f"<text x='{_MARGIN}' y='14'>{escape(title)}</text>"]
    for level in (0.0, 0.5, 1.0):
        x, y = place(span[0], level)
        drawn.append(line([(span[0], level), (span[1], level)], "stroke='#8884'"))
        drawn.append(f"<text x='{x - 24}' y='{y + 4}'>{level:g}</text>")
    if diagonal:
        drawn.append(line([(0, 0), (1, 1)], "stroke='#8888' stroke-dasharray='4'"))
    for number, tick in enumerate(ticks or ()):
        x, y = place(float(number), 0.0)
        drawn.append(f"<text x='{x}' y='{y + 16}' text-anchor='middle'>{escape(tick)}</text>")
    drawn.append(line(points, "stroke='#0072B2' stroke-width='2'"))
    drawn += [
        f"<circle cx='{x}' cy='{y}' r='3' fill='#0072B2'/>"
        for x, y in (place(*point) for point in points)
    ]
    box = f"width='{_WIDTH}' height='{_HEIGHT}' viewBox='0 0 {_WIDTH} {_HEIGHT}'"
    return f"<svg {box} role='img' aria-label='{escape(title)}'>{''.join(drawn)}</svg>"
