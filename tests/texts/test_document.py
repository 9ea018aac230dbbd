"""The cut into passages loses nothing, doubles nothing, and works in several scripts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.texts.document import Passage
from fer_core.texts.opening import open_pasted
from fer_core.texts.segmentation import (
    LONGEST_PASSAGE_WORDS,
    SHORTEST_PASSAGE_WORDS,
    Block,
    BlockKind,
    segment,
)
from fer_core.texts.sentences import count_words, paragraph_spans, split_sentences
from fer_core.texts.worker import plain_to_blocks


def without_space(text: str) -> str:
    return "".join(text.split())


def characters(passages: tuple[Passage, ...]) -> str:
    parts = []
    for passage in passages:
        parts += [heading.text for heading in passage.headings]
        parts.append(passage.text)
    return without_space("".join(parts))


sentences = st.text(
    alphabet=st.sampled_from("abcdefg ABC  .!?,;\n\t。！字読みไทยעבאंकि…0123\u200b\u3000"),
    max_size=600,
)
blocks = st.lists(
    st.builds(
        Block,
        kind=st.sampled_from(list(BlockKind)),
        text=st.one_of(
            sentences,
            st.integers(150, 600).map(lambda n: "word " * n),
            st.integers(5, 40).map(lambda n: "Eight short words stand in this one sentence. " * n),
            st.integers(200, 1500).map(lambda n: "字" * n),
        ),
        level=st.integers(0, 7),
    ),
    max_size=12,
)


@given(blocks)
def test_the_passages_are_the_blocks_characters_in_order_each_once(document: list[Block]) -> None:
    passages = segment(document)
    assert characters(passages) == without_space("".join(block.text for block in document))


@given(st.text(max_size=3000))
def test_a_plain_text_loses_and_doubles_no_character(text: str) -> None:
    passages = segment(plain_to_blocks(text))
    assert characters(passages) == without_space(text)


@given(blocks)
def test_passages_are_never_empty_nor_too_long_and_are_numbered_in_order(
    document: list[Block],
) -> None:
    passages = segment(document)
    assert [passage.index for passage in passages] == list(range(len(passages)))
    assert len({passage.passage_id for passage in passages}) == len(passages)
    for passage in passages:
        assert passage.text.strip()
        assert passage.words <= LONGEST_PASSAGE_WORDS + 1


@given(st.text(max_size=2000))
def test_sentences_are_the_text_but_for_white_space(text: str) -> None:
    assert without_space("".join(split_sentences(text))) == without_space(text)


def paragraph(words: int) -> Block:
    return Block(BlockKind.PARAGRAPH, "word " * (words - 1) + "end.")


def test_tiny_paragraphs_join_the_next_and_a_last_one_the_one_before() -> None:
    passages = segment([paragraph(5), paragraph(60), paragraph(70), paragraph(5)])
    assert [passage.words for passage in passages] == [65, 75]
    assert "\n\n" in passages[0].text


def test_paragraphs_are_never_joined_across_a_heading() -> None:
    passages = segment([paragraph(5), Block(BlockKind.HEADING, "Two", 2), paragraph(5)])
    assert [passage.section for passage in passages] == ["", "Two"]


def test_a_long_paragraph_is_split_at_sentences_into_parts_of_like_length() -> None:
    sentence = "This sentence has exactly seven words here. "
    passages = segment([Block(BlockKind.PARAGRAPH, sentence * 60)])
    assert len(passages) == 3
    assert all(passage.text.endswith("here.") for passage in passages)
    assert max(p.words for p in passages) - min(p.words for p in passages) <= 14


def test_headings_are_kept_with_the_passage_below_them() -> None:
    passages = segment(
        [
            Block(BlockKind.HEADING, "Chapter", 1),
            Block(BlockKind.HEADING, "Section", 2),
            paragraph(50),
            paragraph(50),
        ]
    )
    assert [heading.text for heading in passages[0].headings] == ["Chapter", "Section"]
    assert passages[1].headings == ()
    assert passages[1].section == "Section"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Smith met Prof. Jones at 3.5 km. They spoke.", 2),
        ("Das ist z.B. ein Fall. Hier der zweite.", 2),
        ("Really? Yes! Well… perhaps.", 3),
        ("她读书。他写字！好吗？", 3),
        ("यह पहला वाक्य है। यह दूसरा है।", 2),
        ("هل هذا سؤال؟ نعم هذا جواب.", 2),
        ("Zero marks at all", 1),
        ("J. R. R. Tolkien wrote it. True.", 2),
    ],
)
def test_sentences_end_where_readers_of_the_script_end_them(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Five words are written here.", 5, 5),
        ("Пять слов написаны здесь сейчас.", 5, 5),
        ("कृपया यह पुस्तक ध्यान से पढ़िए", 6, 6),
        ("당신은 오늘 무엇을 읽었습니까", 4, 4),
        ("اقرأ هذا الكتاب الآن", 4, 4),
        ("今天我们在图书馆里读一本关于记忆的书", 9, 13),
        ("ผู้เรียนอ่านหนังสือในห้องสมุด", 5, 8),
        ("— … !", 0, 0),
    ],
)
def test_words_are_counted_in_any_script(text: str, low: float, high: float) -> None:
    assert low <= count_words(text) <= high


def test_three_hundred_pages_open_whole() -> None:
    sentence = "The reader of this page has about a dozen words to go. "
    pages = ["\n\n".join([sentence * 7] * 5)] * 300
    document = open_pasted("\n\n".join(pages), "Long")
    assert document.words == pytest.approx(300 * 5 * 7 * 12)
    assert all(passage.words >= SHORTEST_PASSAGE_WORDS for passage in document.passages)


@pytest.mark.parametrize(
    ("text", "direction"),
    [("12. اللغة", "rtl"), ("«שלום» abc", "rtl"), ("读书 a", "ltr"), ("1", "ltr")],
)
def test_a_passage_knows_which_way_it_is_written(text: str, direction: str) -> None:
    assert Passage("p1", 0, text).direction == direction


def test_sentences_are_placed_paragraph_by_paragraph() -> None:
    text = "One. Two!\n\n  A title\n \nThree 🐝. "
    spans = paragraph_spans(text)
    said = [[text[start:end] for start, end in paragraph] for paragraph in spans]
    assert said == [["One.", "Two!"], ["A title"], ["Three 🐝."]]
    assert paragraph_spans(" \n\n ") == []


@given(st.text(alphabet="ab. !?\n\r\t\u2028數。🐝", max_size=80))
def test_the_places_of_sentences_lose_nothing_but_white_space(text: str) -> None:
    spans = [span for paragraph in paragraph_spans(text) for span in paragraph]
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
