"""A text's language is told by its commonest words, and a file's own statement comes second."""

from __future__ import annotations

import pytest

from fer_core.reading.text_reading import read
from fer_core.reading.visibility import View
from fer_core.texts.difficulty import measure_difficulty
from fer_core.texts.language import tell_language
from fer_core.texts.opening import open_pasted
from tests.synthetic.reading import NO_CAMERA

TEXTS = {
    "en": "The unions of doctors received the decision with caution and ask for more guarantees.",
    "de": "Der Hund lief über die Wiese und bellte. Dann kam ein Mann und rief ihn zu sich.",
    "fr": "La réforme entrera en vigueur au début de l'année, selon le ministre qui l'a annoncée.",
    "es": "El gobierno anunció el martes una reforma del sistema que prevé un aumento de la ayuda.",
    "it": "Il governo annuncia una riforma che prevede un aumento delle risorse alla scuola.",
    "pt": "O governo anunciou uma reforma que prevê um aumento dos recursos para os hospitais.",
    "nl": "De vakbonden van artsen reageerden voorzichtig op het besluit en vragen om garanties.",
    "sv": "Regeringen säger att lagen behövs och att den börjar gälla i januari nästa år.",
    "fi": "Ministerin mukaan uudistus tulee voimaan alussa ja se on tärkeä, mutta se ei riitä.",
    "ru": "По словам министра, реформа вступит в силу в начале года, и это не всё, что нужно.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_each_language_is_told_whatever_the_file_says(language: str) -> None:
    assert tell_language(TEXTS[language]) == language
    assert tell_language(TEXTS[language], "en-US") == language


@pytest.mark.parametrize(("tag", "language"), [("tr-TR", "tr"), ("", ""), ("nb", "no")])
def test_of_other_languages_the_file_is_believed(tag: str, language: str) -> None:
    assert tell_language("Bakanlar kurulu yeni yasayı kabul etti.", tag) == language


def test_a_pasted_text_is_measured_by_the_norm_of_its_language() -> None:
    words = (TEXTS["de"] + " Die Verwaltung veröffentlicht regelmäßig Untersuchungen darüber. ") * 6
    document = open_pasted(words)
    assert document.language == ""
    passage = document.passages[0].passage_id
    features = read(document, [View(passage, 1.0, 0, 60)], NO_CAMERA).features()[passage]
    assert features.difficulty == measure_difficulty(words, "de")
    english = measure_difficulty(words, "en")
    assert english is not None
    assert features.difficulty is not None
    assert abs(features.difficulty - english) > 0.2
