"""What came back after a week."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.parts.due import browser_zone
from fer_core.storage.cards import CardStore
from fer_core.time_zones import day_of

DAY_S = 86_400.0


def show_week(deck: CardStore) -> None:
    """Show the share of cards that came back a week or more after reading, and which."""
    result = deck.after_a_week()
    if result.share is None:
        st.info(
            f"{result.sentence} Cards come back by themselves: answer what is due, and the result "
            "stands here after a week.",
            icon=":material/schedule:",
        )
        return
    st.metric("Came back after a week", f"{result.share:.0%}", border=True)
    st.markdown(result.sentence)
    zone = browser_zone()
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Asked on": day_of(one.review.at, zone).isoformat(),
                    "Days after reading": round(one.review.delay_s / DAY_S),
                    "Came back": "yes" if one.recalled else "no",
                    "Card": one.card.front,
                    "Answer": one.card.back,
                    "Text": one.card.source.text_title,
                }
                for one in result.answers
            ]
        ),
        hide_index=True,
        alt="Cards asked a week or more after reading, the latest first",
    )
    st.caption(
        "Of each card its first answer a week or more after you read its passage. Most were "
        "reviewed in between, so it is the result of reading and reviewing together. You graded "
        "yourself."
    )
