"""A page printed by a real browser opens with its words as they were."""

from __future__ import annotations

from playwright.sync_api import Browser

from fer_core.texts.opening import open_document

PARAGRAPHS = (
    "Die Schülerin öffnet das Buch; später kehrt sie zur schwierigsten Stelle zurück. " * 12,
    "Читатель открывает книгу и медленно читает. Потом он возвращается к началу. " * 12,
    "Ο αναγνώστης ανοίγει το βιβλίο και διαβάζει αργά. Μετά γυρίζει πίσω. " * 12,
    "يقرأ الطالب كتابا كل صباح لكي يتعلم المزيد عن العالم من حوله. " * 12,
    "התלמיד קורא ספר בכל בוקר כדי ללמוד עוד על העולם שמסביבו. " * 12,
    "The reader finds difficult offices, first flights and half-hearted efforts there. " * 12,
)


def test_what_a_browser_prints_is_read_word_for_word(chromium: Browser) -> None:
    page = chromium.new_page()
    markup = "".join(f"<p dir=auto>{words}</p>" for words in PARAGRAPHS)
    page.set_content(f"<body style='font: 12pt serif; text-align: justify'><h1>Twice</h1>{markup}")
    printed = page.pdf(format="A5")
    page.close()
    document = open_document("printed.pdf", printed)
    words = " ".join(passage.text for passage in document.passages).split()
    assert words == " ".join(PARAGRAPHS).split()
    assert document.passages[0].headings[0].text == "Twice"
    assert document.title == "printed"
    assert document.pages > 1
