"""Entry of the app: page settings and navigation. Start it with `streamlit run Home.py`."""

from pathlib import Path

import streamlit as st

PAGES_FOLDER = Path(__file__).parent / "pages"

# One line a page: file, title, icon. The first is where the app opens.
PAGES = [
    ("welcome", "Welcome", ":material/home:"),
    ("photos", "Photos", ":material/photo_library:"),
    ("live", "Live", ":material/videocam:"),
    ("reading", "Reading", ":material/menu_book:"),
    ("history", "History", ":material/history:"),
    ("about", "About", ":material/info:"),
]

#: Streamlit writes on primary buttons in white, which on the bright blue of the dark theme has a
#: contrast of 2.3 to 1 (dark letters: 7.9), and fades captions to 4.2 to 1 on white (now 5.8).
READABLE = """
<style>
button[data-testid^="stBaseButton-primary"]:not(:disabled) { color: light-dark(#fff, #11161d); }
[data-testid="stCaptionContainer"] { opacity: 0.7; }
</style>
"""

st.set_page_config(
    page_title="Expressions", page_icon="🙂", layout="wide", initial_sidebar_state="auto"
)
page = st.navigation(
    [
        st.Page(PAGES_FOLDER / f"{name}.py", title=title, icon=icon, default=index == 0)
        for index, (name, title, icon) in enumerate(PAGES)
    ],
    # On top, so that pictures and charts have the whole width; on a phone it folds into a menu.
    position="top",
)
st.html(READABLE)
if page.title != "Photos":
    # Photos are kept for as long as their page is open, as it promises.
    for kept in ("photo_shelf", "snapshots"):
        st.session_state.pop(kept, None)
page.run()
