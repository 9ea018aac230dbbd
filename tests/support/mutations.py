"""Seeded changes of files that were right: bytes, members of archives, values of JSON, tables.

Each function takes its own generator, so that the same seed makes the same file again.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

#: What readers of numbers, lengths and signs trip over.
_BYTES = (b"\0", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\x80",
          b"<", b'"', b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"]]>", b"<!--", b"&#0;",
          b"..%2f")  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, -1e308, 5e-324, 2**63, 10**400, "", "\0", "\ud800", "a" * 5000,
    "1", "NaN", "2026-02-30T25:61:00Z", "../../etc/passwd", "\u202e=1+1", [], {}, [[]],
    {"": None}, [None] * 200,
)  # fmt: skip
_CELLS = ("", '"', '""', "=1+1", "\t", "\n", ";", ",", "\0", "\ufeff", "1e999", "-5", "24:60",
          "9" * 400, "{{c1::}}", "<b>", "a" * 140_000)  # fmt: skip


def seeded(*parts: object) -> random.Random:
    """Return a generator that these parts name."""
    return random.Random(" ".join(map(str, parts)))  # noqa: S311  (no secret)


def changed(data: bytes, rng: random.Random) -> bytes:
    """Return the data with one to three places cut, doubled, moved, swapped or overwritten."""
    body = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        if not body:
            break
        at = rng.randrange(len(body))
        length = rng.choice((1, 2, 4, 16, 200, len(body) // 3 + 1))
        piece = bytes(body[at : at + length])
        match rng.randrange(12):
            case 0 | 1 | 2 | 3:
                body[at] = rng.randrange(256)
            case 4 | 5:
                del body[at : at + length]
            case 6:
                body[at:at] = piece * rng.choice((1, 2, 50))
            case 7 | 8:
                to = rng.randrange(len(body))
                body[to : to + len(piece)] = piece
            case 9:
                new = rng.choice(_BYTES)
                body[at : at + len(new)] = new
            case 10:
                body[at:at] = rng.choice(_BYTES) * rng.choice((1, 3, 1000))
            case _:
                del body[at:]
    return bytes(body[: 4 * len(data) + 100_000])


def changed_archive(data: bytes, rng: random.Random) -> bytes:
    """Return a ZIP whose members were changed, lost, doubled or renamed, or its own bytes were.

    Members are packed again, so that their checksums are right and the readers behind are reached.
    """
    if rng.random() < 0.3:
        return changed(data, rng)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(one.filename, archive.read(one)) for one in archive.infolist()]
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(members))
        name, body = members[at]
        match rng.randrange(8):
            case 0 if len(members) > 1:
                del members[at]
            case 1:
                members.append((name, changed(body, rng)))
            case 2:
                members[at] = (
                    rng.choice(("../" + name, "/" + name, "", "a" * 3000, name + "/")),
                    body,
                )
            case 3:
                members[at] = (name, members[rng.randrange(len(members))][1])
            case _:
                members[at] = (name, changed(body, rng))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        for name, body in members:
            packing = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            # ZipInfo takes any name, and a name twice without a warning is two entries.
            written.NameToInfo.pop(name, None)
            written.writestr(zipfile.ZipInfo(name), body, packing)
    return out.getvalue()


def changed_json(value: Any, rng: random.Random) -> bytes:
    """Return JSON in which some values, keys or the writing itself were changed."""
    value = json.loads(json.dumps(value))
    for _ in range(rng.randint(1, 4)):
        found = list(places(value))
        if not found:
            break
        holder, key = rng.choice(found)
        match rng.randrange(5):
            case 0 if isinstance(holder, dict):
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[key + rng.choice(("", "\0", "_id", " "))] = rng.choice(_VALUES)
            case 2:
                holder[key] = [holder[key]] * rng.choice((1, 2, 70))
            case _:
                holder[key] = rng.choice(_VALUES)
    body = json.dumps(value).encode()
    match rng.randrange(6):
        case 0:
            return changed(body, rng)
        case 1:
            depth = rng.choice((50, 5000, 100_000))
            return body[:-1] + b',"more":' + b"[" * depth + b"]" * depth + b"}"
        case _:
            return body


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return where something can be changed: containers with the keys into them."""
    keys: list[Any] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    inside = [(value, key) for key in keys]
    return inside + [place for holder, key in inside for place in places(holder[key])]


def changed_table(data: bytes, rng: random.Random) -> bytes:
    """Return a CSV file with other cells, separators, quotes, lines or encoding."""
    lines = data.decode().split("\n")
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(lines))
        cells = lines[at].split(",")
        match rng.randrange(6):
            case 0:
                lines[at] = rng.choice((";", "\t", "|", '","')).join(cells)
            case 1:
                lines[at:at] = [lines[at]] * rng.choice((1, 100))
            case 2:
                lines[at] = ",".join(cells * rng.choice((2, 300)))
            case _:
                cells[rng.randrange(len(cells))] = rng.choice(_CELLS)
                lines[at] = ",".join(cells)
    text = rng.choice(("\n", "\n", "\r\n", "\r")).join(lines)
    encoding = rng.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"))
    body = text.encode(encoding, "replace")[:500_000]
    return changed(body, rng) if rng.random() < 0.3 else body


Change = Callable[[Any, random.Random], bytes]
