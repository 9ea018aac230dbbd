"""The agreement: five short lines; a change of its words is a new version."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.parts import consent
from app.parts.preferences import choose

#: Of the words that each version stands for. New words need a new version, and a line here.
WORDS_OF = {"2026-11c": "cc3644ddace40c7b", "2026-11d": "102fca8e6bc05333"}


def test_the_version_stands_for_these_words() -> None:
    words = repr((consent.LINES, consent.DETAILS)).encode()
    assert hashlib.sha256(words).hexdigest()[:16] == WORDS_OF[consent.CONSENT_VERSION]


def test_it_is_five_short_lines() -> None:
    assert len(consent.LINES) == 5
    assert max(len(words) for _, words in consent.LINES) <= 80


def test_it_says_of_texts_what_reading_does() -> None:
    assert "kept only if you ask" in consent.KEPT


def test_it_is_remembered_with_its_day_and_asked_again_for_other_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path))
    assert consent.needs_consent()
    assert consent.consent_date() == ""
    choose(consent_version=consent.CONSENT_VERSION, consent_at=1_795_700_000.0)
    assert not consent.needs_consent()
    assert consent.consent_date() == "26 November 2026"
    choose(consent_version="2026-11b")
    assert consent.needs_consent()
    assert consent.consent_at() is None
