"""Old single-byte texts of other scripts than Latin arrive letter by letter."""

from __future__ import annotations

import pytest

from fer_core.texts.encoding import decode

#: The first article of the Universal Declaration of Human Rights.
SERBIAN = (
    "Сва људска бића рађају се слободна и једнака у достојанству и правима. Она су обдарена "
    "разумом и свешћу и треба једни према другима да поступају у духу братства."
)
RUSSIAN = (
    "Все люди рождаются свободными и равными в своём достоинстве и правах. Они наделены разумом "
    "и совестью и должны поступать в отношении друг друга в духе братства."
)
UKRAINIAN = (
    "Всі люди народжуються вільними і рівними у своїй гідності та правах. Вони наділені розумом "
    "і совістю і повинні діяти у відношенні один до одного в дусі братерства."
)
BULGARIAN = (
    "Всички хора се раждат свободни и равни по достойнство и права. Те са надарени с разум и "
    "съвест и следва да се отнасят помежду си в дух на братство."
)
GREEK = (
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Είναι "
    "προικισμένοι με λογική και συνείδηση. Άλλα"
)
HEBREW = "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון."
ARABIC = "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا."
THAI = "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและมโนธรรม"
CZECH = "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv. Šťastný žlutý kůň."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SERBIAN, "iso8859-5"),
        (SERBIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "iso8859-5"),
        (RUSSIAN, "cp866"),
        (RUSSIAN, "mac-cyrillic"),
        (UKRAINIAN, "koi8-u"),
        (UKRAINIAN, "cp1251"),
        (BULGARIAN, "cp1251"),
        (GREEK, "cp1253"),
        (GREEK, "iso8859-7"),
        (HEBREW, "cp1255"),
        (HEBREW, "iso8859-8"),
        (ARABIC, "cp1256"),
        (ARABIC, "iso8859-6"),
        (THAI, "cp874"),
        (CZECH, "iso8859-2"),
    ],
)
@pytest.mark.parametrize("times", [1, 10])
def test_letters_are_those_that_were_written(text: str, encoding: str, times: int) -> None:
    whole = "\n\n".join([text] * times)
    assert decode(whole.encode(encoding)) == whole


def test_a_few_words_are_enough() -> None:
    assert decode("Все люди рождаются".encode("cp1251")) == "Все люди рождаются"
    assert decode(RUSSIAN.upper().encode("koi8-r")) == RUSSIAN.upper()
