"""Drawings in fewer letters: what is drawn is the same."""

from __future__ import annotations

import re
import struct
import zlib
from typing import Any

from dermoutcomes.report import Drawings, Material, Page, ReportOptions, document_of
from dermoutcomes_html.rendering import drawing
from dermoutcomes_html.slim_svg import slim_svg

# Of 255: the edge of a circle is not shaded to the last bit as that of two arcs is.
MOST_SHADE, MOST_SHADED = 24, 0.001


def pixels(png: bytes) -> list[bytes]:
    """The rows of a picture of 8 bits a channel that is not interlaced."""
    width, _, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, interlaced) == (8, 0)
    channels = {2: 3, 6: 4}[colour]
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        data += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    flat, size = zlib.decompress(data), width * channels
    rows: list[bytes] = []
    before = bytearray(size)
    for start in range(0, len(flat), size + 1):
        line = bytearray(flat[start + 1 : start + 1 + size])
        for i in range(size):
            left = line[i - channels] if i >= channels else 0
            corner = before[i - channels] if i >= channels else 0
            up = before[i]
            guess = left + up - corner
            nearest = min((left, up, corner), key=lambda one: abs(guess - one))
            line[i] = (line[i] + (0, left, up, (left + up) // 2, nearest)[flat[start]]) % 256
        rows.append(bytes(line))
        before = line
    return rows


def test_a_slim_drawing_is_the_same_picture(bcs: Any) -> None:
    import vl_convert

    material = Material(bcs.study, bcs.registry, bcs.table, bcs.manifest, ReportOptions())
    page = Page(Drawings(), bcs.study.id, "record", "program")
    figures = [block for _, block in document_of(material).named_blocks if block.kind == "figure"]
    lines = next(figure for figure in figures if figure.key == "figure-firmness")
    svg, slim = page.drawings.svg(lines), str(drawing(lines, page))

    assert len(slim) < 0.7 * len(svg)
    drawn, slim_drawn = (pixels(vl_convert.svg_to_png(each)) for each in (svg, slim))
    assert len(drawn) == len(slim_drawn)
    apart = [
        abs(a - b)
        for row, other in zip(drawn, slim_drawn, strict=True)
        for a, b in zip(row, other, strict=True)
    ]
    assert max(apart) <= MOST_SHADE
    assert sum(one > 2 for one in apart) <= MOST_SHADED * len(apart)
    assert len(set(drawn)) > 10, "the picture is not blank"


def test_what_is_seen_stays() -> None:
    frame = '<path class="background" d="M0,0h9v9h-9Z" fill="#ffffff"/>'
    point = (
        '<path transform="translate(15.403571428571427,-2)" d="M1.5,0A1.5,1.5,0,1,1,-1.5,0A1.5,1.5,'
        '0,1,1,1.5,0" fill="#1f4e79" stroke="#fff" stroke-width="2" opacity="0.5"/>'
    )
    words = '<text>1.23456789 opacity="1" class=&quot;mark-line&quot;</text>'

    assert slim_svg(frame + words) == frame + words
    assert slim_svg(point) == (
        '<circle cx="15.404" cy="-2" r="1.5" fill="#1f4e79" stroke="#fff" stroke-width="2" '
        'opacity="0.5"/>'
    )
    assert not re.search("class=", slim_svg('<path class="foreground" d="" display="none"/>'))
