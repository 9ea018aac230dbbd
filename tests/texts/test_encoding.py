"""Old encodings come out right, and no file chooses one of Python's codecs."""

from __future__ import annotations

import pytest

from fer_core.texts.encoding import declared_encoding, decode, read
from fer_core.texts.encodings import ENCODINGS
from fer_core.texts.errors import EncodingUnknown, TextDamaged

SENTENCES = {
    "de": "Über die Häufigkeit großer Wörter für Schüler: „täglich Geübtes“ bleibt – sagt man.",
    "fr": "L’élève a été très étonné : où sont passés les œufs de Noël ? Ça coûte 5 €, dit-elle.",
    "es": "¿Cómo está usted? El niño comió pingüinos; mañana habrá más información. ¡Qué lástima!",
    "pt": "A educação não é só informação: os alunos lerão três capítulos amanhã, à noite.",
    "it": "Perché la città è così bella? L’università non è più lì, però c’è un caffè.",
    "nl": "De coëfficiënt is geïnteresseerd; één idee, twee ideeën over officiële zeeën.",
    "sv": "Många små öar låg på sjön; jag förstår inte varför älgen går över ån där.",
    "da": "Rødgrød med fløde på åen er en ældre ærø ø; også få børn spørger hvorfor.",
    "fi": "Hän näki järvellä yön äänen ja älysi, että tämä työ ei pääty täällä.",
    "is": "Það er ekki allt gull sem glóir; þú þarft að læra að lesa, sagði maðurinn við börnin.",
    "pl": "Zażółć gęślą jaźń. Książka leży na stole, a uczeń czyta ją codziennie rano.",
    "cs": "Příliš žluťoučký kůň úpěl ďábelské ódy. Žák čte knihu každý den ráno.",
    "hu": "Árvíztűrő tükörfúrógép. A tanuló minden reggel könyvet olvas, hogy többet tudjon.",
    "tr": "Öğrenci her sabah kitap okuyor, çünkü dünyayı daha iyi anlamak istiyor.",
    "ru": "Читатель открывает книгу и видит знакомые слова, которые он давно не встречал.",
    "el": "Ο μαθητής διαβάζει ένα βιβλίο κάθε πρωί για να μάθει περισσότερα για τον κόσμο.",
    "he": "התלמיד קורא ספר בכל בוקר כדי ללמוד עוד על העולם שמסביבו.",
    "ar": "يقرأ الطالب كتابا كل صباح لكي يتعلم المزيد عن العالم من حوله.",
    "ja": "これは読書のための文章です。生徒は毎朝、本を読みます。",
    "zh": "学生每天早上都读书，这样可以更多地了解世界。",
    "ko": "학생은 세상에 대해 더 배우기 위해 매일 아침 책을 읽는다.",
}
WINDOWS = {
    "pl": "cp1250", "cs": "cp1250", "hu": "cp1250", "tr": "cp1254", "ru": "cp1251", "el": "cp1253",
    "he": "cp1255", "ar": "cp1256", "ja": "shift_jis", "zh": "gb18030", "ko": "euc_kr",
}  # fmt: skip


@pytest.mark.parametrize("language", SENTENCES)
def test_one_sentence_in_the_old_windows_encoding_of_its_language_reads_right(
    language: str,
) -> None:
    text = SENTENCES[language]
    assert decode(text.encode(WINDOWS.get(language, "cp1252"))) == text


#: Sentences with letters that two tables have in different places.
OTHERS = [
    ("Šakki ja žurnaali: hinta on 5 € ja Œuvre.", "iso8859-15"),
    ("L'œuvre coûte 5 € et le cœur bat à Noël, où l'élève était.", "iso8859-15"),
    ("Žuti čamac plovi rijekom; đak čita knjigu i uči šahovske lekcije.", "cp1250"),
    ("Žuti čamac plovi rijekom; đak čita knjigu i uči šahovske lekcije.", "iso8859-2"),
    ("Elevul citeşte cartea în fiecare dimineaţă şi învaţă multe.", "cp1250"),
    ("Учень читає книгу щоранку, щоб дізнатися більше про світ; її ідея цікава.", "cp1251"),
    ("Ученикът чете книга всяка сутрин, за да научи повече за света.", "cp1251"),
    ("Ученикът чете книга всяка сутрин, за да научи повече за света.", "koi8-r"),
    ("Mokinys skaito knygą kiekvieną rytą, ąžuolas žydi, šuo ėda.", "cp1257"),
    ("Õpilane loeb hommikul raamatut, šokolaad ja žanr on õige.", "cp1257"),
    ("Čovjek je došao kući, šećer je na stolu, a žena pjeva đački zbor.", "iso8859-2"),
    ("いろはにほへと。日本語の文章を読むことは楽しいです。", "iso2022_jp"),
    ("学习是一种快乐。我们每天读书,然后思考问题。", "utf-16-le"),
    ("การเรียนรู้เป็นความสุข เราอ่านหนังสือทุกวันแล้วคิดถึงปัญหา", "utf-16-be"),
]


