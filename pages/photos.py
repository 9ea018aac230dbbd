"""Photos: hand in pictures, see every face labelled, take the results away."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from functools import partial
from time import monotonic

import pandas as pd
import streamlit as st

from app.state import engine_or_stop, settings_or_stop
from fer_core.charts import expressions
from fer_core.drawing.annotate import DrawOptions
from fer_core.emotions import EMOTIONS, LABELS
from fer_core.errors import FerError
from fer_core.photos import exports
from fer_core.photos.analysed import (
    LOWEST_CONFIDENCE,
    AnalysedPhoto,
    count_expressions,
)
from fer_core.photos.cache import PhotoShelf, Upload
from fer_core.vision.faces import Face
from fer_core.vision.image import RgbImage, decode_image
from fer_core.vision.model_info import ModelInfo

FILE_TYPES = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "gif", "heic", "heif"]
PHOTOS_PER_PAGE = 24
HIGHEST_CONFIDENCE = 0.9
MOST_SNAPSHOTS = 20
NO_FACE, UNREADABLE = "No face", "Unreadable"

settings = settings_or_stop()


def show_page() -> None:
    st.title("Photos")
    st.markdown(
        "See the expression of every face in your pictures. They stay in this machine's memory "
        "and are forgotten when you remove them, leave this page or close the tab."
    )
    uploads = hand_in()
    engine = engine_or_stop()
    shelf: PhotoShelf = st.session_state.setdefault("photo_shelf", PhotoShelf())
    shelf.keep_only(uploads)
    if not uploads:
        invite()
        return
    analyse(shelf, uploads)
    uploads = [upload for upload in uploads if shelf.has(upload)]
    if not uploads:
        return
    confidence, options, blur = choose_options(engine.info)
    shown = uploads
    if len(uploads) == 1:
        show_photo(shelf, uploads[0], confidence, options)
    else:
        shown = show_overview(shelf, uploads, confidence)
        show_gallery(shelf, shown, confidence, options)
    offer_downloads(shelf, shown, engine.info, confidence, options, blur)


def hand_in() -> list[Upload]:
    """Let pictures be dropped, chosen or taken; return all of them, the newest snapshot first."""
    files = st.file_uploader(
        "Drop photos here, or choose them",
        type=FILE_TYPES,
        accept_multiple_files=True,
        max_upload_size=math.ceil(settings.max_image_mb),
        help=f"JPEG, PNG, WebP, BMP, TIFF, GIF or HEIC, up to {settings.max_image_mb:.0f} MB and "
        f"{settings.max_megapixels:.0f} megapixels each.",
        key="photo_files",
    )
    snapshots: list[bytes] = st.session_state.setdefault("snapshots", [])
    if st.toggle("Take a picture with the camera", key="use_camera"):
        st.camera_input(
            "The camera is on while this is open",
            key="snapshot",
            width=640,
            on_change=keep_snapshot,
            disabled=len(snapshots) >= MOST_SNAPSHOTS,
        )
    if snapshots:
        what = "the snapshot" if len(snapshots) == 1 else f"{len(snapshots)} snapshots"
        st.button(f"Forget {what}", icon=":material/delete:", on_click=snapshots.clear)
    if len(snapshots) >= MOST_SNAPSHOTS:
        st.caption(f"{MOST_SNAPSHOTS} snapshots are kept at most; forget them to take more.")
    taken = [
        Upload(f"snapshot-{number}-{hash(data)}", f"Snapshot {number}.jpg", partial(bytes, data))
        for number, data in enumerate(snapshots, start=1)
    ]
    chosen = [Upload(file.file_id, file.name, file.getvalue) for file in files]
    return taken[::-1] + chosen


def keep_snapshot() -> None:
    """Keep a snapshot when it is taken: the camera's field holds only the last one."""
    taken = st.session_state["snapshot"]
    if taken is not None:
        st.session_state["snapshots"].append(taken.getvalue())


def invite() -> None:
    st.info(
        "Nothing here yet. Drop one photo or two hundred into the field above: portraits, group "
        "pictures, pictures from a phone. Each face gets one of five expressions, or “unsure”.",
        icon=":material/add_photo_alternate:",
    )
    st.markdown(" · ".join(f"{emotion.emoji} {emotion.label}" for emotion in EMOTIONS))
    st.caption(
        "An expression is what a face shows, not what somebody feels. Label your own pictures, "
        "and other people's only if they agree."
    )


