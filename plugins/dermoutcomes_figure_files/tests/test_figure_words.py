"""What a picture says of itself: read back from the file."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from dermoutcomes.report import Drawings, Figure, Foot, Page
from dermoutcomes_figure_files import NoOptions, write_png, write_svg

HOSTILE = "</metadata><script>\u05e9\u202e& \x07"
FIGURE = Figure(
    key="k",
    title="T",
    alternative="Two points.",
    caption=f"Firmness {HOSTILE}",
    spec={
        "data": {"values": [{"a": 1}, {"a": 2}]},
        "mark": "point",
        "encoding": {"x": {"field": "a", "type": "quantitative"}},
    },
    foot=Foot(population="Population: all."),
)
PAGE = Page(Drawings(), "S", "a" * 64, "dermoutcomes 1", data_cut="2026-03-31")


def texts_of_png(png: bytes) -> dict[str, str]:
    """Name = text of each international text; every part's checksum is held."""
    texts, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        part = png[at + 4 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0] == zlib.crc32(part)
        if part[:4] == b"iTXt":
            name, _, rest = part[4:].partition(b"\0")
            texts[name.decode()] = rest[4:].decode()
        at += 12 + length
    return texts


def texts_of_svg(svg: str) -> dict[str, str]:
    metadata = ET.fromstring(svg)[0]
    assert metadata.tag.endswith("metadata")
    return dict(line.split(": ", 1) for line in (metadata.text or "").splitlines())


@pytest.mark.parametrize("format_", ["svg", "png"])
def test_a_picture_has_its_caption_foot_and_source_inside(tmp_path: Path, format_: str) -> None:
    path = tmp_path / f"k.{format_}"
    if format_ == "svg":
        write_svg(FIGURE, path, PAGE, NoOptions())
        texts = texts_of_svg(path.read_text(encoding="utf-8"))
    else:
        write_png(FIGURE, path, PAGE, NoOptions())
        texts = texts_of_png(path.read_bytes())

    assert texts == {
        "Title": "Firmness </metadata><script>\u05e9& ",
        "Description": "Two points.",
        "Comment": "Population: all.",
        "Source": "Source: study S, data up to 2026-03-31; dermoutcomes 1; record "
        + "a" * 64
        + ".",
        "Software": "dermoutcomes 1",
    }
