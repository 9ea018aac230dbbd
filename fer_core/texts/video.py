"""A video as passages: its chapters, as the learner types or pastes them, or its minutes.

Of the video itself nothing comes here but its title and its length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fer_core.texts.document import Document, Passage
from fer_core.texts.errors import VideoChaptersInvalid

#: A video without chapters has a passage for each of its minutes. Seconds.
MINUTE_S = 60.0
#: A day: longer is no lecture, and one that never ends tells no length. Seconds.
LONGEST_S = 86_400.0
MOST_CHAPTERS = 1_000
TITLE_LENGTH = 200

#: "12:34 Title", "1:02:03 - Title", "[00:12] Title", also as a point of a list.
_LINE = re.compile(r"^[-*•\s]*[\[(]?((?:\d{1,3}:)?\d{1,3}:\d{2})[\])]?[\s\-–—:.|]*(.*)$")


@dataclass(frozen=True, slots=True)
class Chapter:
    """Where a chapter begins, in seconds of the video, and what it is called."""

    start_s: float
    title: str = ""


def read_chapters(typed: str) -> tuple[Chapter, ...]:
    """Read chapters from lines as "0:00 Title", as video sites show them; empty lines are left out.

    Raises:
        VideoChaptersInvalid: A line does not begin with a time, or its seconds or minutes are none.
    """
    chapters = []
    for number, line in enumerate(typed.splitlines(), start=1):
        if not line.strip():
            continue
        found = _LINE.match(line)
        if found is None:
            raise VideoChaptersInvalid(
                f"Line {number} does not begin with a time as 0:00 or 1:02:03: “{line[:60]}”."
            )
        *hours, minutes, seconds = map(int, found[1].split(":"))
        if seconds > 59 or (hours and minutes > 59):
            raise VideoChaptersInvalid(f"Line {number}: {found[1]} is no time.")
        at = (hours[0] if hours else 0) * 3600.0 + minutes * 60.0 + seconds
        chapters.append(Chapter(at, " ".join(found[2].split())[:TITLE_LENGTH]))
    return tuple(chapters)


def make_video(title: str, duration_s: float, chapters: Sequence[Chapter] = ()) -> Document:
    """Return a video as a document whose passages are spans of time.

    Args:
        title: Of the video.
        duration_s: Its length, in seconds.
        chapters: In any order; what lies before the first becomes a passage of its own. Without
            any, each minute is a passage.

    Raises:
        VideoChaptersInvalid: It has no length, or one of over a day; chapters begin at one time,
            or after its end, or are more than 1,000.
    """
    if not (math.isfinite(duration_s) and 0 < duration_s <= LONGEST_S):
        raise VideoChaptersInvalid("The video must have a length, of a day at most.")
    if len(chapters) > MOST_CHAPTERS:
        raise VideoChaptersInvalid(f"More than {MOST_CHAPTERS} chapters are too many.")
    ordered = sorted(chapters, key=lambda chapter: chapter.start_s)
    for chapter in ordered:
        if not 0 <= chapter.start_s < duration_s:
            raise VideoChaptersInvalid(
                f"A chapter begins at {position_text(chapter.start_s)}, but the video is "
                f"{position_text(duration_s)} long."
            )
    starts = [chapter.start_s for chapter in ordered]
    if len(set(starts)) < len(starts):
        raise VideoChaptersInvalid("Two chapters begin at the same time.")
    if not ordered:
        ordered = [Chapter(at) for at in _minutes(duration_s)]
    elif ordered[0].start_s > 0:
        ordered.insert(0, Chapter(0.0))
    ends = [*(chapter.start_s for chapter in ordered[1:]), duration_s]
    return Document(
        title=title.strip() or "Video",
        passages=tuple(
            Passage(
                f"p{index + 1}",
                index,
                f"{position_text(chapter.start_s)} to {position_text(end)}",
                section=chapter.title,
                span=(chapter.start_s, end),
            )
            for index, (chapter, end) in enumerate(zip(ordered, ends, strict=True))
        ),
    )


def _minutes(duration_s: float) -> list[float]:
    """Return where minutes begin; a rest of under ten seconds belongs to the last whole one."""
    count = max(1, math.ceil((duration_s - 10.0) / MINUTE_S))
    return [MINUTE_S * minute for minute in range(count)]


def position_text(seconds: float) -> str:
    """Return a place in a video as players show it: "12:40", "1:02:03"."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
