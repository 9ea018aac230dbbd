"""The web app: pages (one file each) and their parts; only here is Streamlit imported."""
