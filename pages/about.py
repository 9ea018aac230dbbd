"""About: the model and how good it is, privacy, acceptable use, licences."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from app.state import engine_or_stop, settings_or_stop
from fer_core.charts import expressions
from fer_core.vision.model_info import ModelInfo, name_looks
from fer_core.vision.model_metrics import confusions_of, figures_of, missing_of


def show_page() -> None:
    st.title("About")
    model, privacy, use, licences = st.tabs(["Model", "Privacy", "Acceptable use", "Licences"])
    with model:
        show_model(engine_or_stop().info)
    with privacy:
        st.markdown(PRIVACY)
    with use:
        st.markdown(ACCEPTABLE_USE)
    with licences:
        st.markdown(LICENCES)


def show_model(info: ModelInfo) -> None:
    st.subheader(f"{info.name} {info.version}")
    networks = ", ".join(
        f"{network.architecture} for {name_looks(looks)}"
        for network, looks in info.networks.items()
    )
    st.markdown(
        f"{networks}; {info.date}. It finds faces and gives each the "
        f"probabilities of five expressions; below {info.unsure_below:.0%} it says “unsure”."
    )
    sums = ", ".join(f"{network.file} `{network.sha256}`" for network in info.networks)
    st.caption(f"SHA-256: {sums}. {info.licence}")
    show_figures(info)
    show_confusion(info)
    show_card()


def show_figures(info: ModelInfo) -> None:
    st.subheader("How good it is")
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
        st.dataframe(
            table,
            hide_index=True,
            column_config={"Value": st.column_config.NumberColumn(format="%.3f")},
            alt="The model's measured figures",
        )
        st.caption(
            "All from 0 to 1; higher is better, but for calibration errors: there 0 is best. "
            "Accuracy: the share of pictures with the right answer. Macro-F1: the same with each "
            "expression counting alike. AP50: face and expression found together, the box at "
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
    st.caption(
        "By skin tone, age and gender: unknown, because the pictures do not say. Expect it to be "
        "worse for some groups of people than for others."
    )


def show_confusion(info: ModelInfo) -> None:
    confusions = {confusion.data: confusion for confusion in confusions_of(info.metrics)}
    if not confusions:
        return
    st.subheader("What it takes for what")
    chosen = st.pills(
        "Pictures", list(confusions), default=next(iter(confusions)), required=True, key="confusion"
    )
    if chosen is not None:
        st.altair_chart(
            expressions.confusion_matrix(confusions[chosen].counts),
            alt="Confusion matrix: for each label of the pictures, what the model said",
        )
    st.caption(
        "Each row adds up to 100 %: of the pictures with that label, how many got which answer. "
        "“No answer” is no face found, or unsure."
    )


def show_card() -> None:
    card = settings_or_stop().weights.with_name("MODEL_CARD.md")
    with st.expander("Model card", icon=":material/description:"):
        if card.is_file():
            text = re.sub(r"(?s)<!--.*?-->", "", card.read_text(encoding="utf-8"))
            # One level down: the page has its own title.
            st.markdown(re.sub(r"(?m)^#", "##", text))
        else:
            st.markdown("No model card (MODEL_CARD.md) lies beside this model's file.")


PRIVACY = """
- **Pictures and camera frames live in memory** while you use them, are never written to disk and
  are forgotten when you remove them, leave the page or close the tab.
- **Nothing is sent anywhere.** The app makes no connections of its own: no telemetry, no fonts or
  scripts from other servers. By default it can be reached from this machine only.
- A study session that you choose to keep stores **numbers** (expressions, estimates, times), your
  answers, and the titles and notes you wrote: on this machine, never a picture, never the text you
  read. Look at them, export them and erase them on the History page.
- What you download is yours to look after. Blurred faces in a download cannot be restored; a face
  that was not found is not blurred, so look before you share.
"""

ACCEPTABLE_USE = """
**For yourself.** This app is for your own pictures and for studying on your own: you start it, you
see what it sees, you stop it.

**Never for watching others.** Not for pupils, students, employees, applicants or customers; not
for grades, exams, hiring or discipline; not to sort people or to guess what they think. In the
European Union, inferring emotions from faces at work and in education is forbidden (AI Act,
Regulation (EU) 2024/1689, article 5(1)(f), in force since 2 February 2025), medical and safety
uses aside. Label other people's pictures only if they agree.

**What it cannot know.** An expression is what a face shows, not what a person feels: in studies,
the two go together only weakly (Durán and Fernández-Dols 2021), and they vary with culture,
situation and person (Barrett et al. 2019). Models of this kind are less accurate for some groups
of people than for others; what was measured for this one, and what was not, stands in its model
card.

Estimates for self-reflection. Not medical, not a measure of ability.
"""

LICENCES = """
- **The app's code** is under the MIT licence (file LICENSE).
- **The model's weights** were trained with [Ultralytics](https://ultralytics.com), which is under
  AGPL-3.0, and so are the weights. Whoever offers a changed version over a network offers its
  source too. Ultralytics itself is needed for training and for `.pt` files, not to run this app.
- **Lettering in pictures** is Aileron (CC0), from Pillow. **The emoji in pictures** are the
  project's own drawings.
- Every library the app uses keeps its own licence; `requirements.txt` names them.
"""

show_page()
