"""The script that Streamlit runs for every view of the app; `Home.py` names it."""

from app.frame import show_app

show_app()