@pytest.mark.parametrize(("text", "encoding"), OTHERS)
def test_letters_that_two_tables_share_a_place_for_read_right(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_reads_right(language: str, encoding: str) -> None:
    assert decode(SENTENCES[language].encode(encoding)) == SENTENCES[language]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_reads_right_in_every_form(encoding: str) -> None:
    assert decode(SENTENCES["de"].encode(encoding)) == SENTENCES["de"]


def test_one_bad_byte_does_not_refuse_a_book() -> None:
    book = SENTENCES["de"] * 200
    damaged = book.encode()[:5000] + b"\xff" + book.encode()[5000:]
    assert decode(damaged).replace("\ufffd", "")[:3000] == book[:3000]


def test_a_page_is_decoded_by_what_it_declares() -> None:
    page = '<meta http-equiv=content-type content="text/html; charset=windows-1251"><p>'
    data = page.encode() + SENTENCES["ru"].encode("cp1251")
    assert decode(data, html=True).endswith(SENTENCES["ru"])


@pytest.mark.parametrize("name", ["rot13", "zip", "punycode", "unicode_escape", "utf-7", "x"])
def test_names_that_the_web_does_not_know_are_not_looked_up_elsewhere(name: str) -> None:
    data = f"<meta charset={name}><p>{SENTENCES['de']}".encode()
    assert declared_encoding(data) is None
    assert decode(data, html=True).endswith(SENTENCES["de"])


def test_a_declaration_of_utf_16_that_can_be_read_is_wrong() -> None:
    data = f"<meta charset=utf-16><p>{SENTENCES['fr']}".encode()
    assert decode(data, html=True).endswith(SENTENCES["fr"])


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 40, b"\x00\x01" * 500, b"PK\x03\x04" + bytes(900)]
)
def test_what_is_no_text_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(TextDamaged):
        decode(data)


@pytest.mark.parametrize("encoding", ["cp1252", "mac-roman", "cp1251", "shift_jis"])
def test_letters_far_down_in_a_file_tell_its_encoding(encoding: str) -> None:
    language = {"cp1251": "ru", "shift_jis": "ja"}.get(encoding, "sv")
    text = "Plain words of English stay as they are. " * 5000 + SENTENCES[language]
    assert decode(text.encode(encoding)) == text


def test_one_bad_byte_after_a_long_start_without_accents_is_damage() -> None:
    text = "Plain words of English stay as they are. " * 5000 + SENTENCES["de"] * 20
    assert decode(text.encode() + b"\xff") == text + "\ufffd"


def test_german_from_an_old_mac_reads_right() -> None:
    text = "Die Vögel hören früh auf; später schweigt auch der Bär, groß und müde."
    assert decode(text.encode("mac-roman")) == text


@pytest.mark.parametrize("encoding", ["macintosh", "x-mac-roman", "MacIntosh "])
def test_an_encoding_chosen_by_hand_is_used_and_told_by_its_name(encoding: str) -> None:
    text = "Er hört die Vögel nicht."
    assert read(text.encode("mac-roman"), encoding=encoding) == (text, "macintosh")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [(b"a", "utf-8"), (b"\xef\xbb\xbfa", "utf-8"), ("\ufeffa".encode("utf-16-be"), "utf-16be")],
)
def test_the_encoding_that_was_found_is_told(data: bytes, encoding: str) -> None:
    assert read(data) == ("a", encoding)


@pytest.mark.parametrize("encoding", ["rot13", "zip", "x-user-defined", "utf-7", " ", "ü"])
def test_an_encoding_that_no_browser_knows_is_refused(encoding: str) -> None:
    with pytest.raises(EncodingUnknown):
        read(b"a", encoding=encoding)


def test_a_file_that_is_no_text_as_chosen_says_to_choose_again() -> None:
    with pytest.raises(TextDamaged, match="Choose another"):
        read(SENTENCES["de"].encode("utf-16"), encoding="windows-1252")


def test_every_encoding_that_is_offered_is_one_of_the_web() -> None:
    assert all(read(b"a b", encoding=name).encoding == name for name in ENCODINGS)
