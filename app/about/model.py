"""The model on the about page: what it is, how good it is, its card."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd
import streamlit as st

from app.parts.engine import settings_or_stop
from app.parts.room import chart_room, kept_room, table_room
from fer_core.charts import expressions
from fer_core.vision.model_info import ModelInfo, name_roles
from fer_core.vision.model_metrics import (
    GroupFigure,
    confusions_of,
    figures_of,
    group_figures_of,
    groups_measured_with,
    missing_of,
)


def show_model(info: ModelInfo) -> None:
    """Show what it is, its figures and its card."""
    st.header(f"{info.name} {info.version}")
    networks = ", ".join(
        f"{network.architecture} for {name_roles(roles)}"
        for network, roles in info.networks.roles().items()
    )
    st.markdown(
        f"{networks}; {info.date}. It finds faces and gives each the "
        f"probabilities of five expressions; below {info.unsure_below:.0%} it says “unsure”."
    )
    sums = ", ".join(f"{network.file} `{network.sha256}`" for network in info.networks.roles())
    st.caption(f"SHA-256: {sums}. {info.licence}")
    show_figures(info)
    show_confusion(info)
    show_card()


def tell_how_often(info: ModelInfo) -> None:
    """Say in one sentence how often the label of a photo is right."""
    confusions = confusions_of(info.metrics)
    if not confusions:
        return
    st.header("How often is a label right?")
    shares = [one.right for one in confusions]
    between = ""
    if len(shares) > 1:
        low, high = min(shares[1:]), max(shares[1:])
        between = f" Between sets of photos it varies from {low:.0%} to {high:.0%}."
    st.markdown(
        f"**About {10 * shares[0]:.0f} of 10 faces** in photos get the expression that people gave "
        f"them.{between} The rest are wrong or “unsure”, so take every label as a hint. People "
        "often disagree about a face, too."
    )


def show_figures(info: ModelInfo) -> None:
    """Show each measured figure with its data and interval, and what was not measured."""
    st.header("How good it is")
    measured = figures_of(info.metrics)
    if measured:
        table = pd.DataFrame(
            {
                "Figure": [figure.name for figure in measured],
                "Measured on": [figure.data for figure in measured],
                "Value": [figure.value for figure in measured],
                "95 % interval": [
                    f"{figure.interval[0]:.3f} to {figure.interval[1]:.3f}"
                    if figure.interval
                    else "not computed"
                    for figure in measured
                ],
            }
        )
        with kept_room("figures", table_room(len(measured))):
            st.dataframe(
                table,
                hide_index=True,
                column_config={"Value": st.column_config.NumberColumn(format="%.3f")},
                alt="The model's measured figures",
            )
        st.caption(
            "All from 0 to 1; higher is better, except for calibration errors, where 0 is best. "
            "Accuracy: the share of pictures with the right answer. Macro-F1: a mark that falls "
            "with missed faces of an expression and with others called so, each expression "
            "counting alike; it is no share. AP50: face and expression found together, the box at "
            "least half right; mAP50 is its mean over the expressions, mAP50-95 asks for ever "
            "tighter boxes. Calibration error: how far the stated probabilities are from how "
            "often they come true."
        )
    missing = missing_of(info.metrics)
    if missing:
        st.info(
            f"Not in this model's file: {'; '.join(missing)}. It has not been evaluated for that; "
            "`python -m fer_core.training evaluate` measures it.",
            icon=":material/help:",
        )
    show_groups(info)


def show_groups(info: ModelInfo) -> None:
    """Show how it does with groups of people, worst first said, or that nobody knows."""
    st.header("By age, gender, skin tone and glasses")
    measured = group_figures_of(info.metrics)
    if not measured:
        st.markdown(
            "Not measured for this model. Expect it to be worse for some groups of people than "
            "for others."
        )
        return
    earlier = [
        model
        for model in groups_measured_with(info.metrics)
        if model != f"{info.name} {info.version}"
    ]
    if earlier:
        st.info(
            f"These figures were measured with {' and '.join(earlier)}, and not again with this "
            "version.",
            icon=":material/help:",
        )
    worse = [line for figure in measured for line in _worse_lines(figure)]
    if worse:
        st.markdown("**Worse than for the rest by more than 5 points:**\n\n" + "\n".join(worse))
    else:
        st.markdown(
            "No group that could be measured fares worse than the rest by more than 5 points."
        )
    table = pd.DataFrame(
        {
            "By": [figure.kind for figure in measured],
            "Group": [figure.group for figure in measured],
            "Measured on": [figure.data for figure in measured],
            **{
                title: [_with_interval(figure, name) for figure in measured]
                for title, name in _GROUP_COLUMNS.items()
            },
        }
    )
    with kept_room("groups", table_room(len(measured))):
        st.dataframe(table, hide_index=True, alt="The model's figures by estimated group of people")
    st.caption(
        "Points of a hundred, with the 95 % interval. Nobody said who is in the pictures: other "
        "networks guessed age and gender, skin tone is measured from pixels and depends on the "
        "light, and who could not be told is left out. So these figures cannot say that the model "
        "is fair. “Beside the rest” compares at the same mix of expressions, and then once more "
        "without pictures whose label another model does not share. The app guesses nothing of "
        "the kind about you."
    )


#: The columns of the table of groups, and which figure stands in them.
_GROUP_COLUMNS = {
    "Accuracy": "accuracy",
    "Beside the rest": "gap",
    "Without doubted labels": "gap_undoubted",
    "Calm, called Sad or Angry": "called",
    "Calm, beside the rest": "called_gap",
}


def _worse_lines(figure: GroupFigure) -> Iterator[str]:
    """Yield a line of Markdown for each figure that is worse by more than 5 points."""
    who = f"- {figure.kind}, {figure.group} ({figure.data}): "
    if figure.is_less_right():
        low, high = figure.intervals.get("gap", (-1.0, 1.0))
        undoubted = (
            ""
            if figure.gap_undoubted is None
            else f"; where another model shares the label, {_points(figure.gap_undoubted)} points"
        )
        yield f"{who}accuracy {_points(figure.gap)} points{_chance(low, high)}{undoubted}"
    if figure.is_called_more():
        low, high = figure.intervals.get("called_gap", (-1.0, 1.0))
        points = _points(figure.called_gap)
        yield f"{who}calm people called Sad or Angry, {points} points{_chance(low, high)}"


def _points(share: float | None) -> str:
    """Return a difference in points of a hundred, "+0" for what rounds to nothing."""
    return f"{round(100 * (share or 0.0)):+d}"


def _chance(low: float, high: float) -> str:
    """Say where an interval holds 0."""
    return ", which may be chance" if low <= 0 <= high else ""


def _with_interval(figure: GroupFigure, name: str) -> str:
    """Return a figure in points with its interval; a dash where it was not measured."""
    value = getattr(figure, name)
    if value is None:
        return "–"
    written = _points if "gap" in name else _share
    ends = figure.intervals.get(name)
    between = f" ({written(ends[0])} to {written(ends[1])})" if ends else ""
    return f"{written(value)}{between}"


def _share(value: float) -> str:
    return f"{round(100 * value)}"


def show_confusion(info: ModelInfo) -> None:
    """Show which expressions it takes for which, on the pictures that are chosen."""
    confusions = {confusion.data: confusion for confusion in confusions_of(info.metrics)}
    if not confusions:
        return
    st.header("What it mixes up")
    chosen = st.pills(
        "Pictures", list(confusions), default=next(iter(confusions)), required=True, key="confusion"
    )
    if chosen is not None:
        chart = expressions.confusion_matrix(confusions[chosen].counts)
        with kept_room("confusion-room", chart_room(chart.height, titled=True)):
            st.altair_chart(
                chart, alt="Confusion matrix: for each label of the pictures, what the model said"
            )
    st.caption(
        "Each row adds up to 100 %: of the pictures with that label, how many got which answer. "
        "“No answer” is no face found, or unsure."
    )


def show_card() -> None:
    """Show the card that lies beside the model's file."""
    card = settings_or_stop().weights.with_name("MODEL_CARD.md")
    with st.expander("Model card", icon=":material/description:"):
        if card.is_file():
            text = re.sub(r"(?s)<!--.*?-->", "", card.read_text(encoding="utf-8"))
            # One level down: the page has its own title.
            st.markdown(re.sub(r"(?m)^#", "##", text))
        else:
            st.markdown("No model card (MODEL_CARD.md) lies beside this model's file.")
