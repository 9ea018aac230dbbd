"""How pictures come in: dropped, chosen or taken with the camera; and their analysis on the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from time import monotonic

import streamlit as st

from app.parts.engine import engine_or_stop, settings_or_stop
from app.parts.words import plain
from app.photos.memory import PhotosMemory
from fer_core.emotions import EMOTIONS
from fer_core.errors import FerError
from fer_core.photos.cache import PhotoCache, Upload
from fer_core.system_files import is_left_by_system

FILE_TYPES = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "gif", "avif", "heic", "heif"]
MOST_SNAPSHOTS = 20


def hand_in(memory: PhotosMemory) -> list[Upload]:
    """Let pictures be dropped, chosen or taken; return all of them, the newest snapshot first."""
    settings = settings_or_stop()
    files = st.file_uploader(
        "Drop photos here, or choose them",
        type=FILE_TYPES,
        accept_multiple_files=True,
        max_upload_size=math.ceil(settings.max_image_mb),
        help="JPEG, PNG, WebP, BMP, TIFF, GIF, AVIF or HEIC, up to "
        f"{settings.max_image_mb:g} MB and {settings.max_megapixels:g} megapixels each.",
        key="photo_files",
    )
    take_snapshots(memory.snapshots)
    taken = [
        Upload(f"snapshot-{number}-{hash(data)}", f"Snapshot {number}.jpg", partial(bytes, data))
        for number, data in enumerate(memory.snapshots, start=1)
    ]
    chosen = [
        Upload(file.file_id, file.name, file.getvalue)
        for file in files
        if not is_left_by_system(file.name)
    ]
    if len(chosen) < len(files):
        st.caption(
            "Left out, as the system wrote them beside your photos: "
            + ", ".join(plain(file.name) for file in files if is_left_by_system(file.name))
        )
    found = memory.all_of(chosen)
    offer_forgetting(memory)
    return taken[::-1] + found


def offer_forgetting(memory: PhotosMemory) -> None:
    """Say that photos of an earlier visit are still here, and offer to forget them."""
    if not memory.kept:
        return

    def forget() -> None:
        memory.kept = []

    count = "1 photo" if len(memory.kept) == 1 else f"{len(memory.kept)} photos"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{count} from before you left this page.")
        st.button("Forget", icon=":material/delete:", key="forget_kept", on_click=forget)


def take_snapshots(snapshots: list[bytes]) -> None:
    """Let pictures be taken and forgotten; each is kept as the camera's field holds only one."""

    def keep() -> None:
        taken = st.session_state["snapshot"]
        if taken is not None:
            snapshots.append(taken.getvalue())

    if st.toggle("Take a picture with the camera", key="use_camera"):
        st.camera_input(
            "The camera is used only while this is open",
            key="snapshot",
            width=640,
            on_change=keep,
            disabled=len(snapshots) >= MOST_SNAPSHOTS,
        )
    if snapshots:
        what = "the snapshot" if len(snapshots) == 1 else f"{len(snapshots)} snapshots"
        st.button(f"Forget {what}", icon=":material/delete:", on_click=snapshots.clear)
    if len(snapshots) >= MOST_SNAPSHOTS:
        st.caption(f"{MOST_SNAPSHOTS} snapshots are kept at most; forget them to take more.")


def invite() -> None:
    """Say what can be handed in, and what a label is not."""
    st.info(
        "Drop one photo or two hundred into the field above: portraits, group pictures, pictures "
        "from a phone. Each face gets one of five expressions, or “unsure”.",
        icon=":material/add_photo_alternate:",
    )
    st.markdown(" · ".join(f"{emotion.emoji} {emotion.label}" for emotion in EMOTIONS))
    st.caption(
        "An expression is what a face shows, not what somebody feels. Label your own pictures, "
        "and other people's only if they agree."
    )


def analyse(cache: PhotoCache, uploads: Sequence[Upload]) -> list[Upload]:
    """Analyse what is new, showing how far it is; return the photos that are done."""
    waiting = cache.waiting(uploads)
    if not waiting:
        return list(uploads)
    bar = st.progress(0.0, f"Looking at {plain(waiting[0].name)}")
    started = monotonic()
    try:
        analysed = cache.analyse(waiting, engine_or_stop(), settings_or_stop())
        for done, _ in enumerate(analysed, start=1):
            left_s = (monotonic() - started) / done * (len(waiting) - done)
            left = f", about {left_s:.0f} s left" if left_s >= 2 else ""
            bar.progress(done / len(waiting), f"{done} of {len(waiting)} photos{left}")
    except FerError as error:
        st.warning(plain(error.message), icon=":material/hourglass:")
        st.button("Continue", icon=":material/refresh:")
    bar.empty()
    return [upload for upload in uploads if cache.has(upload)]
