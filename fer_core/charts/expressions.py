"""How an expression is named, and how good the model is, as an Altair specification.

Colour never carries a meaning alone: each cell has its number. Text and axes take their colour from
the page's theme, so the chart reads in light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from fer_core.emotions import EMOTIONS, UNSURE_EMOJI, UNSURE_LABEL, Emotion

#: The given height is the plot's alone; axes and legends come on top.
_PLOT_HEIGHT = alt.AutoSizeParams(type="fit-x", contains="padding")


def name_of(emotion: Emotion | None) -> str:
    """Return the emoji and the word of a class, or of "unsure"."""
    if emotion is None:
        return f"{UNSURE_EMOJI} {UNSURE_LABEL}"
    return f"{emotion.emoji} {emotion.label}"


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
