"""Bytes of a text export → text, or a StudyError that says which byte of which line is none."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from dermoutcomes import Problem, StudyError

__all__ = ["decode", "looks_like_text"]

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ONE_BYTE = frozenset({"cp1252", "iso8859-1", "iso8859-15", "latin-1"})
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1b\x1d-\x1f\x7f]")
SAMPLE = 4096
# What umlauts and accents of Mac OS and DOS become in Windows-1252: capitals and quotation marks
# inside a word, as in "MŸller" and "M„rz".
ELSEWHERE = re.compile(r"\w*(?:[A-Za-z][ŠŽŸ„”‚†‡‰ƒ](?=[a-z])|[a-z][ŠŽŸ])\w*")


def decode(content: bytes, path: Path, encoding: str | None = None) -> str:
    """The file's text.

    Without a stated encoding: by byte order mark, then UTF-16 by its zero bytes, UTF-8,
    Windows-1252. Words that are none in the last, as "MŸller", are a question.
    """
    name = _canonical(encoding, path) if encoding else detected_encoding(content)
    if encoding and name in ONE_BYTE and _is_utf8_beyond_ascii(content):
        raise StudyError(
            _problem(
                path,
                "the file is UTF-8, not as the study says",
                found="UTF-8",
                expected=encoding,
                hint='leave `encoding` out, or write encoding = "utf-8"',
            )
        )
    try:
        text = content.decode(name)
    except UnicodeDecodeError as error:
        raise StudyError(_undecodable(content, error, name, path)) from error
    _refuse_junk(text, path, name)
    if not encoding and name == "cp1252":
        _ask_for_encoding(text, path)
    return text.removeprefix("\ufeff")


def detected_encoding(content: bytes) -> str:
    """The encoding that the bytes themselves show."""
    for mark, name in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return name
    wide = _wide(content[:SAMPLE])
    if wide:
        return wide
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def looks_like_text(head: bytes) -> bool:
    """Whether the first bytes of a file could be text in one of the encodings known here."""
    if not head:
        return False
    encoding = next(
        (name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), None
    ) or _wide(head)
    if encoding:
        return True
    return not NOT_TEXT.search(head.decode("latin-1").replace("\x7f", ""))


def _wide(head: bytes) -> str | None:
    """UTF-16 without a byte order mark: every second byte of plain text is zero."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > 0.7 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    return "utf-16-be" if even > 0.7 * pairs and odd < 0.05 * pairs else None


def _canonical(encoding: str, path: Path) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise StudyError(
            _problem(
                path, "unknown text encoding", found=encoding, expected="utf-8, cp1252 or utf-16"
            )
        ) from error
    return "utf-8-sig" if name == "utf-8" else name


def _is_utf8_beyond_ascii(content: bytes) -> bool:
    if content.isascii():
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(content: bytes, error: UnicodeDecodeError, encoding: str, path: Path) -> Problem:
    line = content.count(b"\n", 0, error.start) + 1
    return _problem(
        path,
        f"the text cannot be read as {encoding}",
        line=line,
        found=f"byte 0x{content[error.start]:02x} at position {error.start}",
        expected="text in utf-8, cp1252 or utf-16",
        hint="name the right `encoding`, or export the file again",
    )


def _ask_for_encoding(text: str, path: Path) -> None:
    word = ELSEWHERE.search(text)
    if word:
        raise StudyError(
            _problem(
                path,
                "the text does not say its encoding, and letters in a word are none in Windows-1252",
                line=text.count("\n", 0, word.start()) + 1,
                found=word[0],
                expected='encoding = "mac-roman" (Mac) or encoding = "cp850" (DOS) in the source, '
                'or encoding = "cp1252" where the word is as it should be',
                hint="or save the file again as UTF-8",
            )
        )


def _refuse_junk(text: str, path: Path, encoding: str) -> None:
    junk = NOT_TEXT.search(text)
    if junk:
        line = text.count("\n", 0, junk.start()) + 1
        raise StudyError(
            _problem(
                path,
                f"the file is not text: it holds control characters when read as {encoding}",
                line=line,
                found=f"character U+{ord(junk[0]):04X}",
                expected="a text export",
                hint="is it a binary file under a text name, or another encoding?",
            )
        )


def _problem(
    path: Path,
    message: str,
    *,
    line: int | None = None,
    found: str | None = None,
    expected: str | None = None,
    hint: str | None = None,
) -> Problem:
    return Problem(
        message,
        file=path.name,
        line=line,
        found=found,
        expected=expected,
        hint=hint,
        code="unreadable_file",
    )