def analyse(shelf: PhotoShelf, uploads: Sequence[Upload]) -> None:
    """Analyse what is new, showing how far it is and how long it will take."""
    waiting = shelf.waiting(uploads)
    if not waiting:
        return
    bar = st.progress(0.0, f"Looking at {waiting[0].name}")
    started = monotonic()
    try:
        for done, _ in enumerate(shelf.analyse(waiting, engine_or_stop(), settings), start=1):
            left_s = (monotonic() - started) / done * (len(waiting) - done)
            left = f", about {left_s:.0f} s left" if left_s >= 2 else ""
            bar.progress(done / len(waiting), f"{done} of {len(waiting)} photos{left}")
    except FerError as error:
        st.warning(error.message, icon=":material/hourglass:")
        st.button("Go on", icon=":material/refresh:")
    bar.empty()


def choose_options(info: ModelInfo) -> tuple[float, DrawOptions, bool]:
    with st.expander("Options", icon=":material/tune:"):
        confidence = st.slider(
            "Confidence threshold",
            LOWEST_CONFIDENCE,
            HIGHEST_CONFIDENCE,
            min(max(info.confidence_threshold, LOWEST_CONFIDENCE), HIGHEST_CONFIDENCE),
            0.05,
            help="How sure the model must be that there is a face. Lower finds more faces and "
            "more that are none.",
            key="confidence",
        )
        with st.container(horizontal=True):
            labels = st.toggle("Labels", True, key="labels")
            probabilities = st.toggle("Probabilities", True, key="probabilities")
            emoji = st.toggle("Emoji", True, key="emoji")
            blur = st.toggle(
                "Blur all faces in downloads",
                key="blur",
                help="Every face found is made unrecognisable for good. Look before you share: a "
                "face that was not found is not blurred.",
            )
    options = DrawOptions(labels=labels, probabilities=probabilities, emoji=emoji, numbers=True)
    return confidence, options, blur


def show_overview(shelf: PhotoShelf, uploads: Sequence[Upload], confidence: float) -> list[Upload]:
    """Summarise many photos and return those that the filter lets through."""
    photos = [shelf.photo(upload) for upload in uploads]
    faces = [face for photo in photos for face in photo.faces(confidence)]
    count = "1 face" if len(faces) == 1 else f"{len(faces)} faces"
    st.subheader(f"{count} in {len(photos)} files")
    problems = [(photo.name, photo.problem) for photo in photos if photo.problem]
    if problems:
        what = "1 file" if len(problems) == 1 else f"{len(problems)} files"
        with st.expander(f"{what} could not be read", icon=":material/warning:"):
            for name, problem in problems:
                st.markdown(f"`{name}`: {problem.message}")
    if faces:
        st.altair_chart(
            expressions.expression_counts(count_expressions(faces)),
            alt="How many faces show each expression",
        )
    traits = [traits_of(photo, confidence) for photo in photos]
    counts = {trait: sum(trait in has for has in traits) for trait in all_traits()}
    chosen = st.pills(
        "Show only photos with",
        [trait for trait, count in counts.items() if count],
        selection_mode="multi",
        format_func=lambda trait: f"{trait} ({counts[trait]})",
        key="filter",
    )
    return [
        upload
        for upload, has in zip(uploads, traits, strict=True)
        if not chosen or has & set(chosen)
    ]


def all_traits() -> list[str]:
    return [*(expressions.name_of(emotion) for emotion in (*EMOTIONS, None)), NO_FACE, UNREADABLE]


def traits_of(photo: AnalysedPhoto, confidence: float) -> set[str]:
    """Return what the filter can ask of a photo: its expressions, or why it has none."""
    if photo.problem:
        return {UNREADABLE}
    return {expressions.name_of(face.emotion) for face in photo.faces(confidence)} or {NO_FACE}


