"""Charts, as Altair specifications: what was seen in photos, and how good the model is.

Colour never carries a meaning alone: each mark has its emoji, word or number beside it. Text and
axes take their colour from the page's theme, so charts read in light and dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from fer_core.drawing.labels import UNSURE_COLOUR
from fer_core.emotions import EMOTIONS, UNSURE_EMOJI, UNSURE_LABEL, Emotion
from fer_core.vision.faces import Face

_ROW_PX = 30
#: The given height is the plot's alone; axes and legends come on top.
_PLOT_HEIGHT = alt.AutoSizeParams(type="fit-x", contains="padding")
#: A share narrower than this has no room for its emoji; the legend and the tooltip name it.
_ROOM_FOR_EMOJI = 0.09


def name_of(emotion: Emotion | None) -> str:
    """Return the emoji and the word of a class, or of "unsure"."""
    if emotion is None:
        return f"{UNSURE_EMOJI} {UNSURE_LABEL}"
    return f"{emotion.emoji} {emotion.label}"


def expression_colours() -> alt.Scale:
    """Return the scale that gives each class, and "unsure", its colour."""
    classes = (*EMOTIONS, None)
    return alt.Scale(
        domain=[name_of(emotion) for emotion in classes],
        range=[emotion.colour if emotion else UNSURE_COLOUR for emotion in classes],
    )


def probability_bars(faces: Sequence[Face]) -> alt.LayerChart:
    """Return one bar per face, split into its five probabilities.

    Args:
        faces: At least one; the first is "Face 1".
    """
    rows = []
    for number, face in enumerate(faces, start=1):
        start = 0.0
        for order, (emotion, value) in enumerate(zip(EMOTIONS, face.probabilities, strict=True)):
            probability = float(value)
            rows.append(
                {
                    "face": f"Face {number}",
                    "expression": name_of(emotion),
                    "emoji": emotion.emoji if probability >= _ROOM_FOR_EMOJI else "",
                    "probability": probability,
                    "middle": start + probability / 2,
                    "order": order,
                }
            )
            start += probability
    names = [f"Face {number}" for number in range(1, len(faces) + 1)]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("face:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False)),
        tooltip=[
            alt.Tooltip("face:N", title="Face"),
            alt.Tooltip("expression:N", title="Expression"),
            alt.Tooltip("probability:Q", title="Probability", format=".0%"),
        ],
    )
    bars = base.mark_bar(cornerRadius=2).encode(
        x=alt.X(
            "probability:Q",
            stack="zero",
            title=None,
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format="%", tickCount=5),
        ),
        color=alt.Color(
            "expression:N",
            scale=alt.Scale(
                domain=[name_of(emotion) for emotion in EMOTIONS],
                range=[emotion.colour for emotion in EMOTIONS],
            ),
            legend=alt.Legend(title=None, orient="bottom", columns=2, symbolType="square"),
        ),
        order=alt.Order("order:Q"),
    )
    emoji = base.mark_text(fontSize=14).encode(x=alt.X("middle:Q"), text="emoji:N")
    return alt.LayerChart(layer=[bars, emoji]).properties(
        height=len(faces) * _ROW_PX, autosize=_PLOT_HEIGHT
    )


def expression_counts(counts: Mapping[Emotion | None, int]) -> alt.LayerChart:
    """Return one bar per expression: how many faces show it, the number at its end.

    Args:
        counts: Faces by class; None counts the unsure ones.
    """
    table = pd.DataFrame(
        {
            "expression": [name_of(emotion) for emotion in counts],
            "faces": list(counts.values()),
        }
    )
    most = max(1, *counts.values()) if counts else 1
    base = alt.Chart(table).encode(
        y=alt.Y(
            "expression:N",
            sort=list(table["expression"]),
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelLimit=160),
        ),
        x=alt.X("faces:Q", title="Faces", scale=alt.Scale(domain=[0, most * 1.1]), axis=None),
        tooltip=[alt.Tooltip("expression:N", title="Expression"), alt.Tooltip("faces:Q")],
    )
    bars = base.mark_bar(cornerRadius=3).encode(
        color=alt.Color("expression:N", scale=expression_colours(), legend=None)
    )
    # A grey that reads on white and on near black alike.
    numbers = base.mark_text(align="left", dx=6, fontWeight="bold", color="#808B98").encode(
        text="faces:Q"
    )
    return alt.LayerChart(layer=[bars, numbers]).properties(
        height=len(counts) * _ROW_PX, autosize=_PLOT_HEIGHT
    )


def confusion_matrix(counts: Sequence[Sequence[int]]) -> alt.LayerChart:
    """Return a confusion matrix: a row per true expression, its shares over the answers given.

    Args:
        counts: Row i, column j: faces of class i, in class order, that were called class j; the
            last column counts those without an answer (nothing found, or unsure).
    """
    truths = [name_of(emotion) for emotion in EMOTIONS]
    answers = [*truths, "No answer"]
    rows = [
        {
            "truth": truth,
            "answer": answer,
            "faces": value,
            "share": value / (sum(row) or 1),
        }
        for truth, row in zip(truths, counts, strict=True)
        for answer, value in zip(answers, row, strict=True)
    ]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X(
            "answer:N",
            sort=answers,
            title="The model said",
            # The emoji above the word: six columns stand side by side on a phone too.
            axis=alt.Axis(
                labelAngle=0,
                labelExpr="split(datum.label, ' ')",
                labelFontSize=10,
                labelOverlap=False,
                orient="top",
            ),
        ),
        y=alt.Y("truth:N", sort=truths, title="The picture's label"),
        tooltip=[
            alt.Tooltip("truth:N", title="Label"),
            alt.Tooltip("answer:N", title="Model"),
            alt.Tooltip("share:Q", title="Share of the row", format=".1%"),
            alt.Tooltip("faces:Q", title="Faces", format=","),
        ],
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "share:Q",
            scale=alt.Scale(domain=[0, 1], range=["#EEF3F8", "#0B4F77"]),
            legend=None,
        )
    )
    text = base.mark_text(fontSize=13).encode(
        text=alt.Text("share:Q", format=".0%"),
        color=alt.condition(alt.datum.share > 0.45, alt.value("#FFFFFF"), alt.value("#1C2530")),
    )
    return alt.LayerChart(layer=[cells, text]).properties(
        height=52 * len(truths), autosize=_PLOT_HEIGHT
    )
