"""Why a text cannot be read.

Below the base of all errors, which `fer_core.errors` describes:

    FerError
    └── TextError               a text cannot be read
        ├── TextTooLarge
        ├── TextEmpty
        ├── VideoChaptersInvalid
        ├── TextScanned
        ├── TextEncrypted
        ├── TextDamaged
        ├── TextTypeUnknown
        ├── EncodingUnknown
        └── FrontMatterInvalid
"""

from __future__ import annotations

from fer_core.errors import FerError


class TextError(FerError):
    """The text to read cannot be used."""

    code = "text_unusable"
    default_message = "This text cannot be read."


class TextTooLarge(TextError):
    code = "text_too_large"
    default_message = "This text is too large to open. Split it and open one part."


class VideoChaptersInvalid(TextError):
    code = "video_chapters_invalid"
    default_message = "These chapters do not fit the video."


class TextEmpty(TextError):
    code = "text_empty"
    default_message = "There are no words in this text. Choose another one."


class TextScanned(TextError):
    """A PDF of pictures: its pages carry no text."""

    code = "text_scanned"
    default_message = (
        "This PDF holds pictures of pages and no text, as a scanner makes them. Run text "
        "recognition (OCR) on it first, or paste the text."
    )


class TextEncrypted(TextError):
    code = "text_encrypted"
    default_message = (
        "This PDF is protected by a password. Save a copy without the password and open that."
    )


class TextDamaged(TextError):
    code = "text_damaged"
    default_message = "This file is damaged or incomplete and cannot be opened."


class TextTypeUnknown(TextError):
    code = "text_type_unknown"
    default_message = (
        "This kind of file cannot be read. Use TXT, Markdown, HTML, PDF, EPUB or DOCX."
    )


class EncodingUnknown(TextError):
    code = "encoding_unknown"
    default_message = (
        "No browser knows this encoding. Use a name of the Encoding Standard, such as utf-8, "
        "windows-1252 or macintosh."
    )


class FrontMatterInvalid(TextError):
    """The questions that a text carries are not written as they have to be."""

    code = "front_matter_invalid"
    default_message = "The lines at the top of this text, between the --- lines, cannot be read."
