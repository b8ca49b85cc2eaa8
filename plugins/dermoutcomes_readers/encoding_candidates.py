"""Bytes that would pass for Windows-1252 and are text of another encoding: which it may be.

Any bytes but five are letters or signs of Windows-1252, so that Cyrillic or Japanese text decodes
and means nothing. Such words are known by their shape; which encoding they are of is shown by what
each would make of them, and asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from attrs import frozen

__all__ = ["Candidate", "candidates", "foreign_word", "utf7_word"]

# Windows-1252 with its five undefined bytes as lone surrogates: one character a byte.
BYTEWISE = ("cp1252", "surrogateescape")
UNDEFINED = "\udc81\udc8d\udc8f\udc90\udc9d"
LETTERS = "À-ÖØ-öø-ÿŠŽŸšžœŒ" + UNDEFINED
# Signs that texts on measurements have, also beside each other (g/m²·h), and those they have not.
USUAL_SIGNS = "°±²³µ¹º¼½¾×÷§©®™ª"
ODD_SIGNS = "¡¢£¤¥¦¨¬¯´¶¸¿ƒ†‡ˆ‰˜‹›‚„"
BEYOND = LETTERS + USUAL_SIGNS + ODD_SIGNS
# A cell of one letter: it may be à, å, é, ö or an initial, and is no Ì.
ALONE = r"(?<![^,;\t|\r\n\"])[ÇÊËÌÎÏÐÑÒÔÕÙÛÝÞãçêëìîïðñõûýþ](?![^,;\t|\r\n\"])"
FOREIGN = re.compile(
    # Three letters beyond ASCII in a row, as Пациент has: "Ïàöèåíò".
    rf"[{BEYOND}]{{3,}}"
    # A word of them alone, as Да has: "Äà".
    rf"|(?<![^\W_])[{BEYOND}]{{2,}}(?![^\W_])"
    # Signs inside a word, as płeć has: "p³eæ". A volume in m³ is none.
    r"|(?<=[a-z])(?<!m)[¹³¿¡¼¾£¥¯](?=[a-z])"
    # A letter alone in a cell that is no word, as П and Л have: "Ï", "Ë".
    rf"|{ALONE}"
    # Two pairs of katakana or hiragana, as テスト has: "ƒeƒXƒg".
    r"|(?:[‚ƒ][^\x00-?\x7f]){2,}"
)
ODD = re.compile(rf"[{LETTERS}{ODD_SIGNS}]")
MOST_CANDIDATES = 4
# How many bytes of a file are looked at on each side of a word.
ABOUT = 16384
# A candidate is told where it is at least half as good as the best.
SHARE_OF_BEST = 0.5
# How many of the signs beyond ASCII have to be of the script: names of units are of none.
LEAST_SHARE = 0.9
WORD_LENGTH = 20
CELL = re.compile(r'[^,;\t|"\r\n]+')
EDGE = re.compile(rb'[,;\t|"\r\n]')
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# UTF-7 begins letters of Europe with A or B, and may leave out the hyphen behind them; what
# then looks like two letters is no chance any more.
UTF7 = re.compile(rb"\+[AB](?:[A-Za-z0-9+/]{2,}-|[A-Za-z0-9+/]{5,})")
# A word with a letter beyond ASCII.
WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f\W\d_][^\W\d_]*")


@frozen
class Candidate:
    """An encoding, and a cell of the file as it reads there."""

    encoding: str
    word: str


def foreign_word(content: bytes) -> tuple[int, str] | None:
    """The place and the text of the first word that Western European languages have not.

    None where all words are such as Windows-1252 was made for.
    """
    text = content.decode(*BYTEWISE)
    for match in FOREIGN.finditer(text):
        # A sign repeated is a line, or a wish for attention.
        if len(match[0]) == 1 or (len(set(match[0])) > 1 and ODD.search(match[0])):
            return match.start(), match[0].encode(*BYTEWISE).decode("cp1252", "replace")
    return None


def candidates(content: bytes, place: int) -> list[Candidate]:
    """The encodings in which the bytes are words, the likeliest first.

    Each has the cell at this place as it reads there. Of a long file the lines about it are looked at.
    """
    content, place = _lines_about(content, place)
    rated = [
        (rating, Candidate(encoding, _cell(content, place, encoding) or _first_cell(text)))
        for encoding, rate in RATES.items()
        for text in [_decoded(content, encoding)]
        if text is not None and not CONTROL.search(text)
        for rating in [rate(text)]
        if rating > 0
    ]
    best = max((rating for rating, _ in rated), default=0)
    likely = [one for one in rated if one[0] >= best * SHARE_OF_BEST]
    likely.sort(key=lambda one: one[0], reverse=True)
    return [candidate for _, candidate in likely[:MOST_CANDIDATES]]


def _lines_about(content: bytes, place: int) -> tuple[bytes, int]:
    """Whole lines of some kilobytes on both sides of a place, and the place in these."""
    start = content.rfind(b"\n", 0, max(0, place - ABOUT)) + 1
    end = content.find(b"\n", place + ABOUT)
    # One line may be a whole file.
    start, end = max(start, place - 2 * ABOUT), len(content) if end < 0 else end + 1
    return content[start : min(end, place + 2 * ABOUT)], place - start


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _cell(content: bytes, place: int, encoding: str) -> str:
    """The cell at a place; nothing where a sign of two bytes was cut, as one of them is a comma."""
    before, after = EDGE.split(content[:place])[-1], EDGE.split(content[place:])[0]
    return (_decoded(before + after, encoding) or "").strip()[:WORD_LENGTH]


def _first_cell(text: str) -> str:
    """The first cell with a letter beyond ASCII."""
    cells = (cell[0].strip() for cell in CELL.finditer(text) if not cell[0].isascii())
    return next((cell[:WORD_LENGTH] for cell in cells), "")


def _alphabet(letters: str, capitals: str, common: str) -> Callable[[str], float]:
    """A rating of a text: words of these letters, with capitals where words have them.

    Bytes of one Cyrillic encoding are Cyrillic letters of another too, with capitals at the wrong
    end ("пАЦИЕНТ") or letters that are rare: so both count.
    """
    word = re.compile(rf"[{capitals}]?[{letters}]+|[{capitals}]+")
    own = re.compile(rf"[{letters}{capitals}]")

    def rate(text: str) -> float:
        runs = WORD.findall(text)
        if not runs or not _is_of(text, own):
            return 0.0
        shaped = sum(bool(word.fullmatch(run)) for run in runs) / len(runs)
        usual = sum(sign.lower() in common for run in runs for sign in run)
        return shaped * usual / sum(map(len, runs))

    return rate


def _east_asian(script: str, is_common: Callable[[str], bool]) -> Callable[[str], float]:
    """A rating of a text: the share of signs that its language uses every day."""
    own = re.compile(rf"[{script}]")
    # In "M将ler" a letter of a European word met the one behind it.
    glued = re.compile(rf"[a-z][{script}]|[{script}][a-z]")

    def rate(text: str) -> float:
        beyond = [sign for sign in text if sign > "\x7f"]
        if not _is_of(text, own) or len(glued.findall(text)) > GLUED_SHARE * len(beyond):
            return 0.0
        return sum(map(is_common, beyond)) / len(beyond)

    return rate


def _western(text: str) -> float:
    """A rating of a text: the share of words that have a capital at their beginning alone."""
    words = WORD.findall(text)
    if not words or not _is_of(text, WESTERN):
        return 0.0
    plain = (WESTERN_WORD.fullmatch(each) and not FOREIGN.search(each) for each in words)
    return sum(map(bool, plain)) / len(words)


def _is_of(text: str, letters: re.Pattern[str]) -> bool:
    """Whether nearly all signs beyond ASCII are these letters, or signs that all languages have."""
    beyond = [sign for sign in text if sign > "\x7f" and sign not in COMMON_SIGNS]
    return sum(bool(letters.match(sign)) for sign in beyond) >= LEAST_SHARE * len(beyond) > 0


def _level_1(encoding: str, first: int, last: int) -> Callable[[str], bool]:
    """Whether a sign is among the common ones, which national standards give in a first level."""

    def is_common(sign: str) -> bool:
        code = sign.encode(encoding, "ignore")
        return len(code) == 2 and first <= code[0] <= last

    return is_common


def _is_kana(sign: str) -> bool:
    return "\u3040" <= sign <= "\u30ff"


COMMON_SIGNS = frozenset("\xa0«»„“”‘’‚–—…•·°±²³µ№×÷§©®™€")
GLUED_SHARE = 0.2
WESTERN = re.compile(r"[À-ÖØ-öø-ÿŒœ]")
WESTERN_WORD = re.compile(r"[A-ZÀ-ÖØ-ÞŒ]?[a-zß-öø-ÿœ]+|[A-ZÀ-ÖØ-ÞŒ]+")
IDEOGRAPHS = "\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e"
_kanji = _level_1("euc-jp", 0xB0, 0xCF)
_japanese = _east_asian(
    IDEOGRAPHS + "\u3040-\u30ff\uff61-\uff9f", lambda sign: _is_kana(sign) or _kanji(sign)
)
_russian = _alphabet("а-яёіїєґ", "А-ЯЁІЇЄҐ", "оеаинтсрвлкмдпуяыіь")
_greek = _alphabet("ά-ώΐΰ", "Α-ΩΆ-Ώ", "αοιετσνηυρπκμλςάέήίόύώ")
_central = _alphabet(
    "a-zà-öø-ÿąćčďđęěğłľńňőřśšşťţůűźżžăĺŕ",
    "A-ZÀ-ÖØ-ÞĄĆČĎĐĘĚŁĽŃŇŐŘŚŠŞŤŢŮŰŹŻŽĂĹŔ",
    "aeiouytnrslkdpmwzcjgbhfvąęłżśćńóčěřšžáéíýúůöüőű",
)
RATES: dict[str, Callable[[str], float]] = {
    "cp1251": _russian,
    "koi8-r": _russian,
    "cp866": _russian,
    "iso8859-5": _russian,
    "cp932": _japanese,
    "euc-jp": _japanese,
    "gb18030": _east_asian(IDEOGRAPHS, _level_1("gb2312", 0xB0, 0xD7)),
    "big5": _east_asian(IDEOGRAPHS, _level_1("big5", 0xA4, 0xC6)),
    "cp949": _east_asian("\uac00-\ud7a3" + IDEOGRAPHS, lambda sign: "\uac00" <= sign <= "\ud7a3"),
    "cp1253": _greek,
    "cp1250": _central,
    "mac-roman": _western,
    "cp850": _western,
}


def utf7_word(content: bytes) -> tuple[int, str, str] | None:
    """The first letter that plain ASCII writes as UTF-7 does: its place, its signs, what it reads.

    "M+APw-ller" is "Müller". Chance has little room: the bits that are left over have to be zero,
    and what it reads has to be a letter of Europe or a sign of units.
    """
    for match in UTF7.finditer(content):
        text = _decoded(match[0].rstrip(b"-") + b"-", "utf-7")
        if text and all("\xa0" <= sign <= "\u04ff" for sign in text):
            return match.start(), match[0].decode("ascii"), text[:WORD_LENGTH]
    return None
