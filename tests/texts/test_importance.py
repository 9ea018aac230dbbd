"""TextRank finds the passage that the others are about, in any script, at a bounded cost."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.texts.document import Heading, Passage
from fer_core.texts.importance import page_rank, rank_passages
from fer_core.texts.segmentation import Block, BlockKind, segment


def passages(*texts: str) -> list[Passage]:
    return [Passage(f"p{number + 1}", number, text) for number, text in enumerate(texts)]


def test_page_rank_of_a_star_is_highest_at_its_centre() -> None:
    star = np.zeros((5, 5))
    star[0, 1:] = star[1:, 0] = 1.0
    ranks = page_rank(star, np.ones(5))
    assert ranks.sum() == pytest.approx(1.0)
    assert int(np.argmax(ranks)) == 0
    # The stationary equations, solved by hand for a star with four rays.
    assert ranks[0] == pytest.approx((0.15 / 5 + 0.85 * 4 * (0.15 / 5)) / (1 - 0.85**2), rel=1e-3)


def test_the_passage_that_shares_its_words_with_the_others_is_most_important() -> None:
    ranks = rank_passages(
        passages(
            "Memory fades without practice.",
            "Practice and sleep strengthen memory, and spacing strengthens practice.",
            "Sleep restores attention at night.",
            "Spacing makes lessons last longer.",
            "Bananas were cheap yesterday.",
        )
    )
    assert int(np.argmax(ranks)) == 1
    assert ranks[1] == 1.0
    assert int(np.argmin(ranks)) == 4


def test_what_the_heading_promises_counts() -> None:
    texts = [
        "Glaciers carve deep valleys.",
        "Glaciers carve steep fjords.",
        "Volcanoes build round islands.",
        "Volcanoes build tall mountains.",
    ]
    plain = rank_passages(passages(*texts))
    first, *others = passages(*texts)
    headed = Passage(first.passage_id, 0, first.text, (Heading(1, "How volcanoes build"),))
    ranks = rank_passages([headed, *others])
    assert plain[2] == pytest.approx(plain[0])
    assert ranks[2] > ranks[0]


def test_ideographs_are_compared_by_pairs() -> None:
    ranks = rank_passages(
        passages("记忆需要练习。", "练习和睡眠加强记忆。", "睡眠恢复注意力。", "香蕉很便宜。")
    )
    assert int(np.argmax(ranks)) == 1


@pytest.mark.parametrize("texts", [[], ["One sentence."], ["Same.", "Same."], ["!", "?"]])
def test_texts_in_which_nothing_stands_out_have_no_important_passage(texts: list[str]) -> None:
    assert not rank_passages(passages(*texts)).any()


def test_a_book_is_ranked() -> None:
    rng = np.random.default_rng(1)
    words = ["".join(letters) for letters in rng.choice(list("abcdefgh"), (4000, 6))]
    blocks = [
        Block(
            BlockKind.PARAGRAPH,
            " ".join(" ".join(rng.choice(words, 12)).capitalize() + "." for _ in range(9)),
        )
        for _ in range(1000)
    ]
    book = segment(blocks)
    ranks = rank_passages(book)
    assert (ranks > 0).sum() > 900
