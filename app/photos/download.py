"""What can be taken away: the pictures with their labels, a table, the results."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from app.parts.downloads import offer_file
from app.photos.options import PhotoOptions
from fer_core.config import get_settings
from fer_core.photos import exports
from fer_core.photos.analysed import AnalysedPhoto
from fer_core.photos.cache import PhotoCache, Upload
from fer_core.spreadsheet import ENCODING
from fer_core.vision.decoding import open_foreign
from fer_core.vision.image import RgbImage
from fer_core.vision.model_info import ModelInfo

#: A photo that could be read, as it was handed in and as it was analysed.
Readable = tuple[Upload, AnalysedPhoto]


def offer_downloads(
    cache: PhotoCache, uploads: Sequence[Upload], info: ModelInfo, options: PhotoOptions
) -> None:
    """Offer pictures and results; each file is made when it is asked for."""
    photos = [cache.photo(upload) for upload in uploads]
    readable = [
        (upload, photo)
        for upload, photo in zip(uploads, photos, strict=True)
        if photo.detections is not None
    ]
    if not readable:
        return
    what = "1 photo" if len(readable) == 1 else f"{len(readable)} photos"
    st.header(f"Download {what}")
    if len(readable) < len(photos):
        st.caption(
            f"Of {len(photos)} files {len(readable)} could be read. The table and the results name "
            "the rest, with the reason."
        )

    def photos_now() -> list[AnalysedPhoto]:
        # Asked when the button is pressed: labels may have been corrected since.
        return [cache.photo(upload) for upload in uploads]

    with st.container(horizontal=True):
        offer_pictures(cache, readable, options)
        offer_file(
            "Table (CSV)",
            lambda: exports.to_csv(photos_now(), options.confidence).encode(ENCODING),
            "faces.csv",
            "text/csv",
            icon="table",
            key="download-csv",
        )
        offer_file(
            "Results (JSON)",
            lambda: exports.to_json(photos_now(), info, options.confidence).encode(),
            "faces.json",
            "application/json",
            icon="data_object",
            key="download-json",
        )
    if options.blur:
        st.caption("Faces are blurred in the pictures you download, not on this page.")


def offer_pictures(cache: PhotoCache, readable: Sequence[Readable], options: PhotoOptions) -> None:
    """Offer one picture as PNG, several as JPEGs in as many ZIPs as they need."""
    if len(readable) == 1:
        offer_file(
            "Picture (PNG)",
            lambda: exports.encode_png(annotated(cache, readable[0][0], options)),
            exports.unique_names([readable[0][1].name], "-faces.png")[0],
            "image/png",
            icon="image",
            key="download-png",
        )
        return
    parts = exports.zip_parts(
        [
            photo.detections.width * photo.detections.height
            for _, photo in readable
            if photo.detections
        ]
    )
    for number, part in enumerate(parts, start=1):
        suffix = f" {number} of {len(parts)}" if len(parts) > 1 else ""
        offer_file(
            f"Pictures (ZIP{suffix})",
            partial(zipped, cache, [readable[index] for index in part], options),
            f"faces{suffix.replace(' ', '-')}.zip",
            "application/zip",
            icon="folder_zip",
            key=f"download-zip-{number}",
        )


def annotated(cache: PhotoCache, upload: Upload, options: PhotoOptions) -> RgbImage:
    """Return a photo in its full size with its faces drawn on it, or blurred."""
    settings = get_settings()
    rgb = open_foreign(
        upload.read(), max_bytes=settings.max_image_bytes, max_pixels=settings.max_pixels
    ).rgb
    return exports.annotate(
        rgb, cache.photo(upload), options.confidence, options.drawing, blur=options.blur
    )


def zipped(cache: PhotoCache, part: Sequence[Readable], options: PhotoOptions) -> bytes:
    """Return a ZIP of photos, drawn one after the other."""
    names = exports.unique_names([photo.name for _, photo in part], "-faces.jpg")
    return exports.zip_files(
        (name, exports.encode_jpeg(annotated(cache, upload, options)))
        for name, (upload, _) in zip(names, part, strict=True)
    )
