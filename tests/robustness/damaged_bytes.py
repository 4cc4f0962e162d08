"""Damage to the bytes of a file of any format: cut, mixed up, in another encoding."""

import random
from collections.abc import Callable

from tests.robustness.mutation import HUGE, Mutation


def _at(content: bytes, mutation: Mutation) -> int:
    return int(mutation.line * (len(content) + 1))


def _inserted(content: bytes, mutation: Mutation, what: bytes) -> bytes:
    place = _at(content, mutation)
    return content[:place] + what + content[place:]


def lines_of(content: bytes) -> list[bytes]:
    """Return the lines with their ends; of an empty file one empty line."""
    return content.splitlines(keepends=True) or [b""]


def _shuffled(content: bytes, mutation: Mutation) -> bytes:
    lines = lines_of(content)
    keep = 0 if mutation.place > 0.8 else 1
    rest = lines[keep:]
    random.Random(mutation.line).shuffle(rest)
    return b"".join(lines[:keep] + rest)


def _without_a_line(content: bytes, mutation: Mutation) -> bytes:
    lines = lines_of(content)
    del lines[mutation.pick(mutation.line, len(lines))]
    return b"".join(lines)


def _line_again(content: bytes, mutation: Mutation) -> bytes:
    lines = lines_of(content)
    line = lines[mutation.pick(mutation.line, len(lines))]
    lines.insert(mutation.pick(mutation.place, len(lines) + 1), line)
    return b"".join(lines)


def _mixed_ends(content: bytes, mutation: Mutation) -> bytes:
    ends = random.Random(mutation.line)
    return b"".join(
        line.rstrip(b"\r\n") + ends.choice([b"\n", b"\r\n", b"\r"]) for line in lines_of(content)
    )


def flipped(content: bytes, mutation: Mutation) -> bytes:
    """Return the bytes with one bit another."""
    place = min(_at(content, mutation), len(content) - 1)
    new = bytes([content[place] ^ (1 << int(mutation.place * 8))]) if content else b""
    return content[:place] + new + content[place + 1 :]


def _encoded(encoding: str) -> Callable[[bytes, Mutation], bytes]:
    def change(content: bytes, _: Mutation) -> bytes:
        text = (
            content.decode("utf8", "replace").replace("infusion", "infusión").replace("e", "é", 1)
        )
        return text.encode(encoding, "replace")

    return change


BYTES: dict[str, Callable[[bytes, Mutation], bytes]] = {
    "truncated": lambda content, m: content[: _at(content, m)],
    "beheaded": lambda content, m: content[_at(content, m) :],
    "shuffled": _shuffled,
    "line_dropped": _without_a_line,
    "line_again": _line_again,
    "header_dropped": lambda content, _: b"".join(lines_of(content)[1:]),
    "blank_lines": lambda content, m: _inserted(content, m, b"\n\n \n"),
    "whole_again": lambda content, _: content * 2,
    "utf_16": _encoded("utf-16"),
    "utf_16_without_mark": _encoded("utf-16-le"),
    "latin_1": _encoded("latin-1"),
    "invalid_bytes": lambda content, m: _inserted(content, m, b"\xff\xc3\x28"),
    "mark": lambda content, _: b"\xef\xbb\xbf" + content,
    "mark_inside": lambda content, m: _inserted(content, m, b"\xef\xbb\xbf"),
    "crlf": lambda content, _: content.replace(b"\n", b"\r\n"),
    "cr": lambda content, _: content.replace(b"\n", b"\r"),
    "mixed_ends": _mixed_ends,
    "no_last_end": lambda content, _: content.rstrip(b"\n"),
    "nul": lambda content, m: _inserted(content, m, b"\0"),
    "many_nuls": lambda content, _: content + b"\0" * 5000,
    "quote": lambda content, m: _inserted(content, m, b'"'),
    "line_end_inside": lambda content, m: _inserted(content, m, b"\n"),
    "flipped": flipped,
    "garbage": lambda content, m: _inserted(content, m, random.Random(m.place).randbytes(300)),
    "empty": lambda *_: b"",
    "only_ends": lambda *_: b"\n\r\n\n",
    "long_header": lambda content, _: content[:3] + b"x" * 200_000 + content[3:],
    "huge": lambda content, m: _inserted(content, m, b"x" * HUGE),
}
