"""What is known of the learner over all sessions, and how to forget it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.history.words import when
from app.parts.buttons import pressed
from app.parts.words import plain
from fer_core.affect.baseline import Baseline
from fer_core.affect.weights import INTERVAL_PERCENT, INTERVAL_SDS, Coefficients, Weights
from fer_core.learner.confidence import OwnCalibration
from fer_core.learner.evaluation import Evaluation
from fer_core.learner.scores import CALIBRATION_ANSWERS, Score
from fer_core.storage.store import SessionStore

#: So many of the latest answers that were sure and wrong are shown.
SURE_BUT_WRONG_SHOWN = 5
_CHANNELS = {
    "valence": "Valence (-1 to 1)",
    "arousal": "Arousal (-1 to 1)",
    "negative": "Brow lowered and sad (0 to 1)",
    "motion": "Head motion (face heights a second)",
}
_WEIGHTS = {
    "intercept": "In general",
    "difficulty": "Difficult text",
    "skimming": "Reading faster than usual",
    "revisits": "Coming back",
    "away": "Away from the screen",
    "negative": "Brow lowered, or sad expression",
    "motion": "Head motion",
    "heart_rate": "Heart rate",
}


def show_learner(store: SessionStore) -> None:
    """Show how good the estimates were and what they start from; the figures are folded away."""
    learner = store.learner.profile()
    st.header("How good the estimates have been")
    st.markdown(learner.evaluation.sentence)
    st.markdown(learner.stress_evaluation.sentence)
    show_calibration(learner.calibration)
    st.header("What it learned from you")
    count = learner.comprehension.answers + learner.stress.answers
    st.markdown(
        f"The estimates are fitted to your {count} answers."
        if count
        else "Nothing yet. Your answers to the questions in a session fit the estimates to you."
    )
    if learner.answers_from:
        st.caption(f"Answers count since the reset on {when(learner.answers_from)}.")
    if pressed("Reset my answers", icon=":material/restart_alt:", key="reset_answers"):
        store.learner.reset_personalisation()
        st.rerun()
    st.markdown(
        "What is usual for your face is not known yet. It takes five minutes of ordinary study "
        "with the camera."
        if learner.baseline is None
        else "What is usual for your face is known. Later sessions are compared with it."
    )
    if learner.baseline_at is not None:
        st.caption(
            f"Learned on {when(learner.baseline_at)}. The next session begins with it, and then "
            "goes by its own last quarter of an hour."
        )
    if learner.baseline is not None and pressed(
        "Learn it anew", icon=":material/restart_alt:", key="reset_baseline"
    ):
        store.learner.reset_baseline()
        st.rerun()
    with st.expander("Advanced"):
        show_scores(learner.evaluation)
        for evaluation in (learner.evaluation, learner.stress_evaluation):
            if (gain := evaluation.gain_in_words) is not None:
                st.caption(gain)
        left, right = st.columns(2)
        with left:
            show_weights("Understanding", in_use(learner.comprehension, learner.use_camera))
        with right:
            show_weights("Stress", in_use(learner.stress, learner.use_camera_for_stress))
        if learner.baseline is not None:
            show_baseline(learner.baseline)


def show_scores(evaluation: Evaluation) -> None:
    """Show how well each way of estimating predicted the answers, as far as there are enough."""
    if evaluation.full is not None:
        scores = {
            "Guessing your average": evaluation.base_rate,
            "The text alone": evaluation.text_only,
            "Text, pace and returns": evaluation.no_camera,
            "With the camera": evaluation.full,
        }
        st.dataframe(
            pd.DataFrame([score_line(name, score) for name, score in scores.items() if score]),
            hide_index=True,
            alt="How well each way of estimating predicted your answers",
        )
        st.caption(
            "Answers to questions that came by chance, each predicted from the answers before it. "
            "AUC: .5 is chance, 1 is perfect. Brier: the mean squared error, 0 is perfect. "
            f"Calibration error: 0 is perfect, and chance alone gives .07 at {CALIBRATION_ANSWERS} "
            "answers."
        )


def show_baseline(baseline: Baseline) -> None:
    """Show what is usual for the learner, channel by channel."""
    st.markdown("**Your usual**")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "What": _CHANNELS.get(str(channel), str(channel)),
                    "Usually": usual.median,
                    "Varies by": usual.spread,
                }
                for channel, usual in baseline.usual.items()
            ]
        ),
        hide_index=True,
        column_config={
            "Usually": st.column_config.NumberColumn(format="%.3f"),
            "Varies by": st.column_config.NumberColumn(format="%.3f"),
        },
        alt="What is usual for you, channel by channel",
    )


def show_calibration(calibration: OwnCalibration) -> None:
    """Show how sure the learner was of answers, and how often they were right."""
    st.header("How well you know what you know")
    st.markdown(calibration.sentence)
    if not calibration.answers:
        return
    lines = [
        {
            "You said": one.label.capitalize(),
            "Answers": one.answers,
            "Right": f"{one.right} of {one.answers}",
            "Wrong": one.answers - one.right,
        }
        for one in calibration.by_confidence
    ]
    st.dataframe(
        pd.DataFrame(lines), hide_index=True, alt="How sure you were, and how often you were right"
    )
    for answer in calibration.sure_but_wrong[:SURE_BUT_WRONG_SHOWN]:
        st.markdown(f":material/priority_high: Sure, but wrong: “{plain(answer.probe.prompt)}”")


def score_line(name: str, score: Score) -> dict[str, str]:
    return {
        "Way of estimating": name,
        "AUC": "–" if score.auc is None else f"{score.auc:.2f}",
        "Brier": f"{score.brier:.3f}",
        "Calibration error": f"from {CALIBRATION_ANSWERS} answers on"
        if score.ece is None
        else f"{score.ece:.3f}",
    }


def in_use(weights: Weights, use_camera: bool) -> Coefficients:
    """Return those that the estimates are made with."""
    return weights.full if use_camera else weights.without_camera


def show_weights(title: str, coefficients: Coefficients) -> None:
    answers = "1 answer" if coefficients.answers == 1 else f"{coefficients.answers} answers"
    start = "" if coefficients.answers else ": the weights that everybody begins with"
    st.markdown(f"**{title}**, from {answers}{start}")
    lines = []
    for position, name in enumerate(coefficients.names):
        mean = float(coefficients.mean[position])
        half = INTERVAL_SDS * float(coefficients.covariance[position, position]) ** 0.5
        lines.append(
            {
                "What": _WEIGHTS.get(name, name),
                "Weight": f"{mean:+.2f} ({mean - half:+.2f} to {mean + half:+.2f})",
            }
        )
    st.dataframe(
        pd.DataFrame(lines), hide_index=True, alt=f"Weights of the {title.lower()} estimate"
    )
    st.caption(f"Above 0 raises the estimate, below lowers it; {INTERVAL_PERCENT} % intervals.")
