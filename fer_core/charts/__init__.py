"""Altair charts, without Streamlit: expressions, a timeline, passages, the history."""
