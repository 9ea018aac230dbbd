"""Only sentences that stand alone are asked about."""

from __future__ import annotations

import pytest

from fer_core.recall.language import ENGLISH, FRENCH, GERMAN, SPANISH, Language, language_of
from fer_core.recall.sentences import tokens_of, why_not_alone


def reason(sentence: str, language: Language = ENGLISH) -> str:
    return why_not_alone(sentence, tokens_of(sentence, language), language)


@pytest.mark.parametrize(
    "sentence",
    [
        "The left ventricle pumps blood into the aorta, the largest artery of the body.",
        "William Harvey described the circulation of the blood in 1628.",
        "The bee returns to its hive when the light fades in the evening.",
        "A plant wilts within a few days when its leaves get no water.",
        "The first of the twins stayed on the Earth while one went to another star.",
    ],
)
def test_a_sentence_that_says_everything_stands_alone(sentence: str) -> None:
    assert reason(sentence) == ""


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("He discovered the circulation of the blood in the year 1628.", "opening"),
        ("It turns the light of the sun into sugar and oxygen.", "opening"),
        ("This changed how physicians thought about the blood and the heart.", "opening"),
        ("However, the heart of a mouse beats much faster than that of a man.", "opening"),
        ("And the heart of a mouse beats much faster than that of a man.", "opening"),
        ("Such hearts beat faster than the hearts of elephants and whales.", "opening"),
        ("The heart rests between these beats for a part of a second.", "pointer"),
        ("See Figure 2 for the valves that lie between atrium and ventricle.", "pointer"),
        ("The valves of the heart are shown in Table 3 with their names.", "pointer"),
        ("As shown above, the valves keep the blood from flowing backwards.", "opening"),
        ("The valves, as mentioned above, keep the blood from flowing backwards.", "pointer"),
        ("The latter pumps the blood of the lungs into the aorta.", "pointer"),
        ("In summer she pumped the water of the well into the garden.", "pronoun"),
        ("In his garden the farmer pumped the water out of the well.", "pronoun"),
        ("Slowly it pumped the water of the well into the dry garden.", "pronoun"),
        ("The other chamber of the heart pumps the blood into the lungs.", "pair"),
        ("A horse converts more carbon than a man in the same time.", "pair"),
        ("I have seen the beating of the heart of a living animal.", "speaker"),
        ("The doctor told me about the beating of the heart of an animal.", "speaker"),
        ("Harvey called the heart “the sun” of the smaller world of man.", "speech"),
        ("Why does the heart of a mouse beat faster than that of a man?", "no sentence"),
        ("The structure and function of the heart of man", "no sentence"),
        ("A long walk in the park with the dog of the neighbour.", "fragment"),
        ("between the atrium and the ventricle lies a valve of two flaps.", "fragment"),
        ("The heart beats.", "length"),
        ("2. The heart is the muscle that pumps the blood of the body.", "markup"),
        ("The plan of the heart is at https://example.com for all readers.", "markup"),
        ("The heart is a pump; the lungs are the place where blood meets air.", "loose"),
        ("The heart is the pump of the body, and the lungs ...", "loose"),
    ],
)
def test_a_sentence_that_leans_on_others_does_not(sentence: str, why: str) -> None:
    assert reason(sentence) == why


@pytest.mark.parametrize(
    ("language", "sentence", "why"),
    [
        (GERMAN, "Der Vesuv begrub im Jahr 79 die Stadt Pompeji unter Asche.", ""),
        (GERMAN, "Er begrub im Jahr 79 die Stadt Pompeji unter Asche und Stein.", "opening"),
        (GERMAN, "Die Stadt wurde deshalb unter Asche und Bimsstein begraben.", "pointer"),
        (GERMAN, "Abbildung 3 zeigt den Vesuv und die Stadt Pompeji im Jahr 79.", "opening"),
        (GERMAN, "Dieser Vulkan begrub die Stadt Pompeji unter Asche und Stein.", "opening"),
        (FRENCH, "La chlorophylle est le pigment vert des feuilles de la plante.", ""),
        (FRENCH, "Elle est le pigment vert des feuilles de la plante.", "opening"),
        (FRENCH, "Cette réaction est la source de l'énergie des plantes vertes.", "opening"),
        (SPANISH, "La clorofila es el pigmento verde de las hojas de la planta.", ""),
        (SPANISH, "Esta reacción es la fuente de la energía de las plantas.", "opening"),
    ],
)
def test_other_languages_have_words_of_their_own(
    language: Language, sentence: str, why: str
) -> None:
    assert reason(sentence, language) == why


@pytest.mark.parametrize(
    ("text", "tag", "language"),
    [
        ("The heart is the pump of the body and it never rests.", "", "en"),
        ("Das Herz ist die Pumpe des Körpers und ruht nie aus.", "", "de"),
        ("Le cœur est la pompe du corps et il ne se repose jamais.", "", "fr"),
        ("El corazón es la bomba del cuerpo y no descansa nunca.", "", "es"),
        ("Das Herz ist die Pumpe des Körpers und ruht nie aus.", "en", "de"),
        ("Serce jest pompą ciała i nigdy nie odpoczywa.", "", None),
        ("心臓は体のポンプであり、決して休まない。", "", None),
        ("", "en", None),
    ],
)
def test_the_words_tell_the_language(text: str, tag: str, language: str | None) -> None:
    found = language_of([text], tag)
    assert (found.tag if found else None) == language
