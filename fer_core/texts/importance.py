"""Which passages carry a text: TextRank over its sentences and headings.

It is a property of the text alone; no face and no reading time enters. TextRank
(Mihalcea & Tarau 2004): sentences are linked by the words they share, and the
PageRank of that graph says which of them the others are about. Here headings take
part, and chance visits start at them more often (Haveliwala 2002), so what a
section's title promises counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from fer_core.arrays import FloatArray
from fer_core.texts.document import Passage

#: Sentences ranked together. A long text is ranked chapter by chapter, about 20 pages at a time:
#: the cost stays linear, and every part of the text has its own most important passages.
WINDOW_SENTENCES = 400
#: PageRank's usual damping (Brin & Page 1998).
DAMPING = 0.85
ITERATIONS = 40
#: How much more often a chance visit starts at a heading than at a sentence.
HEADING_WEIGHT = 4.0
#: Words in a larger share of a window's sentences say nothing about any one of them.
COMMON_WORD_SHARE = 0.15
#: ... unless these are only so many: a short text repeats what it is about.
LEAST_COMMON_SENTENCES = 6
#: Shorter words are mostly grammar in the scripts that are written with spaces.
SHORTEST_WORD_LETTERS = 4

_IDEOGRAPHS = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W\d_]+")


def rank_passages(passages: Sequence[Passage]) -> FloatArray:
    """Return how central each passage is to the text around it.

    A passage is as important as its best sentence.

    Args:
        passages: The whole text, in order.

    Returns:
        Shape (number of passages,), 0..1; 1 is the most central of its part of the text. 0 where
        nothing can be said, as for a text of one sentence.
    """
    scores = np.zeros(len(passages))
    start = 0
    while start < len(passages):
        end = start
        count = 0
        while end < len(passages) and (end == start or count < WINDOW_SENTENCES):
            count += len(passages[end].sentences)
            end += 1
        scores[start:end] = _rank_window(passages[start:end])
        start = end
    return scores


def _rank_window(passages: Sequence[Passage]) -> FloatArray:
    owners: list[int] = []
    bags: list[frozenset[str]] = []
    weights: list[float] = []
    for position, passage in enumerate(passages):
        for heading in passage.headings:
            owners.append(-1)
            bags.append(_content_words(heading.text))
            weights.append(HEADING_WEIGHT)
        # The limit keeps one endless passage from making the window quadratic.
        for sentence in passage.sentences[:WINDOW_SENTENCES]:
            owners.append(position)
            bags.append(_content_words(sentence))
            weights.append(1.0)
    ranks = page_rank(_similarities(bags), np.array(weights))
    best = np.zeros(len(passages))
    for owner, rank in zip(owners, ranks, strict=True):
        if owner >= 0:
            best[owner] = max(best[owner], rank)
    top = best.max(initial=0.0)
    # Equal ranks everywhere mean that nothing stands out.
    return best / top if top > 0 and np.ptp(ranks) > 1e-12 else np.zeros(len(passages))


def _content_words(sentence: str) -> frozenset[str]:
    """Return what a sentence is about: its longer words, or pairs of ideographs."""
    words = {
        word
        for word in _WORD.findall(_IDEOGRAPHS.sub(" ", sentence.casefold()))
        if len(word) >= SHORTEST_WORD_LETTERS
    }
    for run in _IDEOGRAPHS.findall(sentence):
        words.update(run[at : at + 2] for at in range(len(run) - 1))
    return frozenset(words)


def _similarities(bags: Sequence[frozenset[str]]) -> FloatArray:
    """Return shape (n, n): shared words over the logarithms of the two lengths."""
    n = len(bags)
    counts = Counter(word for bag in bags for word in bag)
    limit = max(LEAST_COMMON_SENTENCES, COMMON_WORD_SHARE * n)
    vocabulary = {
        word: column
        for column, word in enumerate(word for word, count in counts.items() if 2 <= count <= limit)
    }
    occurs = np.zeros((n, len(vocabulary)), dtype=np.float32)
    for row, bag in enumerate(bags):
        for word in bag:
            column = vocabulary.get(word)
            if column is not None:
                occurs[row, column] = 1.0
    shared = (occurs @ occurs.T).astype(np.float64)
    np.fill_diagonal(shared, 0.0)
    lengths = np.log(1.0 + np.array([len(bag) for bag in bags], dtype=np.float64))
    scale = lengths[:, None] + lengths[None, :]
    return np.asarray(np.divide(shared, scale, out=np.zeros_like(shared), where=scale > 0))


def page_rank(similarities: FloatArray, weights: FloatArray) -> FloatArray:
    """Return PageRank on a weighted graph by power iteration.

    Args:
        similarities: Shape (n, n), >= 0; row i holds the links of i.
        weights: Shape (n,), > 0: how often a chance visit starts at each node.

    Returns:
        Shape (n,), sum 1.
    """
    n = len(weights)
    if n == 0:
        return np.zeros(0)
    start: FloatArray = weights / weights.sum()
    totals = similarities.sum(axis=1)
    dangling = totals == 0
    transition = np.divide(
        similarities, totals[:, None], out=np.zeros_like(similarities), where=~dangling[:, None]
    )
    ranks: FloatArray = start.copy()
    for _ in range(ITERATIONS):
        lost = float(ranks[dangling].sum())
        ranks = np.asarray((1 - DAMPING) * start + DAMPING * (ranks @ transition + lost * start))
    return ranks
