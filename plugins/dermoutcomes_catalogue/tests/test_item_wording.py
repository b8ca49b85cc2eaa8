"""No wording of a licensed form stands anywhere in the project, and its items are told by keys.

`item_wording.txt` has a digest for each fragment of three words that such a form has, so that this
test ships no wording itself: `digest("three words long")` gives the line of a further one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pytest

from dermoutcomes import Scale
from dermoutcomes_catalogue import register_scales

WORDS_OF_A_FRAGMENT = 3
PROJECT = Path(__file__).parents[3]
ROOMS = ("dermoutcomes", "plugins", "docs", "examples", "schemas", "README.md", "CHANGELOG.md")
TEXTS = {".py", ".toml", ".md", ".json", ".txt", ".csv", ".html", ".js", ".css"}
LIST = Path(__file__).with_name("item_wording.txt")
# How a licence begins whose holder forbids the wording.
HELD = ("copyright", "licence needed", "manufacturer", "photographs")
# What a label may say besides the words of its own code.
PLAIN_WORDS = {
    *("first", "second", "third", "fourth", "part", "parts", "both", "site", "yes", "no", "total"),
    *("grade", "group", "at", "maximum", "contraction", "left", "right", "investigator", "subject"),
    *("greatest", "length", "width", "lasts", "longer", "than", "months", "body", "marked"),
    *("activity", "damage", "cdasi"),
}


def digest(fragment: str) -> str:
    """The digest of a fragment, whatever its capitals and signs."""
    return blake2b(" ".join(words_of(fragment)).encode(), digest_size=8).hexdigest()


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def forbidden() -> dict[str, str]:
    """Which form each digest is of."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return {code: form for form, code in (line.split() for line in lines if line[:1] != "#")}


def forms_in(text: str, listed: dict[str, str]) -> set[str]:
    """The forms of which a text has a fragment."""
    words = words_of(text)
    fragments = {
        " ".join(words[place : place + WORDS_OF_A_FRAGMENT])
        for place in range(len(words) - WORDS_OF_A_FRAGMENT + 1)
    }
    return {listed[code] for code in map(digest, fragments) if code in listed}


def texts() -> Iterator[Path]:
    for room in ROOMS:
        place = PROJECT / room
        files = [place] if place.is_file() else sorted(place.rglob("*"))
        yield from (file for file in files if file.suffix in TEXTS and file != LIST)


def test_the_list_finds_a_fragment_and_says_of_which_form() -> None:
    listed = {digest("colour of moons"): "almanac"}

    assert forms_in("What is the COLOUR of\nmoons, today?", listed) == {"almanac"}
    assert forms_in("The colour of many moons", listed) == set()
    assert len(forbidden()) > 60
    assert {"dlqi", "poem", "face_q", "posas", "uct", "push", "wsrs"} <= set(forbidden().values())


def test_no_wording_of_a_licensed_form_stands_anywhere() -> None:
    listed = forbidden()
    files = [*texts()]
    shown = {
        str(file.relative_to(PROJECT)): forms
        for file in files
        if (forms := forms_in(file.read_text(encoding="utf-8", errors="replace"), listed))
    }

    assert len(files) > 100
    assert shown == {}


@pytest.mark.parametrize("scale", register_scales(), ids=lambda scale: scale.name)
def test_items_of_a_licensed_scale_are_told_by_their_keys(scale: Scale) -> None:
    if not scale.licence.startswith(HELD):
        return
    shown = {}
    for item in (one for one in scale.parameters if one.kind == "item"):
        words = {*words_of(item.label), *words_of(" ".join(item.labels.values()))}
        own = {*words_of(item.code.replace("_", " ")), *"qad"}
        if more := words - own - PLAIN_WORDS - {"region", "one"}:
            shown[item.code] = more
    assert shown == {}
