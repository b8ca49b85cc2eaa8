"""Bytes of a text export → text, or a StudyError that says which byte of which line is none."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from dermoutcomes import Problem, StudyError
from dermoutcomes_readers.encoding_candidates import (
    Candidate,
    candidates,
    foreign_word,
    utf7_word,
)

__all__ = ["decode", "looks_like_text", "odd_word"]

BYTE_ORDER_MARKS = (
    # The mark of UTF-16 is the beginning of that of UTF-32.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# In which UTF-8 is letters and signs, if none that belong together.
ONE_BYTE = re.compile(r"cp(125\d|437|85\d|86\d|874)|iso8859-\d+|koi8-[rut]|mac-\w+|latin-1")
# Further encodings of which a file without a mark has signs that no text has.
OTHER = ("utf-16-le", "utf-16-be", "iso2022_jp", "iso2022_kr")
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1b\x1d-\x1f\x7f]")
SAMPLE = 4096
# What umlauts and accents of Mac OS and DOS become in Windows-1252: capitals and quotation marks
# inside a word, as in "MŸller" and "M„rz".
ELSEWHERE = re.compile(r"\w*(?:[A-Za-z][ŠŽŸ„”‚†‡‰ƒ](?=[a-z])|[a-z][ŠŽŸ])\w*")


def decode(content: bytes, path: Path, encoding: str | None = None) -> str:
    """The file's text.

    Without a stated encoding: by byte order mark, then UTF-32 and UTF-16 by their zero bytes,
    UTF-8, Windows-1252. Words that are none in the last, as "MŸller" or "Ïàöèåíò", are a question
    that says what other encodings read, and so are the letters of UTF-7 in plain ASCII.
    """
    name = _canonical(encoding, path) if encoding else detected_encoding(content)
    if encoding and ONE_BYTE.fullmatch(name) and _is_utf8_beyond_ascii(content):
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
    _refuse_junk(text, path, name, content if not encoding else b"")
    if not encoding and name == "cp1252":
        _ask_for_encoding(content, path)
    if not encoding and content.isascii():
        _ask_for_utf_7(content, path)
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
    """UTF-32 and UTF-16 without a byte order mark: in plain text most of their bytes are zero."""
    fours = len(head) // 4
    zeros = [head[place : 4 * fours : 4].count(0) for place in range(4)]
    # No sign of a text has more than 21 bits: the first of four bytes is zero, nearly always two.
    if fours > 1 and zeros[3] == fours and zeros[2] > 0.95 * fours and zeros[0] < fours:
        return "utf-32-le"
    if fours > 1 and zeros[0] == fours and zeros[1] > 0.95 * fours and zeros[3] < fours:
        return "utf-32-be"
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
    readings, wide = list[Candidate](), None
    if encoding == "cp1252":
        readings = candidates(content, error.start)
        wide = next((name for name in OTHER if _is_plain_text(content, name)), None)
    key = f'encoding = "{wide}"' if wide else _keys(readings)
    return _problem(
        path,
        f"the text cannot be read as {encoding}",
        line=content.count(b"\n", 0, error.start) + 1,
        found=f"byte 0x{content[error.start]:02x} at position {error.start}",
        expected=key or "text in utf-8, cp1252 or utf-16",
        hint="write the key in the source, or save the file again as UTF-8"
        if key
        else "name the right `encoding`, or export the file again",
    )


def _keys(readings: Sequence[Candidate]) -> str:
    """The keys that a source may write, each with what a cell of the file then reads."""
    return ", or ".join(f'encoding = "{one.encoding}" for {one.word!r}' for one in readings)


def odd_word(content: bytes) -> tuple[int, str, str] | None:
    """The first word that no language of Western Europe has in Windows-1252, None where all have.

    Its place, the word as it reads there, and the keys to write.
    """
    word = foreign_word(content)
    if word is None:
        match = ELSEWHERE.search(content.decode("cp1252", "replace"))
        if match is None:
            return None
        word = match.start(), match[0]
    place, found = word
    keys = _keys(candidates(content, place)) or 'encoding = "…"'
    as_it_is = 'in the source, or encoding = "cp1252" where the word is as it should be'
    return place, found, f"{keys} {as_it_is}"


def _ask_for_encoding(content: bytes, path: Path) -> None:
    """StudyError where a word is none of Western Europe: it asks which encoding it is of."""
    word = odd_word(content)
    if word is not None:
        place, found, keys = word
        raise StudyError(
            _problem(
                path,
                "the text does not say its encoding, and letters in a word are none in Windows-1252",
                line=content.count(b"\n", 0, place) + 1,
                found=found,
                expected=keys,
                hint="or save the file again as UTF-8",
            )
        )


def _ask_for_utf_7(content: bytes, path: Path) -> None:
    """StudyError where plain ASCII holds what UTF-7 writes for a letter."""
    word = utf7_word(content)
    if word is not None:
        place, found, reading = word
        raise StudyError(
            _problem(
                path,
                "the text does not say its encoding, and signs in it are a letter in UTF-7",
                line=content.count(b"\n", 0, place) + 1,
                found=found,
                expected=f'encoding = "utf-7" for {reading!r} in the source, or encoding = "utf-8" '
                "where the signs are as they should be",
                hint="or save the file again as UTF-8",
            )
        )


def _refuse_junk(text: str, path: Path, encoding: str, content: bytes) -> None:
    """StudyError for control characters: of `content`, if any, another encoding may be known."""
    junk = NOT_TEXT.search(text)
    if junk:
        line = text.count("\n", 0, junk.start()) + 1
        key = next((name for name in OTHER if _is_plain_text(content, name)), None)
        raise StudyError(
            _problem(
                path,
                f"the file is not text: it holds control characters when read as {encoding}",
                line=line,
                found=f"character U+{ord(junk[0]):04X}",
                expected=f'encoding = "{key}" in the source' if key else "a text export",
                hint="or save the file again as UTF-8"
                if key
                else "is it a binary file under a text name, or another encoding?",
            )
        )


def _is_plain_text(content: bytes, encoding: str) -> bool:
    """Whether the first bytes are lines of letters and digits in an encoding."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(content[: 4 * SAMPLE])
    except UnicodeDecodeError:
        return False
    if "\n" not in text or NOT_TEXT.search(text):
        return False
    kinds = [unicodedata.category(sign)[0] for sign in text]
    # Private and unassigned code points are of the category C, as line ends are.
    return kinds.count("C") <= text.count("\n") + text.count("\r") + text.count("\t")


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
