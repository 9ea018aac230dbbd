"""Markdown to headings and paragraphs of plain words.

A reader's subset of CommonMark: headings, lists, quotes, code and tables become
paragraphs, and marks of emphasis, links and pictures leave their words.
"""

from __future__ import annotations

import re

from fer_core.texts.document import Block, BlockKind

LONGEST_UNDERLINED_HEADING_WORDS = 20

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_LIST_ITEM = re.compile(r"^\s{0,8}(?:[-*+]|\d{1,9}[.)])[ \t]+")
_QUOTE = re.compile(r"^ {0,3}>[ \t]?")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_COMMENT_END = "-->"
_LINK_DEFINITION = re.compile(r"^ {0,3}\[[^\]]{1,200}\]:[ \t]*\S+.*$")

#: What stands between brackets holds none: with them, a row of a million opening brackets would
#: be searched to its end from each.
_INLINE = (
    (re.compile(r"!\[([^\[\]]*)\]\([^()\s]*(?:\([^()]*\))?[^()]*\)"), r"\1"),
    (re.compile(r"\[([^\[\]]+)\]\([^()\s]*(?:\([^()]*\))?[^()]*\)"), r"\1"),
    (re.compile(r"\[([^\[\]]+)\]\[[^\[\]]*\]"), r"\1"),
    (re.compile(r"<((?:https?|mailto):[^<>\s]+)>"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>]{0,300}>"), ""),
    (re.compile(r"(?<![\\`])`+([^`]+)`+"), r"\1"),
    (re.compile(r"(?<![\w\\*])(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1(?!\*)"), r"\2"),
    (re.compile(r"(?<![\w\\_])(_{1,3})(?=\S)([^_\n]+?)(?<=\S)\1(?!\w)"), r"\2"),
    (re.compile(r"~~(?=\S)([^~\n]+?)(?<=\S)~~"), r"\1"),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)


def markdown_to_blocks(text: str) -> list[Block]:
    """Return the blocks of a Markdown text, in order, without markup."""
    blocks: list[Block] = []
    lines: list[str] = []
    fence = ""

    def flush() -> None:
        words = "\n".join(lines).strip()
        lines.clear()
        if fence == "" and words:
            words = _strip_inline(words)
        if words.strip():
            blocks.append(Block(BlockKind.PARAGRAPH, words))

    for line in _without_comments(text).split("\n"):
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                flush()
                fence = ""
            else:
                lines.append(line)
            continue
        opening = _FENCE.match(line)
        if opening:
            flush()
            fence = opening.group(1)
            continue
        line = _QUOTE.sub("", line)
        heading = _HEADING.match(line)
        underline = _UNDERLINE.match(line)
        if heading:
            flush()
            _add_heading(blocks, heading.group(2), len(heading.group(1)))
        elif underline and len(lines) == 1 and _can_be_heading(lines[0]):
            words = lines.pop()
            _add_heading(blocks, words, 1 if underline.group(1).startswith("=") else 2)
        elif not line.strip() or _RULE.match(line):
            flush()
        elif _TABLE_RULE.match(line) or _LINK_DEFINITION.match(line):
            continue
        elif _LIST_ITEM.match(line):
            # Items stay lines of one paragraph: each alone would be too short for an estimate.
            lines.append("• " + _LIST_ITEM.sub("", line))
        else:
            lines.append(line.strip())
    flush()
    return blocks


def _without_comments(text: str) -> str:
    # After the last end no comment is closed: looking for its end from each start takes for ever.
    closed, end, rest = text.rpartition(_COMMENT_END)
    return _COMMENT.sub("", closed + end) + rest


def _can_be_heading(line: str) -> bool:
    """Tell a heading from a paragraph that happens to stand above a rule."""
    return not line.startswith("• ") and len(line.split()) <= LONGEST_UNDERLINED_HEADING_WORDS


def _add_heading(blocks: list[Block], words: str, level: int) -> None:
    words = _strip_inline(words).strip()
    if words:
        blocks.append(Block(BlockKind.HEADING, words, level))


def _strip_inline(words: str) -> str:
    for pattern, replacement in _INLINE:
        words = pattern.sub(replacement, words)
    return words
