"""Memory of what is not used any more, given back twice a minute.

Streamlit would look for it after each run of a script, and a session runs a part of itself each
second: that took a third of a core. Python itself looks so rarely that photos of closed tabs stay
for long: 42 of 9 megapixels in 14 tabs left 1,220 MB behind, and 960 with a look after each run.
"""

from __future__ import annotations

import gc

import streamlit as st

from fer_core.live.sweeper import Sweeper


@st.cache_resource(show_spinner=False, on_release=lambda sweeper: sweeper.stop())
def collect_garbage() -> Sweeper:
    """Let a thread of this process collect garbage from now on; a second call changes nothing."""
    sweeper = Sweeper(gc.collect)
    sweeper.start()
    return sweeper
