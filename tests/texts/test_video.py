"""A video as passages: chapters as people paste them, minutes otherwise."""

from __future__ import annotations

import math

import pytest

from fer_core.texts.document import Document
from fer_core.texts.errors import VideoChaptersInvalid
from fer_core.texts.video import Chapter, make_video, read_chapters


def test_chapters_are_read_as_video_sites_and_people_write_them() -> None:
    typed = (
        "0:00 Hello\n\n[01:30] - Light  reactions\n• 1:02:03 — Ende: \u00dcbung\n"
        "(62:10) Last\r\n2:00"
    )
    assert read_chapters(typed) == (
        Chapter(0, "Hello"),
        Chapter(90, "Light reactions"),
        Chapter(3723, "Ende: \u00dcbung"),
        Chapter(3730, "Last"),
        Chapter(120, ""),
    )
    assert read_chapters(" \n") == ()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0:00 A\nIntroduction", "Line 2 does not begin with a time"),
        ("0:75 A", "Line 1: 0:75 is no time"),
        ("1:60:00 A", "is no time"),
        ("5 A", "Line 1"),
    ],
)
def test_a_line_that_is_no_chapter_is_named(typed: str, says: str) -> None:
    with pytest.raises(VideoChaptersInvalid, match=says):
        read_chapters(typed)


def test_chapters_become_spans_that_cover_the_video_in_any_order() -> None:
    video = make_video("Cells", 600, [Chapter(300, "Two"), Chapter(60, "One")])
    assert [(one.span, one.section, one.text) for one in video.passages] == [
        ((0, 60), "", "0:00 to 1:00"),
        ((60, 300), "One", "1:00 to 5:00"),
        ((300, 600), "Two", "5:00 to 10:00"),
    ]
    assert video.is_video
    assert video.words == 0


def test_without_chapters_each_minute_is_one_and_a_short_rest_none() -> None:
    assert [one.span for one in make_video("", 185).passages] == [(0, 60), (60, 120), (120, 185)]
    assert [one.span for one in make_video("", 131).passages] == [(0, 60), (60, 120), (120, 131)]
    assert [one.span for one in make_video("", 4.5).passages] == [(0, 4.5)]


@pytest.mark.parametrize(
    ("duration", "chapters", "says"),
    [
        (math.inf, [], "length"),
        (math.nan, [], "length"),
        (0, [], "length"),
        (90_000, [], "a day"),
        (600, [Chapter(700)], "11:40, but the video is 10:00 long"),
        (600, [Chapter(60), Chapter(60)], "same time"),
        (6000, [Chapter(at) for at in range(1001)], "too many"),
    ],
)
def test_what_does_not_fit_the_video_is_said(
    duration: float, chapters: list[Chapter], says: str
) -> None:
    with pytest.raises(VideoChaptersInvalid, match=says):
        make_video("", duration, chapters)


def test_a_video_comes_back_from_plain_values_and_two_of_one_length_are_two() -> None:
    video = make_video("Cells", 600, [Chapter(60, "One")])
    assert Document.from_dict(video.to_dict()) == video
    assert make_video("Cells", 600).text_id != make_video("Atoms", 600).text_id
