"""A text as a client sends it, or what it says of a video, as the core's document."""

from __future__ import annotations

from fer_core.api.schemas.sessions import SessionRequest, TextIn
from fer_core.texts.document import Document, Passage
from fer_core.texts.opening import open_html, open_pasted
from fer_core.texts.question import Question
from fer_core.texts.video import Chapter, make_video


def open_material(request: SessionRequest) -> Document | None:
    """Make a document of the text or the video that a session is about; None: it is about neither.

    Raises:
        TextError: The text cannot be read, or the chapters do not fit the video.
    """
    if request.video is not None:
        chapters = [Chapter(one.start_s, one.title) for one in request.video.chapters]
        return make_video(request.video.title, request.video.duration_s, chapters)
    return None if request.text is None else open_text(request.text)


def open_text(text: TextIn) -> Document:
    """Make a document of what a client sent.

    Raises:
        TextError: It cannot be read.
    """
    if text.passages is None:
        content = text.content or ""
        if text.format == "html":
            return open_html(content, text.title or "Untitled text")
        return open_pasted(content, text.title)
    return Document(
        title=text.title or "Untitled text",
        passages=tuple(
            Passage(passage.passage_id, index, passage.text, section=passage.section)
            for index, passage in enumerate(text.passages)
        ),
        questions=tuple(
            Question(
                question.prompt, tuple(question.choices), question.correct, question.passage_id
            )
            for question in text.questions
        ),
    )
