"""Photos and video: hand in pictures or a video, see every face labelled, take it away."""

from __future__ import annotations

import streamlit as st

from app.parts.engine import engine_or_stop
from app.photos.download import offer_downloads
from app.photos.gallery import show_gallery, show_overview
from app.photos.memory import PhotosMemory
from app.photos.options import choose_options
from app.photos.photo import show_photo
from app.photos.upload import analyse, hand_in, invite
from app.video.page import show_videos


def show_page() -> None:
    st.title("Photos and video")
    photos, video = st.tabs(["Photos", "Video"], key="photos_or_video")
    with photos:
        show_photos()
    with video:
        show_videos()


def show_photos() -> None:
    memory = PhotosMemory.of_tab()
    # The result stands first; the field for more photos below it.
    result, field = st.container(), st.container()
    with field:
        uploads = hand_in(memory)
        st.caption(
            "Your photos stay in this computer's memory until you remove them or close this tab. "
            "They are never saved."
        )
    model = engine_or_stop().info
    memory.cache.keep_only(uploads)
    if not uploads:
        invite()
        return
    with result:
        uploads = analyse(memory.cache, uploads)
        if not uploads:
            return
        place = st.container()
        options = choose_options(model)
        with place:
            if len(uploads) == 1:
                show_photo(memory.cache, uploads[0], options)
            else:
                uploads = show_overview(memory.cache, uploads, options)
                show_gallery(memory, uploads, options)
        offer_downloads(memory.cache, uploads, model, options)


show_page()
