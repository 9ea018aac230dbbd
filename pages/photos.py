"""Photos: hand in pictures, see every face labelled, take the results away."""

from __future__ import annotations

import streamlit as st

from app.parts.engine import engine_or_stop
from app.photos.download import offer_downloads
from app.photos.gallery import show_gallery, show_overview
from app.photos.memory import PhotosMemory
from app.photos.options import choose_options
from app.photos.photo import show_photo
from app.photos.upload import analyse, hand_in, invite


def show_page() -> None:
    memory = PhotosMemory.of_tab()
    st.title("Photos")
    st.markdown(
        "See the expression of every face in your pictures. They stay in this machine's memory "
        "and are forgotten when you remove them, leave this page or close the tab."
    )
    uploads = hand_in(memory)
    model = engine_or_stop().info
    memory.cache.keep_only(uploads)
    if not uploads:
        invite()
        return
    uploads = analyse(memory.cache, uploads)
    if not uploads:
        return
    options = choose_options(model)
    if len(uploads) == 1:
        show_photo(memory.cache, uploads[0], options)
    else:
        uploads = show_overview(memory.cache, uploads, options)
        show_gallery(memory, uploads, options)
    offer_downloads(memory.cache, uploads, model, options)


show_page()