def show_gallery(
    shelf: PhotoShelf, uploads: Sequence[Upload], confidence: float, options: DrawOptions
) -> None:
    pages = max(1, -(-len(uploads) // PHOTOS_PER_PAGE))
    page = st.pagination(pages, key=f"gallery-page-{pages}") if pages > 1 else 1
    first = (page - 1) * PHOTOS_PER_PAGE
    grid = st.grid("auto", min_column_width=220)
    for number, upload in enumerate(uploads[first : first + PHOTOS_PER_PAGE], start=first):
        with grid.cell(), st.container(border=True, gap="xsmall"):
            photo = shelf.photo(upload)
            thumbnail = shelf.thumbnail(upload, confidence, options)
            if thumbnail is not None:
                st.image(thumbnail, width="stretch", alt=in_words(photo, confidence))
            st.markdown(f":small[{in_words(photo, confidence)}]")
            if st.button(
                photo.name,
                key=f"open-{upload.key}",
                icon=":material/open_in_full:",
                width="stretch",
                type="tertiary",
            ):
                st.session_state["opened"] = number
                open_photo(shelf, uploads, confidence, options)


@st.dialog("Photo", width="large")
def open_photo(
    shelf: PhotoShelf, uploads: Sequence[Upload], confidence: float, options: DrawOptions
) -> None:
    number = min(st.session_state["opened"], len(uploads) - 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Previous", icon=":material/chevron_left:", disabled=number == 0):
            st.session_state["opened"] = number - 1
            st.rerun(scope="fragment")
        if st.button("Next", icon=":material/chevron_right:", disabled=number == len(uploads) - 1):
            st.session_state["opened"] = number + 1
            st.rerun(scope="fragment")
        st.caption(f"{number + 1} of {len(uploads)}")
    show_photo(shelf, uploads[number], confidence, options)


def in_words(photo: AnalysedPhoto, confidence: float) -> str:
    """Say what was found in a photo, for the gallery and for screen readers."""
    if photo.problem:
        return photo.problem.message
    counts = count_expressions(photo.faces(confidence))
    found = [
        expressions.name_of(emotion) + (f" × {count}" if count > 1 else "")
        for emotion, count in counts.items()
        if count
    ]
    return ", ".join(found) if found else "No face found"


@st.fragment
def show_photo(shelf: PhotoShelf, upload: Upload, confidence: float, options: DrawOptions) -> None:
    """Show one photo: the picture, the table of its faces, their bars."""
    photo = shelf.photo(upload)
    if photo.problem:
        st.warning(f"`{photo.name}`: {photo.problem.message}", icon=":material/broken_image:")
        return
    faces = photo.faces(confidence)
    picture, details = st.columns([5, 7], gap="medium")
    with details:
        marked = show_table(shelf, upload, faces, confidence) if faces else None
        if faces:
            st.altair_chart(
                expressions.probability_bars(faces), alt="The five probabilities of each face"
            )
            explain_unsure(faces)
        else:
            explain_no_face(photo, confidence)
    with picture:
        drawn = shelf.display(upload, confidence, options.marking(marked))
        if drawn is not None:
            st.image(
                drawn,
                caption=photo.name,
                width="stretch",
                output_format="JPEG",
                alt=f"{photo.name}: {in_words(photo, confidence)}",
            )


def show_table(
    shelf: PhotoShelf, upload: Upload, faces: Sequence[Face], confidence: float
) -> int | None:
    """Show every face with its probabilities; return the index of the one that is chosen."""
    crops = shelf.face_crops(upload, confidence)
    table = pd.DataFrame(
        {
            "Face": range(1, len(faces) + 1),
            "Picture": [
                f"data:image/jpeg;base64,{base64.b64encode(crop).decode()}" for crop in crops
            ],
            "Expression": [expressions.name_of(face.emotion) for face in faces],
            **{
                label: [100 * float(face.probabilities[index]) for face in faces]
                for index, label in enumerate(LABELS)
            },
            "Confidence": [100 * face.confidence for face in faces],
        }
    )
    percent = {
        label: st.column_config.NumberColumn(format="%.0f %%", width=width)
        for label, width in zip(LABELS, (58, 60, 64, 56, 78), strict=True)
    }
    chosen = st.dataframe(
        table,
        hide_index=True,
        row_height=48,
        column_config={
            "Face": st.column_config.NumberColumn(width=42, format="%d"),
            "Picture": st.column_config.ImageColumn("", width=52),
            "Expression": st.column_config.TextColumn(width=100),
            **percent,
            "Confidence": st.column_config.NumberColumn(
                format="%.0f %%", width=80, help="How sure the model is that a face is here"
            ),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=f"faces-{upload.key}-{confidence}",
        alt="Each face with its five probabilities",
    )
    st.caption("Choose a row to mark that face in the picture.")
    rows = chosen.selection.rows
    return int(rows[0]) if rows and rows[0] < len(faces) else None


def explain_unsure(faces: Sequence[Face]) -> None:
    unsure = [number for number, face in enumerate(faces, start=1) if face.emotion is None]
    if unsure:
        which = "Face " + ", ".join(map(str, unsure))
        st.caption(
            f"{which}: unsure. No expression reaches {faces[0].unsure_below:.0%}, so none is named."
        )


def explain_no_face(photo: AnalysedPhoto, confidence: float) -> None:
    hidden = len(photo.faces(LOWEST_CONFIDENCE))
    if hidden:
        st.info(
            f"No face reaches the confidence threshold of {confidence:.0%}; {hidden} weaker "
            "ones do not. Lower the threshold under Options to see them.",
            icon=":material/face:",
        )
    else:
        st.info(
            "No face was found. Faces that are turned away, covered, very small or very dark are "
            "easily missed; a closer or brighter picture may help.",
            icon=":material/face:",
        )


def offer_downloads(
    shelf: PhotoShelf,
    uploads: Sequence[Upload],
    info: ModelInfo,
    confidence: float,
    options: DrawOptions,
    blur: bool,
) -> None:
    """Offer pictures and results; each file is made when it is asked for."""
    photos = [shelf.photo(upload) for upload in uploads]
    readable = [
        (upload, photo)
        for upload, photo in zip(uploads, photos, strict=True)
        if photo.detections is not None
    ]

    def annotated(upload: Upload, photo: AnalysedPhoto) -> RgbImage:
        rgb = decode_image(
            upload.read(), max_bytes=settings.max_image_bytes, max_pixels=settings.max_pixels
        )
        return exports.annotate(rgb, photo, confidence, options, blur=blur)

    def zipped(part: Sequence[tuple[Upload, AnalysedPhoto]]) -> bytes:
        names = exports.unique_names([photo.name for _, photo in part], "-faces.jpg")
        return exports.zip_files(
            (name, exports.encode_jpeg(annotated(upload, photo)))
            for name, (upload, photo) in zip(names, part, strict=True)
        )

    if not readable:
        return
    what = "1 photo" if len(photos) == 1 else f"{len(photos)} photos"
    st.subheader(f"Download {what}")
    if len(readable) < len(photos):
        st.caption(
            f"Of {len(photos)} files {len(readable)} could be read. The table and the results name "
            "the rest, with the reason."
        )
    with st.container(horizontal=True):
        if len(readable) == 1:
            upload, photo = readable[0]
            st.download_button(
                "Picture (PNG)",
                lambda: exports.encode_png(annotated(upload, photo)),
                exports.unique_names([photo.name], "-faces.png")[0],
                "image/png",
                icon=":material/image:",
                on_click="ignore",
                key="download-png",
            )
        elif readable:
            parts = exports.zip_parts(
                [
                    photo.detections.width * photo.detections.height
                    for _, photo in readable
                    if photo.detections
                ]
            )
            for number, part in enumerate(parts, start=1):
                suffix = f" {number} of {len(parts)}" if len(parts) > 1 else ""
                st.download_button(
                    f"Pictures (ZIP{suffix})",
                    partial(zipped, [readable[index] for index in part]),
                    f"faces{suffix.replace(' ', '-')}.zip",
                    "application/zip",
                    icon=":material/folder_zip:",
                    on_click="ignore",
                    key=f"download-zip-{number}",
                )
        st.download_button(
            "Table (CSV)",
            lambda: exports.to_csv(photos, confidence).encode("utf-8-sig"),
            "faces.csv",
            "text/csv",
            icon=":material/table:",
            on_click="ignore",
            key="download-csv",
        )
        st.download_button(
            "Results (JSON)",
            lambda: exports.to_json(photos, info, confidence).encode(),
            "faces.json",
            "application/json",
            icon=":material/data_object:",
            on_click="ignore",
            key="download-json",
        )
    if blur:
        st.caption("Faces are blurred in the pictures you download, not on this page.")


show_page()
