"""What a figure says beside its picture, inside its file: caption, foot and source.

A picture travels without the page that it stood on. Programs that manage or show pictures read
these fields, and so does whoever asks where a picture is from.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from dermoutcomes.report import printable

if TYPE_CHECKING:
    from dermoutcomes.report import Figure, Page

__all__ = ["png_with_words", "svg_with_words", "words_of"]

# A PNG begins with eight bytes of its own and its head, a part of 25 bytes.
PNG_HEAD = 8 + 25


def words_of(figure: Figure, page: Page) -> Mapping[str, str]:
    """The fields of a picture, by the names that PNG has for them."""
    fields = {
        "Title": figure.caption,
        "Description": figure.alternative,
        "Comment": " ".join(figure.foot.lines),
        "Source": page.source,
        "Software": page.program,
    }
    return {name: printable(text) for name, text in fields.items() if text}


def svg_with_words(svg: str, words: Mapping[str, str]) -> str:
    """The SVG with the fields as its metadata, which no program draws."""
    end = svg.index(">", svg.index("<svg")) + 1
    text = "\n".join(f"{name}: {value}" for name, value in words.items())
    return f"{svg[:end]}<metadata>{escape(text)}</metadata>{svg[end:]}"


def png_with_words(png: bytes, words: Mapping[str, str]) -> bytes:
    """The PNG with the fields as its international texts (iTXt), behind its head."""
    texts = b"".join(_text(name, value) for name, value in words.items())
    return png[:PNG_HEAD] + texts + png[PNG_HEAD:]


def _text(name: str, value: str) -> bytes:
    """A text of a PNG: uncompressed, of no stated language, in UTF-8."""
    content = b"iTXt" + name.encode("latin-1") + b"\0\0\0\0\0" + value.encode()
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
