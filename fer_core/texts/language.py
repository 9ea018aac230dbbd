"""Which language a text is in, by the commonest words of each: most files do not say it.

A pasted text, a PDF and the words that a client sends carry no language, and what is hard in German
is not what is hard in English. Told are the languages of which a norm is known (`difficulty`), and
Dutch, which would be taken for one of them.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

#: A text in which fewer of a language's commonest words are found than this share is in another. Of
#: running text they are a fifth to a third, in Finnish a tenth.
LEAST_SHARE = 0.06
#: So many words tell it.
MOST_WORDS = 2000

_COMMONEST = {
    "en": "the of and to in a is that for it was with as on he she they but had by from which",
    "de": "der die und in den von zu das mit sich des auf ist im dem nicht ein eine als auch es",
    "fr": "de la le et les des en un du une que est dans qui par pour au il sur ne pas plus ce",
    "es": "de la que el en y los del se las por un para con no una su al es lo como más",
    "it": "di e il che la è per in un non si della del le con da una gli alla sono dei nel",
    "pt": "de e o que a do da em um para com não uma os no se na por mais as dos ao é foi",
    "nl": "de het een van en in is dat op te voor met zijn niet aan er om ook die door bij",
    "sv": "och i att det som en på är av för med den till inte har de ett om var han jag",
    "da": "og i at det som en på er af for med den til ikke har de et om var han jeg blev",
    "no": "og i å det som en på er av for med den til ikke har de et om var han jeg ble",
    "fi": "ja on ei se että oli hän mutta ovat kun myös joka tai niin kuin sen ole jos jonka",
    "ru": "и в не на что я с он как это по но она к из у за от так же для были был",
}
COMMONEST = {tag: frozenset(words.split()) for tag, words in _COMMONEST.items()}
#: Other codes of the same language.
_SAME = {"nb": "no", "nn": "no"}

_WORD = re.compile(r"[^\W\d_]+")


def tell_language(text: str, tag: str = "") -> str:
    """Return a text's language as a two-letter code; "" where it is none of those known.

    Args:
        text: Its words; the first two thousand tell.
        tag: What the file says (RFC 5646). It is believed where the words do not speak for another:
            many a file says English whatever it is in.
    """
    found = islice(_WORD.finditer(text.casefold()), MOST_WORDS)
    words = Counter(one.group() for one in found)
    said = _SAME.get(tag[:2].lower(), tag[:2].lower())
    counts = {
        language: sum(words[word] for word in commonest)
        for language, commonest in COMMONEST.items()
    }
    best = max(counts, key=lambda language: (counts[language], language == said))
    return best if counts[best] > LEAST_SHARE * words.total() else said
