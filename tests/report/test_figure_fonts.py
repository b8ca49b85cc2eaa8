"""Fonts of figures: those shipped hold what they are trusted with, and other scripts are drawn as before."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from importlib.resources import files

import pytest

from dermoutcomes.report.figures.fonts import FONT_FOLDER, LATIN_GREEK_CYRILLIC

FACES = sorted(
    (
        each
        for each in (files("dermoutcomes.report") / FONT_FOLDER).iterdir()
        if each.name[-3:] == "ttf"
    ),
    key=lambda each: each.name,
)
# Drawings with the program's fonts, and by the library alone with those that a file lists.
DRAW = """
import sys, json, hashlib
import vl_convert
from dermoutcomes.report.figures import drawing
specs = [
    {"mark": "text", "data": {"values": [{"t": text}]}, "encoding": {"text": {"field": "t"}},
     "title": text, "config": {"font": "Liberation Sans"}}
    for text in ("Firmness \\u2265 0.5", "\\u76ae\\u819a \\u2713 firm")
]
if sys.argv[1] == "library":
    drawing.register_fonts = lambda text: None
settings = {"vl_version": drawing.VEGA_LITE}
for spec in specs:
    svg = drawing._svg(json.dumps(spec, ensure_ascii=False), spec, settings)
    print(hashlib.sha256(svg.encode()).hexdigest(), hashlib.sha256(drawing._png(svg)).hexdigest())
"""


def letters(font: bytes) -> set[int]:
    """The letters that a TrueType font has, by its table for Unicode (format 4)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    places = {
        font[12 + 16 * number : 16 + 16 * number]: struct.unpack_from(">I", font, 20 + 16 * number)[
            0
        ]
        for number in range(tables)
    }
    start = places[b"cmap"]
    (count,) = struct.unpack_from(">H", font, start + 2)
    maps = [struct.unpack_from(">HHI", font, start + 4 + 8 * number) for number in range(count)]
    (place,) = (start + offset for platform, coding, offset in maps if (platform, coding) == (3, 1))
    assert struct.unpack_from(">H", font, place) == (4,)
    segments = struct.unpack_from(">H", font, place + 6)[0] // 2
    column = f">{segments}H"
    ends, starts, deltas, offsets = (
        struct.unpack_from(column, font, place + 14 + 2 * segments * number + (2 if number else 0))
        for number in range(4)
    )
    has = set()
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for letter in range(first, last + 1):
            glyph = letter + deltas[number]
            if offsets[number]:
                at = place + 16 + 6 * segments + 2 * number + offsets[number] + 2 * (letter - first)
                (glyph,) = struct.unpack_from(">H", font, at)
            if glyph & 0xFFFF:
                has.add(letter)
    return has


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
def test_a_face_has_every_letter_for_which_no_other_font_is_asked(face):
    has = letters(face.read_bytes())
    lacking = [
        chr(letter)
        for letter in range(0x20, 0x30000)
        if LATIN_GREEK_CYRILLIC.fullmatch(chr(letter)) and letter not in has
    ]
    assert lacking == []


def test_letters_of_other_scripts_ask_for_the_fonts_of_the_system():
    for letter in "\u76ae\u0639\u2713\U0001f600":
        assert not LATIN_GREEK_CYRILLIC.fullmatch(letter)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists its fonts in a file")
def test_drawings_are_those_of_a_library_that_knows_the_shipped_font_first(tmp_path):
    folders = [str(files("dermoutcomes.report") / FONT_FOLDER), "/usr/share/fonts"]
    every = tmp_path / "fonts.conf"
    every.write_text(
        "<fontconfig>" + "".join(f"<dir>{folder}</dir>" for folder in folders) + "</fontconfig>"
    )
    machine = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_DIRS": "/usr/share"}
    machine.pop("FONTCONFIG_FILE", None)
    machine.pop("XDG_DATA_HOME", None)
    program, library = (
        subprocess.run(
            [sys.executable, "-c", DRAW, who], capture_output=True, text=True, check=True, env=env
        ).stdout
        for who, env in (
            ("program", machine),
            ("library", {**machine, "FONTCONFIG_FILE": str(every)}),
        )
    )
    assert len(program.splitlines()) == 2
    assert program == library
