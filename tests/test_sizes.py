"""No size contradicts the limit beside it, whoever tells it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.errors import FerError
from fer_core.recall.exchange import LARGEST_FILE_BYTES, text_of
from fer_core.sizes import megabytes, too_large
from fer_core.texts.opening import LARGEST_TEXT_BYTES, open_document, open_pasted
from fer_core.video.source import VideoSource
from fer_core.vision.image import check_size


@given(limit=st.integers(1, 10**12), more=st.integers(1, 10**12))
def test_what_is_told_is_above_the_limit(limit: int, more: int) -> None:
    told = re.findall(r"[\d.]+(?= MB)", too_large("This file", limit + more, limit))
    size, most = map(float, told)
    assert size > most
    assert most == pytest.approx(limit / 1e6, rel=1e-9)


@given(limit=st.integers(1, 10**12))
def test_a_limit_is_told_exactly(limit: int) -> None:
    assert round(float(megabytes(limit).removesuffix(" MB")) * 1e6) == limit


BYTES_OVER = b"x" * (20_000_000 + 1)


@pytest.mark.parametrize(
    "hand_in",
    [
        lambda: open_document("a.txt", BYTES_OVER),
        lambda: open_pasted(BYTES_OVER.decode()),
        lambda: text_of(BYTES_OVER),
        lambda: check_size(len(BYTES_OVER), 20_000_000),
        lambda: VideoSource.of_bytes(BYTES_OVER, "a.mp4", max_bytes=20_000_000),
    ],
    ids=["text", "pasted text", "cards", "picture", "video"],
)
def test_one_byte_too_many_is_told_so_by_every_door(hand_in: Callable[[], object]) -> None:
    assert LARGEST_TEXT_BYTES == LARGEST_FILE_BYTES == len(BYTES_OVER) - 1
    with pytest.raises(FerError, match=r"has 20\.000001 MB; at most 20 MB are taken\."):
        hand_in()
